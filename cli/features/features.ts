import type { Example } from '../../src/data/types.ts';
import { DataError } from '../../src/errors.ts';
import { loadEncoder } from '../../src/pipelines/load-model.ts';
import { type FeaturePooling, features, type TextFeatures } from '../../src/tasks/features.ts';
import { type Predictor, predict } from '../../src/tasks/predict.ts';
import type { Context } from '../context.ts';
import { findModelToUse } from '../find-model.ts';
import { createProgress, type Progress } from '../plain/progress.ts';
import { createRowNotes } from '../plain/row-notes.ts';
import { alignRows, count, plural, printable, shorten } from '../plain/table.ts';
import { type Input, noteColumns } from '../predict/input.ts';
import { type InputFlags, openTexts, sortInputs } from '../predict/sort-inputs.ts';
import { startEngine } from '../start-engine.ts';
import { withStopSignal } from '../stop-signal.ts';
import { lengthsPath, openFeatureWriter } from './output.ts';

export interface FeaturesFlags extends InputFlags {
  pooling: FeaturePooling;
  normalize?: boolean;
  output?: string;
  maxLength?: number;
}

/** An encoder, and how its features are made. */
interface Extractor {
  model: Predictor<Example, TextFeatures>;
  pooling: FeaturePooling;
  maxLength: number;
}

/** Writes the vectors of a file's texts, or of those on the command line. */
export async function extractFeatures(
  name: string,
  inputs: string[],
  flags: FeaturesFlags,
  context: Context,
): Promise<void> {
  const given = await sortInputs(inputs, flags);
  const { folder } = await findModelToUse(name, context);
  const { model, maxLength } = await loadEncoder(folder, {
    engine: await startEngine(context),
    ...(flags.maxLength === undefined ? {} : { maxLength: flags.maxLength }),
  });
  try {
    const { pooling, normalize, output } = flags;
    const extractor = { model: { ...model, task: features({ pooling, normalize }) }, pooling, maxLength };
    const input = await openTexts(given, flags);
    try {
      if ('texts' in given && output === undefined && !context.json)
        await showVectors(given.texts, input, extractor, context);
      else await writeVectors(input, extractor, output, context);
    } finally {
      await input.close();
    }
  } finally {
    model.dispose();
  }
}

/** Texts read at a time: vectors of every token need much more memory than pooled ones. */
const piece: Record<FeaturePooling, number> = { none: 32, cls: 256, mean: 256 };

/** Streams the rows of an input to the output, each with its vectors. */
async function writeVectors(
  input: Input,
  extractor: Extractor,
  path: string | undefined,
  context: Context,
): Promise<void> {
  const { model, pooling, maxLength } = extractor;
  const progress = createProgress(context);
  const notes = createRowNotes(input.name, context, progress);
  const truncated = createCounter();
  const empty = createCounter();
  const showsProgress = path !== undefined || !context.stdout.isTerminal;
  noteColumns(input, context);
  let done = 0;
  try {
    await withStopSignal(async (signal) => {
      const target = { path, json: context.json, width: model.config.dim, pooled: pooling !== 'none' };
      const writer = await openFeatureWriter(target);
      try {
        for await (const rows of input.rows(notes.refuse)) {
          for (let start = 0; start < rows.length; start += piece[pooling]) {
            const examples = rows.slice(start, start + piece[pooling]).map(({ example }) => example);
            let next = 0;
            for await (const { ids, fullLength, values } of predict(model, examples, { maxLength, signal })) {
              const { text, pair = '', line } = examples[next++]!;
              if (text.trim() === '' && pair.trim() === '') empty.add(line);
              if (ids.length < fullLength) truncated.add(line);
              await writer.write({ line, tokens: pooling === 'none' ? model.tokenizer.tokens(ids) : null, values });
              done++;
            }
            if (showsProgress) progress.update(`${input.name}: ${plural(done, 'row')} read`);
          }
        }
        await writer.close();
      } catch (error) {
        await writer.abort();
        throw error;
      }
    });
    notes.summarize();
    tellOfRows({ truncated, empty }, maxLength, progress, context);
  } finally {
    progress.clear();
  }
  if (path !== undefined) context.note(written(path, done, extractor));
}

function written(path: string, rows: number, { model, pooling }: Extractor): string {
  const vectors = `${plural(rows, 'text')}, a vector of ${count(model.config.dim)} numbers for each${pooling === 'none' ? ' token' : ''}`;
  const also = pooling === 'none' && /\.npy$/i.test(path) ? ` and ${lengthsPath(path)}` : '';
  return printable(`${path}${also}: ${vectors}`);
}

const mostNamed = 20;

/** Counts lines and remembers the first of them. */
function createCounter() {
  const lines: number[] = [];
  let total = 0;
  return {
    add(line: number) {
      if (++total <= mostNamed) lines.push(line);
    },
    get total() {
      return total;
    },
    where: () => `line ${lines.join(', ')}${total > mostNamed ? ', ...' : ''}`,
  };
}

type Counter = ReturnType<typeof createCounter>;

function tellOfRows(
  { truncated, empty }: { truncated: Counter; empty: Counter },
  maxLength: number,
  progress: Progress,
  { stderr }: Context,
): void {
  progress.clear();
  const say = (text: string) => stderr.line(`${stderr.colors.yellow('!')} ${text}`);
  if (empty.total > 0) {
    say(`${plural(empty.total, 'row')} without a text: its features are those of [CLS] [SEP]: ${empty.where()}`);
  }
  if (truncated.total > 0) {
    const are = truncated.total === 1 ? 'is' : 'are';
    say(`${plural(truncated.total, 'text')} ${are} longer than ${maxLength} tokens and cut off: ${truncated.where()}`);
  }
}

const shownNumbers = 6;

/** A person sees the beginning of each vector. */
async function showVectors(
  texts: readonly string[],
  input: Input,
  { model, pooling, maxLength }: Extractor,
  { stdout, note, stderr }: Context,
): Promise<void> {
  const { colors, width } = stdout;
  const blank = texts.findIndex((text) => text.trim() === '');
  if (blank >= 0) throw new DataError('the text is empty', { where: `text ${blank + 1}`, fix: 'give it some words' });
  const D = model.config.dim;
  let place = 0;
  for await (const rows of input.rows(() => {})) {
    const examples = rows.map(({ example }) => example);
    for await (const { ids, fullLength, values } of predict(model, examples, { maxLength })) {
      const text = texts[place++]!;
      if (texts.length > 1) stdout.line(colors.bold(shorten(text, width)));
      const names = pooling === 'none' ? model.tokenizer.tokens(ids) : [pooling === 'cls' ? '[CLS]' : 'mean'];
      const lines = names.map((name, row) => {
        const shown = Array.from(values.subarray(row * D, row * D + Math.min(shownNumbers, D)), (value) =>
          value.toFixed(4),
        );
        return [printable(name), ...shown, D > shownNumbers ? '...' : ''];
      });
      const align = ['left' as const, ...Array<'right'>(shownNumbers).fill('right')];
      for (const line of alignRows(lines, { align, indent: texts.length > 1 ? 2 : 0 })) stdout.line(line);
      if (ids.length < fullLength) {
        stderr.line(
          `${stderr.colors.yellow('!')} the text has ${count(fullLength)} tokens, of which ${maxLength} are read`,
        );
      }
    }
  }
  if (D > shownNumbers) note(`each vector has ${count(D)} numbers: --json or -o FILE has them all`);
}
