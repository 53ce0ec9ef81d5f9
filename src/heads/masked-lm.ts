import type { DistilBertConfig } from '../encoder/config.ts';
import { layerNorm, layerNormGradient } from '../encoder/layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradient } from '../encoder/linear.ts';
import { layerNormParameters, linearParameters, wordEmbeddings } from '../encoder/names.ts';
import type { Tensor } from '../engine/types.ts';
import { type TokenLabels, trainLabelledRows, weighLabels } from './labelled-rows.ts';
import { sparseCrossEntropy } from './losses.ts';
import type { Head, HeadContext, HeadTraining } from './types.ts';

const PROJECTION_BIAS = 'vocab_projector.bias';

/** The projection's weight, [V, D]: its own, or the word embeddings' where the configuration ties the two. */
const projectionWeight = ({ tieWeights }: DistilBertConfig) => (tieWeights ? wordEmbeddings : 'vocab_projector.weight');

/**
 * DistilBERT's head for masked language modelling (modeling_distilbert.py, `DistilBertForMaskedLM`): vocab_transform
 * [D, D] -> activation -> vocab_layer_norm -> vocab_projector [V, D]; cross-entropy over the labelled tokens of the whole
 * step. A target has per token of its sequence the id to be predicted, `IGNORED` where nothing is.
 */
export function maskedLmHead(): Head<TokenLabels> {
  return {
    architecture: 'DistilBertForMaskedLM',
    rows: 'all',
    parameters: ({ dim: D, vocabSize: V, tieWeights }) => [
      ...linearParameters('vocab_transform', D, D),
      ...layerNormParameters('vocab_layer_norm', D),
      ...linearParameters('vocab_projector', V, D).filter(({ name }) => !tieWeights || name === PROJECTION_BIAS),
    ],
    logits: (context, hidden) => context.engine.tidy(() => project(context, transform(context, hidden).norm.y)),
    weigh: (targets) => weighLabels(targets, () => 1),
    train: (context, hidden, targets, normalizer) =>
      trainLabelledRows(context, hidden, targets, (x, labels) => trainRows(context, x, labels, normalizer)),
  };
}

/** What comes before the projection, x [M, D] and all of it [M, D]. */
function transform({ engine: e, config, weights }: HeadContext, x: Tensor) {
  const inner = linear(e, weights, 'vocab_transform', x);
  const activated = config.activation === 'gelu' ? e.gelu(inner) : e.relu(inner);
  const norm = layerNorm(e, weights, 'vocab_layer_norm', activated);
  e.dispose(activated);
  return { inner, norm };
}

/** [M, D] -> [M, V] */
function project({ engine: e, config, weights }: HeadContext, x: Tensor): Tensor {
  return e.tidy(() => e.linear(x, weights.read(projectionWeight(config)), weights.read(PROJECTION_BIAS)));
}

function trainRows(
  context: HeadTraining,
  x: Tensor, // [M, D]
  labels: number[],
  normalizer: number,
): { loss: number; dx: Tensor } {
  const { engine: e, config, weights, gradients } = context;
  const { inner, norm } = transform(context, x);
  const { loss, dLogits } = sparseCrossEntropy(e, project(context, norm.y), labels, normalizer);

  const weight = projectionWeight(config);
  if (weights.trains(weight)) gradients.add(weight, e.matMul(dLogits, norm.y, true, false));
  if (weights.trains(PROJECTION_BIAS)) gradients.add(PROJECTION_BIAS, e.sumRows(dLogits));
  const dNorm = e.tidy(() => e.matMul(dLogits, weights.read(weight))); // [M, D]
  e.dispose(dLogits, norm.y);
  const dActivated = layerNormGradient(e, weights, gradients, 'vocab_layer_norm', dNorm, norm);
  e.dispose(dNorm, norm.normalized, norm.inverseDeviation);
  const dInner = config.activation === 'gelu' ? e.geluGradient(inner, dActivated) : e.reluGradient(inner, dActivated);
  e.dispose(dActivated, inner);
  linearWeightGradient(e, weights, gradients, 'vocab_transform', x, dInner);
  const dx = linearInputGradient(e, weights, 'vocab_transform', dInner);
  e.dispose(dInner);
  return { loss, dx };
}
