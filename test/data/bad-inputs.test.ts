import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseColumns } from '../../src/data/columns.ts';
import { maxRowLength } from '../../src/data/limits.ts';
import { openTable } from '../../src/data/table.ts';
import { DataError, type DistiltuneError, UsageError } from '../../src/errors.ts';
import { fileOf, readAll, readTable } from './tables.ts';

const utf8 = new TextEncoder();

function utf16(text: string, order: 'le' | 'be', mark: boolean): Uint8Array {
  const bytes = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le');
  return order === 'be' ? bytes.swap16() : bytes;
}

/** `a` and `b` as rows of two columns, whatever the file did to them. */
const table = 'text,label\nfirst text,a\nsecond text,b\n';
const cells = [
  ['first text', 'a'],
  ['second text', 'b'],
];

describe('inputs that are read as if they were plain', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['a UTF-8 byte order mark', `\uFEFF${table}`, 'utf-8'],
    ['UTF-16 LE with a mark', utf16(table, 'le', true), 'utf-16le'],
    ['UTF-16 BE with a mark', utf16(table, 'be', true), 'utf-16be'],
    ['UTF-16 LE without a mark', utf16(table, 'le', false), 'utf-16le'],
    ['UTF-16 BE without a mark', utf16(table, 'be', false), 'utf-16be'],
    ['CRLF', table.replaceAll('\n', '\r\n'), 'utf-8'],
    ['lone CR', table.replaceAll('\n', '\r'), 'utf-8'],
    ['mixed line ends', 'text,label\r\nfirst text,a\rsecond text,b\n', 'utf-8'],
    ['no line end at the end', table.trimEnd(), 'utf-8'],
    ['blank lines', `\n${table.replaceAll('\n', '\n\n')}  \n`, 'utf-8'],
    ['semicolons', table.replaceAll(',', ';'), 'utf-8'],
    ['tabs', table.replaceAll(',', '\t'), 'utf-8'],
    ['pipes', table.replaceAll(',', '|'), 'utf-8'],
    ['blanks after closing quotes', '"text" ,"label"\n"first text","a" \n"second text" ,"b"\t\n', 'utf-8'],
    ['empty cells too many', 'text,label\nfirst text,a,,\nsecond text,b,\n', 'utf-8'],
  ])('%s', async (_, content, encoding) => {
    const { table, rows, refused } = await readAll(content);
    expect(rows.map((row) => row.cells)).toEqual(cells);
    expect(table.columns).toEqual(['text', 'label']);
    expect(table.encoding.value).toBe(encoding);
    expect(refused).toEqual([]);
  });

  it('bytes that are not UTF-8 are windows-1252, and the reason says so', async () => {
    const { table, rows } = await readAll(Buffer.from('text,label\nna\xefve caf\xe9 \x80 5,a\nplain,b\n', 'latin1'));
    expect(table.encoding).toEqual({
      value: 'windows-1252',
      reason: 'not UTF-8 (invalid byte on line 2), so Latin-1 or windows-1252',
      flag: '--encoding',
    });
    expect(rows[0]!.cells[0]).toBe('naïve café € 5');
  });

  it('one broken byte does not make a UTF-8 file Latin-1', async () => {
    const bytes = Buffer.concat([
      utf8.encode('text,label\nнемного текста,a\n'),
      Buffer.from([0xff]),
      utf8.encode('x,b\n'),
    ]);
    const { table, rows } = await readAll(bytes);
    expect(table.encoding).toEqual({
      value: 'utf-8',
      reason: 'UTF-8 but for 1 invalid byte (first on line 3), read as \uFFFD',
      flag: '--encoding',
    });
    expect(rows.map((row) => row.cells[0])).toEqual(['немного текста', '\uFFFDx']);
  });

  it.each([0, 1, 2, 3])('characters of 2, 3 and 4 bytes that chunks cut in two, shifted by %i', async (shift) => {
    const text = `${'x'.repeat(shift)}${'é€🙂 '.repeat(100)}`;
    const { table, rows } = await readAll(`text,label\n${`${text},a\n`.repeat(700)}`);
    expect(table.encoding.reason).toBe('every byte is valid UTF-8');
    expect(new Set(rows.map((row) => row.cells[0]))).toEqual(new Set([text]));
    expect(rows).toHaveLength(700);
  });

  it('an encoding may be asked for', async () => {
    const { rows, table } = await readAll(Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x2c, 0x61]), { encoding: 'Shift_JIS' });
    expect(table.encoding).toEqual({ value: 'shift_jis', reason: 'as asked', flag: '--encoding' });
    expect(rows[0]!.cells).toEqual(['日本', 'a']);
  });

  it('10,000 columns', async () => {
    const columns = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    const row = columns.map((_, i) => String(i % 7));
    const { table, rows } = await readAll(`${columns.join()}\n${row.join()}\n${row.join()}\n`);
    expect(table.columns).toEqual(columns);
    expect(rows.map((r) => r.cells)).toEqual([row, row]);
  });

  it('5,000 labels', async () => {
    const lines = Array.from({ length: 15_000 }, (_, i) => `the text of number ${i} is here,label_${i % 5000}`);
    const { table } = await readAll(`text,label\n${lines.join('\n')}\n`);
    expect(chooseColumns(table).label.value).toBe(1);
    expect(table.profiles[1]!.distinct).toBe(5000);
  });

  it('a header of 300,000 characters', async () => {
    const columns = [
      'text',
      ...Array.from({ length: 6500 }, (_, i) => `a column with quite a long name, number ${10_000 + i}`),
    ];
    const header = columns.map((column) => `"${column}"`).join();
    expect(header.length).toBeGreaterThan(300_000);
    const row = columns.map((_, i) => `x${i}`);
    const { table, rows } = await readAll(`${header}\n${row.join()}\n`);
    expect(table.columns).toEqual(columns);
    expect(rows).toEqual([{ line: 2, cells: row }]);
  });

  it('a megabyte on one line', async () => {
    const line = 'x'.repeat(1_000_000);
    expect((await readAll(line)).rows).toEqual([{ line: 1, cells: [line] }]);
  });

  it('one column only: a text per line, commas and all', async () => {
    const { table, rows } = await readAll('text\nHello, world\nNo comma\nOne, two, three\nA "quoted" word\n');
    expect(table.delimiter!.value).toBe('');
    expect(rows.map((row) => row.cells)).toEqual([
      ['Hello, world'],
      ['No comma'],
      ['One, two, three'],
      ['A "quoted" word'],
    ]);
  });

  it('one column whose cells are quoted for their commas', async () => {
    const { rows } = await readAll('text\n"Hello, world"\nNo comma\n"One, two, ""three"""\n"a\nb"\n');
    expect(rows.map((row) => row.cells)).toEqual([['Hello, world'], ['No comma'], ['One, two, "three"'], ['a\nb']]);
  });
});

