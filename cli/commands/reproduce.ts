import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { ReproduceFlags } from '../reproduce/model-card.ts';
import { inEngineProcess } from '../run/engine-process.ts';

export function register(program: Command): void {
  const reproduce = program.command('reproduce').description('published figures, computed anew');
  reproduce
    .command('model-card')
    .description("the examples of DistilBERT's model card: the published figures beside ours")
    .option('--model <MODEL>', 'the model to compute them with', 'distilbert-base-uncased')
    .option('--figures <FILE>', "other figures than the model card's, as JSON")
    .addHelpText(
      'after',
      `
A figure agrees when the model gives the published word the published place among
its fillings, with a probability that differs by 0.00001 at most: float32, in
which the published ones were computed, leaves about six of their digits.

The exit code is 0 when all agree, 1 when one does not, and 3 when the model is
not in reach: neither in the hub's cache nor, without a network, on the hub.

--figures takes what transformers' fill-mask pipeline gives for each text:
  [{"text": "The sky is [MASK].", "fillings": [{"token_str": "blue", "score": 0.2}]}]

Examples:
  $ distiltune reproduce model-card
  $ distiltune reproduce model-card --model ../models/distilbert-base-uncased --json`,
    )
    .action(async (flags: ReproduceFlags, command: Command) => {
      const context = contextOf(command);
      await inEngineProcess(context, async () => {
        const { reproduceModelCard } = await import('../reproduce/model-card.ts');
        await reproduceModelCard(flags, context);
      });
    });
}
