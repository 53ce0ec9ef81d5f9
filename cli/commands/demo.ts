import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { wholeNumber } from '../data-options.ts';
import type { DemoFlags } from '../demo.ts';

export function register(program: Command): void {
  program
    .command('demo')
    .description('see it work: fine-tune the embedded model on real questions to a bank, and try it')
    .option('--full', 'train to the end: a better score, several times longer')
    .option('--max-steps <N>', 'train for so many steps only: worse, and soon over', wholeNumber(1))
    .option('--text <TEXT>', 'the sentence to label at the end; else it is asked for')
    .addHelpText(
      'after',
      `
Installs native TensorFlow first where that is missing. Nothing else is fetched:
the model and the data (banking77, 77 intents) are part of the package.

Example:
  $ distiltune demo --text "my card was stolen"`,
    )
    .action(async (flags: DemoFlags, command: Command) => {
      const { runDemo } = await import('../demo.ts');
      await runDemo(flags, contextOf(command));
    });
}
