import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notes, runCli } from './run-cli.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (args: string[], input?: string) =>
  runCli(['data', 'check', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

const train = `id,text,answer
1,I have lost my card,card
2,where is my card,card
3,where is my card,refund
4,I want my money back,refund
5,,refund
6,how do I get a refund for this thing that I bought at the shop,refund
7,hello you,
8,my card is broken,card,!
9,what about the fees,fees
`;

describe('data check', () => {
  it('says how the files are read and what is wrong with them', async () => {
    write('train.csv', train);
    write('test.csv', 'id,text,answer\n1,where is my card,card\n2,is there a limit,limits\n');
    const { code, stdout, stderr } = await check(['train.csv', '--test', 'test.csv', '--max-length', '12']);
    expect(stdout).toBe(`train.csv
  encoding   utf-8                    every byte is valid UTF-8 (--encoding)
  delimiter  comma                    a comma divides 90 % of the rows of the
                                      first 10 into 3 cells (--delimiter)
  quotes     yes                      no quotes in the first rows (--no-quotes)
  header     yes                      "id" is what a column is called
                                      (--no-header)
  text       "text"                   its name says so, and it is text (23
                                      characters on average) (--text-column)
  label      "answer"                 the only column whose values repeat (3
                                      different values) (--label-column)
  task       sequence-classification  "answer" holds words: classes (--task)
test.csv  read as train.csv

  rows       10: train 8, test 2
  labels     4: refund 4, card 3, fees 1, limits 1
  tokens     median 6, 95 % up to 18, longest 18; 1 row cut at 12
  ! 1 row cannot be read and is left out:
      train line 9: too many cells: 4, not 3; is a comma unquoted?
  ! 1 text longer than 12 tokens will be cut: 6 tokens lost; raise --max-length
    to keep them
  ! 1 empty text: train line 6
  ! 1 row without a label: train line 8
  ! 1 row repeats an earlier text: train line 4 = train line 3
  ! 1 repeated text has another label: train line 4 and train line 3
  ! 1 test text also in train: test line 2 = train line 3; the score will look
    better than it is
  ! 1 label without a training row, which cannot be learnt: limits 1
  ! 3 labels with fewer than 5 training rows: refund 4, card 3, fees 1
`);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('--json is the same as numbers', async () => {
    const { code, stdout } = await check(['train.csv', '--max-length', '12', '--json']);
    const { files, audit } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(files).toEqual([
      {
        split: 'train',
        name: 'train.csv',
        format: 'csv',
        encoding: { value: 'utf-8', reason: 'every byte is valid UTF-8', flag: '--encoding' },
        delimiter: { value: ',', reason: expect.any(String), flag: '--delimiter' },
        quotes: { value: true, reason: 'no quotes in the first rows', flag: '--no-quotes' },
        header: { value: true, reason: '"id" is what a column is called', flag: '--no-header' },
        columns: ['id', 'text', 'answer'],
        text: { value: 1, reason: expect.any(String), flag: '--text-column' },
        pair: { value: null, reason: 'no two columns are named as a pair', flag: '--pair-column' },
        label: { value: 2, reason: expect.any(String), flag: '--label-column' },
        task: { value: 'sequence-classification', reason: '"answer" holds words: classes', flag: '--task' },
      },
    ]);
    const at = (line: number) => ({ split: 'train', line });
    expect(audit).toEqual({
      task: 'sequence-classification',
      rows: { train: 8, validation: 0, test: 0, total: 8 },
      labels: [
        { label: 'refund', train: 4, validation: 0, test: 0 },
        { label: 'card', train: 2, validation: 0, test: 0 },
        { label: 'fees', train: 1, validation: 0, test: 0 },
      ],
      rowsWithOtherLabels: 0,
      numbers: null,
      imbalance: { largest: 'refund', smallest: 'fees', ratio: 4 },
      tokens: { p50: 6, p90: 18, p95: 18, p99: 18, max: 18, total: 56, maxLength: 12, truncatedRows: 1, lostTokens: 6 },
      emptyTexts: { count: 1, first: [at(6)] },
      unlabelled: { count: 1, first: [at(8)] },
      duplicates: { count: 1, first: [{ ...at(4), earlier: at(3) }] },
      conflicts: { count: 1, first: [{ ...at(4), earlier: at(3), label: 'refund' }] },
      overlap: { validationInTrain: 0, testInTrain: 0, testInValidation: 0, first: [] },
      unseenLabels: [],
      rareLabels: [
        { label: 'refund', train: 4, validation: 0, test: 0 },
        { label: 'card', train: 2, validation: 0, test: 0 },
        { label: 'fees', train: 1, validation: 0, test: 0 },
      ],
      rareBelow: 5,
      refused: { count: 1, first: [{ ...at(9), reason: 'too many cells: 4, not 3; is a comma unquoted?' }] },
    });
  });

  it('a flag overrides what is detected', async () => {
    const { stdout } = await check([
      'train.csv',
      '--text-column',
      '3',
      '--label-column',
      'id',
      '--task',
      'regression',
      '--json',
    ]);
    const { files, audit } = JSON.parse(stdout);
    expect(files[0].text).toEqual({ value: 2, reason: 'as asked', flag: '--text-column' });
    expect(audit.numbers).toEqual({
      count: 8,
      min: 1,
      max: 9,
      mean: 4.625,
      standardDeviation: expect.closeTo(2.4969, 4),
    });
  });

  it('a file to predict needs no labels', async () => {
    write('texts.csv', 'text\nI have lost my card\nwhere is it\nwhat now\n');
    const labelled = await check(['texts.csv']);
    expect([labelled.code, notes(labelled)[0]]).toEqual([3, 'error: the file has one column only']);
    const { code, stdout } = await check(['texts.csv', '--label-column', 'none']);
    expect([code, stdout.split('\n\n')[1]]).toEqual([
      0,
      '  rows       3\n  tokens     median 5, 95 % up to 7, longest 7; none longer than 128\n',
    ]);
  });

  it('standard input is a file like others', async () => {
    const { code, stdout } = await check(['-'], train);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'standard input']);
  });

  it('texts do not draw on the terminal', async () => {
    write('evil.csv', `text,"an\u001b[31mswer"\n${'a b,"\u001b[2J"\nc d,x\n'.repeat(5)}`);
    const { stdout } = await check(['evil.csv']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('labels     2: �[2J 5, x 5');
  });

  it.each([
    [['train.csv', '--task', 'guess'], 2, 'error: there is no task "guess"'],
    [['train.csv', '--text-column', 'txt'], 3, 'error: there is no column "txt"'],
    [
      ['train.csv', '--max-length', 'long'],
      2,
      expect.stringContaining("error: option '--max-length <TOKENS>' argument 'long' is invalid"),
    ],
    [[], 2, "error: missing required argument 'FILE'"],
  ])('%j ends with %i', async (args, exitCode, message) => {
    const { code, stderr } = await check(args);
    expect([code, notes({ stderr })[0]]).toEqual([exitCode, message]);
  });
});
