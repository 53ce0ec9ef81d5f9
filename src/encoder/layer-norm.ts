import type { Engine, LayerNormResult, Tensor } from '../engine/types.ts';
import type { Gradients, Weights } from './weights.ts';

/** Fixed in the reference implementation (modeling_distilbert.py), not read from the config. */
export const LAYER_NORM_EPSILON = 1e-12;

export function layerNorm(e: Engine, weights: Weights, name: string, x: Tensor): LayerNormResult {
  return e.tidy(() => e.layerNorm(x, weights.read(`${name}.weight`), weights.read(`${name}.bias`), LAYER_NORM_EPSILON));
}

/** Adds the gradients of scale and shift, and returns dx. */
export function layerNormGradient(
  e: Engine,
  weights: Weights,
  gradients: Gradients,
  name: string,
  dy: Tensor,
  { normalized, inverseDeviation }: Pick<LayerNormResult, 'normalized' | 'inverseDeviation'>,
): Tensor {
  const { dx, dGamma, dBeta } = e.tidy(() =>
    e.layerNormGradient(dy, normalized, inverseDeviation, weights.read(`${name}.weight`)),
  );
  for (const [suffix, gradient] of [
    ['weight', dGamma],
    ['bias', dBeta],
  ] as const) {
    if (weights.trains(`${name}.${suffix}`)) gradients.add(`${name}.${suffix}`, gradient);
    else e.dispose(gradient);
  }
  return dx;
}
