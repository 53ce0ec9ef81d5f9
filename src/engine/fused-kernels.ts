import type * as tfjs from '@tensorflow/tfjs-core';
import { seedWords } from './random.ts';
import type { AdamOptions, AttentionPlan, Dropout, Engine, LayerKernels, Saved, Tensor } from './types.ts';

/** Ops by name: TensorFlow's eager ones, or those of `wasm-ops.ts`. */
export interface Ops {
  one(name: string, inputs: Tensor[]): Tensor;
  many(name: string, inputs: Tensor[], outputs: number): Tensor[];
  /** The same for ops of which one input is a list of `length` tensors, or several of the same length. */
  listed(name: string, length: number, inputs: Tensor[], outputs: number): Tensor[];
}

interface Plan extends AttentionPlan {
  offsets: Tensor; // [B + 1]
}
interface SavedNorm extends Saved {
  normalized: Tensor;
  inverseDeviation: Tensor;
  /** Behind a function, as in all that is saved: `tidy` would take tensors in it for results. */
  dropout(): Dropout | null;
}
interface SavedAttention extends Saved {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  plan(): Plan;
  heads: number;
  dropout(): Dropout | null;
}
interface SavedActivation extends Saved {
  x: Tensor;
}

const activations = { gelu: 'DistiltuneBiasGelu', relu: 'DistiltuneBiasRelu' } as const;

