import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { wholeNumber } from '../data-options.ts';
import type { FillMaskFlags } from '../fill-mask/fill-mask.ts';
import { collectList } from '../lists.ts';
import { inEngineProcess } from '../run/engine-process.ts';

export function register(program: Command): void {
  program
    .command('fill-mask')
    .description("a masked word's likeliest fillings")
    .argument('<MODEL>', 'a masked language model: a run folder, a model folder, or a name of the hub')
    .argument('<TEXT...>', 'a text with [MASK] in it, or several')
    .option('--top <K>', 'how many fillings (default: 5, or all targets)', wholeNumber(1))
    .option('--targets <WORDS>', 'only these words, divided by commas; may be given again', collectList)
    .addHelpText(
      'after',
      `
The number beside a filling is its probability among all words of the model's
vocabulary, also where --targets picks some of them. Of several masks in a text
each is filled by itself, while the others stay masked.

--json is what pipeline('fill-mask') gives in code: for a text a list of score,
token, token_str and sequence, for several texts or masks a list of such lists.

Examples:
  $ distiltune fill-mask distilbert-base-uncased "Hello I'm a [MASK] model."
  $ distiltune fill-mask distilbert-base-uncased "She is a [MASK]." --targets nurse,doctor
  $ distiltune fill-mask runs/adapted "[MASK] rises in the [MASK]." --top 3 --json`,
    )
    .action(async (name: string, texts: string[], flags: FillMaskFlags, command: Command) => {
      const context = contextOf(command);
      await inEngineProcess(context, async () => {
        const { fillMask } = await import('../fill-mask/fill-mask.ts');
        await fillMask(name, texts, flags, context);
      });
    });
}