describe('rows that are refused', () => {
  it.each<[string, string, { line: number; reason: string }[], string[][]]>([
    [
      'too few and too many cells',
      'text,label\none,a\ntwo\nthree,b,c\nfour,b\n',
      [
        { line: 3, reason: 'too few cells: 1, not 2' },
        { line: 4, reason: 'too many cells: 3, not 2; is a comma unquoted?' },
      ],
      [
        ['one', 'a'],
        ['four', 'b'],
      ],
    ],
    [
      'a NUL',
      'text,label\none,a\nt\0wo,b\nthree,c\n',
      [{ line: 3, reason: 'a NUL character in column 1 ("text")' }],
      [
        ['one', 'a'],
        ['three', 'c'],
      ],
    ],
    [
      'a stray quote that runs lines together',
      'text,label\none,a\n"two,b\n"three",c\nfour,d\n',
      [
        {
          line: 3,
          reason:
            'a quote opens and text follows where it closes, so that lines 3 to 4 run together; write quotes inside a cell twice, or give --no-quotes if quotes are text',
        },
      ],
      [
        ['one', 'a'],
        ['four', 'd'],
      ],
    ],
  ])('%s', async (_, content, refused, rows) => {
    const read = await readAll(content);
    expect(read.refused).toEqual(refused);
    expect(read.rows.map((row) => row.cells)).toEqual(rows);
  });

  it('a row of more than 10 million characters, and nothing after it', async () => {
    const { rows, refused } = await readAll(`text,label\none,a\n${'x'.repeat(maxRowLength + 1)},b\nthree,c\n`);
    expect(refused).toEqual([{ line: 3, reason: 'the row is longer than 10,000,000 characters' }]);
    expect(rows).toEqual([
      { line: 2, cells: ['one', 'a'] },
      { line: 4, cells: ['three', 'c'] },
    ]);
  });

  it('quotes that never pair are text, where no cell is enclosed in them', async () => {
    const { table, rows, refused } = await readAll('text,label\none,a\n"two,b\nthree,c\n');
    expect(table.quotes).toEqual({
      value: false,
      reason: 'quotes are unpaired, and every row is whole without them',
      flag: '--quotes',
    });
    expect(rows.map((row) => row.cells)).toEqual([
      ['one', 'a'],
      ['"two', 'b'],
      ['three', 'c'],
    ]);
    expect(refused).toEqual([]);
  });

  it('a stray quote inside a line is text', async () => {
    const { rows, refused } = await readAll('text,label\na 5" pipe,a\n"she said "hi" to me",b\n');
    expect(rows.map((row) => row.cells)).toEqual([
      ['a 5" pipe', 'a'],
      ['she said "hi" to me', 'b'],
    ]);
    expect(refused).toEqual([]);
  });
});

