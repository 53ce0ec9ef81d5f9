import { DistiltuneError } from '../../../src/errors.ts';
import type { Context, Output } from '../../context.ts';
import { startInBackground } from '../../glue/background.ts';
import { followGlue } from '../../glue/follow.ts';
import { refuseLiveBenchmark } from '../../glue/status.ts';
import type { GlueSource } from '../../watch/source.ts';

/**
 * Begins a benchmark in a process of its own.
 * @param words what follows `distiltune` on its command line
 * @param onLine told what it says while it reads the tasks' files
 * @throws what it says is wrong
 */
export async function startGlue(
  run: string,
  words: readonly string[],
  context: Context,
  onLine: (line: string) => void,
): Promise<GlueSource> {
  refuseLiveBenchmark(run);
  const said: string[] = [];
  const stderr: Output = {
    ...context.stderr,
    line(text = '') {
      said.push(text);
      onLine(text);
    },
  };
  const code = await startInBackground(run, [...words], { ...context, stderr });
  if (code !== null) throw errorOf(said, code);
  return followGlue(run);
}

/** The three lines that a command ends with when it fails. */
function errorOf(said: readonly string[], exitCode: number): DistiltuneError {
  const rest = (start: string) => said.findLast((line) => line.startsWith(start))?.slice(start.length);
  const where = rest('   in: ');
  const fix = rest('   do: ');
  const message = rest('error: ') ?? said.at(-1) ?? `the benchmark ended with code ${exitCode}`;
  return new DistiltuneError(message, {
    exitCode,
    ...(where === undefined ? {} : { where }),
    ...(fix === undefined ? {} : { fix }),
  });
}
