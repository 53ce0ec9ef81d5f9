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
        kind: 'texts',
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
        labels: null,
        task: { value: 'sequence-classification', reason: '"answer" holds words: classes', flag: '--task' },
        textUnit: null,
      },
    ]);
    const at = (line: number) => ({ split: 'train', line });
    expect(audit).toEqual({
      kind: 'texts',
      task: 'sequence-classification',
      rows: { train: 8, validation: 0, test: 0, total: 8 },
      labels: [
        { label: 'refund', train: 4, validation: 0, test: 0 },
        { label: 'card', train: 2, validation: 0, test: 0 },
        { label: 'fees', train: 1, validation: 0, test: 0 },
      ],
      rowsWithOtherLabels: 0,
      labelsPerRow: null,
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

  it('several labels a row', async () => {
    const rows = [['comedy'], ['drama', 'war'], [], ['drama']].map((genres, i) => ({
      text: `a film of kind ${i}`,
      genres,
    }));
    write('films.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const lists = await check(['films.jsonl']);
    expect(lists.stdout).toBe(`films.jsonl
  encoding   utf-8        every byte is valid UTF-8 (--encoding)
  text       "text"       the only column of text (16 characters on average)
                          (--text-column)
  label      "genres"     the only column whose values repeat (3 different
                          values) (--label-column)
  labels     lists        "genres" holds lists (--label-delimiter)
  task       multi-label  "genres" holds lists: any number of labels a row
                          (--task)

  rows       4
  labels     3: drama 2, comedy 1, war 1
  per row    1.00 labels on average, 2 at most, none in 1 row
  tokens     median 7, 95 % up to 7, longest 7; none longer than 128
  ! 3 labels with fewer than 5 training rows: drama 2, comedy 1, war 1
`);
    write('marks.csv', 'text,sport,news\na text,x,\nanother,x,x\na third,,\n');
    const marks = await check(['marks.csv', '--label-columns', 'sport, news']);
    expect(marks.stdout).toContain(
      '  labels     2 columns    as asked\n  task       multi-label  "sport", "news"'.slice(0, 38),
    );
    expect(marks.stdout).toContain('  labels     2: sport 2, news 1\n');
    write('tags.csv', 'text,tags\na text,a;b\nanother,b\n');
    const divided = await check(['tags.csv', '--task', 'multi-label']);
    expect(divided.stdout).toContain('divided by semicolon');
  });

  it('tagged words', async () => {
    write('train.conll', '-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER\nBlackburn NNP I-PER\n');
    write('test.conll', 'Bonn NNP B-LOC\n\nPeter NNP B-PER\nBlackburn NNP I-PER\n\nUlm\n');
    const { code, stdout } = await check(['train.conll', '--test', 'test.conll', '--max-length', '4']);
    expect([code, stdout]).toEqual([
      0,
      `train.conll
  encoding   utf-8                 every byte is valid UTF-8 (--encoding)
  delimiter  blanks                blanks divide every line into 3 columns
                                   (--delimiter)
  words      column 1              the first column (--text-column)
  tags       column 3              the last column (--label-column)
  scheme     IOB2                  every entity begins with B- (--tag-scheme)
  task       token-classification  each line holds a word, in CoNLL columns
                                   (--task)
test.conll  read as train.conll

  sentences  4: train 2, test 2
  words      7: train 4, test 3
  entities   4: PER 2, LOC 1, ORG 1
  tokens     median 4, 95 % up to 4, longest 4; none longer than 4
  ! 1 sentence cannot be read and is left out:
      test line 6: one column only, not 3: "Ulm"
  ! 1 test sentence also in train: test line 3 = train line 6; the score will
    look better than it is
  ! 1 tag without a training word, which cannot be learnt: B-LOC 1
  ! 2 types with fewer than 5 entities to train on: PER 2, ORG 1
`,
    ]);
    const short = await check(['train.conll', '--max-length', '3', '--json']);
    const { files, audit } = JSON.parse(short.stdout);
    expect(files).toEqual([
      {
        split: 'train',
        kind: 'tokens',
        name: 'train.conll',
        format: 'conll',
        encoding: { value: 'utf-8', reason: 'every byte is valid UTF-8', flag: '--encoding' },
        task: { value: 'token-classification', reason: 'each line holds a word, in CoNLL columns', flag: '--task' },
        delimiter: { value: ' ', reason: 'blanks divide every line into 3 columns', flag: '--delimiter' },
        words: { value: 'column 1', reason: 'the first column', flag: '--text-column' },
        tags: { value: 'column 3', reason: 'the last column', flag: '--label-column' },
        scheme: { value: 'IOB2', reason: 'every entity begins with B-', flag: '--tag-scheme' },
        tagNames: ['O', 'B-ORG', 'B-PER', 'I-PER'],
      },
    ]);
    expect([audit.kind, audit.cutWords]).toEqual([
      'tokens',
      {
        words: 2,
        sentences: {
          count: 2,
          first: [
            { split: 'train', line: 3, words: 1 },
            { split: 'train', line: 6, words: 1 },
          ],
        },
      },
    ]);
  });

  it('questions', async () => {
    const context = `Ada Lovelace was born in London. ${'She lived there for a long time. '.repeat(3)}She died in 1852.`;
    const start = context.indexOf('1852');
    const question = (id: string, text: string, answer_start: number) => ({
      id,
      question: 'Where?',
      answers: [{ text, answer_start }],
    });
    const data = [
      {
        paragraphs: [
          {
            context,
            qas: [question('a', 'London', 25), question('b', '1852', start), { ...question('c', '', 0), answers: [] }],
          },
        ],
      },
    ];
    write('train.json', JSON.stringify({ version: 'v2.0', data }));
    const { code, stdout } = await check(['train.json', '--max-length', '24']);
    expect([code, stdout]).toEqual([
      0,
      `train.json
  encoding   utf-8               every byte is valid UTF-8 (--encoding)
  version    2.0                 the file says "v2.0"
  task       question-answering  questions with a context each (--task)

  questions  3
  contexts   1
  answers    2 with an answer; 1 without one
  tokens     median 42, 95 % up to 42, longest 42; 3 questions in windows of 24,
             3 at most, 9 sequences in all
  ! 2 questions repeat an earlier one about the same context: question 2 =
    question 1, question 3 = question 1
`,
    ]);
    const { audit } = JSON.parse((await check(['train.json', '--json'])).stdout);
    expect([audit.kind, audit.places, audit.windows]).toEqual([
      'questions',
      'questions',
      { total: 3, most: 1, divided: 0 },
    ]);
  });

  it('plain text', async () => {
    write('notes.txt', 'It was a dark night.\nNobody was there,\nand it rained.\n\nThe end.\n');
    const { code, stdout } = await check(['notes.txt', '--text-unit', 'paragraph']);
    expect([code, stdout]).toEqual([
      0,
      `notes.txt
  encoding   utf-8      every byte is valid UTF-8 (--encoding)
  unit       paragraph  as asked
  task       masked-lm  plain text has no labels (--task)

  rows       2
  tokens     median 5, 95 % up to 16, longest 16; none longer than 128
`,
    ]);
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