async function errorOf(open: () => Promise<unknown>): Promise<Pick<DistiltuneError, 'message' | 'where' | 'fix'>> {
  try {
    await open();
  } catch (error) {
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    return { message: error.message, where: error.where, fix: error.fix };
  }
  throw new Error('nothing was thrown');
}

const textFix = 'name a file of texts';
const magic = (...bytes: number[]) => new Uint8Array([...bytes, 0, 0, 1, 2, 3, 0, 0, 250, 251]);

describe('inputs that are no table', () => {
  it.each<[string, string | Uint8Array, string, string, string]>([
    ['an empty file', '', 'the file is empty', 'test.csv', 'give a file with one row per text'],
    ['a mark alone', '\uFEFF', 'the file is empty', 'test.csv', 'give a file with one row per text'],
    [
      'blanks alone',
      ' \n\t\r\n ',
      'the file holds nothing but blanks',
      'test.csv',
      'give a file with one row per text',
    ],
    [
      'a quote that never closes',
      `text,label\n"one, two",a\ntwo,"b\n${'three,c\n'.repeat(5)}`,
      'a quote opens and never closes: the rest of the file would become one cell',
      'test.csv, line 3',
      'close it on that line, or give --no-quotes if quotes are text',
    ],
    [
      'a quote that closes nowhere in 11 million characters',
      `text,label\n"one, two",a\ntwo,"b\n${'three,c\n'.repeat(1_400_000)}`,
      'a quote opens and never closes: the rest of the file would become one cell',
      'test.csv, line 3',
      'close it on that line, or give --no-quotes if quotes are text',
    ],
    [
      'a first line without an end',
      'x'.repeat(2_000_000),
      'the first line is longer than 1,048,576 characters',
      'test.csv, line 1',
      'give a file with one row per text',
    ],
    ['a PNG', magic(0x89, 0x50, 0x4e, 0x47), 'this file is binary (PNG image), not text', 'test.csv', textFix],
    [
      'a zip',
      magic(0x50, 0x4b, 3, 4),
      'this file is binary (zip), not text',
      'test.csv',
      'unpack it first: unzip FILE',
    ],
    [
      'an Excel sheet',
      Buffer.from('PK\x03\x04....[Content_Types].xml', 'latin1'),
      'this file is binary (Excel, .xlsx), not text',
      'test.csv',
      'save the sheet as "CSV UTF-8"',
    ],
    ['gzip', magic(0x1f, 0x8b), 'this file is binary (gzip), not text', 'test.csv', 'unpack it first: gunzip FILE'],
    [
      'unknown binary',
      Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 32),
      'this is not text: it is full of control characters',
      'test.csv',
      'name a CSV, TSV or JSON Lines file',
    ],
    [
      'NULs alone',
      new Uint8Array(1000),
      'this is not text: it is full of NUL bytes',
      'test.csv',
      'name a CSV, TSV or JSON Lines file; if it is text, give its --encoding',
    ],
    [
      'a JSON list',
      '[{"text": "a", "label": "b"}]',
      'this is one JSON list, not JSON Lines',
      'test.csv',
      'write one object per line',
    ],
    [
      'JSON over several lines',
      '{\n  "text": "a"\n}\n',
      'this is JSON over several lines, not JSON Lines',
      'test.csv',
      'write one object per line',
    ],
  ])('%s', async (_, content, message, where, fix) => {
    expect(await errorOf(() => readAll(content))).toEqual({ message, where, fix });
  });

  it('a missing file, with the name that may have been meant', async () => {
    const path = fileOf(table, 'tickets.csv');
    const asked = path.replace('tickets', 'tickts');
    expect(await errorOf(() => openTable(asked))).toEqual({
      message: 'there is no such file',
      where: asked,
      fix: `did you mean ${path}?`,
    });
  });

  it('a folder, with the files in it', async () => {
    const folder = `${dirname(fileOf(table))}/folder`;
    mkdirSync(folder);
    fileOf(table, 'folder/train.csv');
    fileOf(table, 'folder/notes.md');
    expect(await errorOf(() => openTable(folder))).toEqual({
      message: 'this is a folder, not a file',
      where: folder,
      fix: 'name a file in it: train.csv',
    });
  });

  it.each<[string, Parameters<typeof readAll>[1], string]>([
    ['an unknown encoding', { encoding: 'utf-9' }, '"utf-9" is no known encoding'],
    ['a quote for a delimiter', { delimiter: '"' }, '"\\"" cannot delimit cells'],
  ])('%s', async (_, options, message) => {
    expect((await errorOf(() => readAll(table, options))).message).toBe(message);
  });
});

