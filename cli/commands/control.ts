import type { Command } from 'commander';
import { contextOf } from '../context.ts';

export function register(program: Command): void {
  program
    .command('control')
    .summary('pause, save, evaluate or stop a run that is going on')
    .description(
      `Ask something of a run that is going on, in whatever terminal. It is in effect when this command ends.

  pause     after the step under way; the weights stay where they are
  resume    go on
  save      a checkpoint that the run can be resumed from
  evaluate  on the validation rows; early stopping does not count it
  stop      save, and end the run
  abort     end it at once; the last checkpoint is kept`,
    )
    .argument(
      '<RUN|COMMAND...>',
      'its folder, and what to do; the folder may be left out where one run is going on in runs/',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ distiltune control runs/tickets pause
  $ distiltune control runs/tickets resume
  $ distiltune control stop`,
    )
    .action(async (words: string[], _flags: unknown, command: Command) => {
      const { UsageError } = await import('../../src/errors.ts');
      if (words.length > 2)
        throw new UsageError(`too many arguments: ${words.join(' ')}`, { fix: 'name a run and a command' });
      const { controlRun } = await import('../control/control.ts');
      await controlRun(words, contextOf(command));
    });
}
