import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAxFiles, findTaskFiles, openGlueFile } from '../../tasks/glue/folder.ts';
import { axTest, type GlueFile, type GlueTaskName, glueTask, glueTasks } from '../../tasks/glue/tasks.ts';
import { glueFolder, hasGlue, needsGlue } from './real-data.ts';

/** What the download that the tests read does not have. */
const absent = ['mnli/train.tsv', 'qnli/train.tsv', 'qqp/train.tsv', 'qqp/dev.tsv', 'qqp/test.tsv'];

const files: [string, GlueTaskName, GlueFile][] = glueTasks.flatMap((task) =>
  [task.train, ...task.dev.map(({ file }) => file), ...task.test.map(({ file }) => file)].map(
    (file): [string, GlueTaskName, GlueFile] => [`${task.name}/${file.name}`, task.name, file],
  ),
);

describe.skipIf(!hasGlue)(`the official files${needsGlue}`, () => {
  test.each(files.filter(([name]) => !absent.includes(name)))('%s: every row of it', async (_, name, file) => {
    const task = glueTask(name);
    const path = (await findTaskFiles(glueFolder, task)).get(file.name)!;
    const { rows, refused, hasHeader } = await openGlueFile(path, task, [file]);
    expect(refused).toEqual([]);
    expect(rows.length).toBe(file.rows);
    expect(hasHeader).toBe(file.header !== null);
    expect(rows.every(({ text, pair }) => text !== '' && pair !== '')).toBe(true);
    const labels = new Set(rows.map(({ label }) => label));
    if (file.label === null) expect(labels).toEqual(new Set([null]));
    else if (task.range === null) expect(labels).toEqual(new Set(task.classes.map(({ label }) => label)));
  });

  test('the sample of QQP: no header, and one malformed row', async () => {
    const task = glueTask('qqp');
    const read = await openGlueFile(join(glueFolder, 'QQP-sample/train_subset.tsv'), task, [task.train]);
    expect([read.rows.length, read.hasHeader]).toEqual([23_496, false]);
    expect(read.refused).toEqual([{ line: 1, reason: '5 cells where 6 belong' }]);
  });

  test('quotes of MRPC stay where they are', async () => {
    const task = glueTask('mrpc');
    const path = (await findTaskFiles(glueFolder, task)).get('dev.tsv')!;
    const { rows } = await openGlueFile(path, task, [task.dev[0]!.file]);
    expect(rows[0]).toEqual({
      line: 2,
      text: "He said the foodservice pie business doesn't fit the company's long-term growth strategy.",
      pair: '"The foodservice pie business does not fit our long-term growth strategy.',
      label: '1',
    });
  });

  test('the diagnostic set has its pairs, and no labels here', async () => {
    const { pairs, labelled } = await findAxFiles(glueFolder);
    const { rows } = await openGlueFile(pairs!, glueTask('mnli'), [axTest.file]);
    expect([rows.length, labelled]).toEqual([1104, null]);
  });
});

test('a folder that is no GLUE download, and one without a task', async () => {
  await expect(findTaskFiles('/no/such/folder', glueTask('cola'))).rejects.toThrow('the GLUE folder cannot be read');
  expect(await findTaskFiles(import.meta.dirname, glueTask('cola'))).toEqual(new Map());
});
