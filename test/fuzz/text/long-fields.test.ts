import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExampleWishes } from '../../../src/data/example-kinds.ts';

// Of a field of 1 GiB: `npm run build && FIELD_MEGABYTES=1024 npx vitest run test/fuzz/text/long-fields.test.ts`.
const megabytes = Number(process.env.FIELD_MEGABYTES ?? 48);
const mostGrown = 256;

interface LongField {
  file: string;
  before: string;
  /** Again and again. */
  filler: string;
  /** Most megabytes of it, where a little is much. */
  most?: number;
  after?: string;
  wishes?: ExampleWishes;
  /** What is said of it, whatever its length. */
  problem: string | null;
  examples?: number;
}

const csv = 'text,label\n"one, two",a\n"three, four",b\n';
const json = '{"text": "one two", "label": "a"}\n{"text": "three four", "label": "b"}\n';
const conll = 'one O\ntwo B-X\n\nthree O\n\n';
const question = '{"question": "What?", "answers": []}';
const unclosed = 'DataError: a quote opens and never closes: the rest of the file would become one cell, a.csv, line 4';
const longRow = 'line 4: the row is longer than 10,000,000 characters';
const longLine = (line: number) => `line ${line}: the line is longer than 10,000,000 characters`;
const longParagraph = 'is longer than 10,000,000 characters: divide it, or write JSON Lines, one question a line';

const fields: Record<string, LongField> = {
  'CSV, a quote that never closes': { file: 'a.csv', before: `${csv}"`, filler: 'word ', problem: unclosed },
  'CSV, the same in Chinese': { file: 'a.csv', before: `${csv}"`, filler: '漢字', problem: unclosed },
  'CSV, quotes that are not doubled': { file: 'a.csv', before: csv, filler: '"a"b"c', problem: unclosed },
  'CSV, quotes that are': { file: 'a.csv', before: `${csv}"`, filler: '""', problem: unclosed },
  'CSV, a line without end': { file: 'a.csv', before: csv, filler: 'word ', problem: longRow, examples: 2 },
  'CSV, delimiters': { file: 'a.csv', before: csv, filler: ',', problem: longRow, examples: 2 },
  'CSV, blanks behind a quote': { file: 'a.csv', before: `${csv}"a"`, filler: ' ', problem: longRow, examples: 2 },
  'CSV, a first line without end': {
    file: 'a.csv',
    before: '',
    filler: 'a,b',
    problem: 'DataError: the first line is longer than 1,048,576 characters, a.csv, line 1',
  },
  'CSV, rows that are refused': {
    file: 'a.csv',
    before: csv,
    filler: 'a,b,c\n',
    problem: 'line 4: too many cells: 3, not 2; is a comma unquoted?',
    examples: 2,
  },
  'JSON Lines, a string': {
    file: 'a.jsonl',
    before: `${json}{"text": "`,
    filler: 'word ',
    after: '"}\n',
    problem: longLine(3),
    examples: 2,
  },
  'JSON Lines, the same in Chinese': {
    file: 'a.jsonl',
    before: `${json}{"text": "`,
    filler: '漢字',
    after: '"}\n',
    problem: longLine(3),
    examples: 2,
  },
  'JSON Lines, lists in lists': {
    file: 'a.jsonl',
    before: `${json}{"text": `,
    filler: '[',
    problem: longLine(3),
    examples: 2,
  },
  'JSON Lines, short objects under many keys': {
    file: 'a.jsonl',
    before: `{"text": "one two"${Array.from({ length: 9999 }, (_, i) => `, "key ${i}": 1`).join('')}}\n`,
    filler: '{"text":"a b"}\n',
    most: 1,
    problem: null,
    examples: 1 + Math.ceil(2 ** 20 / 15),
  },
  'JSON Lines of texts with entities': {
    file: 'a.jsonl',
    before: '{"text": "a b", "entities": [[0, 1, "X"]]}\n{"text": "',
    filler: 'word ',
    after: '", "entities": []}\n',
    problem: longLine(2),
    examples: 1,
  },
  'JSON Lines of questions': {
    file: 'a.jsonl',
    before: '{"question": "What?", "context": "This.", "answers": []}\n{"question": "What?", "context": "',
    filler: 'word ',
    after: '", "answers": []}\n',
    problem: longLine(2),
    examples: 1,
  },
  'CoNLL, a line without end': { file: 'a.conll', before: conll, filler: 'word ', problem: longLine(6), examples: 2 },
  'CoNLL, a sentence without end': {
    file: 'a.conll',
    before: conll,
    filler: 'word O\n',
    problem: `line 100006: the sentence has more than 100,000 words: a blank line ends one; so the sentence of lines 6 to ${5 + Math.ceil((megabytes * 2 ** 20) / 7)} is left out`,
    examples: 2,
  },
  'CoNLL, comments': {
    file: 'a.conll',
    before: '',
    filler: '# a comment\n',
    problem: 'DataError: no sentence can be used; the first: the sentence has more than 100,000 words',
  },
  "SQuAD's JSON, a context": {
    file: 'a.json',
    before: `{"data": [{"paragraphs": [{"context": "This.", "qas": [${question}]}, {"context": "`,
    filler: 'word ',
    after: `", "qas": [${question}]}]}]}`,
    problem: `line 2: paragraph 2 of article 1 ${longParagraph}`,
    examples: 1,
  },
  "SQuAD's JSON, a list of questions": {
    file: 'a.json',
    before: `{"data": [{"paragraphs": [{"context": "This.", "qas": [${question}]}, {"context": "This.", "qas": [`,
    filler: `${question},`,
    after: `${question}]}]}]}`,
    problem: `line 2: paragraph 2 of article 1 ${longParagraph}`,
    examples: 1,
  },
  "SQuAD's JSON, a title that never ends": {
    file: 'a.json',
    before: `{"data": [{"paragraphs": [{"context": "This.", "qas": [${question}]}], "title": "`,
    filler: '\\n',
    problem: 'DataError: not JSON: Unexpected end of JSON input, a.json, line 1, character ',
  },
  "SQuAD's JSON, paragraphs that are right": {
    file: 'a.json',
    before: '{"data": [{"paragraphs": [',
    filler: `{"context": "${'This is a context. '.repeat(500)}", "qas": [${question}]},\n`,
    after: `{"context": "This.", "qas": [${question}]}]}]}`,
    problem: null,
  },
  'plain text, a line without end': {
    file: 'a.txt',
    before: 'one two\nthree four\n',
    filler: 'word ',
    problem: longLine(3),
    examples: 2,
    wishes: { task: 'masked-lm' },
  },
  'plain text, a paragraph without end': {
    file: 'a.txt',
    before: 'one two\n\nthree four\n\n',
    filler: 'a line of it\n',
    problem: 'line 5: the paragraph is longer than 10,000,000 characters: a blank line ends one',
    examples: 2,
    wishes: { task: 'masked-lm', textUnit: 'paragraph' },
  },
};

