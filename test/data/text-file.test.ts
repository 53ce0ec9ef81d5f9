import { describe, expect, it } from 'vitest';
import { maxRowLength } from '../../src/data/limits.ts';
import { readLines } from '../../src/data/lines.ts';
import { plainTextFormat, type TextUnit } from '../../src/data/text-file.ts';
import type { RefusedRow } from '../../src/data/types.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';

async function* inPieces(text: string, size: () => number) {
  for (let at = 0; at < text.length; ) {
    const length = size();
    yield text.slice(at, at + length);
    at += length;
  }
}

async function read(text: string, unit: TextUnit, isCut = false) {
  const refused: RefusedRow[] = [];
  const rows: [number, string][] = [];
  const pieces = inPieces(text, () => 1 << 16);
  for await (const batch of plainTextFormat(unit).batches(pieces, (row) => refused.push(row), isCut)) {
    for (const { line, cells } of batch) rows.push([line, cells[0]!]);
  }
  return { rows, refused };
}

describe('lines', () => {
  it('are the same however the text is cut into pieces', async () => {
    const parts = ['a', 'bc', '\n', '\r', '\r\n', '', ' ', '😀'];
    for (let seed = 0; seed < 500; seed++) {
      const random = randomIntegers({ seed, step: 0, site: 0 });
      const text = Array.from({ length: randomBelow(random, 20) }, () => parts[randomBelow(random, parts.length)]).join(
        '',
      );
      const expected = text.split(/\r\n|\r|\n/).map((line, i) => ({ line: i + 1, text: line }));
      // What follows the last line end is a line only where there is something.
      if (expected.at(-1)!.text === '') expected.pop();
      const lines = [];
      for await (const batch of readLines(inPieces(text, () => 1 + randomBelow(random, 3)))) lines.push(...batch);
      expect(lines, JSON.stringify(text)).toEqual(expected);
    }
  });
});

describe('plain text', () => {
  const text = 'First line.\nSecond line, "quoted",\n\n \t\nThird\tline.\r\n\n\nLast line';

  it('is a text per line', async () => {
    expect(await read(text, 'line')).toEqual({
      rows: [
        [1, 'First line.'],
        [2, 'Second line, "quoted",'],
        [5, 'Third\tline.'],
        [8, 'Last line'],
      ],
      refused: [],
    });
  });

  it('or a text per paragraph', async () => {
    expect(await read(text, 'paragraph')).toEqual({
      rows: [
        [1, 'First line.\nSecond line, "quoted",'],
        [5, 'Third\tline.'],
        [8, 'Last line'],
      ],
      refused: [],
    });
  });

  it.each<TextUnit>(['line', 'paragraph'])(
    'what may go on is left out of the beginning of a text, by %s',
    async (unit) => {
      expect((await read('One.\n\nTw', unit, true)).rows).toEqual([[1, 'One.']]);
      const paragraphGoesOn = await read('One.\n\nTwo.\nThr', unit, true);
      expect(paragraphGoesOn.rows.map(([line]) => line)).toEqual(unit === 'line' ? [1, 3] : [1]);
    },
  );

  it('refuses what is too long, and NULs', async () => {
    const long = 'x'.repeat(maxRowLength + 1);
    expect(await read(`a\n${long}\nb\0\nc`, 'line')).toEqual({
      rows: [
        [1, 'a'],
        [4, 'c'],
      ],
      refused: [
        { line: 2, reason: 'the line is longer than 10,000,000 characters' },
        { line: 3, reason: 'a NUL character' },
      ],
    });
    const endless = `${'x'.repeat(99)}\n`.repeat(100_001);
    expect(await read(`a\n${long}\nb\n\nc\0\nd\n\ne\n\n${endless}\nf\n`, 'paragraph')).toEqual({
      rows: [
        [8, 'e'],
        [100_012, 'f'],
      ],
      refused: [
        { line: 1, reason: 'the line is longer than 10,000,000 characters' },
        { line: 5, reason: 'a NUL character' },
        { line: 10, reason: 'the paragraph is longer than 10,000,000 characters: a blank line ends one' },
      ],
    });
  });
});
