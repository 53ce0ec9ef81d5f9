import { pauseForEvents } from '../engine/pause.ts';
import { chunks } from './example-set.ts';
import type { Model } from './model.ts';
import type { Input, Task } from './types.ts';

/** As much of a model as prediction needs. */
export interface Predictor<Example, Prediction> extends Pick<Model, 'tokenizer' | 'config' | 'outputs'> {
  task: Pick<Task<Example, unknown, unknown, Prediction>, 'exampleOf' | 'featurize' | 'prediction'>;
}

export interface PredictOptions extends PassOptions {
  /** Most tokens of a sequence; default: the model's number of positions. */
  maxLength?: number | undefined;
}

export interface PassOptions {
  /** Real tokens computed at once; bounds memory. */
  batchTokens?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Examples read ahead, so that those of like length share a batch; bounds memory. */
const WINDOW = 1024;
const BATCH_TOKENS = 4096;

/**
 * Predicts for any number of examples, or texts, in constant memory, in their order.
 * @throws the signal's reason when aborted.
 */
export async function* predict<Example, Prediction>(
  model: Predictor<Example, Prediction>,
  examples: AsyncIterable<Example | string> | Iterable<Example | string>,
  options: PredictOptions = {},
): AsyncGenerator<Prediction> {
  const { task, tokenizer } = model;
  const maxLength = options.maxLength ?? model.config.maxPositionEmbeddings;
  for await (const window of chunks(examples, WINDOW)) {
    const given = window.map((item) => (typeof item === 'string' ? task.exampleOf(item) : item));
    const features = await task.featurize(tokenizer, given, { maxLength, purpose: 'prediction' });
    const predictions = new Array<Prediction>(features.length);
    await eachOutputs(
      model,
      features,
      (i, outputs) => {
        predictions[i] = task.prediction(features[i]!.item, outputs);
      },
      options,
    );
    yield* predictions;
  }
}

/**
 * Outputs for many inputs. Prediction, evaluation and the trainer's own evaluation all come through here, so that what
 * was measured is what is served.
 * @param consume is given the outputs of each input once, one array for each of its sequences, in no particular order
 */
export async function eachOutputs(
  model: Pick<Model, 'outputs'>,
  inputs: readonly Input[],
  consume: (index: number, outputs: Float32Array[]) => void,
  { batchTokens = BATCH_TOKENS, signal }: PassOptions = {},
): Promise<void> {
  const parts = inputs.flatMap(({ sequences, positions }, input) =>
    sequences.map((ids, place) => ({ input, place, ids, positions: positions?.[place] })),
  );
  const waiting = inputs.map(({ sequences }) => ({ left: sequences.length, outputs: [] as Float32Array[] }));
  const deliver = (input: number, place: number, outputs: Float32Array) => {
    const whole = waiting[input]!;
    whole.outputs[place] = outputs;
    if (--whole.left > 0) return;
    consume(input, whole.outputs);
    whole.outputs = [];
  };
  for (const { input, place, positions } of parts) {
    if (positions?.length === 0) deliver(input, place, new Float32Array(0));
  }
  const computed = parts.filter(({ positions }) => positions?.length !== 0);
  computed.sort((a, b) => b.ids.length - a.ids.length);
  for (let start = 0; start < computed.length; ) {
    signal?.throwIfAborted();
    const longest = computed[start]!.ids.length;
    const members = computed.slice(start, start + Math.max(1, Math.floor(batchTokens / longest)));
    const outputs = model.outputs(members);
    members.forEach(({ input, place }, i) => {
      deliver(input, place, outputs[i]!);
    });
    start += members.length;
    await pauseForEvents();
  }
}
