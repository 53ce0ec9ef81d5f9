import type { SplitName, SplitShares } from '../data/split.ts';
import { splitNames, stratifiedSplit } from '../data/split.ts';
import { rarestLabels, splitKeyOf, splitLabelsOf } from '../data/split-key.ts';
import type { Example, QuestionExample, TokenExample } from '../data/types.ts';
import { UsageError } from '../errors.ts';
import { IGNORED } from '../heads/types.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { chunks, createExampleSet, type ExampleSet, type OpenExampleSet } from './example-set.ts';
import type { Features, Task, TaskType } from './types.ts';

/** An example of any task. */
export type AnyExample = Example | TokenExample | QuestionExample;

/** What is remembered of a file's rows after one reading, some 20 bytes a row. Rows of no use are not in it. */
export interface Survey {
  /** Line of each row. */
  lines: number[];
  /** Of each row, equal for those that must not be on both sides of a split. */
  keys: number[];
  /** Of each row, numbers of what is to be shared out evenly by a split; rows with the same have the same array. */
  strata: (readonly number[])[];
  /** Labels, or tags, in the order of their first appearance. */
  labels: string[];
}

/** Whether an example can be trained on or measured with: it has a text and what the task learns. */
export function isUsable(example: AnyExample, task: Task['type']): boolean {
  if ('words' in example) return example.words.length > 0 && example.tags !== undefined;
  if ('question' in example) return example.answers !== undefined;
  const { text, pair = '', label, labels } = example;
  if (text.trim() === '' && pair.trim() === '') return false;
  return task === 'masked-lm' || (task === 'multi-label' ? labels : label) !== undefined;
}

/** Reads all examples once, for what must be known before the first is used: the labels, and how to split. */
export async function surveyExamples(
  examples: AsyncIterable<AnyExample>,
  task: TaskType,
  signal?: AbortSignal,
): Promise<Survey> {
  const survey: Survey = { lines: [], keys: [], strata: [], labels: [] };
  const known = new Set<string>();
  const stratumOf = createStrata();
  for await (const example of examples) {
    if (survey.lines.length % 1024 === 0) signal?.throwIfAborted();
    if (!isUsable(example, task)) continue;
    survey.lines.push(example.line);
    survey.keys.push(splitKeyOf(example));
    survey.strata.push(stratumOf(task === 'regression' || task === 'masked-lm' ? [] : splitLabelsOf(example)));
    for (const label of labelsOf(example, task)) {
      if (known.has(label)) continue;
      known.add(label);
      survey.labels.push(label);
    }
  }
  return survey;
}

/** Numbers of labels, one array for each set of them. */
function createStrata(): (labels: readonly string[]) => readonly number[] {
  const numbers = new Map<string, number>();
  const arrays = new Map<string, readonly number[]>();
  const numberOf = (label: string) => {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label)!;
  };
  return (labels) => {
    const stratum = labels.map(numberOf);
    const key = stratum.join();
    if (!arrays.has(key)) arrays.set(key, stratum);
    return arrays.get(key)!;
  };
}

function labelsOf(example: AnyExample, task: TaskType): readonly string[] {
  if ('words' in example) return example.tags!;
  if ('question' in example || task === 'regression' || task === 'masked-lm') return [];
  return task === 'multi-label' ? example.labels! : [example.label!];
}

/**
 * The side of each surveyed row: stratified by label (of several, the rarest), rows with one key kept together.
 * @throws UsageError when a share is out of range
 */
export function splitSurvey({ lines, keys, strata }: Survey, shares: SplitShares, seed: number): Uint8Array {
  return stratifiedSplit(lines.length, rarestLabels(strata), shares, seed, keys);
}

/**
 * One weight per class. `balanced` gives a class with n of N rows (or tagged words), of C classes, N / (C n), as
 * scikit-learn's `compute_class_weight` does; a class without any 1. In a map, labels that are not named have 1.
 * @param train only looked through for `balanced`
 * @throws UsageError when the map names a label that the data does not have
 */
export function classWeightsOf(
  setting: 'balanced' | Record<string, number> | null,
  labels: readonly string[],
  train: Pick<ExampleSet<number | ArrayLike<number>>, 'samples' | 'sample'>,
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
  for (let i = 0; i < train.samples; i++) {
    const { target } = train.sample(i, { seed: 0, step: 0, site: 0 });
    for (const id of typeof target === 'number' ? [target] : Array.from(target)) if (id !== IGNORED) counts[id]!++;
  }
  const total = counts.reduce((a, b) => a + b, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : total / (present * count)));
}

/** One file's examples. */
export interface SplitSource<E> {
  examples: AsyncIterable<E>;
  /** What the file is for. Of a file that is split: where its rows of no use are counted. */
  side: SplitName;
  /** Of a file that is split: the side of each usable row, from `splitSurvey`. */
  sides?: Uint8Array | undefined;
}

export interface EncodeSplitsOptions<E, Target, Item> {
  tokenizer: Tokenizer;
  task: Task<E, Target, Item>;
  /** Most tokens of a sequence, special tokens included. */
  maxLength: number;
  /** Is shown every example, those of no use too. */
  onEncoded?: ((side: SplitName, example: E, features: Features<Item>) => void) | undefined;
  /** Called now and then with the number of examples so far. */
  onProgress?: ((examples: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const CHUNK = 1024;

/** Tokenises the examples of all files into one set per side. Those that cannot be used are left out. */
export async function encodeSplits<E extends AnyExample, Target, Item>(
  sources: readonly SplitSource<E>[],
  { tokenizer, task, maxLength, onEncoded, onProgress, signal }: EncodeSplitsOptions<E, Target, Item>,
): Promise<Record<SplitName, ExampleSet<Target, Item>>> {
  const set = (use: 'training' | 'evaluation') => createExampleSet(task, tokenizer.vocabSize, use);
  const sets: Record<SplitName, OpenExampleSet<E, Target, Item>> = {
    train: set('training'),
    validation: set('evaluation'),
    test: set('evaluation'),
  };
  let seen = 0;
  for (const { examples, side, sides } of sources) {
    let usable = 0;
    for await (const chunk of chunks(examples, CHUNK)) {
      signal?.throwIfAborted();
      const features = await task.featurize(tokenizer, chunk, { maxLength, purpose: 'learning' });
      chunk.forEach((example, i) => {
        const usableHere = isUsable(example, task.type);
        const place = usableHere && sides ? splitNames[sides[usable++]!]! : side;
        onEncoded?.(place, example, features[i]!);
        if (usableHere) sets[place].add(example, features[i]!);
      });
      seen += chunk.length;
      onProgress?.(seen);
    }
  }
  return sets;
}
