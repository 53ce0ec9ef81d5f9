import { expect, test } from 'vitest';
import { readHeader, readTensor } from '../../../src/encoder/safetensors.ts';
import type { ByteSource } from '../../../src/files.ts';
import { type FuzzTarget, fuzz, inputsFromEnvironment } from './fuzz.ts';
import { makeSafetensors } from './safetensors-inputs.ts';

const weights = new Set(['F32', 'F16', 'BF16', 'F64']);

/** Bytes in memory; what is read beyond them, or is more than the file has, is a defect of the reader. */
function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) throw new Error(`read ${offset}+${length}`);
      return bytes.subarray(offset, offset + length);
    },
  };
}

const target: FuzzTarget<Uint8Array> = {
  site: 1,
  make: makeSafetensors,
  async read(bytes) {
    const source = sourceOf(bytes);
    const { tensors } = await readHeader(source, 'file');
    // Whatever was read: the tensors lie one behind the other, to the end of the file.
    let end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    for (const [name, entry] of tensors) {
      if (entry.name !== name || entry.offset !== end) throw new Error(`tensor ${name} lies at ${entry.offset}`);
      end += entry.byteLength;
      if (!weights.has(entry.dtype)) continue;
      const values = await readTensor(source, entry, 'file');
      const count = entry.shape.reduce((product, size) => product * size, 1);
      if (values.length !== count) throw new Error(`tensor ${name} has ${values.length} values`);
    }
    if (end !== bytes.length) throw new Error(`the tensors end at ${end} of ${bytes.length}`);
  },
};

test('every made-up file is read whole or refused by a DataError, and those with a flaw are refused', async () => {
  const inputs = inputsFromEnvironment(30_000);
  const tally = await fuzz(target, inputs);
  console.info('safetensors', tally);
  expect(tally.read + tally.refused).toBe(inputs.count);
}, 0);
