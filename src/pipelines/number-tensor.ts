/** Sizes of the dimensions, the outermost first. */
export type Dims = readonly number[];

/** Numbers in lists, as deep as there are dimensions. */
export type Nested<D extends Dims> = D extends readonly [number, ...infer Rest extends Dims] ? Nested<Rest>[] : number;

/** Numbers with a shape, as transformers.js' tensors have them. */
export interface NumberTensor<D extends Dims = Dims, Data extends Float32Array | Int32Array = Float32Array> {
  readonly type: Data extends Float32Array ? 'float32' : 'int32';
  readonly dims: D;
  /** Row-major. */
  readonly data: Data;
  tolist(): Nested<D>;
}

export function numberTensor<const D extends Dims, Data extends Float32Array | Int32Array>(
  data: Data,
  dims: D,
): NumberTensor<D, Data> {
  const size = dims.reduce((a, b) => a * b, 1);
  if (data.length !== size) throw new RangeError(`${data.length} numbers are no array of ${dims.join(' x ')}`);
  return {
    type: (data instanceof Float32Array ? 'float32' : 'int32') as NumberTensor<D, Data>['type'],
    dims,
    data,
    tolist: () => nested(data, dims, 0) as Nested<D>,
  };
}

function nested(data: ArrayLike<number>, [count, ...inner]: Dims, from: number): unknown {
  if (count === undefined) return data[from];
  const step = inner.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => nested(data, inner, from + i * step));
}
