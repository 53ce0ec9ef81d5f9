/**
 * The safetensors format: eight bytes with the header's length, the header in JSON, the tensors' bytes without a gap
 * (https://github.com/huggingface/safetensors). Numbers are little-endian, as on every machine that TensorFlow runs on.
 */
import { DataError } from '../errors.ts';
import type { ByteSource } from '../files.ts';
import { duplicateKey } from '../json-text.ts';
import { shorten } from '../shorten.ts';

export type { ByteSource } from '../files.ts';

/** Where one tensor lies in the file. */
export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  /** Position of its first byte in the file. */
  offset: number;
  byteLength: number;
}

export interface SafetensorsHeader {
  /** `__metadata__` of the file, e.g. `{ format: 'pt' }`. */
  metadata: Record<string, string>;
  /** By name, in the order of their bytes in the file. */
  tensors: Map<string, TensorEntry>;
}

/** A tensor to be written. `data` is read once, when its turn has come: a getter may fetch it that late. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const LENGTH_BYTES = 8;
/**
 * The reference implementation takes 100 MB. A DistilBERT's header has some 15 kB, and JSON made for it takes thirty times
 * its size in memory once it is parsed.
 */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 8 * 1024 * 1024;

const bytesPerElement: Record<string, number> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
};

/**
 * Reads and checks the header. Nothing is allocated beyond the file's own size.
 * @param where the file, for messages
 * @throws DataError for a file that is cut short, damaged or something else
 */
export async function readHeader(source: ByteSource, where: string): Promise<SafetensorsHeader> {
  const refuse = (problem: string): never => {
    throw new DataError(`Not a usable safetensors file: ${problem}.`, {
      where,
      fix: 'The file is damaged, cut short or of another format: download or save it again.',
    });
  };
  if (source.size < LENGTH_BYTES) return refuse(`it has ${source.size} bytes, fewer than the 8 it begins with`);
  const lengthBytes = await source.read(0, LENGTH_BYTES);
  const headerLength = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > MAX_HEADER_BYTES) {
    return refuse(`it announces a header of ${headerLength} bytes, and ${MAX_HEADER_BYTES} is the limit`);
  }
  if (headerLength > source.size - LENGTH_BYTES) {
    return refuse(`it announces a header of ${headerLength} bytes, but the whole file has ${source.size}`);
  }
  const header = parseHeader(await source.read(LENGTH_BYTES, headerLength), refuse);

  const dataStart = LENGTH_BYTES + headerLength;
  const dataSize = source.size - dataStart;
  let metadata: Record<string, string> = {};
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkMetadata(value, refuse);
    else entries.push(checkEntry(name, value, dataStart, dataSize, refuse));
  }

  entries.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let end = dataStart;
  for (const entry of entries) {
    if (entry.offset > end)
      refuse(`${entry.offset - end} bytes before tensor ${quoted(entry.name)} belong to no tensor`);
    if (entry.offset < end) refuse(`tensor ${quoted(entry.name)} overlaps the one before it`);
    end = entry.offset + entry.byteLength;
  }
  if (end !== source.size) refuse(`${source.size - end} bytes at its end belong to no tensor`);
  return { metadata, tensors: new Map(entries.map((entry) => [entry.name, entry])) };
}

type Refuse = (problem: string) => never;

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('its header is not UTF-8');
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return refuse('its header is not JSON');
  }
  if (!isObject(header)) return refuse('its header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) return refuse(`its header has the key ${quoted(twice)} twice`);
  return header;
}

const quoted = (text: string): string => `"${shorten(text)}"`;

function checkMetadata(value: unknown, refuse: Refuse): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every((entry) => typeof entry === 'string')) {
    return refuse('"__metadata__" is not a table of texts');
  }
  return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown, dataStart: number, dataSize: number, refuse: Refuse): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = isObject(value) ? value : {};
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    return refuse(`the entry of tensor ${quoted(name)} has no dtype, shape and data_offsets that can be read`);
  }
  const elementBytes = Object.hasOwn(bytesPerElement, dtype) ? bytesPerElement[dtype] : undefined;
  if (elementBytes === undefined) return refuse(`tensor ${quoted(name)} has the unknown dtype ${quoted(dtype)}`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataSize) {
    return refuse(`tensor ${quoted(name)} lies at ${begin} to ${end} of ${dataSize} bytes of data`);
  }
  const expected = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, elementBytes);
  if (expected !== end - begin) {
    return refuse(
      `tensor ${quoted(name)} of shape [${shorten(String(shape))}] in ${dtype} needs ${expected} bytes, and has ${end - begin}`,
    );
  }
  return { name, dtype, shape, offset: dataStart + begin, byteLength: end - begin };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/**
 * Reads one tensor as float32: F32, F16 and BF16 exactly, F64 rounded to nearest.
 * @throws DataError for a tensor of another type
 */
