import type { Dropout, Engine, LayerKernels, Tensor } from '../engine/types.ts';
import type { TokenBatch } from './batch.ts';
import { composedKernels } from './composed.ts';
import type { DistilBertConfig } from './config.ts';
import { type LayerContext, type LayerSaved, layerBackward, layerForward } from './layer.ts';
import { LAYER_NORM_EPSILON } from './layer-norm.ts';
import type { Gradients, Weights } from './weights.ts';

/** What a pass for training adds to one for prediction. */
export interface TrainingPass {
  /** What is dropped at a place of the network, which `site` names; null where nothing is. */
  dropout(rate: number, site: number): Dropout | null;
  /**
   * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): of each layer but the last only the input is kept, and the
   * layer is computed again when its gradient's turn comes. Less memory, more time, the same gradients to the bit: the
   * kernels draw at a site what they drew there before.
   */
  gradientCheckpointing?: boolean | undefined;
}

export interface EncoderOptions {
  /** `first`: the last hidden state of each sequence's first token only, [B, D]; `all`: of every token, [T, D]. */
  rows: 'first' | 'all';
  /** Absent: prediction; nothing is dropped and nothing kept for a gradient. */
  training?: TrainingPass;
  /** The engine's own where it has some, else composed ones. */
  kernels?: LayerKernels;
  /** Begins with the input of a layer, [T, D], or with the last hidden state (`nLayers`); the pass disposes it. */
  from?: { layer: number; hidden: Tensor } | undefined;
  /** Ends before this layer: `hidden` is its input, [T, D]. Prediction only. Default: `nLayers`, the last hidden state. */
  until?: number | undefined;
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
  const { training, onHidden, from, until = config.nLayers, kernels = e.layerKernels ?? composedKernels(e) } = options;
  const dropout = (layer: number) => (rate: number, place: number) =>
    training && rate > 0 ? training.dropout(rate, layer * SITES_PER_LAYER + place) : null;
  const ids = e.ints(batch.ids, [batch.tokens]);
  const positions = e.ints(batch.positions, [batch.tokens]);
  const shared = {
    engine: e,
    kernels,
    config,
    weights,
    plan: kernels.plan({ offsets: Int32Array.of(...batch.firstRows, batch.tokens), groups: batch.groups }),
    firstRows: e.ints(batch.firstRows, [batch.count]),
  };
  const context = (layer: number): LayerContext => ({ ...shared, dropout: dropout(layer + 1) });

  // Below the lowest weight that trains no gradient is needed, and nothing is kept for one.
  const lowest = training ? lowestTrained(config, weights) : config.nLayers;
  if (from && training && from.layer !== lowest) {
    throw new RangeError(`a pass that begins at layer ${from.layer} trains weights of layer ${lowest}`);
  }
  const embed = () => {
    const inputs = {
      words: weights.read(WORDS),
      places: weights.read(POSITIONS),
      ids,
      positions,
      gamma: weights.read(`${EMBEDDING_NORM}.weight`),
      beta: weights.read(`${EMBEDDING_NORM}.bias`),
      epsilon: LAYER_NORM_EPSILON,
    };
    return kernels.embed(inputs, dropout(0)(config.dropout, 0), lowest < 0);
  };
  const embedded = from ? null : e.tidy(embed);
  let x = embedded?.y ?? from!.hidden;
  if (embedded) onHidden?.(0, x);
  const savedOf: (() => LayerSaved)[] = [];
  for (let layer = from?.layer ?? 0; layer < until; layer++) {
    const firstOnly = options.rows === 'first' && layer === config.nLayers - 1;
    const trains = training !== undefined && layer >= lowest;
    // The last layer's gradient comes first: to let go of what it needs would save nothing.
    const again = training?.gradientCheckpointing === true && layer < config.nLayers - 1;
    const input = x;
    const forward = (save: boolean) => layerForward(context(layer), layer, input, firstOnly, save);
    const { y, saved } = forward(trains && !again);
    if (!trains) e.dispose(input);
    savedOf[layer] = () => saved ?? computedAgain(e, forward);
    x = y;
    onHidden?.(layer + 1, x);
  }

  const release = () => {
    e.dispose(ids, positions, shared.firstRows);
    shared.plan.dispose();
  };
  if (!training) release();

  return {
    hidden: x,
    backward(dHidden, gradients) {
      let d: Tensor[] | null = [dHidden];
      for (let layer = config.nLayers - 1; layer >= Math.max(lowest, 0); layer--) {
        d = layerBackward(context(layer), layer, d!, savedOf[layer]!(), gradients, layer > lowest);
      }
      if (lowest === config.nLayers) e.dispose(dHidden);
      if (lowest < 0) {
        const { dx, dGamma, dBeta } = e.tidy(() =>
          kernels.embedGradient(d!, embedded!.saved!, weights.read(`${EMBEDDING_NORM}.weight`)),
        );
        e.dispose(...d!);
        const rowsOf = (name: string) => e.tidy(() => weights.read(name).shape[0]!);
        if (weights.trains(WORDS)) gradients.add(WORDS, e.scatterRows(dx, ids, rowsOf(WORDS)));
        if (weights.trains(POSITIONS)) gradients.add(POSITIONS, e.scatterRows(dx, positions, rowsOf(POSITIONS)));
        gradients.addTrained(weights, { [`${EMBEDDING_NORM}.weight`]: dGamma, [`${EMBEDDING_NORM}.bias`]: dBeta });
        e.dispose(dx);
      }
      release();
    },
  };
}

/** What a layer's gradient needs, of a second forward pass, whose output is there already. */
function computedAgain(e: Engine, forward: (save: true) => ReturnType<typeof layerForward>): LayerSaved {
  const { y, saved } = forward(true);
  e.dispose(y);
  return saved!;
}

const linearLayers = ['q_lin', 'k_lin', 'v_lin', 'out_lin']
  .map((name) => `attention.${name}`)
  .concat('ffn.lin1', 'ffn.lin2');

/** The lowest layer with a weight that trains; -1: the embeddings; nLayers: none. */
export function lowestTrained(config: DistilBertConfig, weights: Weights): number {
  const names = [WORDS, POSITIONS, `${EMBEDDING_NORM}.weight`, `${EMBEDDING_NORM}.bias`];
  if (names.some((name) => weights.trains(name))) return -1;
  for (let layer = 0; layer < config.nLayers; layer++) {
    const name = `distilbert.transformer.layer.${layer}`;
    if (weights.trains(`${name}.attention.q_lin.weight`)) return layer;
    if (linearLayers.some((linear) => weights.adapter?.(`${name}.${linear}`))) return layer;
  }
  return config.nLayers;
}
