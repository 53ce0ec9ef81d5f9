import type { Audit } from '../data/audit.ts';
import type { SplitName, SplitShares } from '../data/split.ts';
import { splitNames, stratifiedSplit } from '../data/split.ts';
import { textKey } from '../data/text-key.ts';
import type { Example } from '../data/types.ts';
import { UsageError } from '../errors.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { chunks, createExampleSet, type ExampleSet, tokenize } from './example-set.ts';
import type { TaskType } from './types.ts';

/** What is remembered of a file's rows after one reading, some 20 bytes a row. Rows of no use are not in it. */
export interface Survey {
  /** Line of each row. */
  lines: number[];
  /** Of each row, equal for equal texts. */
  keys: number[];
  /** Of each row, an index into `labels`. Empty for regression. */
  classes: number[];
  /** In the order of their first appearance. */
  labels: string[];
}

/** Whether an example can be trained on or measured with: it has a text and a label. */
export function isUsable({ text, pair, label }: Example): boolean {
  return label !== undefined && (text.trim() !== '' || (pair ?? '').trim() !== '');
}

/** Reads all examples once, for what must be known before the first is used: the labels, and how to split. */
export async function surveyExamples(
  examples: AsyncIterable<Example>,
  task: TaskType,
  signal?: AbortSignal,
): Promise<Survey> {
  const survey: Survey = { lines: [], keys: [], classes: [], labels: [] };
  const classOf = new Map<string, number>();
  for await (const example of examples) {
    if (survey.lines.length % 1024 === 0) signal?.throwIfAborted();
    if (!isUsable(example)) continue;
    survey.lines.push(example.line);
    survey.keys.push(textKey(example.text, example.pair));
    if (task === 'regression') continue;
    const label = example.label!;
    let index = classOf.get(label);
    if (index === undefined) {
      index = survey.labels.length;
      classOf.set(label, index);
      survey.labels.push(label);
    }
    survey.classes.push(index);
  }
  return survey;
}

/**
 * The side of each surveyed row: stratified by label, rows with one text kept together.
 * @throws UsageError when a share is out of range
 */
export function splitSurvey(survey: Survey, shares: SplitShares, seed: number): Uint8Array {
  const classes = survey.labels.length > 0 ? survey.classes : null;
  return stratifiedSplit(survey.lines.length, classes, shares, seed, survey.keys);
}

/**
 * One weight per class. `balanced` gives a class with n of N rows, of C classes, N / (C n), as scikit-learn's
 * `compute_class_weight` does; a class without rows 1. In a map, labels that are not named have 1.
 * @throws UsageError when the map names a label that the data does not have
 */
export function classWeightsOf(
  setting: 'balanced' | Record<string, number> | null,
  labels: readonly string[],
  train: Pick<ExampleSet<number>, 'length' | 'target'>,
): number[] | undefined {
  if (setting === null) return undefined;
  if (setting !== 'balanced') {
    const unknown = Object.keys(setting).filter((label) => !labels.includes(label));
    if (unknown.length > 0) {
      throw new UsageError(`classWeights names labels that the data does not have: ${unknown.join(', ')}`, {
        where: 'classWeights',
        fix: `the labels are: ${labels.slice(0, 10).join(', ')}${labels.length > 10 ? ', ...' : ''}`,
      });
    }
    return labels.map((label) => setting[label] ?? 1);
  }
  const counts = new Array<number>(labels.length).fill(0);
  for (let i = 0; i < train.length; i++) counts[train.target(i)]!++;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : train.length / (present * count)));
}

/** One file's examples. */
export interface SplitSource {
  examples: AsyncIterable<Example>;
  /** What the file is for. Of a file that is split: where its rows of no use are counted. */
  side: SplitName;
  /** Of a file that is split: the side of each usable row, from `splitSurvey`. */
  sides?: Uint8Array | undefined;
}

export interface EncodeOptions {
  tokenizer: Tokenizer;
  /** Most tokens of an example, special tokens included. */
  maxLength: number;
  /** Class number, or the number itself. */
  target(example: Example): number;
  /** Sees every example, those of no use too. */
  audit: Pick<Audit, 'add'>;
  /** Called now and then with the number of examples so far. */
  onProgress?: ((examples: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const CHUNK = 1024;

/** Tokenises the examples of all files into one set per side. Examples without a text or a label are left out. */
export async function encodeSplits(
  sources: readonly SplitSource[],
  { tokenizer, maxLength, target, audit, onProgress, signal }: EncodeOptions,
): Promise<Record<SplitName, ExampleSet<number>>> {
  const sets = Object.fromEntries(
    splitNames.map((name) => [name, createExampleSet<number>(tokenizer.vocabSize)]),
  ) as Record<SplitName, ReturnType<typeof createExampleSet<number>>>;
  let seen = 0;
  for (const { examples, side, sides } of sources) {
    let usable = 0;
    for await (const chunk of chunks(examples, CHUNK)) {
      signal?.throwIfAborted();
      const encodings = await tokenize(tokenizer, chunk, maxLength);
      chunk.forEach((example, i) => {
        const { ids, fullLength } = encodings[i]!;
        const usableHere = isUsable(example);
        const place = usableHere && sides ? splitNames[sides[usable++]!]! : side;
        audit.add(place, example, fullLength);
        if (usableHere) sets[place].add(ids, target(example), example.line);
      });
      seen += chunk.length;
      onProgress?.(seen);
    }
  }
  return sets;
}
