import { CommanderError } from 'commander';
import { DistiltuneError, UsageError } from '../src/errors.ts';
import type { Context } from './context.ts';
import { escapeControls } from './plain/controls.ts';

/**
 * Tells a person what went wrong in three lines at most: what, where, what to do. With `--json` it is one document on stdout.
 * @returns the exit code
 */
export function reportError(error: unknown, context: Context): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const { message, where, fix, exitCode } = describeError(error);
  if (context.json) {
    context.stdout.line(JSON.stringify({ error: { message, where, fix } }));
    return exitCode;
  }
  const { colors } = context.stderr;
  context.stderr.line(`${colors.red('error:')} ${escapeControls(message)}`);
  if (where !== null) context.stderr.line(`   in: ${escapeControls(where)}`);
  if (fix !== null) context.stderr.line(`   do: ${escapeControls(fix)}`);
  if (context.verbose && error instanceof Error) context.stderr.line(colors.dim(escapeControls(stackOf(error))));
  return exitCode;
}

/** What a person is told of an error: what went wrong, where, what to do. */
export function describeError(thrown: unknown): {
  message: string;
  where: string | null;
  fix: string | null;
  exitCode: number;
} {
  const error = thrown instanceof CommanderError ? fromCommander(thrown) : thrown;
  if (error instanceof DistiltuneError) {
    return { message: error.message, where: error.where ?? null, fix: error.fix ?? null, exitCode: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, where: null, fix: 'run it again with -v to see where it happened', exitCode: 1 };
}

/** Its message has the suggestion in parentheses on a second line. */
function fromCommander(error: CommanderError): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const fix = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'see distiltune --help';
  return new UsageError(message, { fix });
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