describe('tables without what training needs', () => {
  const choose = (content: string) => errorOf(async () => chooseColumns((await readAll(content)).table));

  it.each<[string, string, string, string, string]>([
    [
      'header only',
      'text,label\n',
      'there are no rows under the header',
      'test.csv',
      'if the first row is data, give --no-header',
    ],
    [
      'one column only',
      'text\nfirst text here\nanother text there\n',
      'the file has one column only',
      'test.csv: "text" the text',
      'add a column of labels, or give --delimiter',
    ],
    [
      'one label value only',
      'text,label\nfirst text here,a\nanother text there,a\n',
      'column "label" holds one value only (a)',
      'test.csv',
      'labels need two values at least; name another column with --label-column',
    ],
    [
      'as many labels as rows',
      `text,label\n${Array.from({ length: 30 }, (_, i) => `this is the text ${'x'.repeat(i)},name${'y'.repeat(i)}`).join('\n')}\n`,
      'in column "label" every row has another value: nothing to learn from',
      'test.csv',
      'a label is shared by many rows; name another column with --label-column',
    ],
    [
      'numbers only',
      'a,b\n1,2\n3,4\n5,6\n',
      'no column looks like text',
      'test.csv: "a" looks like whole numbers (all different), "b" looks like whole numbers (all different)',
      'name the column with --text-column',
    ],
  ])('%s', async (_, content, message, where, fix) => {
    expect(await choose(content)).toEqual({ message, where, fix });
  });
});

describe('columns by name', () => {
  it('repeated and nameless columns are told apart by number', async () => {
    const { table } = await readAll('text,label,label,\nsome words here,a,x,1\nmore words there,b,y,2\n');
    expect(table.columns).toEqual(['text', 'label', 'label', '']);
    expect(await errorOf(async () => chooseColumns(table, { labelColumn: 'label' }))).toEqual({
      message: '2 columns are named "label"',
      where: 'test.csv',
      fix: 'give the number: --label-column 2 or --label-column 3',
    });
    expect(chooseColumns(table, { labelColumn: '3' }).label).toEqual({
      value: 2,
      reason: 'as asked',
      flag: '--label-column',
    });
  });

  it('a wrong name suggests the nearest', async () => {
    const { table } = await readAll('Text,label\nsome words here,a\nmore words there,b\n');
    expect(await errorOf(async () => chooseColumns(table, { textColumn: 'txt' }))).toEqual({
      message: 'there is no column "txt"',
      where: 'test.csv',
      fix: 'did you mean --text-column "Text"?',
    });
    expect(chooseColumns(table, { textColumn: 'TEXT' }).text.value).toBe(0);
  });
});

describe('streams', () => {
  async function* stream(text: string, size: number) {
    const bytes = utf8.encode(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  }

  it('a stream is read twice from a temporary copy, or once without', async () => {
    const text = 'text,label\r\n"naïve\r\ncell",a\r\n🙂 x,b\r\n';
    for (const once of [false, true]) {
      const table = await openTable(stream(text, 3), { once });
      const first = await readTable({ ...table, close: async () => {} });
      expect(first.rows).toEqual([
        { line: 2, cells: ['naïve\r\ncell', 'a'] },
        { line: 4, cells: ['🙂 x', 'b'] },
      ]);
      expect(table.name).toBe('standard input');
      if (!once) expect((await readTable(table)).rows).toEqual(first.rows);
      await table.close();
    }
  });
});
