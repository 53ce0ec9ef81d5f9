import type { Engine, Tensor } from './types.ts';

/** The elementary operations that an engine brings; the fused kernels below are written once over them. */
export interface Primitives {
  tidy<R>(work: () => R): R;
  /** A float scalar that is made once and kept. */
  constant(value: number): Tensor;
  /** A float scalar for one use. */
  scalar(value: number): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  subtract(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  erf(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  rsqrt(x: Tensor): Tensor;
  /** 1 where a > b, else 0, as floats. */
  greater(a: Tensor, b: Tensor): Tensor;
  /** Over the last dimension, which stays as 1. */
  meanLast(x: Tensor): Tensor;
  sumLast(x: Tensor): Tensor;
  sumRows(x: Tensor): Tensor;
}

export type ComposedKernels = Pick<
  Engine,
  'scale' | 'gelu' | 'geluGradient' | 'reluGradient' | 'layerNorm' | 'layerNormGradient' | 'softmaxGradient'
>;

export function composeKernels(p: Primitives): ComposedKernels {
  const { tidy, constant, add, subtract, multiply } = p;
  /** Phi(x), the normal distribution function: 0.5 * (1 + erf(x / sqrt 2)). */
  const normalCdf = (x: Tensor) =>
    multiply(add(p.erf(multiply(x, constant(Math.SQRT1_2))), constant(1)), constant(0.5));

  return {
    scale: (x, factor) => tidy(() => multiply(x, p.scalar(factor))),

    /** The exact GELU, x * Phi(x) (Hendrycks & Gimpel 2016): what "gelu" means in a DistilBERT config. */
    gelu: (x) => tidy(() => multiply(x, normalCdf(x))),

    /** dy * (Phi(x) + x * phi(x)) with the normal density phi(x) = exp(-x^2 / 2) / sqrt(2 pi). */
    geluGradient: (x, dy) =>
      tidy(() => {
        const density = multiply(p.exp(multiply(p.square(x), constant(-0.5))), constant(1 / Math.sqrt(2 * Math.PI)));
        return multiply(dy, add(normalCdf(x), multiply(x, density)));
      }),

    reluGradient: (x, dy) => tidy(() => multiply(dy, p.greater(x, constant(0)))),

    layerNorm: (x, gamma, beta, epsilon) =>
      tidy(() => {
        const centred = subtract(x, p.meanLast(x)); // two passes: the variance of a large mean stays exact
        const inverseDeviation = p.rsqrt(add(p.meanLast(p.square(centred)), constant(epsilon)));
        const normalized = multiply(centred, inverseDeviation);
        return { y: add(multiply(normalized, gamma), beta), normalized, inverseDeviation };
      }),

    /** Ba et al. 2016: dx = (h - mean(h) - n * mean(h * n)) / deviation with h = dy * gamma. */
    layerNormGradient: (dy, normalized, inverseDeviation, gamma) =>
      tidy(() => {
        const h = multiply(dy, gamma);
        const projected = multiply(normalized, p.meanLast(multiply(h, normalized)));
        const dx = multiply(subtract(subtract(h, p.meanLast(h)), projected), inverseDeviation);
        return { dx, dGamma: p.sumRows(multiply(dy, normalized)), dBeta: p.sumRows(dy) };
      }),

    softmaxGradient: (y, dy) => tidy(() => multiply(y, subtract(dy, p.sumLast(multiply(dy, y))))),
  };
}
