import type * as tfjs from '@tensorflow/tfjs-core';
import { composeKernels, type Primitives } from './compose.ts';
import { createConstants } from './constants.ts';
import { fusedKernels } from './fused-kernels.ts';
import type { OwnProducts } from './load-native.ts';
import { seedWords } from './random.ts';
import { createTidy } from './tidy.ts';
import type { Engine, Tensor, Variable } from './types.ts';

/** What is used of tfjs-node's backend and of its addon's constants. */
interface NodeBackend {
  binding: Record<string, number> & { TF_Version: string };
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tfjs.TensorInfo[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: tfjs.TensorInfo[], outputs: number): Tensor[];
}
interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

export interface NativeEngineOptions {
  /** Whether TensorFlow has been told of the kernels of `native/` (see `loadKernels`). */
  kernels?: boolean;
  /** Whether matrix products are those of bfloat16, which not all kernels have. */
  bfloat16?: boolean;
  /** Which float products are ours. */
  products?: OwnProducts;
}

/**
 * The engine on native TensorFlow. TensorFlow's own eager ops are called directly: tfjs's wrappers read gather indices
 * back to JavaScript, and reach neither resource variables nor the fused Adam.
 */
export function nativeEngine(
  tf: typeof tfjs,
  { kernels = false, bfloat16 = false, products = 'none' }: NativeEngineOptions = {},
): Engine {
  const backend = tf.backend() as unknown as NodeBackend;
  const { TF_FLOAT, TF_INT32, TF_BOOL, TF_ATTR_TYPE, TF_ATTR_BOOL, TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_SHAPE } =
    backend.binding as Record<string, number>;
  const type = (name: string, value: number): Attribute => ({ name, type: TF_ATTR_TYPE!, value });
  const flag = (name: string, value: boolean): Attribute => ({ name, type: TF_ATTR_BOOL!, value });
  const op = (name: string, attributes: Attribute[], inputs: Tensor[]) =>
    backend.executeSingleOutput(name, attributes, inputs);

  const FLOAT = [type('T', TF_FLOAT!)];
  const REDUCE_KEEP = [flag('keep_dims', true), ...FLOAT, type('Tidx', TF_INT32!)];
  const REDUCE = [flag('keep_dims', false), ...FLOAT, type('Tidx', TF_INT32!)];
  const TRANSPOSE = [...FLOAT, type('Tperm', TF_INT32!)];
  const GATHER = [
    { name: 'batch_dims', type: TF_ATTR_INT!, value: 0 },
    type('Tparams', TF_FLOAT!),
    type('Tindices', TF_INT32!),
    type('Taxis', TF_INT32!),
  ];
  const SEGMENT_SUM = [...FLOAT, type('Tindices', TF_INT32!), type('Tnumsegments', TF_INT32!)];
  const UNIFORM = [type('dtype', TF_FLOAT!), type('T', TF_INT32!), type('Tseed', TF_INT32!)];
  const BOOL_TO_FLOAT = [type('SrcT', TF_BOOL!), type('DstT', TF_FLOAT!), flag('Truncate', false)];
  const VARIABLE = [type('dtype', TF_FLOAT!)];
  const ADAM = [...FLOAT, flag('use_locking', false), flag('use_nesterov', false)];
  const matMulAttributes = (first: string, second: string) =>
    [0, 1, 2, 3].map((bits) => [flag(first, (bits & 1) !== 0), flag(second, (bits & 2) !== 0), ...FLOAT]);
  const MATMUL = matMulAttributes('transpose_a', 'transpose_b');
  const BATCH_MATMUL = matMulAttributes('adj_x', 'adj_y');

  const ints = (values: Int32Array, shape: number[]) => tf.tensor(values, shape, 'int32');
  const kept = (...values: number[]) => tf.keep(ints(Int32Array.from(values), [values.length]));
  const AXIS_0 = tf.keep(tf.scalar(0, 'int32'));
  const LAST = kept(-1);
  const ROWS = kept(0);
  const SWAP_MIDDLE = kept(0, 2, 1, 3);

  const constants = createConstants(tf);
  const constant = constants.get;
  const primitives: Primitives = {
    tidy: createTidy(tf),
    constant,
    scalar: (value) => tf.scalar(value),
    add: (a, b) => op('AddV2', FLOAT, [a, b]),
    subtract: (a, b) => op('Sub', FLOAT, [a, b]),
    multiply: (a, b) => op('Mul', FLOAT, [a, b]),
    erf: (x) => op('Erf', FLOAT, [x]),
    exp: (x) => op('Exp', FLOAT, [x]),
    square: (x) => op('Square', FLOAT, [x]),
    rsqrt: (x) => op('Rsqrt', FLOAT, [x]),
    greater: (a, b) => primitives.tidy(() => op('Cast', BOOL_TO_FLOAT, [op('Greater', FLOAT, [a, b])])),
    meanLast: (x) => op('Mean', REDUCE_KEEP, [x, LAST]),
    sumLast: (x) => op('Sum', REDUCE_KEEP, [x, LAST]),
    sumRows: (x) => (x.rank === 2 ? op('BiasAddGrad', FLOAT, [x]) : op('Sum', REDUCE, [x, ROWS])),
  };
  const { tidy } = primitives;
  const many = (name: string, attributes: Attribute[], inputs: Tensor[], outputs: number) =>
    backend.executeMultipleOutputs(name, attributes, inputs, outputs);
  const fused = kernels
    ? fusedKernels(
        tf,
        {
          one: (name, inputs) => op(name, [], inputs),
          many: (name, inputs, outputs) => many(name, [], inputs, outputs),
          listed: (name, length, inputs, outputs) =>
            many(name, [{ name: 'N', type: TF_ATTR_INT!, value: length }], inputs, outputs),
        },
        tidy,
      )
    : null;

  const matMul: Engine['matMul'] = (a, b, transposeA = false, transposeB = false) => {
    const columns = b.shape[transposeB ? 0 : 1]!;
    const most = transposeA ? SMALL_TURNED_PRODUCT : SMALL_PRODUCT;
    const ours = products === 'all' || (products === 'small' && columns % 16 === 0 && a.size * columns <= most);
    if (fused && (bfloat16 || ours))
      return fused.product(bfloat16 ? 'bfloat16' : 'float32', a, b, transposeA, transposeB);
    return op('MatMul', MATMUL[(transposeA ? 1 : 0) + (transposeB ? 2 : 0)]!, [a, b]);
  };

  const variable = (initial: Tensor): Variable => {
    const handle = tf.keep(
      op(
        'VarHandleOp',
        [
          { name: 'container', type: TF_ATTR_STRING!, value: '' },
          { name: 'shared_name', type: TF_ATTR_STRING!, value: `distiltune/${++variables}` },
          ...VARIABLE,
          { name: 'shape', type: TF_ATTR_SHAPE!, value: initial.shape },
        ],
        [],
      ),
    );
    const read = () => op('ReadVariableOp', VARIABLE, [handle]);
    // Our optimizer writes where a read tensor lies, so one read serves all steps; TensorFlow's own would copy what is read.
    let held: Tensor | null = null;
    const assign = (value: Tensor) => {
      held?.dispose();
      many('AssignVariableOp', VARIABLE, [handle, value], 0);
      if (kernels) held = tf.keep(read());
    };
    assign(initial);
    return {
      shape: initial.shape.slice(),
      read,
      assign,
      dispose() {
        held?.dispose();
        many('DestroyResourceOp', [flag('ignore_lookup_error', true)], [handle], 0);
        handle.dispose();
      },
      [HANDLE]: handle,
      [HELD]: () => held,
    } as NativeVariable;
  };

  return {
    name: 'tensorflow',
    version: backend.binding.TF_Version,
    products: bfloat16 ? 'bfloat16' : 'float32',
    ...composeKernels(primitives),
    floats: (values, shape) => tf.tensor(values, shape, 'float32'),
    ints,
    zeros: (shape) => tf.zeros(shape),
    values: (x) => x.dataSync() as Float32Array,
    variable,
    tidy,
    dispose: (...tensors) => {
      for (const t of tensors) t?.dispose();
    },
    liveTensors: () => tf.memory().numTensors - constants.count() - (fused?.constants() ?? 0),

    matMul,
    batchMatMul: (a, b, transposeA = false, transposeB = false) =>
      op('BatchMatMulV2', BATCH_MATMUL[(transposeA ? 1 : 0) + (transposeB ? 2 : 0)]!, [a, b]),
    linear: (x, weight, bias) => tidy(() => op('BiasAdd', FLOAT, [matMul(x, weight, false, true), bias])),
    sumRows: primitives.sumRows,
    add: primitives.add,
    multiply: primitives.multiply,
    reshape: (x, shape) => tf.reshape(x, shape),
    swapMiddle: (x) => op('Transpose', TRANSPOSE, [x, SWAP_MIDDLE]),
    gatherRows: (x, indices) => op('GatherV2', GATHER, [x, indices, AXIS_0]),
    sliceRows: (x, start, count) => tf.slice(x, [start, 0], [count, x.shape[1]!]),
    concatRows: (parts) => tf.concat(parts, 0),
    scatterRows: (rows, indices, count) =>
      tidy(() => op('UnsortedSegmentSum', SEGMENT_SUM, [rows, indices, tf.scalar(count, 'int32')])),
    relu: (x) => op('Relu', FLOAT, [x]),
    softmax: (x) => op('Softmax', FLOAT, [x]),
    logSoftmax: (x) => op('LogSoftmax', FLOAT, [x]),
    exp: primitives.exp,

    dropoutMask: (shape, rate, key) =>
      tidy(() => {
        const seed = ints(Int32Array.from(seedWords(key)), [2]);
        const uniform = op('StatelessRandomUniform', UNIFORM, [ints(Int32Array.from(shape), [shape.length]), seed]);
        const keep = op('GreaterEqual', FLOAT, [uniform, constant(rate)]);
        uniform.dispose();
        return primitives.multiply(op('Cast', BOOL_TO_FLOAT, [keep]), constant(1 / (1 - rate)));
      }),

    layerKernels: fused?.layerKernels ?? null,

    sumOfSquares(tensors) {
      let total = 0;
      for (const x of tensors) total += 2 * tidy(() => op('L2Loss', FLOAT, [x]).dataSync()[0]!);
      return total;
    },

    adamStep(updates, { step, beta1, beta2, epsilon, gradientScale }) {
      tidy(() => {
        if (fused) {
          const read = updates.map(({ weight, moment1, moment2, gradient, learningRate, weightDecay }) => ({
            weight: (weight as NativeVariable)[HELD]()!,
            moment1: (moment1 as NativeVariable)[HELD]()!,
            moment2: (moment2 as NativeVariable)[HELD]()!,
            gradient,
            rate: learningRate,
            decay: weightDecay,
          }));
          fused.adamW(read, { step, beta1, beta2, epsilon, gradientScale });
          return;
        }
        const made = new Map<number, Tensor>();
        const scalar = (value: number) => {
          const tensor = made.get(value) ?? tf.scalar(value);
          made.set(value, tensor);
          return tensor;
        };
        // TensorFlow adds epsilon to sqrt(v), PyTorch to sqrt(v / correction): scaled, the two are the same.
        const scaledEpsilon = epsilon * Math.sqrt(1 - beta2 ** step);
        const powers = [scalar(beta1 ** step), scalar(beta2 ** step)];
        const constants = [scalar(beta1), scalar(beta2), scalar(scaledEpsilon)];
        for (const { weight, moment1, moment2, gradient, learningRate, weightDecay } of updates) {
          if (weightDecay !== 0 && learningRate !== 0) {
            const factor = scalar(1 - learningRate * weightDecay);
            const decayed = tidy(() => primitives.multiply(weight.read(), factor));
            weight.assign(decayed);
            decayed.dispose(); // the update would copy a buffer that anyone else still holds
          }
          const handles = [weight, moment1, moment2].map((v) => (v as NativeVariable)[HANDLE]);
          const scaled = gradientScale === 1 ? gradient : primitives.multiply(gradient, scalar(gradientScale));
          const inputs = [...handles, ...powers, scalar(learningRate), ...constants, scaled];
          many('ResourceApplyAdam', ADAM, inputs, 0);
          if (scaled !== gradient) scaled.dispose();
        }
      });
    },
    ...(fused && { scatterRows: fused.scatterRows, dropoutMask: fused.dropoutMask, sumOfSquares: fused.sumOfSquares }),
  };
}

/**
 * So many multiplications are few: our own product is ahead of TensorFlow's, which computes on one thread where all three matrices
 * fit into a core's second cache, and about even with it for some more; less so where its left side has to be turned first.
 */
const SMALL_PRODUCT = 2 ** 28;
const SMALL_TURNED_PRODUCT = 2 ** 26;

// Their names must differ in the whole process.
let variables = 0;

const HANDLE = Symbol('handle');
const HELD = Symbol('held');
/** Its resource, and where our kernels are, its value, which stays the same tensor from one `assign` to the next. */
type NativeVariable = Variable & { [HANDLE]: Tensor; [HELD](): Tensor | null };
