import type { RefusedRow } from '../../src/data/types.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import { type Predictor, predict } from '../../src/tasks/predict.ts';
import type { AnyExample } from '../../src/tasks/prepare.ts';
import type { TrainedModel } from '../../src/tasks/trained-model.ts';
import type { Prediction } from '../../src/tasks/types.ts';
import type { Context } from '../context.ts';
import { type LoadedModel, loadForUse } from '../load.ts';
import { createProgress } from '../plain/progress.ts';
import { createRowNotes } from '../plain/row-notes.ts';
import { plural, shorten } from '../plain/table.ts';
import { withStopSignal } from '../stop-signal.ts';
import { fileOutput, standardOutput } from '../text-sink.ts';
import { openExampleInput } from './examples-input.ts';
import { type Input, type InputRow, noteColumns } from './input.ts';
import { shownPrediction } from './show.ts';
import { type Given, type InputFlags, isLines, openTexts, sortInputs } from './sort-inputs.ts';
import { writerFor } from './writer.ts';

export interface PredictFlags extends InputFlags {
  output?: string;
  top?: number;
  maxLength?: number;
  context?: string;
  aggregation?: 'none' | 'simple' | 'first' | 'average' | 'max';
}

/** Labels inputs and writes the result, on standard output unless a file is asked for. */
export async function predictInputs(
  name: string,
  inputs: string[],
  flags: PredictFlags,
  context: Context,
): Promise<void> {
  const given = await sortInputs(inputs, flags);
  const loaded = await loadForUse(name, context, { aggregation: flags.aggregation });
  try {
    refuseMisfits(name, given, flags, loaded.model);
    if ('texts' in given && !context.json && flags.output === undefined)
      await showTexts(given.texts, flags, loaded, context);
    else await labelRows(await openInput(given, flags, loaded), flags, loaded, context);
  } finally {
    loaded.model.dispose();
  }
}

/** What the model cannot do with what it is given. */
function refuseMisfits(
  name: string,
  given: Given,
  { context, aggregation, ...flags }: PredictFlags,
  model: TrainedModel,
): void {
  const { type } = model.task;
  if (type === 'masked-lm') {
    throw new UsageError('the model fills in masks: it has no labels', {
      where: name,
      fix: 'distiltune fill-mask MODEL "The sky is [MASK]."',
    });
  }
  const areTexts = 'texts' in given || isLines(given, flags);
  if (type === 'question-answering' && areTexts && context === undefined) {
    throw new UsageError('a question needs a context', {
      where: name,
      fix: 'give it with --context, or a file of questions (SQuAD JSON, or JSON Lines of question and context)',
    });
  }
  if (context !== undefined && (type !== 'question-answering' || !('texts' in given))) {
    throw new UsageError('--context goes with questions on the command line', {
      fix: `the model is one for ${type}; a file of questions has its own contexts`,
    });
  }
  if (aggregation !== undefined && type !== 'token-classification') {
    throw new UsageError('--aggregation goes with token classification', { fix: `the model is one for ${type}` });
  }
}

async function openInput(
  given: Given,
  flags: PredictFlags,
  { model, columns }: LoadedModel,
): Promise<Input<AnyExample>> {
  if ('texts' in given) {
    return flags.context === undefined ? openTexts(given, flags) : questionsInput(given.texts, flags.context);
  }
  const other = isLines(given, flags)
    ? null
    : await openExampleInput(given.path, model.task.type, flags, { labelRequired: false });
  return other ?? openTexts(given, flags, columns);
}

function questionsInput(questions: readonly string[], context: string): Input<AnyExample> {
  return {
    name: 'the command line',
    isJsonLines: true,
    columns: ['question'],
    table: null,
    chosen: null,
    async *rows() {
      yield questions.map((question, i) => ({
        cells: [question],
        json: null,
        example: { id: String(i + 1), question, context, line: i + 1 },
      }));
    },
    close: async () => {},
  };
}

/** What is predicted of each text, below each other. */
async function showTexts(
  texts: string[],
  { pair, top, maxLength, context }: PredictFlags,
  loaded: LoadedModel,
  { stdout }: Context,
): Promise<void> {
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) throw new DataError('the text is empty', { where: `text ${empty + 1}`, fix: 'give it some words' });
  const { task } = loaded.model;
  const examples = texts.map((text, line): AnyExample => {
    if (context !== undefined) return { id: String(line + 1), question: text, context, line };
    if (task.type === 'token-classification') return task.exampleOf(text) as AnyExample;
    return pair === undefined ? { text, line } : { text, pair, line };
  });
  const blocks: string[][] = [];
  for await (const prediction of predictions(loaded, examples, { maxLength })) {
    const indent = texts.length > 1 ? 2 : 0;
    blocks.push(shownPrediction(prediction, task.labels, { top, indent, colors: stdout.colors }));
  }
  blocks.forEach((lines, i) => {
    if (texts.length > 1) stdout.line(shorten(texts[i]!, stdout.width));
    for (const line of lines) stdout.line(line);
  });
}

/** Streams the rows of an input to the output, each with its prediction. */
async function labelRows(
  input: Input<AnyExample>,
  flags: PredictFlags,
  loaded: LoadedModel,
  context: Context,
): Promise<void> {
  const { output } = flags;
  const progress = createProgress(context);
  const notes = createRowNotes(input.name, context, progress);
  noteColumns(input, context);
  const showsProgress = output !== undefined || !context.stdout.isTerminal;
  try {
    await withStopSignal(async (signal) => {
      const sink = output === undefined ? standardOutput() : await fileOutput(output);
      try {
        const writer = await writerFor(input, sink, loaded.model.task, { output, top: flags.top, json: context.json });
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
  input: Input<AnyExample>,
  onRefused: (row: RefusedRow) => void,
  loaded: LoadedModel,
  options: PassOptions,
): AsyncGenerator<[InputRow<AnyExample>, Prediction | null]> {
  const { task } = loaded.model;
  // A text by itself is words to be tagged.
  const exampleOf = (example: AnyExample) =>
    task.type === 'token-classification' && !('words' in example) && 'text' in example
      ? (task.exampleOf(example.text) as AnyExample)
      : example;
  for await (const rows of input.rows(onRefused)) {
    const filled = rows.filter(({ example }) => hasText(example));
    const results = predictions(
      loaded,
      filled.map(({ example }) => exampleOf(example)),
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

function hasText(example: AnyExample): boolean {
  if ('words' in example) return example.words.length > 0;
  if ('question' in example) return example.question.trim() !== '' && example.context.trim() !== '';
  return example.text.trim() !== '' || (example.pair ?? '').trim() !== '';
}

function predictions(
  { model, maxLength }: LoadedModel,
  examples: AnyExample[],
  options: PassOptions,
): AsyncGenerator<Prediction> {
  return predict(model as Predictor<AnyExample, Prediction>, examples, {
    ...options,
    maxLength: Math.min(options.maxLength ?? maxLength, model.config.maxPositionEmbeddings),
  });
}
