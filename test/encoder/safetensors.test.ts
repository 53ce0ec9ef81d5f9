import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type NamedTensor, readHeader, readTensor, writeSafetensors } from '../../src/encoder/safetensors.ts';
import { DataError } from '../../src/errors.ts';
import type { ByteSource } from '../../src/files.ts';

const fixture = (name: string) => readFileSync(new URL(`../parity/fixtures/checkpoints/${name}`, import.meta.url));

/** A source that notes the largest read asked of it and hands bytes out at an odd address. */
function sourceOf(bytes: Uint8Array): ByteSource & { largest: number } {
  return {
    size: bytes.length,
    largest: 0,
    async read(offset, length) {
      this.largest = Math.max(this.largest, length);
      if (offset < 0 || offset + length > bytes.length) throw new Error(`read of ${offset}+${length} outside`);
      const shifted = new Uint8Array(length + 1);
      shifted.set(bytes.subarray(offset, offset + length), 1);
      return shifted.subarray(1);
    },
  };
}

/** A file with this header text and this many bytes of data; `announced` overrides the header's length. */
function file(header: string, dataBytes = 0, announced?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const tensor = (dtype: string, shape: number[], begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

/** Reads the only tensor of a file made of these bytes. */
async function values(dtype: string, data: Uint8Array, count: number): Promise<Float32Array> {
  const bytes = file(`{"t":${tensor(dtype, [count], 0, data.length)}}`, data.length);
  bytes.set(data, bytes.length - data.length);
  const source = sourceOf(bytes);
  const { tensors } = await readHeader(source, 'f');
  return readTensor(source, tensors.get('t')!, 'f');
}

const bits = (floats: Float32Array) => [...new Uint32Array(floats.buffer, floats.byteOffset, floats.length)];

describe('conversion', () => {
  /** The value that a bit pattern stands for, from the definition of the format. */
  function meaning(pattern: number, exponentBits: number, mantissaBits: number): number {
    const sign = pattern >> (exponentBits + mantissaBits) ? -1 : 1;
    const exponent = (pattern >> mantissaBits) & (2 ** exponentBits - 1);
    const fraction = (pattern & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
    const bias = 2 ** (exponentBits - 1) - 1;
    if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
  }
  const patterns = Uint16Array.from({ length: 65536 }, (_, pattern) => pattern);

  test.each([
    ['F16', 5, 10],
    ['BF16', 8, 7],
  ])('all 65,536 values of %s are exact', async (dtype, exponentBits, mantissaBits) => {
    const read = await values(dtype, new Uint8Array(patterns.buffer), 65536);
    const wrong = [...patterns].filter((p) => !Object.is(read[p], meaning(p, exponentBits, mantissaBits)));
    expect(wrong).toEqual([]);
  });

  test('F32 keeps every bit, NaN payloads and subnormals too', async () => {
    const data = Uint32Array.of(
      0,
      0x80000000,
      1,
      0x7f800000,
      0xff800000,
      0x7fc00000,
      0x7f800001,
      0xffc12345,
      0x3f800000,
    );
    expect(bits(await values('F32', new Uint8Array(data.buffer), data.length))).toEqual([...data]);
  });

  test('F64 rounds to nearest', async () => {
    const data = Float64Array.of(0.1, -1e300, 1e-50, Number.NaN, 16777217);
    const read = await values('F64', new Uint8Array(data.buffer), data.length);
    expect([...read]).toEqual([Math.fround(0.1), Number.NEGATIVE_INFINITY, 0, Number.NaN, 16777216]);
  });

  test('integers are no weights', async () => {
    const error = await values('I64', new Uint8Array(16), 2).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe('Tensor "t" has the type I64; weights are F32, F16, BF16 or F64.');
  });

  test.each(['F16', 'F32', 'F64'])('a tensor of %s larger than a piece is read in pieces', async (dtype) => {
    const elementBytes = Number(dtype.slice(1)) / 8;
    const count = 9_000_000 / elementBytes;
    // Values that all three types hold exactly: 0 to 1000, whose pattern does not repeat with the pieces.
    const expected = Float32Array.from({ length: count }, (_, i) => i % 1001);
    const data = {
      F16: () => Uint16Array.from(expected, halfBits),
      F32: () => expected,
      F64: () => Float64Array.from(expected),
    };
    const { buffer } = data[dtype as keyof typeof data]();
    const bytes = file(`{"t":${tensor(dtype, [count], 0, buffer.byteLength)}}`, buffer.byteLength);
    bytes.set(new Uint8Array(buffer), bytes.length - buffer.byteLength);
    const source = sourceOf(bytes);
    const { tensors } = await readHeader(source, 'f');
    const read = await readTensor(source, tensors.get('t')!, 'f');
    expect(source.largest).toBeLessThan(buffer.byteLength);
    expect(read.length).toBe(count);
    expect(read.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });
});

/** The bits of a whole number from 0 to 2047 as float16. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | ((value - 2 ** exponent) * 2 ** (10 - exponent));
}

describe('Python wrote', () => {
  test.each(['odd.safetensors', 'f32/model.safetensors', 'f16/expected.safetensors'])(
    '%s: read and written again, the same bytes',
    async (name) => {
      const bytes = fixture(name);
      const source = sourceOf(bytes);
      const { metadata, tensors } = await readHeader(source, name);
      expect(metadata).toEqual({ format: 'pt' });
      const read: NamedTensor[] = [];
      for (const entry of tensors.values()) {
        read.push({ name: entry.name, shape: entry.shape, data: await readTensor(source, entry, name) });
      }
      const written = Buffer.concat([...writeSafetensors(read.reverse(), { metadata: { format: 'pt' } })]);
      expect(written.equals(bytes)).toBe(true);
    },
  );

  test('odd names, a scalar and an empty tensor', async () => {
    const source = sourceOf(fixture('odd.safetensors'));
    const { tensors } = await readHeader(source, 'odd');
    const order = ['10', '9', 'A', 'a.10', 'a.2', 'b', 'cube', 'empty', 'quote"\\\n', 'scalar', 'é', '～', '😀'];
    expect([...tensors.keys()].sort()).toEqual([...order].sort());
    const read = async (name: string) => [...(await readTensor(source, tensors.get(name)!, 'odd'))];
    expect(await read('scalar')).toEqual([-0.5]);
    expect(await read('empty')).toEqual([]);
    expect(await read('～')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(tensors.get('cube')!.shape).toEqual([2, 3, 4]);
  });
});

describe('written', () => {
  test('the data is asked for once and late', () => {
    let asked = 0;
    const late = {
      name: 'late',
      shape: [1],
      get data() {
        asked++;
        return Float32Array.of(1);
      },
    };
    const chunks = writeSafetensors([late]);
    chunks.next();
    expect(asked).toBe(0);
    expect(chunks.next().value).toEqual(new Uint8Array(Float32Array.of(1).buffer));
    expect(asked).toBe(1);
  });
  test('a view into a larger buffer', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect([...writeSafetensors([{ name: 'v', shape: [2], data }])][1]).toEqual(
      new Uint8Array(Float32Array.of(2, 3).buffer),
    );
  });
  test('what cannot be written is refused', () => {
    const write = (...tensors: NamedTensor[]) => [...writeSafetensors(tensors)];
    const one = { name: 'a', shape: [2], data: new Float32Array(2) };
    expect(() => write(one, one)).toThrow(RangeError);
    expect(() => write({ ...one, shape: [3] })).toThrow('Tensor "a" of shape [3] cannot hold 2 values.');
    expect(() => write({ ...one, name: '__metadata__' })).toThrow(RangeError);
  });
});

describe('refused with one clear message', () => {
  const refusals: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'it has 0 bytes, fewer than the 8 it begins with'],
    ['a header beyond the file', file('{}', 0, 50n), 'it announces a header of 50 bytes, but the whole file has 10'],
    [
      'a header beyond the limit',
      file('{}', 0, 4_194_305n),
      'it announces a header of 4194305 bytes, and 4194304 is the limit',
    ],
    [
      'a header beyond 2^53',
      file('{}', 0, 2n ** 64n - 1n),
      'it announces a header of 18446744073709552000 bytes, and 4194304 is the limit',
    ],
    ['no JSON', file('PK..'), 'its header is not JSON'],
    [
      'JSON that is not UTF-8',
      Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31),
      'its header is not UTF-8',
    ],
    ['deep nesting', file('['.repeat(2_000_000)), 'its header is not JSON'],
    ['an array', file('[]'), 'its header is not a JSON object'],
    ['null', file('null'), 'its header is not a JSON object'],
    [
      'a tensor twice',
      file(`{"a":${tensor('F32', [1], 0, 4)},"\\u0061":${tensor('F32', [1], 4, 8)}}`, 8),
      'its header has the key "a" twice',
    ],
    [
      'a dtype twice',
      file('{"a":{"dtype":"F32","dtype":"F16","shape":[],"data_offsets":[0,4]}}', 4),
      'its header has the key "dtype" twice',
    ],
    ['wrong metadata', file('{"__metadata__":{"a":1}}'), '"__metadata__" is not a table of texts'],
    ['no entry', file('{"a":null}'), 'the entry of tensor "a" has no dtype, shape and data_offsets that can be read'],
    [
      'a negative size',
      file(`{"a":${tensor('F32', [-1], 0, 4)}}`, 4),
      'the entry of tensor "a" has no dtype, shape and data_offsets that can be read',
    ],
    [
      'an offset beyond 2^53',
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}', 4),
      'the entry of tensor "a" has no dtype, shape and data_offsets that can be read',
    ],
    [
      'three offsets',
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4),
      'the entry of tensor "a" has no dtype, shape and data_offsets that can be read',
    ],
    ['an unknown dtype', file(`{"a":${tensor('F4', [1], 0, 4)}}`, 4), 'tensor "a" has the unknown dtype "F4"'],
    [
      'a dtype of Object',
      file(`{"a":${tensor('constructor', [1], 0, 4)}}`, 4),
      'tensor "a" has the unknown dtype "constructor"',
    ],
    [
      'an end beyond the file',
      file(`{"a":${tensor('F32', [2], 0, 8)}}`, 4),
      'tensor "a" lies at 0 to 8 of 4 bytes of data',
    ],
    [
      'an end before its begin',
      file(`{"a":${tensor('F32', [1], 4, 0)}}`, 4),
      'tensor "a" lies at 4 to 0 of 4 bytes of data',
    ],
    [
      'a shape that does not fit',
      file(`{"a":${tensor('F16', [2, 3], 0, 8)}}`, 8),
      'tensor "a" of shape [2,3] in F16 needs 12 bytes, and has 8',
    ],
    [
      'a shape beyond 2^53',
      file(`{"a":${tensor('F32', [2 ** 52, 2 ** 52], 0, 4)}}`, 4),
      `tensor "a" of shape [${2 ** 52},${2 ** 52}] in F32 needs ${2 ** 106} bytes, and has 4`,
    ],
    [
      'a hole',
      file(`{"a":${tensor('F32', [1], 0, 4)},"b":${tensor('F32', [1], 8, 12)}}`, 12),
      '4 bytes before tensor "b" belong to no tensor',
    ],
    [
      'an overlap',
      file(`{"a":${tensor('F32', [2], 0, 8)},"b":${tensor('F32', [1], 4, 8)}}`, 8),
      'tensor "b" overlaps the one before it',
    ],
    ['bytes left over', file(`{"a":${tensor('F32', [1], 0, 4)}}`, 7), '3 bytes at its end belong to no tensor'],
    ['data without tensors', file('{}', 3), '3 bytes at its end belong to no tensor'],
  ];
  test.each(refusals)('%s', async (_, bytes, problem) => {
    const source = sourceOf(bytes);
    const error = await readHeader(source, 'f').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(`Not a usable safetensors file: ${problem}.`);
    expect(error.where).toBe('f');
    expect(source.largest).toBeLessThanOrEqual(Math.max(8, bytes.length));
  });

  test('names of Object are names like any other', async () => {
    const bytes = file(`{"__proto__":${tensor('F32', [1], 0, 4)},"constructor":${tensor('F32', [1], 4, 8)}}`, 8);
    const { tensors } = await readHeader(sourceOf(bytes), 'f');
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
  });
});
