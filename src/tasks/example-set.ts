import type { Example } from '../data/types.ts';
import { createTokenStore } from '../text/token-store.ts';
import type { Encoding, Tokenizer } from '../text/tokenizer.ts';
import type { Task } from './types.ts';

/** Tokenised examples with their targets, to train on or to evaluate. The texts are not kept. */
export interface ExampleSet<Target = unknown> {
  readonly length: number;
  /** Token ids of example i, special tokens included. */
  ids(i: number): ArrayLike<number>;
  target(i: number): Target;
  /** Line of example i in its file. */
  line(i: number): number;
}

const CHUNK = 1024;

/** Tokenises texts and pairs, many at a time. */
export function tokenize(tokenizer: Tokenizer, examples: Example[], maxLength: number): Promise<Encoding[]> {
  const paired = examples[0]?.pair !== undefined;
  if (!paired)
    return tokenizer.encodeBatch(
      examples.map(({ text }) => text),
      { maxLength },
    );
  return tokenizer.encodePairBatch(
    examples.map(({ text, pair }): [string, string] => [text, pair ?? '']),
    { maxLength },
  );
}

/**
 * Reads labelled examples into a set.
 * @param onEncoded is shown each example with its encoding (truncated or not), in order.
 * @throws DataError when a label is missing or unknown to the task.
 */
export async function encodeExamples<Target>(
  model: { tokenizer: Tokenizer; task: Pick<Task<Target, unknown>, 'target'> },
  examples: AsyncIterable<Example> | Iterable<Example>,
  options: { maxLength: number; onEncoded?: (example: Example, encoding: Encoding) => void },
): Promise<ExampleSet<Target>> {
  const set = createExampleSet<Target>(model.tokenizer.vocabSize);
  for await (const chunk of chunks(examples, CHUNK)) {
    const encodings = await tokenize(model.tokenizer, chunk, options.maxLength);
    chunk.forEach((example, i) => {
      const encoding = encodings[i]!;
      options.onEncoded?.(example, encoding);
      set.add(encoding.ids, model.task.target(example), example.line);
    });
  }
  return set;
}

/** An empty set, to be filled one example at a time. */
export function createExampleSet<Target>(
  vocabSize: number,
): ExampleSet<Target> & { add(ids: ArrayLike<number>, target: Target, line: number): void } {
  const store = createTokenStore(vocabSize);
  const targets: Target[] = [];
  const lines: number[] = [];
  return {
    get length() {
      return targets.length;
    },
    ids: (i) => store.idsOf(i),
    target: (i) => targets[i]!,
    line: (i) => lines[i]!,
    add(ids, target, line) {
      store.add(ids);
      targets.push(target);
      lines.push(line);
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
