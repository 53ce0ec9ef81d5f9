import { stat } from 'node:fs/promises';
import type { Example, RefusedRow } from '../../src/data/types.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import type { Model } from '../../src/tasks/model.ts';
import { predict } from '../../src/tasks/predict.ts';
import type { Context } from '../context.ts';
import { type DataFlags, saysTable } from '../data-options.ts';
import { type LoadedModel, loadForUse } from '../load.ts';
import { createProgress } from '../plain/progress.ts';
import { createRowNotes } from '../plain/row-notes.ts';
import { alignRows, plural, printable, shorten } from '../plain/table.ts';
import { withStopSignal } from '../stop-signal.ts';
import { fileOutput, standardOutput } from '../text-sink.ts';
import { type Input, type InputRow, noteColumns, openLineInput, openTableInput } from './input.ts';
import { createRowWriter, formatFor, likeliest, type Prediction } from './output.ts';

export interface PredictFlags extends DataFlags {
  output?: string;
  top?: number;
  maxLength?: number;
  pair?: string;
  texts?: boolean;
}

/** What the inputs on the command line are. */
export type InputKind = 'table' | 'lines' | 'texts';

/** Labels inputs and writes the result, on standard output unless a file is asked for. */
export async function predictInputs(
  name: string,
  inputs: string[],
  flags: PredictFlags,
  context: Context,
): Promise<void> {
  const kind = await kindOf(inputs, flags);
  if (flags.pair !== undefined && (kind !== 'texts' || inputs.length > 1)) {
    throw new UsageError('--pair goes with one text', { fix: 'of a file, name the column with --pair-column' });
  }
  const loaded = await loadForUse(name, context);
  try {
    if (kind === 'texts' && !context.json && flags.output === undefined)
      await showTexts(inputs, flags, loaded, context);
    else await labelRows(await openInput(kind, inputs, flags, loaded), flags, loaded, context);
  } finally {
    loaded.model.dispose();
  }
}

async function openInput(
  kind: InputKind,
  inputs: string[],
  flags: PredictFlags,
  { columns }: LoadedModel,
): Promise<Input> {
  if (kind === 'table') return openTableInput(inputs[0]!, flags, columns, { labelRequired: false });
  return kind === 'lines' ? openLineInput(process.stdin) : textsInput(inputs, flags.pair);
}

/**
 * `-` is standard input; one input that is a file is data, or that is named like one; all else is text.
 * @throws UsageError for an input that is named like a file beside others
 */
async function kindOf(inputs: string[], flags: PredictFlags): Promise<InputKind> {
  if (flags.texts) return 'texts';
  if (inputs.length === 1 && inputs[0] === '-') return saysTable(flags) ? 'table' : 'lines';
  const files: string[] = [];
  for (const input of inputs) {
    // Errors too long a name to be a path, and names with a NUL.
    const exists = await stat(input).then(
      () => true,
      () => false,
    );
    if (exists || /^[^\r\n]{1,255}\.(?:csv|tsv|jsonl|ndjson|json|txt|parquet|xlsx?|gz|zip)$/i.test(input))
      files.push(input);
  }
  if (files.length === 0) return 'texts';
  if (inputs.length === 1) return 'table';
  throw new UsageError(`one file at a time: "${printable(files[0]!)}" is one of ${inputs.length} inputs`, {
    fix: 'name one file, or take them all for texts with --texts',
  });
}

function textsInput(texts: readonly string[], pair: string | undefined): Input {
  const columns = pair === undefined ? ['text'] : ['text', 'pair'];
  return {
    name: 'the command line',
    isJsonLines: false,
    columns,
    table: null,
    chosen: null,
    async *rows() {
      yield texts.map((text, i): InputRow => {
        const example: Example = pair === undefined ? { text, line: i + 1 } : { text, pair, line: i + 1 };
        return { cells: pair === undefined ? [text] : [text, pair], json: null, example };
      });
    },
    close: async () => {},
  };
}

const shownByDefault = 3;

/** A few labels with their probabilities for each text, below each other. */
async function showTexts(
  texts: string[],
  { pair, top, maxLength }: PredictFlags,
  loaded: LoadedModel,
  { stdout }: Context,
): Promise<void> {
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) throw new DataError('the text is empty', { where: `text ${empty + 1}`, fix: 'give it some words' });
  const examples = texts.map((text, i): Example => (pair === undefined ? { text, line: i } : { text, pair, line: i }));
  const { colors, width } = stdout;
  const blocks: string[][] = [];
  for await (const prediction of predictions(loaded, examples, { maxLength })) {
    if ('value' in prediction) {
      blocks.push([String(Number(prediction.value.toPrecision(6)))]);
      continue;
    }
    const rows = likeliest(prediction, top ?? shownByDefault).map(([label, probability], i) => {
      const shown = printable(label);
      return [i === 0 ? colors.bold(shown) : shown, probability.toFixed(4)];
    });
    blocks.push(alignRows(rows, { indent: texts.length > 1 ? 2 : 0 }));
  }
  blocks.forEach((lines, i) => {
    if (texts.length > 1) stdout.line(shorten(texts[i]!, width));
    for (const line of lines) stdout.line(line);
  });
}

/** Streams the rows of an input to the output, each with its prediction. */
async function labelRows(input: Input, flags: PredictFlags, loaded: LoadedModel, context: Context): Promise<void> {
  const { output, top = null } = flags;
  const progress = createProgress(context);
  const notes = createRowNotes(input.name, context, progress);
  noteColumns(input, context);
  const showsProgress = output !== undefined || !context.stdout.isTerminal;
  try {
    await withStopSignal(async (signal) => {
      const sink = output === undefined ? standardOutput() : await fileOutput(output);
      try {
        const labels = loaded.model.task.labels;
        const format = formatFor(output, input.isJsonLines, context.json);
        const writer = await createRowWriter(sink, { format, columns: input.columns, labels, top });
        const maxLength = flags.maxLength;
        let done = 0;
        for await (const [row, prediction] of labelled(input, notes.refuse, loaded, { maxLength, signal })) {
          if (prediction === null) notes.withoutText(row.example.line);
          await writer.write(row, prediction);
          if (showsProgress && ++done % 256 === 0) progress.update(`${input.name}: ${plural(done, 'row')} labelled`);
        }
        await writer.close();
      } catch (error) {
        await sink.abort();
        throw error;
      }
    });
    notes.summarize();
  } finally {
    progress.clear();
    await input.close();
  }
}

interface PassOptions {
  maxLength?: number | undefined;
  signal?: AbortSignal;
}

/** Every row in its order with its prediction; null for a row without a text. Holds one batch of rows. */
async function* labelled(
  input: Input,
  onRefused: (row: RefusedRow) => void,
  loaded: LoadedModel,
  options: PassOptions,
): AsyncGenerator<[InputRow, Prediction | null]> {
  for await (const rows of input.rows(onRefused)) {
    const filled = rows.filter(({ example }) => example.text.trim() !== '' || (example.pair ?? '').trim() !== '');
    const results = predictions(
      loaded,
      filled.map(({ example }) => example),
      options,
    );
    let next = 0;
    for (const row of rows) {
      if (row !== filled[next]) {
        yield [row, null];
        continue;
      }
      next++;
      yield [row, (await results.next()).value as Prediction];
    }
  }
}

function predictions(
  { model, maxLength }: LoadedModel,
  examples: Example[],
  options: PassOptions,
): AsyncGenerator<Prediction> {
  return predict(model as Model<never, Prediction>, examples, {
    ...options,
    maxLength: Math.min(options.maxLength ?? maxLength, model.config.maxPositionEmbeddings),
  });
}
