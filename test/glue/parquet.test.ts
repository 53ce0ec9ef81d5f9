import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { findAxFiles, findTaskFiles, openGlueFile } from '../../tasks/glue/folder.ts';
import { prepareTask } from '../../tasks/glue/prepare.ts';
import { axTest, glueTask } from '../../tasks/glue/tasks.ts';

const glue = fileURLToPath(new URL('../parity/fixtures/parquet/glue/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'distiltune-glue-parquet-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('MNLI in two files: every row once, its classes by name', async () => {
  const task = glueTask('mnli');
  const prepared = await prepareTask(task, await findTaskFiles(glue, task), {}, join(scratch, 'mnli'));
  if ('missing' in prepared) throw new Error(prepared.missing);
  const names = ['entailment', 'neutral', 'contradiction'];
  expect(linesOf(prepared.train.path)).toEqual(
    Array.from({ length: 20 }, (_, i) => {
      return { line: i + 1, text: `"premise" ${i}\t`, text_pair: `hypothesis ${i}`, label: names[i % 3] };
    }),
  );
  expect(prepared.dev.map(({ set, path }) => [set, linesOf(path).map(({ label }) => label)])).toEqual([
    ['matched', ['contradiction', 'entailment', 'neutral', 'contradiction', 'entailment']],
    ['mismatched', ['neutral', 'contradiction', 'entailment', 'neutral', 'contradiction']],
  ]);
});

test('scores of STS-B are what the TSV files write; a hidden one is refused', async () => {
  const task = glueTask('stsb');
  const prepared = await prepareTask(task, await findTaskFiles(glue, task), {}, join(scratch, 'stsb'));
  if ('missing' in prepared) throw new Error(prepared.missing);
  const labels = ['3.8', '5', '0', '1.727'];
  expect(linesOf(prepared.train.path).map(({ label }) => label)).toEqual([...labels, ...labels]);
  expect(prepared.train.refused).toEqual({
    count: 2,
    first: [
      { line: 5, reason: 'the label is hidden' },
      { line: 10, reason: 'the label is hidden' },
    ],
  });
});

test('test sets have every row, without a label', async () => {
  const task = glueTask('mnli');
  const test = (await findTaskFiles(glue, task)).get('test_matched.tsv')!;
  const { rows } = await openGlueFile(test, task, [task.test[0]!.file]);
  expect(rows.map(({ text, label }) => [text, label])).toEqual(
    Array.from({ length: 4 }, (_, i) => [`"premise" ${i}\t`, null]),
  );
  const { pairs, labelled } = await findAxFiles(glue);
  expect(labelled).toBeNull();
  expect((await openGlueFile(pairs!, task, [axTest.file])).rows).toHaveLength(3);
});
