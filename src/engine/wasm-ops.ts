import type * as tfjs from '@tensorflow/tfjs-core';
import type { Ops } from './fused-kernels.ts';
import type { Tensor } from './types.ts';

/** What is used of tfjs's WebAssembly backend. */
interface WasmBackend {
  wasm: { _malloc(bytes: number): number; _free(address: number): void; asm: { memory: WebAssembly.Memory } };
  getMemoryOffset(dataId: object): number;
  makeOutput(shape: number[], dtype: 'float32'): tfjs.TensorInfo;
}

/** The functions of `wasm/`, which say what they take: numbers, and addresses in the backend's memory. */
export type WasmFunctions = Record<
  | 'attention'
  | 'attentionGradient'
  | 'attentionScratch'
  | 'biasActivation'
  | 'biasActivationGradient'
  | 'dropoutMask'
  | 'scatterRows'
  | 'embeddingNorm'
  | 'normGradient'
  | 'residualNorm'
  | 'adamW'
  | 'sumOfSquares'
  | 'product'
  | 'productScratch',
  (...values: number[]) => number
>;

/** The backend's memory, which the functions of `wasm/` work on. */
export const wasmMemory = (tf: typeof tfjs): WebAssembly.Memory =>
  (tf.backend() as unknown as WasmBackend).wasm.asm.memory;

export interface WasmOps extends Ops {
  /** a x b, either side transposed first when said so. */
  product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  /** A tensor with the same values in memory of its own. */
  copy(x: Tensor): Tensor;
}

/** Bytes that an address of 32 bits reaches. */
const ADDRESSES = 2 ** 32;
const outOfMemory = (bytes: number) =>
  new RangeError(`WebAssembly is out of memory: it has no ${bytes} bytes of its 4 GB left`);

const size = (x: Tensor) => x.shape.reduce((a, b) => a * b, 1);