export async function readTensor(source: ByteSource, entry: TensorEntry, where: string): Promise<Float32Array> {
  const convert = converters[entry.dtype];
  if (convert === undefined) {
    throw new DataError(`Tensor "${entry.name}" has the type ${entry.dtype}; weights are F32, F16, BF16 or F64.`, {
      where,
      fix: 'Save the model again in float32.',
    });
  }
  const elementBytes = bytesPerElement[entry.dtype]!;
  const data = new Float32Array(entry.byteLength / elementBytes);
  for (let done = 0; done < entry.byteLength; done += PIECE_BYTES) {
    const piece = await source.read(entry.offset + done, Math.min(PIECE_BYTES, entry.byteLength - done));
    convert(piece, data, done / elementBytes);
  }
  return data;
}

type Convert = (bytes: Uint8Array, target: Float32Array, position: number) => void;

const converters: Partial<Record<string, Convert>> = {
  F32(bytes, target, position) {
    new Uint8Array(target.buffer).set(bytes, position * 4);
  },
  BF16(bytes, target, position) {
    // A bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(target.buffer);
    for (let i = 0; i < bytes.length; i += 2) bits[position++] = (bytes[i]! << 16) | (bytes[i + 1]! << 24);
  },
  F16(bytes, target, position) {
    const bits = new Uint32Array(target.buffer);
    for (let i = 0; i < bytes.length; i += 2) bits[position++] = halfToFloatBits(bytes[i]! | (bytes[i + 1]! << 8));
  },
  F64(bytes, target, position) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < bytes.length; i += 8) target[position++] = view.getFloat64(i, true);
  },
};

/** The bits of the float32 that equals a float16 (IEEE 754: 1 sign, 5 exponent, 10 mantissa bits; bias 15 against 127). */
function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal, mantissa * 2^-24: shift its highest bit up to where float32 implies it.
  const shift = Math.clz32(mantissa) - 21;
  return sign | ((113 - shift) << 23) | ((mantissa << (13 + shift)) & 0x7fffff);
}

/**
 * A float32 file in pieces, byte for byte what Python's `safetensors.torch.save_file` writes: tensors sorted by name, the
 * header padded with spaces to a multiple of eight bytes.
 * @throws RangeError for a name given twice or data that does not fill its shape
 */
export function* writeSafetensors(
  tensors: Iterable<NamedTensor>,
  options: { metadata: Record<string, string> } = { metadata: { format: 'pt' } },
): Generator<Uint8Array> {
  const sorted = [...tensors].sort((a, b) => compareUtf8(a.name, b.name));
  const header: [string, unknown][] = [['__metadata__', options.metadata]];
  let offset = 0;
  for (const [index, { name, shape }] of sorted.entries()) {
    if (name === '__metadata__' || name === sorted[index - 1]?.name) {
      throw new RangeError(`A tensor cannot be written under the name "${name}": it is taken.`);
    }
    const end = offset + 4 * elementCount(shape);
    header.push([name, { dtype: 'F32', shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  yield encodeHeader(header);
  for (const { name, shape, data } of sorted.values()) {
    if (data.length !== elementCount(shape)) {
      throw new RangeError(`Tensor "${name}" of shape [${shape}] cannot hold ${data.length} values.`);
    }
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/** Not through an object: its keys that are whole numbers would come first. */
function encodeHeader(entries: [string, unknown][]): Uint8Array {
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(LENGTH_BYTES + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - LENGTH_BYTES), true);
  bytes.set(text, LENGTH_BYTES);
  return bytes;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The order of the names' UTF-8 bytes, which is that of their code points and not that of JavaScript's `<`. */
function compareUtf8(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  const index = left.findIndex((byte, position) => byte !== right[position]);
  return index === -1 ? left.length - right.length : left[index]! - (right[index] ?? -1);
}
