import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import type { CsvRecord } from '../../src/data/csv-parser.ts';
import { readRecords } from '../../src/data/csv-records.ts';
import { createCsvWriter, csvRow } from '../../src/data/csv-writer.ts';
import { decodeText } from '../../src/data/encoding.ts';
import { openTable } from '../../src/data/table.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';
import { DistiltuneError } from '../../src/errors.ts';
import { fileOf } from './tables.ts';

// What cells are made of: everything that means something to a CSV reader, and the characters this one uses inside.
const pieces = [
  '"',
  '""',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  '\r\n',
  ' ',
  'a',
  'bc',
  '0',
  'é',
  '🙂',
  '\u2028',
  '\u2029',
  '\uFEFF',
  '\u00a0',
  '=1+1',
  '\\',
];

function randomCell(random: () => number): string {
  let cell = '';
  for (let n = randomBelow(random, 6); n > 0; n--) cell += pieces[randomBelow(random, pieces.length)];
  return cell;
}

function randomTable(random: () => number): string[][] {
  const width = 1 + randomBelow(random, 4);
  return Array.from({ length: 1 + randomBelow(random, 6) }, () =>
    Array.from({ length: width }, () => randomCell(random)),
  );
}

/** The text in pieces of 1 to 7 characters, cut anywhere. */
async function* inPieces(text: string, random: () => number) {
  for (let at = 0; at < text.length; ) {
    const length = 1 + randomBelow(random, 7);
    yield text.slice(at, at + length);
    at += length;
  }
}

async function records(texts: AsyncIterable<string>, delimiter: string): Promise<CsvRecord[]> {
  const all: CsvRecord[] = [];
  for await (const batch of readRecords(texts, { delimiter, quotes: true }, 'fuzz', false)) all.push(...batch);
  return all;
}

/** Line ends as the reader counts them: `\r\n`, `\n` or a lone `\r`. */
const countLines = (text: string) => text.match(/\r\n|\n|\r/g)?.length ?? 0;

describe('papaparse', () => {
  it.each([',', ';', '\t', '|'])('writes what we read, and reads the same; delimiter %j', async (delimiter) => {
    for (let seed = 0; seed < 1000; seed++) {
      const random = randomIntegers({ seed, step: 0, site: 1 });
      // Of one column, an empty last cell is a line end that papaparse takes for one row more.
      const table = randomTable(random).map((cells) => [...cells, 'end']);
      const newline = ['\n', '\r\n', '\r'][randomBelow(random, 3)] as '\n' | '\r\n' | '\r';
      const text = Papa.unparse(table, { delimiter, newline, quotes: randomBelow(random, 2) === 1 });
      const theirs = Papa.parse<string[]>(text, { delimiter, newline });
      const ours = (await records(inPieces(text, random), delimiter)).map(({ cells }) => cells);
      // At the beginning it takes a byte order mark off, which our decoder did before.
      const expected = text.startsWith('\uFEFF') ? table : theirs.data;
      expect({ ours, errors: theirs.errors }, `seed ${seed}`).toEqual({ ours: expected, errors: [] });
      expect(ours, `seed ${seed}`).toEqual(table);
    }
  });
});

describe('what the writer writes', () => {
  it.each([',', ';', '\t', '|'])('the reader reads back, lines included; delimiter %j', async (delimiter) => {
    for (let seed = 0; seed < 1000; seed++) {
      const random = randomIntegers({ seed: seed, step: 0, site: 0 });
      const table = randomTable(random);
      const lineEnd = ['\n', '\r\n', '\r'][randomBelow(random, 3)]!;
      let line = 1;
      let text = '';
      const expected = table.map((cells) => {
        const row = csvRow(cells, delimiter).slice(0, -1) + lineEnd;
        const lines = countLines(row);
        const record = { line, lastLine: line + lines - 1, cells };
        text += row;
        line += lines;
        return record;
      });
      expect(await records(inPieces(text, random), delimiter), `seed ${seed}`).toEqual(expected);
    }
  });

  it('a file of it too, detection and all', async () => {
    const path = fileOf('');
    const writer = await createCsvWriter(path);
    const random = randomIntegers({ seed: 1, step: 0, site: 0 });
    const rows = Array.from({ length: 3000 }, (_, i) => [
      `some text of row ${i} ${randomCell(random)}`,
      randomCell(random),
    ]);
    await writer.write(['text', 'label']);
    for (const row of rows) await writer.write(row);
    await writer.close();
    const table = await openTable(path);
    const read: string[][] = [];
    for await (const { cells } of table.rows()) read.push(cells);
    expect(read).toEqual(rows);
    // The same bytes, read in small pieces, are the same records.
    const bytes = decodeText(createReadStream(path, { highWaterMark: 13 }), 'utf-8');
    expect((await records(bytes, ',')).slice(1).map(({ cells }) => cells)).toEqual(rows);
  });

  it('numbers and formulas are written as they are', () => {
    expect(csvRow([1, 0.1 + 0.2, '=1+1', ''])).toBe('1,0.30000000000000004,=1+1,\n');
    expect(csvRow([''])).toBe('""\n');
    // Other readers trim, and take a mark at the start of a file for no part of it.
    expect(csvRow([' a', 'b ', '\uFEFFc'])).toBe('" a","b ","\uFEFFc"\n');
  });
});

describe('random input', () => {
  const tokens = [
    '"',
    ',',
    '\n',
    '\r',
    '\t',
    ';',
    '|',
    ' ',
    '{',
    '}',
    '"text":',
    '[',
    'a',
    'word',
    '1',
    '\0',
    '\xff',
    '\xc3',
    '\xe9',
    '\ufeff',
  ];

  it('is read or refused, never a crash', async () => {
    for (let seed = 0; seed < 3000; seed++) {
      const random = randomIntegers({ seed: 1e6 + seed, step: 0, site: 0 });
      const length = randomBelow(random, 60);
      const bytes =
        seed % 3 === 0
          ? Uint8Array.from({ length }, () => randomBelow(random, 256))
          : Buffer.from(
              Array.from({ length }, () => tokens[randomBelow(random, tokens.length)]).join(''),
              seed % 3 === 1 ? 'utf8' : 'latin1',
            );
      async function* stream() {
        yield bytes;
      }
      try {
        const table = await openTable(stream(), { once: true });
        let rows = 0;
        for await (const row of table.rows()) {
          expect(row.cells).toHaveLength(table.columns.length);
          rows++;
        }
        expect(rows).toBeLessThanOrEqual(60);
      } catch (error) {
        if (!(error instanceof DistiltuneError))
          throw new Error(`seed ${seed}: ${JSON.stringify([...bytes])}`, { cause: error });
      }
    }
  });
});
