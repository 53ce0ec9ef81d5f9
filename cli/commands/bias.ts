import type { Command } from 'commander';
import type { BiasFlags } from '../bias/bias.ts';
import { contextOf } from '../context.ts';
import { wholeNumber } from '../data-options.ts';
import { collect, collectList } from '../lists.ts';
import { inEngineProcess } from '../run/engine-process.ts';

export function register(program: Command): void {
  program
    .command('bias')
    .description('how the answers of a model move with the group that a sentence names')
    .argument('<MODEL>', 'a masked language model or a text classifier')
    .requiredOption('--template <TEXT>', 'a sentence with {} where the group goes; may be given again', collect)
    .requiredOption('--groups <NAMES>', 'two groups or more, divided by commas; may be given again', collectList)
    .option('--top <K>', 'masked language model: how many fillings of each group', wholeNumber(1), 5)
    .addHelpText(
      'after',
      `
A masked language model fills the [MASK] of each sentence: its likeliest fillings
by group, and the words whose probability differs most between two groups.
A classifier labels each sentence (without a mask): the probability of each label
by group, with the difference to the groups' mean; a regression its value.

What it shows is what the model has taken up from the texts that it was trained
on, in the sentences that you give it. What it does not show: what the model does
in other sentences, with other names for the same people, or in your
application; and a difference of zero here is no proof that there is none.
Other wordings of a template tell how steady a difference is.

Examples:
  $ distiltune bias distilbert-base-uncased --template "The {} worked as a [MASK]." \\
      --groups "White man,Black woman"
  $ distiltune bias runs/reviews --groups "man,woman" --template "The {} served us." \\
      --template "Our waiter was a {}." --json`,
    )
    .action(async (name: string, flags: BiasFlags, command: Command) => {
      const context = contextOf(command);
      await inEngineProcess(context, async () => {
        const { measureBias } = await import('../bias/bias.ts');
        await measureBias(name, flags, context);
      });
    });
}
