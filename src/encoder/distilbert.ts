import type { Engine, Tensor } from '../engine/types.ts';
import { planGroups } from './attention.ts';
import type { TokenBatch } from './batch.ts';
import type { DistilBertConfig } from './config.ts';
import { type LayerContext, type LayerSaved, layerBackward, layerForward } from './layer.ts';
import { layerNorm, layerNormGradient } from './layer-norm.ts';
import type { Gradients, Weights } from './weights.ts';

/** What a pass for training adds to one for prediction. */
export interface TrainingPass {
  /** Dropout mask of `shape`, 0 or 1 / (1 - rate); null where nothing is dropped. `site` names the place of the network. */
  drawMask(shape: number[], rate: number, site: number): Tensor | null;
}

export interface EncoderOptions {
  /** `first`: the last hidden state of each sequence's first token only, [B, D]; `all`: of every token, [T, D]. */
  rows: 'first' | 'all';
  /** Absent: prediction; nothing is dropped and nothing kept for a gradient. */
  training?: TrainingPass;
  /** Is shown the embeddings' output (0) and that of every layer (1 ..), which it must not keep or dispose. */
  onHidden?(index: number, hidden: Tensor): void;
}

export interface EncoderPass {
  /** [B, D] or [T, D], rows in the batch's order. */
  hidden: Tensor;
  /** Adds the gradients of all weights that train. Disposes `dHidden` and what the pass kept. Training passes only, once. */
  backward(dHidden: Tensor, gradients: Gradients): void;
}

// Sites of dropout: each layer has this many, the embeddings the first, heads those from HEAD_SITE on.
const SITES_PER_LAYER = 1024;
export const HEAD_SITE = SITES_PER_LAYER * 1000;
/** Sites that one micro-batch may use, the head's included. */
export const MICRO_BATCH_SITES = HEAD_SITE * 2;

const WORDS = 'distilbert.embeddings.word_embeddings.weight';
const POSITIONS = 'distilbert.embeddings.position_embeddings.weight';
const EMBEDDING_NORM = 'distilbert.embeddings.LayerNorm';

/**
 * The DistilBERT encoder (Sanh et al. 2019; numbers as in transformers' modeling_distilbert.py) on a batch of real tokens.
 * Forward and backward are written out layer by layer, so that each tensor lives only as long as it is needed.
 */
export function encode(
  e: Engine,
  config: DistilBertConfig,
  weights: Weights,
  batch: TokenBatch,
  options: EncoderOptions,
): EncoderPass {
  const longest = batch.positions[batch.tokens - 1]! + 1; // the last sequence is the longest
  if (longest > config.maxPositionEmbeddings) {
    throw new RangeError(
      `a sequence of ${longest} tokens is longer than the model's ${config.maxPositionEmbeddings} positions`,
    );
  }
  const { training, onHidden } = options;
  const drawMask = (layer: number) => (shape: number[], rate: number, place: number) =>
    training && rate > 0 ? training.drawMask(shape, rate, layer * SITES_PER_LAYER + place) : null;
  const ids = e.ints(batch.ids, [batch.tokens]);
  const positions = e.ints(batch.positions, [batch.tokens]);
  const shared = {
    engine: e,
    config,
    weights,
    groups: planGroups(e, batch),
    firstRows: e.ints(batch.firstRows, [batch.count]),
  };
  const context = (layer: number): LayerContext => ({ ...shared, drawMask: drawMask(layer + 1) });

  const embedded = e.tidy(() => {
    const sum = e.add(e.gatherRows(weights.read(WORDS), ids), e.gatherRows(weights.read(POSITIONS), positions));
    return layerNorm(e, weights, EMBEDDING_NORM, sum);
  });
  const embeddingMask = drawMask(0)(embedded.y.shape, config.dropout, 0);
  let x = embedded.y;
  if (embeddingMask) {
    x = e.multiply(embedded.y, embeddingMask);
    e.dispose(embedded.y);
  }
  onHidden?.(0, x);

  // Below the lowest weight that trains no gradient is needed, and nothing is kept for one.
  const lowest = training ? lowestTrained(config, weights) : config.nLayers;
  if (lowest >= 0) e.dispose(embedded.normalized, embedded.inverseDeviation, embeddingMask);
  const saved: (LayerSaved | null)[] = [];
  for (let layer = 0; layer < config.nLayers; layer++) {
    const firstOnly = options.rows === 'first' && layer === config.nLayers - 1;
    const save = training !== undefined && layer >= lowest;
    const result = layerForward(context(layer), layer, x, firstOnly, save);
    if (!save) e.dispose(x);
    saved.push(result.saved);
    x = result.y;
    onHidden?.(layer + 1, x);
  }

  const release = () => {
    e.dispose(ids, positions, shared.firstRows);
    for (const { indices } of shared.groups) {
      if (indices) e.dispose(indices.rowOfPlace, indices.placeOfRow, indices.bias);
    }
  };
  if (!training) release();

  return {
    hidden: x,
    backward(dHidden, gradients) {
      let d: Tensor | null = dHidden;
      for (let layer = config.nLayers - 1; layer >= Math.max(lowest, 0); layer--) {
        d = layerBackward(context(layer), layer, d!, saved[layer]!, gradients, layer > lowest);
      }
      if (lowest === config.nLayers) e.dispose(dHidden);
      if (lowest < 0) {
        const dEmbedded = embeddingMask ? e.multiply(d!, embeddingMask) : d!;
        if (embeddingMask) e.dispose(d, embeddingMask);
        const dSum = layerNormGradient(e, weights, gradients, EMBEDDING_NORM, dEmbedded, embedded);
        e.dispose(dEmbedded, embedded.normalized, embedded.inverseDeviation);
        if (weights.trains(WORDS)) gradients.add(WORDS, e.scatterRows(dSum, ids, config.vocabSize));
        if (weights.trains(POSITIONS)) {
          gradients.add(POSITIONS, e.scatterRows(dSum, positions, config.maxPositionEmbeddings));
        }
        e.dispose(dSum);
      }
      release();
    },
  };
}

/** The lowest layer with a weight that trains; -1: the embeddings; nLayers: none. */
function lowestTrained(config: DistilBertConfig, weights: Weights): number {
  const names = [WORDS, POSITIONS, `${EMBEDDING_NORM}.weight`, `${EMBEDDING_NORM}.bias`];
  if (names.some((name) => weights.trains(name))) return -1;
  for (let layer = 0; layer < config.nLayers; layer++) {
    if (weights.trains(`distilbert.transformer.layer.${layer}.attention.q_lin.weight`)) return layer;
  }
  return config.nLayers;
}
