import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/data/parquet.ts';
import { DataError } from '../../src/errors.ts';
import {
  codecs,
  encodings,
  type FileDraft,
  type PageDraft,
  plainTexts,
  run,
  sized,
  varint,
  writeParquet,
} from '../fuzz/binary/parquet-writer.ts';

const megabyte = 2 ** 20;
const bytesOf = (...bytes: (number | number[])[]) => Uint8Array.from(bytes.flat());

/** The rows as JSON Lines; the first megabytes of them. */
async function read(bytes: Uint8Array): Promise<string> {
  const file = {
    byteLength: bytes.length,
    slice: (start: number, end = bytes.length) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  let text = '';
  for await (const piece of linesOf(file, 'f.parquet')) if (text.length < megabyte) text += piece;
  return text;
}

/** The most that the process grew by until the file was refused, in megabytes, and the reason. */
async function refusal(draft: FileDraft | Uint8Array): Promise<{ grown: number; message: string }> {
  const bytes = draft instanceof Uint8Array ? draft : writeParquet(draft);
  const before = process.memoryUsage().rss;
  const error = await read(bytes).catch((thrown: unknown) => thrown);
  const grown = (process.memoryUsage().rss - before) / megabyte;
  expect(error).toBeInstanceOf(DataError);
  expect(error).toMatchObject({ where: 'f.parquet', fix: 'write it anew, or export it as CSV or JSON Lines' });
  return { grown, message: (error as DataError).message.replace('the Parquet file cannot be read: ', '') };
}

const texts: PageDraft = { bytes: plainTexts(['a', 'b']), values: 2 };
const one = (page: Partial<PageDraft>, column: object = {}, rows: number | bigint = 2): FileDraft => ({
  columns: [{ pages: [{ ...texts, ...page }], ...column }],
  rows,
});
/** A page that gives each of `rows` rows the first text of a dictionary. */
const repeated = (text: string, rows: number, pages = 1): FileDraft => ({
  columns: [
    {
      pages: [
        { kind: 'dictionary', bytes: plainTexts([text]), values: 1 },
        ...Array.from({ length: pages }, () => ({
          bytes: bytesOf(8, run(rows, 0, 8)),
          values: rows,
          encoding: encodings.dictionary,
        })),
      ],
    },
  ],
  rows: rows * pages,
});
/** Numbers as differences, in blocks of this size and so many parts; the rest of the page follows. */
const deltas = (blockSize: number, parts: number, rest: number[]) =>
  bytesOf(varint(blockSize), varint(parts), 2, 0, rest);

test('the files that the others differ from can be read', async () => {
  expect(await read(writeParquet(one({})))).toBe('{"c0":"a"}\n{"c0":"b"}\n');
  expect(await read(writeParquet(repeated('x', 3)))).toBe('{"c0":"x"}\n'.repeat(3));
  const optional = bytesOf(sized(run(2, 0, 1)));
  expect(await read(writeParquet(one({ bytes: optional }, { isOptional: true })))).toBe('{"c0":null}\n{"c0":null}\n');
  const gzip = gzipSync(texts.bytes);
  const packed = one({ bytes: gzip, unpacked: texts.bytes.length }, { codec: codecs.gzip });
  expect(await read(writeParquet(packed))).toBe('{"c0":"a"}\n{"c0":"b"}\n');
  expect(
    await read(writeParquet(one({ bytes: deltas(128, 4, [4, 0, 0, 0, 0]), encoding: encodings.delta }, { type: 1 }))),
  ).toBe('{"c0":0}\n{"c0":2}\n');
});

const bomb = Buffer.alloc(200 * megabyte);
const room = 'it unpacks to far more than its size: it is made to fill the memory';
const zstdFrame = (head: number[], blocks: number[]) => bytesOf(0x28, 0xb5, 0x2f, 0xfd, head, blocks);

test.each<[string, FileDraft | Uint8Array, string]>([
  ['2^40 rows', one({}, {}, 2n ** 40n), 'a column has 2 values for 1099511627776 rows'],
  ['2^40 rows of no column', { columns: [], rows: 2n ** 40n }, 'it has no columns'],
  ['2^31 values in a page', one({ values: 2 ** 31 - 1 }, {}, 2 ** 31 - 1), room],
  [
    '2^31 empty values',
    one({ bytes: bytesOf(sized(run(2 ** 30, 0, 1))), values: 2 ** 30 }, { isOptional: true }, 2 ** 30),
    room,
  ],
  ['less than no values', one({ values: -5 }), 'a page does not say how many values it has'],
  [
    'a page of 2^31 bytes',
    one({ packed: 2 ** 31 - 1, unpacked: 2 ** 31 - 1 }),
    'a page of 2147483647 bytes, unpacked 2147483647, does not fit into its column',
  ],
  ['a page that unpacks to 2^31 bytes', one({ unpacked: 2 ** 31 - 1 }, { codec: codecs.snappy }), room],
  [
    'a page of less than no bytes',
    one({ packed: -1 }),
    'a page of -1 bytes, unpacked 10, does not fit into its column',
  ],
  [
    'a page that unpacks to less than no bytes',
    one({ unpacked: -1 }),
    'a page of 10 bytes, unpacked -1, does not fit into its column',
  ],
  ['gzip: 200 MB, as it says', one({ bytes: gzipSync(bomb), unpacked: bomb.length }, { codec: codecs.gzip }), room],
  [
    'gzip: 200 MB, said to be 10 bytes',
    one({ bytes: gzipSync(bomb), unpacked: 10 }, { codec: codecs.gzip }),
    'Cannot create a Buffer larger than 10 bytes',
  ],
  [
    'brotli: 200 MB, said to be 10 bytes',
    one({ bytes: brotliCompressSync(bomb), unpacked: 10 }, { codec: codecs.brotli }),
    'Cannot create a Buffer larger than 10 bytes',
  ],
  // One text of 64 bytes after the other, each a copy of the one before.
  [
    'snappy: 64 MB, said to be 10 bytes',
    one(
      {
        bytes: bytesOf(
          [...varint(64 * megabyte)],
          [0, 97],
          Array.from({ length: megabyte }, () => [0xfe, 1, 0]).flat(),
        ),
        unpacked: 10,
      },
      { codec: codecs.snappy },
    ),
    // Where its memory ends, or where the ten bytes do.
    '',
  ],
  [
    'Zstandard: a window of 2 GB',
    one({ bytes: zstdFrame([0, 0xa8], [3, 0, 0, 97]), unpacked: 10 }, { codec: codecs.zstd }),
    'a page unpacks to less than its head says',
  ],
  [
    'Zstandard: 2^62 bytes',
    one({ bytes: zstdFrame([0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40], [1, 0, 0]), unpacked: 10 }, { codec: codecs.zstd }),
    'a page unpacks to 4611686018427388000 bytes, and its head says 10',
  ],
  [
    'Zstandard: blocks without end',
    one(
      { bytes: zstdFrame([0, 0x58], Array.from({ length: 1000 }, () => [2, 0, 0x10, 97]).flat()), unpacked: 10 },
      { codec: codecs.zstd },
    ),
    'a page has more blocks than it can fill',
  ],
  [
    'a run of 2^30 levels',
    one({ bytes: bytesOf(sized(run(2 ** 30 - 1, 0, 1))) }, { isOptional: true }),
    'a page has a run of 1073741823 values where 2 are left',
  ],
  [
    'a run of 2^30 indices',
    one({ bytes: bytesOf(8, run(2 ** 30 - 1, 0, 8)), encoding: encodings.dictionary }),
    'a page has a run of 1073741823 values where 2 are left',
  ],
  [
    'packed values of no bits',
    one({ kind: 'data2', bytes: bytesOf(0, varint(2 ** 30 + 1)), encoding: encodings.dictionary }),
    'a page has an empty run',
  ],
  [
    'values of 200 bits',
    one({ bytes: bytesOf(200, run(2, 0, 8)), encoding: encodings.dictionary }),
    'a page has values of 200 bits',
  ],
  [
    'blocks of less than no parts',
    one({ bytes: deltas(128, 2 ** 32 - 6, [0, 0]), encoding: encodings.delta }, { type: 1 }),
    'a size in it cannot be',
  ],
  [
    'blocks of no parts',
    one({ bytes: deltas(128, 0, [0, 0]), encoding: encodings.delta }, { type: 1 }),
    'a page has blocks of 128 numbers in 0 parts',
  ],
  [
    'blocks of no numbers',
    one({ bytes: deltas(0, 4, [0, 0]), encoding: encodings.delta }, { type: 1 }),
    'a page has blocks of 0 numbers in 4 parts',
  ],
  [
    'a difference of a million bytes',
    one({ bytes: deltas(128, 4, Array(megabyte).fill(0xff)), encoding: encodings.delta }, { type: 2 }),
    'a number in it is too long',
  ],
  [
    'more texts in a dictionary than bytes',
    {
      columns: [
        {
          pages: [
            { kind: 'dictionary', bytes: plainTexts(['a']), values: 2 ** 25 },
            { bytes: bytesOf(8, run(2, 0, 8)), values: 2, encoding: encodings.dictionary },
          ],
        },
      ],
      rows: 2,
    },
    'a dictionary has 33554432 values',
  ],
  ['a text of a megabyte in a million rows', repeated('x'.repeat(megabyte), 1_000_000), room],
  [
    'a list of 2^31 columns',
    { ...one({}), listedElements: 2 ** 31 - 1 },
    'a list of its description is longer than the file',
  ],
  ['2^31 columns of the root', { ...one({}), rootColumns: 2 ** 31 - 1 }, 'its columns are no tree'],
  ['a description of 4 GB', { ...one({}), footerLength: 2 ** 32 - 1 }, 'its description has 4294967295 bytes'],
  [
    'a description with a number of a megabyte',
    { ...one({}), footer: bytesOf(0x16, Array(megabyte).fill(0xff), 1, 0) },
    'a number in it is too long',
  ],
  [
    'a description nested without end',
    { ...one({}), footer: new Uint8Array(megabyte).fill(0x1c) },
    'its description is nested too deep',
  ],
  ['a column outside of the file', one({}, { offset: 2n ** 40n }), 'a column lies outside of the file'],
  ['a column of 2^60 bytes', one({}, { size: 2n ** 60n }), 'a column lies outside of the file'],
  [
    'columns over one another',
    { columns: Array.from({ length: 50 }, () => ({ pages: [texts], offset: 4, size: 200 })), rows: 2 },
    'its columns are larger than the file',
  ],
])('%s: refused, in little memory', async (_, draft, reason) => {
  const { grown, message } = await refusal(draft);
  expect(message).toContain(reason);
  expect(grown).toBeLessThan(200);
});
