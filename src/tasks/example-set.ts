import { pauseForEvents } from '../engine/pause.ts';
import type { RandomKey } from '../engine/types.ts';
import { createTokenStore } from '../text/token-store.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { FeatureOptions, Features, Input, Sample, Task } from './types.ts';

/** Tokenised examples, to train on or to evaluate. The texts are not kept, but for what a task's items hold. */
export interface ExampleSet<Target = unknown, Item = unknown> {
  /** Number of examples; masked LM: of sequences. */
  readonly length: number;
  /** Line of example i in its file. */
  line(i: number): number;
  /** What an evaluation reads of example i. Throws RangeError in a set that keeps samples only. */
  input(i: number): Input & { item: Item };
  /** Number of samples: an example has one, or one for each of its windows. */
  readonly samples: number;
  /** What is learnt. `key` matters to tasks that draw it anew each time. Throws RangeError in a set that keeps items only. */
  sample(i: number, key: RandomKey): Sample<Target>;
  /** Every token that a sample may have, ascending ids; null where tokens are drawn anew each time, so that any may come. */
  usedTokens(): Int32Array | null;
}

interface Located {
  line: number;
}

/** A set that grows. */
export interface OpenExampleSet<Example extends Located, Target, Item> extends ExampleSet<Target, Item> {
  /** @throws DataError when what is learnt of the example is asked for and its label is of no use */
  add(example: Example, features: Features<Item>): void;
}

/** What a set is for: samples to train on, items to evaluate, or both. */
export type SetUse = 'training' | 'evaluation' | 'both';

export interface EncodeOptions<Example, Item> extends Pick<FeatureOptions, 'maxLength'> {
  /** Default: both. */
  use?: SetUse | undefined;
  /** Is shown each example with its features, in order. */
  onEncoded?: ((example: Example, features: Features<Item>) => void) | undefined;
}

const CHUNK = 1024;
/** Masks of an evaluation are the same every time. */
const EVALUATION: Pick<RandomKey, 'seed' | 'step'> = { seed: 0, step: 0 };

/**
 * Reads labelled examples into a set.
 * @throws DataError when a label is missing or unknown to the task
 */
export async function encodeExamples<Example extends Located, Target, Item>(
  { tokenizer, task }: { tokenizer: Tokenizer; task: Task<Example, Target, Item> },
  examples: AsyncIterable<Example> | Iterable<Example>,
  { use = 'both', onEncoded, maxLength }: EncodeOptions<Example, Item>,
): Promise<ExampleSet<Target, Item>> {
  const set = createExampleSet(task, tokenizer.vocabSize, use);
  for await (const chunk of chunks(examples, CHUNK)) {
    const features = await task.featurize(tokenizer, chunk, { maxLength, purpose: 'learning' });
    chunk.forEach((example, i) => {
      onEncoded?.(example, features[i]!);
      set.add(example, features[i]!);
    });
    await pauseForEvents();
  }
  return set;
}

/** An empty set, to be filled one example at a time. */
export function createExampleSet<Example extends Located, Target, Item>(
  task: Task<Example, Target, Item>,
  vocabSize: number,
  use: SetUse = 'both',
): OpenExampleSet<Example, Target, Item> {
  const store = createTokenStore(vocabSize);
  const lines: number[] = [];
  const items: Item[] = [];
  const targets: Target[] = [];
  // The sequences of each example and of each sample lie one behind the other.
  const exampleStarts = [0];
  const sampleStarts: number[] = [];
  const sampleEnds: number[] = [];
  const sequences = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => store.idsOf(from + k));
  const check = (i: number, count: number, what: string) => {
    if (!Number.isInteger(i) || i < 0 || i >= count)
      throw new RangeError(`the set has ${count} ${what}, not number ${i}`);
  };
  return {
    get length() {
      return lines.length;
    },
    get samples() {
      return task.draw ? lines.length : targets.length;
    },
    line: (i) => lines[i]!,
    input(i) {
      check(i, use === 'training' ? 0 : lines.length, 'inputs');
      if (task.draw) return task.draw(store.idsOf(exampleStarts[i]!), { ...EVALUATION, site: i });
      return { sequences: sequences(exampleStarts[i]!, exampleStarts[i + 1]!), item: items[i]! };
    },
    sample(i, key) {
      if (task.draw) {
        check(i, lines.length, 'samples');
        return task.draw(store.idsOf(exampleStarts[i]!), { ...key, site: i });
      }
      check(i, targets.length, 'samples');
      return { sequences: sequences(sampleStarts[i]!, sampleEnds[i]!), target: targets[i]! };
    },
    usedTokens() {
      if (task.draw) return null;
      return Int32Array.from(store.seen.keys()).filter((id) => store.seen[id] === 1);
    },
    add(example, features) {
      const learnt = use === 'evaluation' ? [] : task.targets(example, features);
      for (const ids of features.sequences) store.add(ids);
      if (task.draw) {
        // What is drawn anew is drawn for each sequence on its own.
        while (exampleStarts.at(-1)! < store.length) {
          exampleStarts.push(exampleStarts.at(-1)! + 1);
          lines.push(example.line);
        }
        return;
      }
      const first = exampleStarts.at(-1)!;
      const isTogether = learnt.length === 1;
      learnt.forEach((target, k) => {
        targets.push(target);
        sampleStarts.push(isTogether ? first : first + k);
        sampleEnds.push(isTogether ? store.length : first + k + 1);
      });
      exampleStarts.push(store.length);
      lines.push(example.line);
      if (use !== 'training') items.push(features.item);
    },
  };
}

/** Arrays of up to `size` items, in order. */
export async function* chunks<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
