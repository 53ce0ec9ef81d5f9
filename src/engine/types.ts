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

/** What dropout draws: each element is 0 with probability `rate`, else multiplied by 1 / (1 - rate). */
export interface Dropout {
  rate: number;
  key: RandomKey;
}

/** Sequences that lie one behind the other in flat rows, sorted by length. */
export interface SequenceLayout {
  /** Row of each sequence's first token, and at the end the number of rows, [B + 1]. */
  offsets: Int32Array;
  /** Consecutive sequences that a kernel which must pad pads together. */
  groups: readonly SequenceGroup[];
}

/** Consecutive sequences that attend as one padded block [count, length]. */
export interface SequenceGroup {
  firstSequence: number;
  count: number;
  /** Padded length, L. */
  length: number;
  firstRow: number;
  rows: number;
  /** null when all sequences have the full length: rows and block are the same then. */
  padding: {
    /** For each place of the block, the group's row that fills it (any row for padding), [count * length]. */
    rowOfPlace: Int32Array;
    /** For each row of the group, its place in the block, [rows]. */
    placeOfRow: Int32Array;
    /** 1 keeps the place, 0 is padding, [count * length]. */
    keepMask: Float32Array;
  } | null;
}

/** What attention needs of a batch, the same for all layers. */
export interface AttentionPlan {
  dispose(): void;
}

/** What a kernel keeps for its gradient, which disposes it. */
export interface Saved {
  dispose(): void;
}

export interface AttentionInputs {
  /** Without their biases: [T, D], or q of each sequence's first token only, [B, D]. */
  q: Tensor;
  k: Tensor;
  v: Tensor;
  /** [D] */
  qBias: Tensor;
  kBias: Tensor;
  vBias: Tensor;
}

export interface NormInputs {
  gamma: Tensor;
  beta: Tensor;
  epsilon: number;
}

/**
 * The parts of a transformer layer between its matrix products. Every gradient takes what its forward kernel saved, and the
 * same weights once more (they are read again, not kept); gradients that come in parts are added up by who takes them.
 * `save` off: `saved` is null.
 */
export interface LayerKernels {
  plan(layout: SequenceLayout): AttentionPlan;

  /** dropout(norm(words[ids] + places[positions])): ids and positions [T] -> [T, D]. */
  embed(
    inputs: { words: Tensor; places: Tensor; ids: Tensor; positions: Tensor } & NormInputs,
    dropout: Dropout | null,
    save: boolean,
  ): { y: Tensor; saved: Saved | null };
  /** dx is the gradient of the rows before the norm, [T, D]. */
  embedGradient(dy: Tensor[], saved: Saved, gamma: Tensor): { dx: Tensor; dGamma: Tensor; dBeta: Tensor };

  /**
   * Multi-head scaled dot-product attention (Vaswani et al. 2017) within each sequence; dropout on the probabilities.
   * @returns context, of q's shape. What is saved includes q, k and v.
   */
  attention(
    inputs: AttentionInputs,
    plan: AttentionPlan,
    heads: number,
    dropout: Dropout | null,
    save: boolean,
  ): { context: Tensor; saved: Saved | null };
  attentionGradient(
    dContext: Tensor,
    saved: Saved,
    biases: Pick<AttentionInputs, 'qBias' | 'kBias' | 'vBias'>,
  ): { dq: Tensor; dk: Tensor; dv: Tensor; dqBias: Tensor; dkBias: Tensor; dvBias: Tensor };

  /** norm(dropout(x + bias) + residual): the end of a block. x and residual [N, D] -> [N, D]. */
  residualNorm(
    inputs: { x: Tensor; bias: Tensor; residual: Tensor } & NormInputs,
    dropout: Dropout | null,
    save: boolean,
  ): { y: Tensor; saved: Saved | null };
  /** dx is the residual's gradient; dDropped is that of x, and without dropout the same tensor. */
  residualNormGradient(
    dy: Tensor[],
    saved: Saved,
    gamma: Tensor,
  ): { dx: Tensor; dDropped: Tensor; dGamma: Tensor; dBeta: Tensor; dBias: Tensor };

  /** gelu(x + bias) or relu(x + bias), [N, F]. What is saved includes x. */
  activation(kind: Activation, x: Tensor, bias: Tensor, save: boolean): { y: Tensor; saved: Saved | null };
  activationGradient(kind: Activation, dy: Tensor, saved: Saved, bias: Tensor): { dx: Tensor; dBias: Tensor };
}

export type Activation = 'gelu' | 'relu';

export interface LayerNormResult {
  y: Tensor;
  /** (x - mean) / sqrt(variance + epsilon) */
  normalized: Tensor;
  /** 1 / sqrt(variance + epsilon), [T, 1] */
  inverseDeviation: Tensor;
}

export interface Engine {
  readonly name: 'tensorflow' | 'wasm';
  /** What elements are rounded to in a matrix product. */
  readonly products: 'float32' | 'bfloat16';
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

  /** The engine's own kernels for the parts of a layer; null: they are composed of the operations above. */
  readonly layerKernels: LayerKernels | null;

  /** Sum of squares of all elements of all tensors, in float64 where it is added up across tensors. */
  sumOfSquares(tensors: Iterable<Tensor>): number;
  /** Updates weights and moments in place, as torch.optim.AdamW does. */
  adamStep(updates: AdamUpdate[], options: AdamOptions): void;
}
