import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNpyWriter, type NpyShape, npyHeader } from '../../src/data/npy.ts';
import { fixtureJson } from '../parity/fixtures.ts';

interface NumpyFile extends NpyShape {
  name: string;
  rows: number;
  values: number[];
  file: string;
}

const { files } = fixtureJson<{ files: NumpyFile[] }>('decoding-npy.json');
const folder = mkdtempSync(join(tmpdir(), 'npy-'));

test.each(files.filter(({ name }) => name !== 'many'))(
  '$name: byte for byte what numpy.save writes',
  async (expected) => {
    const path = join(folder, `${expected.name}.npy`);
    const width = expected.width ?? 1;
    const writer = await createNpyWriter(path, expected);
    for (let row = 0; row < expected.rows; row++) {
      await writer.write(expected.values.slice(row * width, (row + 1) * width));
    }
    await writer.close();
    expect(readFileSync(path).toString('base64')).toBe(expected.file);
  },
);

test('the header has the same length for any number of rows', () => {
  const { width, type, rows, file } = files.find(({ name }) => name === 'many')!;
  expect(Buffer.from(npyHeader({ type, width }, rows)).toString('base64')).toBe(file);
  for (const count of [0, 9, 10, 123_456, Number.MAX_SAFE_INTEGER]) {
    expect(npyHeader({ type, width: Number.MAX_SAFE_INTEGER }, count).length).toBe(128);
  }
});

test('many rows in pieces of any size, and an array that is used again', async () => {
  const path = join(folder, 'large.npy');
  const writer = await createNpyWriter(path, { type: 'float32', width: 100 });
  const reused = new Float32Array(3 * 100);
  let written = 0;
  for (let piece = 0; piece < 2000; piece++) {
    const rows = piece % 4;
    for (let i = 0; i < rows * 100; i++) reused[i] = written + i;
    await writer.write(reused.subarray(0, rows * 100));
    written += rows * 100;
  }
  await writer.close();
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 128)).toEqual(Buffer.from(npyHeader({ type: 'float32', width: 100 }, written / 100)));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 128, bytes.byteOffset + bytes.length));
  expect(values).toEqual(Float32Array.from({ length: 300_000 }, (_, i) => i));
});

test('numbers that are no whole rows are refused, and nothing of them is written', async () => {
  const path = join(folder, 'refused.npy');
  const writer = await createNpyWriter(path, { type: 'float32', width: 3 });
  await expect(writer.write([1, 2, 3, 4])).rejects.toThrow(RangeError);
  await writer.write([1, 2, 3]);
  await writer.close();
  const header = Buffer.from(npyHeader({ type: 'float32', width: 3 }, 1));
  expect(readFileSync(path)).toEqual(Buffer.concat([header, Buffer.from(Float32Array.of(1, 2, 3).buffer)]));
});