const noDist = existsSync(new URL('../../../dist/src/data/example-file.js', import.meta.url))
  ? ''
  : 'skipped: not built';
const noProc = process.platform === 'linux' ? '' : 'skipped: only Linux tells the peak of the memory';
const skipped = noDist || noProc;

describe.skipIf(skipped !== '')(
  `a field of ${megabytes} MiB ends in an error in less than ${mostGrown} MiB ${skipped}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(Object.entries(fields))('%s', async (name, field) => {
      const { file, most = megabytes, wishes = {}, problem, examples } = field;
      const path = join(folder, file);
      await write(path, field, Math.min(most, megabytes));
      const script = fileURLToPath(new URL('./read-file.mjs', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [
        script,
        path,
        JSON.stringify({ labelRequired: false, ...wishes }),
      ]);
      rmSync(path);
      const found = JSON.parse(stdout);
      console.info(
        `${name}: ${found.grown} MiB; ${found.examples} examples, ${found.refused} refused, ${found.problem}`,
      );
      // Of where a document is cut off the character depends on its length.
      expect(found.problem?.slice(0, problem?.length)).toBe(problem ?? undefined);
      if (examples !== undefined) expect(found.examples).toBe(examples);
      expect(found.grown).toBeLessThan(mostGrown);
    });
  },
  0,
);

/** A file of `megabytes` of a filler between two texts. */
async function write(path: string, { before, filler, after = '' }: LongField, megabytes: number): Promise<void> {
  const one = Buffer.from(filler);
  const block = Buffer.alloc(Math.max(1, Math.floor(2 ** 20 / one.length)) * one.length, one);
  const file = await open(path, 'w');
  try {
    await file.write(before);
    let left = Math.ceil((megabytes * 2 ** 20) / one.length) * one.length;
    for (; left > 0; left -= block.length) await file.write(block, 0, Math.min(left, block.length));
    await file.write(after);
  } finally {
    await file.close();
  }
}
