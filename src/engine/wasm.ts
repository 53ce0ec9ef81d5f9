import type * as tfjs from '@tensorflow/tfjs-core';
import { composeKernels, type Primitives } from './compose.ts';
import { createConstants } from './constants.ts';
import { fusedKernels } from './fused-kernels.ts';
import { randomIntegers } from './random.ts';
import { createTidy } from './tidy.ts';
import type { Engine, Tensor, Variable } from './types.ts';
import { type WasmFunctions, wasmOps } from './wasm-ops.ts';

/**
 * The engine on WebAssembly, which runs wherever Node does. Same kernels, same numbers to rounding; one thread.
 * @param kernels those of `wasm/`; null: all is composed of the backend's own, and what it lacks (segment sums, seeded
 * random numbers) is done in JavaScript
 */
export function wasmEngine(tf: typeof tfjs, kernels: WasmFunctions | null): Engine {
  const tidy = createTidy(tf);
  const constants = createConstants(tf);
  const constant = constants.get;
  const primitives: Primitives = {
    tidy,
    constant,
    scalar: (value) => tf.scalar(value),
    add: (a, b) => tf.add(a, b),
    subtract: (a, b) => tf.sub(a, b),
    multiply: (a, b) => tf.mul(a, b),
    erf: (x) => tf.erf(x),
    exp: (x) => tf.exp(x),
    square: (x) => tf.square(x),
    rsqrt: (x) => tf.rsqrt(x),
    greater: (a, b) => tidy(() => tf.cast(tf.greater(a, b), 'float32')),
    meanLast: (x) => tf.mean(x, -1, true),
    sumLast: (x) => tf.sum(x, -1, true),
    sumRows: (x) => tf.sum(x, 0),
  };
  const ops = kernels && wasmOps(tf, kernels);
  const fused = ops && fusedKernels(tf, ops, tidy);
  // The backend multiplies fast only what is not transposed: transpose first.
  const transposed = (x: Tensor) => tf.transpose(x, x.rank === 2 ? [1, 0] : [0, 1, 3, 2]);
  const batchMatMul: Engine['matMul'] = (a, b, transposeA = false, transposeB = false) =>
    tidy(() => tf.matMul(transposeA ? transposed(a) : a, transposeB ? transposed(b) : b));
  const matMul: Engine['matMul'] = ops
    ? (a, b, transposeA = false, transposeB = false) => ops.product(a, b, transposeA, transposeB)
    : batchMatMul;

  const variable = (initial: Tensor): Variable => {
    // Our optimizer writes where the values lie: nobody else's may lie there.
    const own = (value: Tensor) => tf.keep(ops ? ops.copy(value) : tf.clone(value));
    let current = own(initial);
    return {
      shape: initial.shape.slice(),
      read: () => tf.clone(current), // shares the values
      assign(value) {
        current.dispose();
        current = own(value);
      },
      dispose: () => current.dispose(),
      [CURRENT]: () => current,
    } as WasmVariable;
  };

  return {
    name: 'wasm',
    products: 'float32',
    version: tf.version_core,
    ...composeKernels(primitives),
    floats: (values, shape) => tf.tensor(values, shape, 'float32'),
    ints: (values, shape) => tf.tensor(values, shape, 'int32'),
    zeros: (shape) => tf.zeros(shape),
    values: (x) => x.dataSync() as Float32Array,
    variable,
    tidy,
    dispose: (...tensors) => {
      for (const t of tensors) t?.dispose();
    },
    liveTensors: () => tf.memory().numTensors - constants.count() - (fused?.constants() ?? 0),

    matMul,
    batchMatMul,
    linear: (x, weight, bias) => tidy(() => tf.add(matMul(x, weight, false, true), bias)),
    sumRows: primitives.sumRows,
    add: primitives.add,
    multiply: primitives.multiply,
    reshape: (x, shape) => tf.reshape(x, shape),
    swapMiddle: (x) => tf.transpose(x, [0, 2, 1, 3]),
    gatherRows: (x, indices) => tf.gather(x, indices as tfjs.Tensor1D),
    sliceRows: (x, start, count) => tf.slice(x, [start, 0], [count, x.shape[1]!]),
    concatRows: (parts) => tf.concat(parts, 0),
    scatterRows(rows, indices, count) {
      const width = rows.shape[1]!;
      const from = rows.dataSync() as Float32Array;
      const to = new Float32Array(count * width);
      let start = 0;
      for (const index of indices.dataSync() as Int32Array) {
        if (index >= 0) for (let j = 0; j < width; j++) to[index * width + j]! += from[start + j]!;
        start += width;
      }
      return tf.tensor(to, [count, width]);
    },
    relu: (x) => tf.relu(x),
    softmax: (x) => tf.softmax(x),
    logSoftmax: (x) => tf.logSoftmax(x),
    exp: primitives.exp,

    dropoutMask(shape, rate, key) {
      const next = randomIntegers(key);
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      const threshold = rate * 2 ** 32;
      const kept = 1 / (1 - rate);
      for (let i = 0; i < values.length; i++) values[i] = next() < threshold ? 0 : kept;
      return tf.tensor(values, shape);
    },

    layerKernels: fused?.layerKernels ?? null,

    sumOfSquares(tensors) {
      let total = 0;
      for (const x of tensors) for (const value of x.dataSync() as Float32Array) total += value * value;
      return total;
    },

    adamStep(updates, options) {
      const { step, beta1, beta2, epsilon, gradientScale } = options;
      if (fused) {
        const valuesOf = (variable: Variable) => (variable as WasmVariable)[CURRENT]();
        const inPlace = updates.map(({ weight, moment1, moment2, gradient, learningRate, weightDecay }) => ({
          weight: valuesOf(weight),
          moment1: valuesOf(moment1),
          moment2: valuesOf(moment2),
          gradient,
          rate: learningRate,
          decay: weightDecay,
        }));
        fused.adamW(inPlace, options);
        return;
      }
      const correction1 = 1 - beta1 ** step;
      const rootCorrection2 = Math.sqrt(1 - beta2 ** step);
      for (const { weight, moment1, moment2, gradient, learningRate, weightDecay } of updates) {
        tidy(() => {
          const m = tf.add(tf.mul(moment1.read(), beta1), tf.mul(gradient, (1 - beta1) * gradientScale));
          const v = tf.add(
            tf.mul(moment2.read(), beta2),
            tf.mul(tf.square(gradient), (1 - beta2) * gradientScale ** 2),
          );
          const denominator = tf.add(tf.div(tf.sqrt(v), rootCorrection2), epsilon);
          const decayed = tf.mul(weight.read(), 1 - learningRate * weightDecay);
          weight.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), learningRate / correction1)));
          moment1.assign(m);
          moment2.assign(v);
        });
      }
    },
    ...(fused && { scatterRows: fused.scatterRows, dropoutMask: fused.dropoutMask, sumOfSquares: fused.sumOfSquares }),
  };
}

const CURRENT = Symbol('current');
/** The tensor that holds its values. */
type WasmVariable = Variable & { [CURRENT](): Tensor };
