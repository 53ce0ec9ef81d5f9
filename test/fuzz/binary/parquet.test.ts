import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/data/parquet.ts';
import { type Draws, type FuzzTarget, fuzz, inputsFromEnvironment, type Verdict } from './fuzz.ts';
import {
  type ColumnDraft,
  codecs,
  encodings,
  type FileDraft,
  type PageDraft,
  plainTexts,
  run,
  sized,
  varint,
  writeParquet,
} from './parquet-writer.ts';
import { withNoise } from './safetensors-inputs.ts';

const folder = new URL('../../parity/fixtures/parquet/', import.meta.url);
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.parquet'))
  .map((name) => readFileSync(new URL(name, folder)));
const sizes = [-1, 0, 1, 2, 3, 7, 8, 255, 2 ** 16, 2 ** 21, 2 ** 25, 2 ** 30, 2 ** 31 - 1, 2n ** 40n, 2n ** 63n - 1n];

/** Bytes that a page might hold: runs, differences, texts, noise. */
function makeBytes(values: number, draws: Draws): Uint8Array {
  const some = () => (draws.once(3) ? Number(draws.pick(sizes)) : draws.below(20));
  const noise = () => Array.from({ length: draws.below(12) }, () => draws.below(256));
  const count = draws.once(4) ? Math.abs(some()) : values;
  const width = draws.pick([0, 1, 1, 2, 8, 8, 16, 32, 33, 200]);
  switch (draws.below(6)) {
    case 0:
      return plainTexts(Array.from({ length: values }, () => 'ab'.repeat(draws.below(4))));
    case 1:
      return Uint8Array.from([...sized(run(count, draws.below(3), width)), ...noise()]);
    case 2:
      return Uint8Array.from([width, ...run(count, draws.below(3), width), ...noise()]);
    case 3:
      // Packed values instead of a run.
      return Uint8Array.from([width, ...varint(Math.abs(count) * 2 + 1), ...noise()]);
    case 4: {
      const head = [draws.pick([128, 128, 0, 32, Math.abs(some())]), draws.pick([4, 4, 0, 1, Math.abs(some())])];
      return Uint8Array.from([
        ...head.flatMap(varint),
        ...varint(values),
        ...noise(),
        ...new Array(draws.below(40)).fill(0),
      ]);
    }
    default:
      return Uint8Array.from(noise());
  }
}

const pack: Record<number, (bytes: Uint8Array) => Uint8Array> = {
  [codecs.gzip]: gzipSync,
  [codecs.brotli]: brotliCompressSync,
};

function makePage(rows: number, codec: number, draws: Draws): PageDraft {
  const plain = makeBytes(rows, draws);
  const page: PageDraft = {
    bytes: pack[codec]?.(plain) ?? plain,
    unpacked: plain.length,
    values: rows,
    encoding: draws.once(4) ? draws.below(12) : draws.pick(Object.values(encodings)),
    kind: draws.pick(['data', 'data', 'data2', 'dictionary'] as const),
  };
  if (draws.once(6)) page.values = draws.pick(sizes);
  if (draws.once(6)) page.unpacked = draws.pick(sizes);
  if (draws.once(8)) page.packed = draws.pick(sizes);
  if (draws.once(6)) page.nulls = Number(draws.pick(sizes.slice(0, 12)));
  if (draws.once(8)) page.rows = Number(draws.pick(sizes.slice(0, 12)));
  if (draws.once(4)) page.levelBytes = draws.below(12);
  if (draws.once(4)) page.isCompressed = false;
  return page;
}

function makeColumn(rows: number, draws: Draws): ColumnDraft {
  const codec = draws.once(2) ? codecs.none : draws.below(8);
  const column: ColumnDraft = {
    pages: Array.from({ length: 1 + draws.below(3) }, () => makePage(rows, codec, draws)),
    type: draws.once(2) ? 6 : draws.below(9),
    isOptional: draws.once(2),
    codec,
  };
  if (draws.once(6)) column.typeLength = Number(draws.pick(sizes.slice(0, 13)));
  if (draws.once(12)) column.values = draws.pick(sizes);
  if (draws.once(12)) column.size = draws.pick(sizes);
  if (draws.once(12)) column.offset = draws.pick(sizes);
  return column;
}

function makeParquet(draws: Draws): { input: Uint8Array; verdict: Verdict } {
  if (draws.once(4)) {
    const whole = draws.pick(fixtures);
    // Half of the noise goes to the description, which is at the end.
    const cut = draws.once(2) ? 0 : Math.max(0, whole.length - 900);
    const noisy = withNoise(whole.subarray(cut), draws);
    return { input: Buffer.concat([whole.subarray(0, cut), noisy]), verdict: 'either' };
  }
  const rows = 1 + draws.below(5);
  const draft: FileDraft = { columns: Array.from({ length: 1 + draws.below(2) }, () => makeColumn(rows, draws)), rows };
  if (draws.once(8)) {
    draft.columns = [{ pages: [{ bytes: plainTexts(new Array(rows).fill('a')), values: rows }] }];
    return { input: writeParquet(draft), verdict: 'read' };
  }
  if (draws.once(12)) draft.rows = draws.pick(sizes);
  if (draws.once(12)) draft.groupRows = draws.pick(sizes);
  if (draws.once(20)) draft.rootColumns = Number(draws.pick(sizes.slice(0, 13)));
  if (draws.once(20)) draft.listedElements = Number(draws.pick(sizes.slice(1, 13)));
  const bytes = writeParquet(draft);
  return { input: draws.once(4) ? withNoise(bytes, draws) : bytes, verdict: 'either' };
}

const target: FuzzTarget<Uint8Array> = {
  site: 4,
  make: makeParquet,
  async read(bytes) {
    let read = 0;
    const file = {
      byteLength: bytes.length,
      slice(start: number, end = bytes.length) {
        const slice = Uint8Array.from(bytes.subarray(start, end));
        read += slice.length;
        return slice.buffer;
      },
    };
    for await (const piece of linesOf(file, 'file')) {
      for (const line of piece.split('\n')) if (line !== '') JSON.parse(line);
    }
    if (read > 100 * bytes.length + 100_000) throw new Error(`${read} bytes were read of ${bytes.length}`);
  },
};

test('every made-up Parquet file is read or refused by a DataError, in bounded memory', async () => {
  const inputs = inputsFromEnvironment(2_000);
  const tally = await fuzz(target, inputs);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.info('parquet', tally, `peak ${peak.toFixed(0)} MB`);
  expect(tally.read).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
  // The test runner has some 150 MB of it.
  expect(peak).toBeLessThan(400);
}, 0);
