import { type Command, InvalidArgumentError, Option } from 'commander';
import { contextOf } from '../context.ts';
import type { WatchFlags } from '../watch/watch.ts';

export function register(program: Command): void {
  program
    .command('watch')
    .summary('see and steer a run that is going on elsewhere, or play one back')
    .description(
      'Show a run, or a benchmark of glue run, that is going on in another terminal, with the same keys, or one that has ended. Looking at it changes nothing.',
    )
    .argument('[RUN]', 'its folder (default: what is going on in runs/, else what was last)')
    .option('--replay', 'as it went, from the beginning')
    .addOption(
      new Option('--speed <N>', 'with --replay: how many times faster than it was, or max')
        .argParser(speedOf)
        .default(1),
    )
    .addOption(
      new Option('--ui <KIND>', 'how it is shown')
        .choices(['auto', 'dashboard', 'plain', 'jsonl', 'none'])
        .default('auto'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ distiltune watch
  $ distiltune watch runs/tickets
  $ distiltune watch runs/tickets --replay --speed 8x
  $ distiltune watch runs/tickets --json | jq .loss`,
    )
    .action(async (run: string | undefined, flags: WatchFlags, command: Command) => {
      const { watch } = await import('../watch/watch.ts');
      await watch(run, flags, contextOf(command));
    });
}

/** `8x`, `8`, `0.5`, `max`. */
function speedOf(text: string): number {
  const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(/^([\d.]+)x?$/.exec(text)?.[1]);
  if (speed > 0) return speed;
  throw new InvalidArgumentError('Give a number above 0, such as 8x, or max.');
}
