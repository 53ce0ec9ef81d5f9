import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * What every other room sees of the tensor engine. Both engines (native TensorFlow, wasm) meet it, and nothing above
 * knows which one runs.
 *
 * Shapes use one alphabet: `B` sequences of the batch, `L` tokens of a sequence, `T` real tokens of the whole batch,
 * `D` hidden size, `H` heads, `F` inner size of the feed-forward, `V` vocabulary, `C` classes.
 * A `*Gradient` kernel returns the gradient with respect to its forward kernel's input. Nothing is kept for it behind
 * the scenes: what a gradient needs, it is given.
 */
export type { Tensor };

/** A tensor that outlives steps and is updated in place: a weight or an optimizer moment. */
export interface Variable {
  readonly shape: number[];
  /** The current value without a copy. Dispose it (or leave the `tidy`) before the variable is written to. */
  read(): Tensor;
  assign(value: Tensor): void;
  dispose(): void;
}

/** One AdamW update, the same for all weights of a step. */
export interface AdamOptions {
  /** 1 for the first update. */
  step: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Factor on every gradient: what clipping leaves of it. */
  gradientScale: number;
}

export interface AdamUpdate {
  weight: Variable;
  moment1: Variable;
  moment2: Variable;
  gradient: Tensor;
  learningRate: number;
  /** Decoupled decay: the weight is multiplied by `1 - learningRate * weightDecay` first (Loshchilov & Hutter 2019). */
  weightDecay: number;
}

/** Names one draw of random numbers: the same key gives the same numbers on the same engine, whatever was drawn before. */
export interface RandomKey {
  seed: number;
  step: number;
  /** The place that draws: different places of one step draw independently. */
  site: number;
}

export interface LayerNormResult {
  y: Tensor;
  /** (x - mean) / sqrt(variance + epsilon) */
  normalized: Tensor;
  /** 1 / sqrt(variance + epsilon), [T, 1] */
  inverseDeviation: Tensor;
}

export interface Engine {
  readonly name: 'tensorflow' | 'wasm';
  /** Version of the library that computes. */
  readonly version: string;

  floats(values: Float32Array, shape: number[]): Tensor;
  ints(values: Int32Array, shape: number[]): Tensor;
  zeros(shape: number[]): Tensor;
  /** Copies a float tensor's values out, row-major. */
  values(x: Tensor): Float32Array;
  variable(initial: Tensor): Variable;

  /** Disposes every tensor made inside but those in the returned value. Nests. */
  tidy<R>(work: () => R): R;
  dispose(...tensors: (Tensor | null | undefined)[]): void;
  /** Tensors alive, variables included, but for the constants that the engine keeps for itself: for leak checks. */
  liveTensors(): number;

  /** [m, k] x [k, n], either side transposed first when said so. */
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  /** The same over the last two of four dimensions. */
  batchMatMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  /** x W^T + b for a weight in the checkpoint's own layout, [out, in]. */
  linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor;
  /** Sum over rows: [T, D] -> [D]. The gradient of a bias. */
  sumRows(x: Tensor): Tensor;
  /** Element by element; shapes broadcast. */
  add(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  scale(x: Tensor, factor: number): Tensor;
  reshape(x: Tensor, shape: number[]): Tensor;
  /** [a, b, c, d] -> [a, c, b, d]. */
  swapMiddle(x: Tensor): Tensor;

  /** Rows of x [N, D] by index [M] -> [M, D]. Indices are not checked here: batches are when they are made. */
  gatherRows(x: Tensor, indices: Tensor): Tensor;
  /** `count` rows from row `start` on. */
  sliceRows(x: Tensor, start: number, count: number): Tensor;
  concatRows(parts: Tensor[]): Tensor;
  /** The gradient of `gatherRows`: rows [M, D] added up into [N, D] by index [M]; a negative index drops the row. */
  scatterRows(rows: Tensor, indices: Tensor, count: number): Tensor;

  gelu(x: Tensor): Tensor;
  geluGradient(x: Tensor, dy: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  reluGradient(x: Tensor, dy: Tensor): Tensor;

  layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): LayerNormResult;
  layerNormGradient(
    dy: Tensor,
    normalized: Tensor,
    inverseDeviation: Tensor,
    gamma: Tensor,
  ): { dx: Tensor; dGamma: Tensor; dBeta: Tensor };

  /** Over the last dimension. */
  softmax(x: Tensor): Tensor;
  /** dx = y * (dy - sum(dy * y)) */
  softmaxGradient(y: Tensor, dy: Tensor): Tensor;
  logSoftmax(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;

  /** 0 with probability `rate`, else 1 / (1 - rate): multiply by it to drop out. */
  dropoutMask(shape: number[], rate: number, key: RandomKey): Tensor;

  /** Sum of squares of all elements of all tensors, in float64 where it is added up across tensors. */
  sumOfSquares(tensors: Iterable<Tensor>): number;
  /** Updates weights and moments in place, as torch.optim.AdamW does. */
  adamStep(updates: AdamUpdate[], options: AdamOptions): void;
}