/** The ops that `fusedKernels` calls, on WebAssembly: inputs, outputs and meaning are those of `native/`. */
export function wasmOps(tf: typeof tfjs, functions: WasmFunctions): WasmOps {
  const backend = tf.backend() as unknown as WasmBackend;
  const memory = wasmMemory(tf);
  const at = (x: Tensor) => backend.getMemoryOffset(x.dataId);
  const output = (...shape: number[]) => {
    const bytes = shape.reduce((a, b) => a * b, 4);
    // The backend would go on with a smaller piece, or with none.
    if (bytes >= ADDRESSES) throw outOfMemory(bytes);
    const tensor = tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32'));
    if (bytes > 0 && at(tensor) === 0) {
      tensor.dispose();
      throw outOfMemory(bytes);
    }
    return tensor;
  };
  // The memory may have grown, and its buffer be another one, after each output.
  const float = (x: Tensor, index = 0) => new Float32Array(memory.buffer, at(x), index + 1)[index]!;
  const int = (x: Tensor, index = 0) => new Int32Array(memory.buffer, at(x), index + 1)[index]!;
  const require = (holds: boolean, message: string) => {
    if (!holds) throw new RangeError(message);
  };

  let scratch = { address: 0, bytes: 0 };
  /** Memory for one call, which need not be given back. */
  const scratchOf = (bytes: number) => {
    if (bytes > scratch.bytes) {
      backend.wasm._free(scratch.address);
      const address = backend.wasm._malloc(bytes) >>> 0;
      scratch = { address, bytes: address === 0 ? 0 : bytes };
      if (address === 0) throw outOfMemory(bytes);
    }
    return scratch.address;
  };

  /** Where the sequences lie, checked: no address is made of what does not fit. */
  const sequencesOf = (q: Tensor, k: Tensor, offsets: Tensor, heads: Tensor) => {
    const [queries, stride] = q.shape as [number, number];
    const rows = k.shape[0]!;
    const starts = new Int32Array(memory.buffer, at(offsets), size(offsets));
    const sequences = starts.length - 1;
    let longest = 0;
    let fits = starts[0] === 0 && starts[sequences] === rows && (queries === rows || queries === sequences);
    for (let b = 0; b < sequences; b++) {
      const length = starts[b + 1]! - starts[b]!;
      fits &&= length > 0;
      longest = Math.max(longest, length);
    }
    require(fits && stride % int(heads) === 0, 'attention: the shapes do not fit');
    const shape = [sequences, stride, int(heads), queries === rows ? 0 : 1] as const;
    return { shape, longest, scratch: scratchOf(functions.attentionScratch(longest, stride / int(heads))) };
  };

  /** A norm's row and saved tensors; what is not saved is empty. */
  const normed = (rows: number, width: number, options: Tensor) => {
    const saves = float(options, 2) === 1;
    const outputs = [output(rows, width), output(saves ? rows : 0, width), output(saves ? rows : 0)] as const;
    const addresses = saves ? [at(outputs[1]), at(outputs[2])] : [scratchOf(width * 4), 0];
    return { outputs, last: [at(outputs[0]), ...addresses, Number(saves)] };
  };
  const normGradient = ([normalized, inverse, gamma, options, seed, ...dys]: Tensor[], isResidual: boolean) => {
    const [rows, width] = normalized!.shape as [number, number];
    const dropped = isResidual && float(options!) > 0;
    const fits = size(inverse!) === rows && size(gamma!) === width && dys.every((dy) => size(dy) === rows * width);
    require(fits && dys.length > 0, 'norm gradient: the shapes do not fit');
    const dx = output(rows, width);
    const dDropped = isResidual ? [output(dropped ? rows : 0, width)] : [];
    const sums = Array.from({ length: isResidual ? 3 : 2 }, () => output(width));
    const parts = scratchOf((dys.length + width) * 4);
    new Uint32Array(memory.buffer, parts, dys.length).set(dys.map(at));
    functions.normGradient(
      ...[rows, width, at(normalized!), at(inverse!), at(gamma!), float(options!), at(seed!), parts, dys.length],
      ...[at(dx), isResidual ? at(dDropped[0]!) : 0, at(sums[0]!), at(sums[1]!), sums[2] ? at(sums[2]) : 0],
      parts + dys.length * 4,
    );
    return [dx, ...dDropped, ...sums];
  };
  const activation = ([x, bias]: Tensor[], isGelu: boolean) => {
    const [rows, width] = x!.shape as [number, number];
    require(size(bias!) === width, 'activation: the bias does not fit');
    const y = output(rows, width);
    functions.biasActivation(Number(isGelu), rows, width, at(x!), at(bias!), at(y));
    return [y];
  };
  const activationGradient = ([x, bias, dy]: Tensor[], isGelu: boolean) => {
    const [rows, width] = x!.shape as [number, number];
    require(size(bias!) === width && size(dy!) === size(x!), 'activation gradient: the shapes do not fit');
    const [dx, dBias] = [output(rows, width), output(width)];
    functions.biasActivationGradient(Number(isGelu), rows, width, ...[x!, bias!, dy!, dx, dBias].map(at));
    return [dx, dBias];
  };

  const table: Record<string, (inputs: Tensor[]) => Tensor[]> = {
    DistiltuneBiasGelu: (inputs) => activation(inputs, true),
    DistiltuneBiasRelu: (inputs) => activation(inputs, false),
    DistiltuneBiasGeluGradient: (inputs) => activationGradient(inputs, true),
    DistiltuneBiasReluGradient: (inputs) => activationGradient(inputs, false),

    DistiltuneResidualNorm([x, bias, residual, gamma, beta, options, seed]) {
      const [rows, width] = x!.shape as [number, number];
      const fits = [bias, gamma, beta].every((v) => size(v!) === width) && size(residual!) === size(x!);
      require(fits, 'norm: the shapes do not fit');
      const { outputs, last } = normed(rows, width, options!);
      const inputs = [x!, bias!, residual!, gamma!, beta!].map(at);
      functions.residualNorm(rows, width, ...inputs, float(options!), float(options!, 1), at(seed!), ...last);
      return [...outputs];
    },
    DistiltuneEmbeddingNorm([words, places, ids, positions, gamma, beta, options, seed]) {
      const rows = size(ids!);
      const [vocabulary, width] = words!.shape as [number, number];
      const fits = [gamma, beta].every((v) => size(v!) === width) && places!.shape[1] === width;
      require(fits && size(positions!) === rows, 'embeddings: the shapes do not fit');
      const { outputs, last } = normed(rows, width, options!);
      const isInside = functions.embeddingNorm(
        ...[rows, width, at(words!), vocabulary, at(places!), places!.shape[0]!, at(ids!), at(positions!)],
        ...[at(gamma!), at(beta!), float(options!), float(options!, 1), at(seed!), ...last],
      );
      require(isInside === 1, 'embeddings: an id or a position is out of range');
      return [...outputs];
    },
    DistiltuneResidualNormGradient: (inputs) => normGradient(inputs, true),
    DistiltuneEmbeddingNormGradient: (inputs) => normGradient(inputs, false),

    DistiltuneAttention([q, k, v, qBias, kBias, vBias, offsets, heads, rate, seed]) {
      const context = output(...q!.shape);
      const { shape, longest, scratch } = sequencesOf(q!, k!, offsets!, heads!);
      const inputs = [offsets!, q!, k!, v!, qBias!, kBias!, vBias!].map(at);
      functions.attention(...shape, ...inputs, float(rate!), at(seed!), at(context), longest, scratch);
      return [context];
    },
    DistiltuneAttentionGradient([dContext, q, k, v, qBias, kBias, vBias, offsets, heads, rate, seed]) {
      const gradients = [q!, k!, v!, qBias!, kBias!, vBias!].map((x) => output(...x.shape));
      const { shape, longest, scratch } = sequencesOf(q!, k!, offsets!, heads!);
      const inputs = [offsets!, dContext!, q!, k!, v!, qBias!, kBias!, vBias!].map(at);
      const outputs = gradients.map(at);
      functions.attentionGradient(...shape, ...inputs, float(rate!), at(seed!), ...outputs, longest, scratch);
      return gradients;
    },

    DistiltuneScatterRows([rows, indices, count]) {
      const [given, width] = rows!.shape as [number, number];
      const sums = output(int(count!), width);
      const isInside = functions.scatterRows(given, width, at(rows!), at(indices!), int(count!), at(sums));
      require(isInside === 1 && size(indices!) === given, 'rows by index: an index does not fit');
      return [sums];
    },
    DistiltuneDropoutMask([elements, rate, seed]) {
      const mask = output(int(elements!));
      functions.dropoutMask(int(elements!), float(rate!), at(seed!), at(mask));
      return [mask];
    },

    DistiltuneSumOfSquares(inputs) {
      const total = inputs.reduce((sum, x) => sum + functions.sumOfSquares(size(x), at(x)), 0);
      const whole = Math.fround(total);
      return [tf.tensor1d([whole, Number.isFinite(whole) ? total - whole : 0])];
    },
    DistiltuneAdamW([options, rates, ...tensors]) {
      const count = tensors.length / 4;
      const fixed = new Float32Array(memory.buffer, at(options!), 6);
      const rateOf = new Float32Array(memory.buffer, at(rates!), 2 * count);
      for (let i = 0; i < count; i++) {
        const parts = [0, 1, 2, 3].map((part) => tensors[part * count + i]!);
        const elements = size(parts[0]!);
        require(parts.every((x) => size(x) === elements), 'AdamW: the shapes do not fit');
        functions.adamW(elements, ...parts.map(at), ...fixed, rateOf[2 * i]!, rateOf[2 * i + 1]!);
      }
      return [];
    },
  };
  const run = (name: string, inputs: Tensor[]) => table[name]!(inputs);

  return {
    one: (name, inputs) => run(name, inputs)[0]!,
    many: run,
    listed: (name, _, inputs) => run(name, inputs),

    product(a, b, transposeA, transposeB) {
      const [aRows, aColumns] = a.shape as [number, number];
      const [bRows, bColumns] = b.shape as [number, number];
      const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
      const [depth, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
      require(k === depth, `product: [${a.shape}] and [${b.shape}] do not fit`);
      const c = output(m, n);
      const aSteps = transposeA ? [1, aColumns] : [aColumns, 1];
      const bSteps = transposeB ? [1, bColumns] : [bColumns, 1];
      const scratch = scratchOf(functions.productScratch());
      functions.product(m, n, k, at(a), ...aSteps, at(b), ...bSteps, at(c), n, 0, scratch);
      return c;
    },
    copy(x) {
      const copied = output(...x.shape);
      new Uint8Array(memory.buffer).copyWithin(at(copied), at(x), at(x) + size(x) * 4);
      return copied;
    },
  };
}
