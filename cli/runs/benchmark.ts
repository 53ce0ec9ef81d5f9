import { type TaskReport, taskReport } from '../../tasks/glue/report.ts';
import { type GlueTaskName, glueTask } from '../../tasks/glue/tasks.ts';
import { factsOf, type GlueRecord, readRecord, runsOf, type TaskRecord } from '../glue/record.ts';

/** A run of the benchmark: what was asked for, and how far its tasks are. */
export interface Benchmark {
  folder: string;
  record: GlueRecord;
  /** Without the texts of mistakes. */
  tasks: TaskReport[];
}

/** @throws DataError where the record cannot be read */
export async function readBenchmark(folder: string): Promise<Benchmark> {
  const record = readRecord(folder);
  const entries = Object.entries(record.tasks) as [GlueTaskName, TaskRecord][];
  const tasks = await Promise.all(
    entries.map(([name, entry]) => {
      const task = glueTask(name);
      return taskReport(task, factsOf(entry), runsOf(folder, task, entry), async () => []);
    }),
  );
  return { folder, record, tasks };
}
