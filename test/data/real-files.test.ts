import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chooseColumns } from '../../src/data/columns.ts';
import { readExamples } from '../../src/data/examples.ts';
import { openTable } from '../../src/data/table.ts';
import type { Example, RefusedRow } from '../../src/data/types.ts';

const root = '../shared/data';
const present = existsSync(root);

async function read(path: string) {
  const table = await openTable(`${root}/${path}`);
  const columns = chooseColumns(table, { labelRequired: false });
  const refused: RefusedRow[] = [];
  const examples: Example[] = [];
  const source = {
    text: columns.text.value,
    pair: columns.pair.value,
    label: columns.label.value,
    task: columns.task?.value ?? null,
  };
  for await (const example of readExamples(table, source, { onRefused: (row) => refused.push(row) })) {
    examples.push(example);
  }
  const counts: Record<string, number> = {};
  for (const { label } of examples) if (label !== undefined) counts[label] = (counts[label] ?? 0) + 1;
  return { table, columns, source, examples, refused, counts };
}

describe.skipIf(!present)(`real files (skipped where ${root} is absent)`, () => {
  it('spam.csv: Latin-1, quoted, three nameless columns', async () => {
    const { table, source, examples, refused, counts } = await read('csv/sms-spam/spam.csv');
    expect(table.columns).toEqual(['v1', 'v2', '', '', '']);
    expect([table.encoding.value, table.delimiter!.value, table.quotes!.value, table.header!.value]).toEqual([
      'windows-1252',
      ',',
      true,
      true,
    ]);
    expect(source).toEqual({ text: 1, pair: null, label: 0, task: 'sequence-classification' });
    expect(refused).toEqual([]);
    expect(counts).toEqual({ ham: 4825, spam: 747 });
    expect(examples).toHaveLength(5572);
    expect(examples[0]).toEqual({
      text: 'Go until jurong point, crazy.. Available only in bugis n great world la e buffet... Cine there got amore wat...',
      label: 'ham',
      line: 2,
    });
    // Line 7 has the first pound sign; two cells hold a lone carriage return, which counts as a line end.
    expect(examples[5]!.text).toContain('å£1.50');
    expect(examples.at(-1)!.line).toBe(5575);
  });

  it('SMSSpamCollection: tab-separated, no header, literal quotes', async () => {
    const { table, source, examples, refused, counts } = await read('csv/sms-spam/SMSSpamCollection');
    expect(table.columns).toEqual(['column 1', 'column 2']);
    expect([table.encoding.value, table.delimiter!.value, table.quotes!.value, table.header!.value]).toEqual([
      'utf-8',
      '\t',
      false,
      false,
    ]);
    expect(source).toEqual({ text: 1, pair: null, label: 0, task: 'sequence-classification' });
    expect(refused).toEqual([]);
    expect(counts).toEqual({ ham: 4827, spam: 747 });
    expect(examples.filter(({ text }) => text.startsWith('"')).length).toBeGreaterThan(0);
    expect(examples.some(({ text }) => text.endsWith('\r'))).toBe(false);
    expect(examples.map(({ line }) => line)).toEqual(Array.from({ length: 5574 }, (_, i) => i + 1));
  });

  it('banking77: 77 classes, line breaks inside cells', async () => {
    const train = await read('csv/banking77/train.csv');
    const test = await read('csv/banking77/test.csv');
    for (const { table, source, refused, counts } of [train, test]) {
      expect(table.columns).toEqual(['text', 'category']);
      expect(source).toEqual({ text: 0, pair: null, label: 1, task: 'sequence-classification' });
      expect(refused).toEqual([]);
      expect(Object.keys(counts)).toHaveLength(77);
    }
    expect(train.examples).toHaveLength(10003);
    expect(test.examples).toHaveLength(3080);
    expect(new Set(Object.values(test.counts))).toEqual(new Set([40]));
    const broken = train.examples.filter(({ text }) => text.includes('\n'));
    expect(broken.length).toBeGreaterThan(0);
    // The file's 10017 line ends are the header's, one for each row, and those inside cells.
    const inside = train.examples.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
    expect(1 + 10003 + inside).toBe(10017);
    expect(train.examples.at(-1)!.line).toBe(10017);
  });

  // Rows of the official files; labels by the place they stand in. test files of GLUE have none.
  it.each([
    ['CoLA/train.tsv', 8551, { text: 3, pair: null, label: 1, task: 'sequence-classification' }],
    ['CoLA/dev.tsv', 1043, { text: 3, pair: null, label: 1, task: 'sequence-classification' }],
    ['CoLA/test.tsv', 1063, { text: 1, pair: null, label: null, task: null }],
    ['SST-2/train.tsv', 67349, { text: 0, pair: null, label: 1, task: 'sequence-classification' }],
    ['MRPC/train.tsv', 3668, { text: 3, pair: 4, label: 0, task: 'sequence-classification' }],
    ['MRPC/dev.tsv', 408, { text: 3, pair: 4, label: 0, task: 'sequence-classification' }],
    ['MRPC/test.tsv', 1725, { text: 3, pair: 4, label: null, task: null }],
    ['STS-B/train.tsv', 5749, { text: 7, pair: 8, label: 9, task: 'regression' }],
    ['STS-B/dev.tsv', 1500, { text: 7, pair: 8, label: 9, task: 'regression' }],
    ['RTE/train.tsv', 2490, { text: 1, pair: 2, label: 3, task: 'sequence-classification' }],
    ['WNLI/train.tsv', 635, { text: 1, pair: 2, label: 3, task: 'sequence-classification' }],
    ['QNLI/dev.tsv', 5463, { text: 1, pair: 2, label: 3, task: 'sequence-classification' }],
    ['MNLI/dev_matched.tsv', 9815, { text: 8, pair: 9, label: 15, task: 'sequence-classification' }],
    ['MNLI/dev_mismatched.tsv', 9832, { text: 8, pair: 9, label: 15, task: 'sequence-classification' }],
    ['AX/diagnostic.tsv', 1104, { text: 1, pair: 2, label: null, task: null }],
  ])('GLUE %s: %i rows', async (path, rows, expected) => {
    const { source, examples, refused } = await read(`glue/${path}`);
    expect(source).toEqual(expected);
    expect(examples).toHaveLength(rows);
    expect(refused).toEqual([]);
  });

  it('the QQP sample: its malformed row is refused by line', async () => {
    const { examples, refused } = await read('glue/QQP-sample/train_subset.tsv');
    expect(examples).toHaveLength(23496);
    expect(refused).toEqual([{ line: 1, reason: 'too few cells: 5, not 6' }]);
  });
});
