import { type Command, InvalidArgumentError, Option } from 'commander';
import { featurePoolings } from '../../src/tasks/features.ts';
import { contextOf } from '../context.ts';
import { addDataOptions, wholeNumber } from '../data-options.ts';
import type { FeaturesFlags } from '../features/features.ts';
import { inEngineProcess } from '../run/engine-process.ts';

export function register(program: Command): void {
  const command = program
    .command('features')
    .description('token vectors of texts, or pooled ones')
    .argument('<MODEL>', 'a run folder, a model folder, or a name of the hub; its head is left out')
    .argument('[INPUT...]', 'a csv, tsv, jsonl, parquet or txt file, or texts, or - for standard input')
    .addOption(
      new Option('--pooling <HOW>', "every token's vector, that of [CLS], or the mean of all tokens")
        .choices(featurePoolings)
        .default('none'),
    )
    .option('--normalize', "make every vector's length 1")
    .option('-o, --output <FILE>', 'write them there: .jsonl, .json or .npy; the file appears when it is whole')
    .option('--max-length <TOKENS>', 'longest text in tokens: what is beyond is not read', wholeNumber(3))
    .option('--pair <TEXT>', 'the second text, for a pair of texts')
    .option('--texts', 'take the inputs for texts, even where one is the name of a file');
  addDataOptions(command, { label: false })
    .addHelpText(
      'after',
      `
The vectors are the last hidden states of the encoder. A file's rows come out in
their order, one JSON object a line: line (where the row begins), features and,
without pooling, tokens. A row without a text has the features of [CLS] [SEP];
a row that cannot be read is left out, and both are named on standard error.

.npy is an array of float32 for NumPy, a row for each text. Without pooling it has
a row for each token, and FILE.lengths.npy says how many each text has:
  np.split(np.load("x.npy"), np.cumsum(np.load("x.lengths.npy"))[:-1])

Examples:
  $ distiltune features minilm-l6-h384-uncased "my card was stolen"
  $ distiltune features minilm-l6-h384-uncased tickets.csv --pooling mean --normalize -o tickets.npy
  $ distiltune features runs/tickets - --pooling cls < lines.txt > vectors.jsonl`,
    )
    .action(async (name: string, inputs: string[], flags: FeaturesFlags, self: Command) => {
      const context = contextOf(self);
      if (inputs.length === 0) throw new InvalidArgumentError('give a file, texts, or - for standard input');
      await inEngineProcess(context, async () => {
        const { extractFeatures } = await import('../features/features.ts');
        await extractFeatures(name, inputs, flags, context);
      });
    });
}
