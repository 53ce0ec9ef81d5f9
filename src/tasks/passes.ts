import { makeBatch } from '../encoder/batch.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import { encode, HEAD_SITE } from '../encoder/distilbert.ts';
import type { Gradients, Weights } from '../encoder/weights.ts';
import type { Engine, RandomKey } from '../engine/types.ts';
import type { Head } from '../heads/types.ts';

/** An encoder and a head, ready to compute. */
export interface Network<Target> {
  engine: Engine;
  config: DistilBertConfig;
  weights: Weights;
  head: Head<Target>;
}

/** One micro-batch of an optimizer step. */
export interface TrainingBatch<Target> {
  sequences: ArrayLike<number>[];
  targets: Target[];
  /** Sum of the weights of all targets of the step. */
  normalizer: number;
  /** Where dropout draws from: `site` must differ between the micro-batches of a step by `MICRO_BATCH_SITES` (encoder/distilbert.ts). */
  key: RandomKey;
}

/** Forward and backward of one micro-batch: adds to `gradients`, returns its part of the step's mean loss. */
export function trainBatch<Target>(
  { engine, config, weights, head }: Network<Target>,
  { sequences, targets, normalizer, key }: TrainingBatch<Target>,
  gradients: Gradients,
): { loss: number } {
  const batch = makeBatch(sequences, config.vocabSize);
  const drawMask = (shape: number[], rate: number, site: number) =>
    rate > 0 ? engine.dropoutMask(shape, rate, { ...key, site: key.site + site }) : null;
  const pass = encode(engine, config, weights, batch, { rows: head.rows, training: { drawMask } });
  const { loss, dHidden } = head.train(
    { engine, config, weights, gradients, drawMask: (shape, rate, place) => drawMask(shape, rate, HEAD_SITE + place) },
    pass.hidden,
    Array.from(batch.order, (i) => targets[i]!),
    normalizer,
  );
  pass.backward(dHidden, gradients);
  return { loss };
}

/** Outputs of a head that reads first tokens, [B, outputs], in the order of `sequences`. */
export function batchLogits<Target>(
  { engine, config, weights, head }: Network<Target>,
  sequences: ArrayLike<number>[],
): Float32Array {
  const batch = makeBatch(sequences, config.vocabSize);
  const values = engine.tidy(() => {
    const { hidden } = encode(engine, config, weights, batch, { rows: head.rows });
    return engine.values(head.logits({ engine, config, weights }, hidden));
  });
  const width = values.length / batch.count;
  const ordered = new Float32Array(values.length);
  batch.order.forEach((caller, i) => {
    ordered.set(values.subarray(i * width, (i + 1) * width), caller * width);
  });
  return ordered;
}
