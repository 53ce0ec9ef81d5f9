import type { Example } from '../data/types.ts';
import { pauseForEvents } from '../engine/pause.ts';
import { chunks, tokenize } from './example-set.ts';
import type { Model } from './model.ts';
import type { Task } from './types.ts';

/** As much of a model as prediction needs. */
export interface Predictor<Prediction> extends Pick<Model, 'tokenizer' | 'config' | 'logits'> {
  task: Pick<Task<unknown, Prediction>, 'outputs' | 'prediction'>;
}

export interface PredictOptions {
  /** Longest sequence in tokens; default: the model's number of positions. */
  maxLength?: number | undefined;
  /** Real tokens computed at once; bounds memory. */
  batchTokens?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Examples read ahead, so that those of like length share a batch; bounds memory. */
const WINDOW = 1024;
const BATCH_TOKENS = 2048;

/**
 * Labels any number of texts in constant memory, one prediction per example and in their order.
 * @throws the signal's reason when aborted.
 */
export async function* predict<Prediction>(
  model: Predictor<Prediction>,
  examples: AsyncIterable<Example | string> | Iterable<Example | string>,
  options: PredictOptions = {},
): AsyncGenerator<Prediction> {
  const maxLength = options.maxLength ?? model.config.maxPositionEmbeddings;
  const { outputs } = model.task;
  for await (const window of chunks(examples, WINDOW)) {
    const encodings = await tokenize(model.tokenizer, window.map(asExample), maxLength);
    const logits = await logitsOf(
      model,
      encodings.map(({ ids }) => ids),
      options,
    );
    for (let i = 0; i < window.length; i++)
      yield model.task.prediction(logits.subarray(i * outputs, (i + 1) * outputs));
  }
}

/**
 * Outputs for many sequences, row i for sequence i, [N, outputs]. Prediction, evaluation and the trainer's own
 * evaluation all come through here, so that what was measured is what is served.
 */
export async function logitsOf(
  model: Pick<Predictor<unknown>, 'logits' | 'task'>,
  sequences: ArrayLike<number>[],
  { batchTokens = BATCH_TOKENS, signal }: Pick<PredictOptions, 'batchTokens' | 'signal'> = {},
): Promise<Float32Array> {
  const { outputs } = model.task;
  const logits = new Float32Array(sequences.length * outputs);
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[b]!.length - sequences[a]!.length);
  for (let start = 0; start < order.length; ) {
    signal?.throwIfAborted();
    const longest = sequences[order[start]!]!.length;
    const members = order.slice(start, start + Math.max(1, Math.floor(batchTokens / longest)));
    const values = model.logits(members.map((i) => sequences[i]!));
    members.forEach((caller, row) => {
      logits.set(values.subarray(row * outputs, (row + 1) * outputs), caller * outputs);
    });
    start += members.length;
    await pauseForEvents();
  }
  return logits;
}

const asExample = (item: Example | string): Example => (typeof item === 'string' ? { text: item, line: 0 } : item);
