import { expect, test } from 'vitest';
import { readGlueRows } from '../../tasks/glue/rows.ts';
import { type GlueTask, type GlueTaskName, glueTask } from '../../tasks/glue/tasks.ts';

const readAs = (name: GlueTaskName, side: 'train' | 'test', lines: string[], ends = '\n') => {
  const task: GlueTask = glueTask(name);
  return readGlueRows(
    lines.map((line) => line + ends).join(''),
    task,
    side === 'train' ? task.train : task.test[0]!.file,
  );
};

test('a quote is text: unbalanced ones take no other cell and no other line with them', () => {
  const { rows, refused } = readAs('mrpc', 'train', [
    'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String',
    '1\t1\t2\t"It is late , " he said .\t"He said it is late .',
    '0\t3\t4\tNo "" here\t""',
  ]);
  expect(rows).toEqual([
    { line: 2, text: '"It is late , " he said .', pair: '"He said it is late .', label: '1' },
    { line: 3, text: 'No "" here', pair: '""', label: '0' },
  ]);
  expect(refused).toEqual([]);
});

test("CoLA's train has no header: its first line is a row; its test has one", () => {
  const { rows, hasHeader } = readAs('cola', 'train', ['gj04\t1\t\tIt went.', 'gj04\t0\t*\tWent it the.']);
  expect(hasHeader).toBe(false);
  expect(rows).toEqual([
    { line: 1, text: 'It went.', pair: null, label: '1' },
    { line: 2, text: 'Went it the.', pair: null, label: '0' },
  ]);
  const hidden = readAs('cola', 'test', ['index\tsentence', '0\tIt went.']);
  expect(hidden).toEqual({
    rows: [{ line: 2, text: 'It went.', pair: null, label: null }],
    refused: [],
    hasHeader: true,
  });
});

test('a byte order mark is no part of the first cell, with a header or without one', () => {
  const header = 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String';
  expect(readAs('mrpc', 'train', [`\uFEFF${header}`, '1\t1\t2\ta\tb']).rows).toEqual([
    { line: 2, text: 'a', pair: 'b', label: '1' },
  ]);
  expect(readAs('mrpc', 'train', ['\uFEFF1\t1\t2\ta\tb']).rows).toEqual([
    { line: 1, text: 'a', pair: 'b', label: '1' },
  ]);
  // Of a copy without its header, where the first cell is the text.
  expect(readAs('sst2', 'train', ['\uFEFFfine film\t1']).rows[0]!.text).toBe('fine film');
});

test('malformed rows of QQP are refused from train, by line and reason, and never left out of test', () => {
  const train = readAs('qqp', 'train', [
    'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate',
    '1\t1\t2\tHow ?\tWhy ?\t0',
    '2\t3\t4\tHow ?\tWhy ? 1',
    '3\t5\t6\t\t\t1',
    '4\t7\t8\t\tWhy ?\t1',
  ]);
  expect(train.rows).toEqual([
    { line: 2, text: 'How ?', pair: 'Why ?', label: '0' },
    { line: 5, text: '', pair: 'Why ?', label: '1' },
  ]);
  expect(train.refused).toEqual([
    { line: 3, reason: '5 cells where 6 belong' },
    { line: 4, reason: 'no text' },
  ]);
  const hidden = readAs('qqp', 'test', ['id\tquestion1\tquestion2', '0\tHow ?\tWhy ?', '1\tHow ?', '']);
  expect(hidden.rows).toEqual([
    { line: 2, text: 'How ?', pair: 'Why ?', label: null },
    { line: 3, text: 'How ?', pair: '', label: null },
    { line: 4, text: '', pair: '', label: null },
  ]);
  expect(hidden.refused).toEqual([]);
});

test('a copy without the header that the official file has keeps its first row', () => {
  const { rows, hasHeader } = readAs('qqp', 'train', ['1\t1\t2\tHow ?\tWhy ?\t0']);
  expect([hasHeader, rows.length]).toEqual([false, 1]);
});

test('labels are read by name, in any case; what is none of them is refused', () => {
  const { rows, refused } = readAs('mnli', 'train', [
    ...['Entailment', 'NEUTRAL', 'contradiction', '-', '-1', 'perhaps'].map(
      (label) => `${'x\t'.repeat(8)}a\tb\tneutral\t${label}`,
    ),
  ]);
  expect(rows.map(({ label }) => label)).toEqual(['entailment', 'neutral', 'contradiction']);
  expect(refused).toEqual([
    { line: 4, reason: 'the label is hidden' },
    { line: 5, reason: 'the label is hidden' },
    { line: 6, reason: 'unknown label "perhaps"' },
  ]);
  expect(readAs('wnli', 'train', ['0\ta\tb\tnot_entailment', '1\ta\tb\t1']).rows.map(({ label }) => label)).toEqual([
    '0',
    '1',
  ]);
});

test('hidden labels (-1, or none) reach nothing that is learnt or measured', () => {
  const { rows, refused } = readAs('rte', 'train', ['0\ta\tb\tentailment', '1\ta\tb\t-1', '2\ta\tb\t']);
  expect(rows.map(({ line }) => line)).toEqual([1]);
  expect(refused.map(({ reason }) => reason)).toEqual(['the label is hidden', 'the label is hidden']);
});

test('scores of STS-B outside 0 to 5 are refused, not clipped', () => {
  const line = (score: string) => `0${'\tx'.repeat(6)}\ta\tb\t${score}`;
  const { rows, refused } = readAs('stsb', 'train', ['0', '5.000', '5.2', '-0.5', 'nan', '-1'].map(line));
  expect(rows.map(({ label }) => label)).toEqual(['0', '5.000']);
  expect(refused.map(({ reason }) => reason)).toEqual([
    'the score 5.2 is not from 0 to 5',
    'the score -0.5 is not from 0 to 5',
    'the score "nan" is not a number',
    'the label is hidden',
  ]);
});

test('carriage returns of a copy from Windows, and other line ends inside a text', () => {
  const { rows } = readAs('sst2', 'train', ['sentence\tlabel', 'fine \u2028 film\t1'], '\r\n');
  expect(rows).toEqual([{ line: 2, text: 'fine \u2028 film', pair: null, label: '1' }]);
  expect(readAs('sst2', 'test', ['index\tsentence', '0\tfine'], '\r\n').rows[0]!.text).toBe('fine');
});
