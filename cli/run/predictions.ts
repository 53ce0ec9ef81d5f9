import type { ExampleSource } from '../../src/data/examples.ts';
import { toExample } from '../../src/data/examples.ts';
import type { Table } from '../../src/data/types.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';
import type { Task } from '../../src/tasks/types.ts';
import { createRowWriter, type Prediction } from '../predict/output.ts';
import { fileOutput } from '../text-sink.ts';

/**
 * Writes what was predicted of each row of a set beside the row's own columns, with its line first.
 * @param table the file that the set's rows come from
 * @param logits row i for example i of the set
 */
export async function writePredictions(
  path: string,
  { table, source }: { table: Table; source: ExampleSource },
  set: ExampleSet<number>,
  task: Task<number, Prediction>,
  logits: Float32Array,
): Promise<void> {
  const { outputs, labels } = task;
  const line = table.columns.includes('line') ? 'file_line' : 'line';
  const writer = await createRowWriter(await fileOutput(path), {
    format: 'csv',
    columns: [line, ...table.columns],
    labels,
    top: null,
  });
  let next = 0;
  for await (const row of table.rows()) {
    if (next === set.length) break;
    // A set keeps the order of its file.
    if (row.line !== set.line(next)) continue;
    const prediction = task.prediction(logits.subarray(next * outputs, (next + 1) * outputs));
    const cells = [String(row.line), ...row.cells];
    await writer.write({ cells, json: null, example: toExample(row, source) }, prediction);
    next++;
  }
  await writer.close();
}
