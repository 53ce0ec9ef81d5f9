import { type Command, InvalidArgumentError, Option } from 'commander';
import { contextOf } from '../context.ts';
import { addDataOptions, wholeNumber } from '../data-options.ts';
import type { PredictFlags } from '../predict/predict.ts';
import { inEngineProcess } from '../run/engine-process.ts';

export function register(program: Command): void {
  const predict = program
    .command('predict')
    .description('label a text, several, a file, or standard input')
    .argument('<MODEL>', 'a run folder, a model folder, or a name of the hub')
    .argument(
      '[INPUT...]',
      'a file (csv, tsv, jsonl, parquet, txt, conll, squad json), or texts, or - for standard input',
    )
    .option('-o, --output <FILE>', 'write the rows there; the file appears when it is whole')
    .option('--top <K>', 'the K likeliest labels; of a file, instead of the probability of each', wholeNumber(1))
    .option('--max-length <TOKENS>', 'longest text in tokens: what is beyond is not read', wholeNumber(3))
    .option('--pair <TEXT>', 'the second text, for a model of pairs')
    .option('--context <TEXT>', 'where the answers to questions on the command line are to be found')
    .addOption(
      new Option('--aggregation <HOW>', 'how tokens make up entities (default: by the tags of words)').choices([
        'none',
        'simple',
        'first',
        'average',
        'max',
      ]),
    )
    .option('--texts', 'take the inputs for texts, even where one is the name of a file');
  addDataOptions(predict, { label: false })
    .addHelpText(
      'after',
      `
A file's rows come out as they went in, in their order, with the columns label,
score and probability:LABEL added (value, of a regression). CSV gives CSV, JSON
Lines give JSON Lines, --json gives one array. A column that the file has is not
overwritten: the new one is then predicted_label. A row without a text stays,
with no label; a row that cannot be read is left out. Both are named by their
line on standard error.

Entities: CoNLL files give CoNLL columns, other files JSON Lines with words, tags
and entities (start and end index JavaScript strings). Answers: JSON Lines; -o
with a name that ends in .json writes SQuAD's {id: answer}.

Standard input is one text per line, unless a flag such as --text-column or
--header says that it is a table.

Examples:
  $ distiltune predict runs/tickets "my card was stolen"
  $ distiltune predict runs/tickets new.csv -o labelled.csv
  $ distiltune predict runs/tickets - < lines.txt
  $ distiltune predict runs/entities "Ada Lovelace lived in London."
  $ distiltune predict runs/answers "Who wrote it?" --context "It was written by Ada."`,
    )
    .action(async (name: string, inputs: string[], flags: PredictFlags, command: Command) => {
      const context = contextOf(command);
      if (inputs.length === 0) throw new InvalidArgumentError('give a file, texts, or - for standard input');
      await inEngineProcess(context, async () => {
        const { predictInputs } = await import('../predict/predict.ts');
        await predictInputs(name, inputs, flags, context);
      });
    });
}
