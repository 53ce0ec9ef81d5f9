import { type ActiveVocabulary, lookUp, trainedRows } from '../encoder/active-vocabulary.ts';
import { makeBatch, type TokenBatch } from '../encoder/batch.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import { encode, HEAD_SITE } from '../encoder/distilbert.ts';
import { wordEmbeddings } from '../encoder/names.ts';
import type { Gradients, Weights } from '../encoder/weights.ts';
import type { Engine, RandomKey, Tensor } from '../engine/types.ts';
import type { Head } from '../heads/types.ts';
import type { FrozenActivations } from './frozen-activations.ts';
import type { Sample } from './types.ts';

/** An encoder and a head, ready to compute. */
export interface Network<Target> {
  engine: Engine;
  config: DistilBertConfig;
  weights: Weights;
  head: Head<Target>;
  /** Which rows of the word embeddings `weights` has; null or absent: all. */
  vocabulary?: ActiveVocabulary | null;
}

/** One micro-batch of an optimizer step. */
export interface TrainingBatch<Target> {
  samples: Sample<Target>[];
  /** Sum of the weights of all targets of the step. */
  normalizer: number;
  /** Where dropout draws from: `site` must differ between the micro-batches of a step by `MICRO_BATCH_SITES` (encoder/distilbert.ts). */
  key: RandomKey;
  /** Keeps less and computes more, the same to the bit: see `TrainingPass` (encoder/distilbert.ts). */
  gradientCheckpointing?: boolean | undefined;
  /** What the frozen layers give of these samples; they are not computed then. */
  activations?: FrozenActivations | null | undefined;
}

/** A sequence to compute outputs of. */
export interface SequenceInput {
  ids: ArrayLike<number>;
  /** Whose outputs are wanted; absent: of every row that the head reads. Heads that read every token only. */
  positions?: ArrayLike<number> | undefined;
}

/** Forward and backward of one micro-batch: adds to `gradients`, returns its part of the step's mean loss. */
export function trainBatch<Target>(
  { engine, config, weights, head, vocabulary = null }: Network<Target>,
  { samples, normalizer, key, gradientCheckpointing, activations }: TrainingBatch<Target>,
  gradients: Gradients,
): { loss: number } {
  const sampleOf = samples.flatMap(({ sequences }, i) => sequences.map(() => i));
  const sequences = samples.flatMap((sample) => sample.sequences);
  const batch = makeBatch(sequences, config.vocabSize);
  const keyOf = (site: number) => ({ ...key, site: key.site + site });
  const dropout = (rate: number, site: number) => ({ rate, key: keyOf(site) });
  const read = vocabulary ? { ...batch, ids: trainedRows(vocabulary, batch.ids) } : batch;
  const pass = encode(engine, config, weights, read, {
    rows: head.rows,
    training: { dropout, gradientCheckpointing },
    from: activations?.of(Array.from(batch.order, (i) => sequences[i]!)),
  });
  const { loss, dHidden } = head.train(
    {
      engine,
      config,
      weights,
      gradients,
      layout: {
        lengths: Int32Array.from(lengthsOf(batch)),
        targetOf: Int32Array.from(batch.order, (i) => sampleOf[i]!),
      },
      drawMask: (shape, rate, place) => (rate > 0 ? engine.dropoutMask(shape, rate, keyOf(HEAD_SITE + place)) : null),
    },
    pass.hidden,
    samples.map(({ target }) => target),
    normalizer,
  );
  pass.backward(dHidden, gradients);
  return { loss };
}

/** Outputs of each sequence, flat, in the order given: [outputs], or [L, outputs] where the head reads every token. */
export function batchOutputs<Target>(
  { engine, config, weights, head, vocabulary = null }: Network<Target>,
  inputs: readonly SequenceInput[],
): Float32Array[] {
  const batch = makeBatch(
    inputs.map(({ ids }) => ids),
    config.vocabSize,
  );
  const rowCounts = rowsPerSequence(batch, inputs, head.rows);
  const values = engine.tidy(() => {
    const words = embeddingsFor(engine, weights, batch, vocabulary);
    const { hidden } = encode(engine, config, words.weights, words.batch, { rows: head.rows });
    const rows = wantedRows(engine, hidden, batch, inputs);
    return engine.values(head.logits({ engine, config, weights }, rows));
  });
  const width = values.length / rowCounts.reduce((a, b) => a + b, 0);
  const outputs = new Array<Float32Array>(inputs.length);
  let offset = 0;
  batch.order.forEach((caller, i) => {
    outputs[caller] = values.slice(offset, offset + rowCounts[i]! * width);
    offset += rowCounts[i]! * width;
  });
  return outputs;
}

/** The batch and the weights to compute outputs with where the word embeddings lie in two parts. */
function embeddingsFor(engine: Engine, weights: Weights, batch: TokenBatch, vocabulary: ActiveVocabulary | null) {
  if (!vocabulary) return { batch, weights };
  const { rows, read } = lookUp(engine, vocabulary, () => weights.read(wordEmbeddings), batch.ids);
  const reading: Weights = { ...weights, read: (name) => (name === wordEmbeddings ? read() : weights.read(name)) };
  return { batch: { ...batch, ids: rows }, weights: reading };
}

function lengthsOf({ firstRows, tokens }: TokenBatch): number[] {
  return Array.from(firstRows, (first, i) => (firstRows[i + 1] ?? tokens) - first);
}

/** How many rows of outputs each sequence has, in the batch's order. */
function rowsPerSequence(batch: TokenBatch, inputs: readonly SequenceInput[], rows: 'first' | 'all'): number[] {
  if (rows === 'first') return Array.from(batch.order, () => 1);
  return lengthsOf(batch).map((length, i) => inputs[batch.order[i]!]!.positions?.length ?? length);
}

/** The rows of `hidden` that outputs are wanted of. */
function wantedRows(engine: Engine, hidden: Tensor, batch: TokenBatch, inputs: readonly SequenceInput[]): Tensor {
  if (inputs.every(({ positions }) => positions === undefined)) return hidden;
  const indices: number[] = [];
  lengthsOf(batch).forEach((length, i) => {
    const positions = inputs[batch.order[i]!]!.positions ?? Array.from({ length }, (_, position) => position);
    for (let k = 0; k < positions.length; k++) indices.push(batch.firstRows[i]! + positions[k]!);
  });
  return engine.gatherRows(hidden, engine.ints(Int32Array.from(indices), [indices.length]));
}