export type FusedKernels = Pick<Engine, 'sumOfSquares' | 'dropoutMask' | 'scatterRows'> & {
  layerKernels: LayerKernels;
  /**
   * `matMul`, of elements that are rounded to bfloat16 first or of floats. Only on the native engine and where its addon says that it has
   * it; where that has only small ones (see `OwnProducts`), the result has a multiple of 16 columns.
   */
  product(of: 'bfloat16' | 'float32', a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  /** How many tensors are kept for good. */
  constants(): number;
  /** Updates in place: weights and moments are their variables' own memory. */
  adamW(
    updates: { weight: Tensor; moment1: Tensor; moment2: Tensor; gradient: Tensor; rate: number; decay: number }[],
    options: AdamOptions,
  ): void;
};

/**
 * The kernels of `native/` and `wasm/`, which do in one pass over memory what takes an engine's elementary ops many: biases, activation,
 * dropout, residual, norm and their gradients; attention without padding; AdamW over all weights at once. Dropout is a
 * function of a seed and an element's number there, and computed again in the gradient instead of kept.
 */
export function fusedKernels(tf: typeof tfjs, ops: Ops, tidy: Engine['tidy']): FusedKernels {
  const kept = new Map<string, Tensor>();
  /** A small tensor of numbers that come again and again, made once. */
  const fixed = (dtype: 'float32' | 'int32', values: number[]): Tensor => {
    const key = `${dtype} ${values.join(' ')}`;
    let tensor = kept.get(key);
    if (!tensor) {
      tensor = tf.keep(tf.tensor1d(values, dtype));
      kept.set(key, tensor);
    }
    return tensor;
  };
  const rateOf = (dropout: Dropout | null) => fixed('float32', [dropout?.rate ?? 0]);
  const seedOf = (dropout: Dropout | null): Tensor =>
    dropout ? tf.tensor1d(Int32Array.from(seedWords(dropout.key)), 'int32') : fixed('int32', [0, 0]);
  const savedNorm = (normalized: Tensor, inverseDeviation: Tensor, dropout: Dropout | null): SavedNorm => ({
    normalized,
    inverseDeviation,
    dropout: () => dropout,
    dispose() {
      normalized.dispose();
      inverseDeviation.dispose();
    },
  });
  /** A norm's outputs: y, and what its gradient needs. */
  const normed = (name: string, inputs: Tensor[], epsilon: number, dropout: Dropout | null, save: boolean) =>
    tidy(() => {
      const options = fixed('float32', [epsilon, dropout?.rate ?? 0, save ? 1 : 0]);
      const [y, normalized, inverse] = ops.many(name, [...inputs, options, seedOf(dropout)], 3);
      return { y: y!, saved: save ? savedNorm(normalized!, inverse!, dropout) : null };
    });
  const normGradient = (name: string, dy: Tensor[], saved: Saved, gamma: Tensor, outputs: number) => {
    const { normalized, inverseDeviation, dropout } = saved as SavedNorm;
    const results = tidy(() =>
      ops.listed(
        name,
        dy.length,
        [normalized, inverseDeviation, gamma, rateOf(dropout()), seedOf(dropout()), ...dy],
        outputs,
      ),
    );
    saved.dispose();
    return results;
  };

  const layerKernels: LayerKernels = {
    plan({ offsets }) {
      const tensor = tf.tensor1d(offsets, 'int32');
      return { offsets: tensor, dispose: () => tensor.dispose() } as Plan;
    },

    embed: ({ words, places, ids, positions, gamma, beta, epsilon }, dropout, save) =>
      normed('DistiltuneEmbeddingNorm', [words, places, ids, positions, gamma, beta], epsilon, dropout, save),
    embedGradient(dy, saved, gamma) {
      const [dx, dGamma, dBeta] = normGradient('DistiltuneEmbeddingNormGradient', dy, saved, gamma, 3);
      return { dx: dx!, dGamma: dGamma!, dBeta: dBeta! };
    },

    attention: ({ q, k, v, qBias, kBias, vBias }, plan, heads, dropout, save) =>
      tidy(() => {
        const { offsets } = plan as Plan;
        const places = [offsets, fixed('int32', [heads]), rateOf(dropout), seedOf(dropout)];
        const context = ops.one('DistiltuneAttention', [q, k, v, qBias, kBias, vBias, ...places]);
        if (!save) return { context, saved: null };
        const dispose = () => {
          for (const x of [q, k, v]) x.dispose();
        };
        const saved = { q, k, v, plan: () => plan, heads, dropout: () => dropout, dispose } as SavedAttention;
        return { context, saved };
      }),
    attentionGradient(dContext, saved, { qBias, kBias, vBias }) {
      const { q, k, v, plan, heads, dropout } = saved as SavedAttention;
      const results = tidy(() => {
        const places = [plan().offsets, fixed('int32', [heads]), rateOf(dropout()), seedOf(dropout())];
        return ops.many('DistiltuneAttentionGradient', [dContext, q, k, v, qBias, kBias, vBias, ...places], 6);
      });
      saved.dispose();
      const [dq, dk, dv, dqBias, dkBias, dvBias] = results as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      return { dq, dk, dv, dqBias, dkBias, dvBias };
    },

    residualNorm: ({ x, bias, residual, gamma, beta, epsilon }, dropout, save) =>
      normed('DistiltuneResidualNorm', [x, bias, residual, gamma, beta], epsilon, dropout, save),
    residualNormGradient(dy, saved, gamma) {
      const dropped = (saved as SavedNorm).dropout() !== null;
      const [dx, dDropped, dGamma, dBeta, dBias] = normGradient(
        'DistiltuneResidualNormGradient',
        dy,
        saved,
        gamma,
        5,
      ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
      if (!dropped) dDropped.dispose();
      return { dx, dDropped: dropped ? dDropped : dx, dGamma, dBeta, dBias };
    },

    activation(kind, x, bias, save) {
      const y = ops.one(activations[kind], [x, bias]);
      return { y, saved: save ? ({ x, dispose: () => x.dispose() } as SavedActivation) : null };
    },
    activationGradient(kind, dy, saved, bias) {
      const [dx, dBias] = ops.many(`${activations[kind]}Gradient`, [(saved as SavedActivation).x, bias, dy], 2);
      saved.dispose();
      return { dx: dx!, dBias: dBias! };
    },
  };

  return {
    layerKernels,
    constants: () => kept.size,

    product: (of, a, b, transposeA, transposeB) => {
      const name = of === 'bfloat16' ? 'DistiltuneBfloat16Product' : 'DistiltuneProduct';
      return ops.one(name, [a, b, fixed('int32', [Number(transposeA), Number(transposeB)])]);
    },

    scatterRows: (rows, indices, count) =>
      tidy(() => ops.one('DistiltuneScatterRows', [rows, indices, fixed('int32', [count])])),

    dropoutMask: (shape, rate, key) =>
      tidy(() => {
        const elements = shape.reduce((a, b) => a * b, 1);
        const inputs = [tf.tensor1d([elements], 'int32'), fixed('float32', [rate]), seedOf({ rate, key })];
        return tf.reshape(ops.one('DistiltuneDropoutMask', inputs), shape);
      }),

    sumOfSquares(tensors) {
      const list = [...tensors];
      if (list.length === 0) return 0;
      const [whole, rest] = tidy(() =>
        ops.listed('DistiltuneSumOfSquares', list.length, list, 1)[0]!.dataSync<'float32'>(),
      );
      return whole! + rest!;
    },

    adamW(updates, { step, beta1, beta2, epsilon, gradientScale }) {
      if (updates.length === 0) return;
      tidy(() => {
        const options = [1 - beta1, beta2, 1 - beta2, epsilon, Math.sqrt(1 - beta2 ** step), gradientScale];
        const correction = 1 - beta1 ** step;
        const rates = updates.flatMap(({ rate, decay }) => [rate / correction, 1 - rate * decay]);
        const inputs = [
          tf.tensor1d(options),
          tf.tensor1d(rates),
          ...updates.map(({ weight }) => weight),
          ...updates.map(({ moment1 }) => moment1),
          ...updates.map(({ moment2 }) => moment2),
          ...updates.map(({ gradient }) => gradient),
        ];
        ops.listed('DistiltuneAdamW', updates.length, inputs, 0);
      });
    },
  };
}
