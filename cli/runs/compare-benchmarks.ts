import { benchmarkMean, inOrder, type TaskReport } from '../../tasks/glue/report.ts';
import type { GlueTaskName } from '../../tasks/glue/tasks.ts';
import { type Benchmark, readBenchmark } from './benchmark.ts';
import { type Comparison, type FigureRow, figure, separated } from './compare.ts';

/**
 * Scores of the tasks that every benchmark run has, and what they took.
 * @throws DataError where a record cannot be read
 */
export async function compareBenchmarks(folders: readonly string[]): Promise<Comparison> {
  const runs = await Promise.all(folders.map(readBenchmark));
  const named = inOrder(runs.flatMap(({ tasks }) => tasks)).map(({ task }) => task);
  const all = [...new Set(named)];
  const common = all.filter((name) => runs.every(({ tasks }) => tasks.some(({ task }) => task === name)));
  const row = (name: string, read: (run: Benchmark) => number | undefined, direction: FigureRow['direction'] = 'max') =>
    figure(
      name,
      direction === 'max' ? 'validation' : null,
      direction,
      runs.map((run) => defined(read(run))),
    );
  const scores = common.map((name) => row(name, (run) => taskOf(run, name)?.score?.median));
  const mean = row(
    'mean',
    ({ tasks }) =>
      benchmarkMean(
        tasks.filter(({ task }) => common.includes(task)),
        true,
      ).score,
  );
  const isAnyOfOthers = (name: GlueTaskName) => new Set(runs.map((run) => rowsKey(taskOf(run, name)!))).size > 1;
  const others = common.filter(isAnyOfOthers);
  return {
    v: 1,
    runs: runs.map(({ folder, record, tasks }) => ({
      run: folder,
      state: tasks.some(({ unfinished }) => unfinished > 0) ? 'unfinished' : 'finished',
      task: 'glue',
      model: record.model,
      step: null,
      totalSteps: null,
    })),
    settings: separated(
      (['model', 'recipe', 'settings', 'seeds', 'earlyStopping', 'version', 'machine'] as const).map((key) => ({
        key,
        values: runs.map(({ record }) => record[key]),
      })),
    ),
    metrics: common.length > 1 ? [...scores, mean] : scores,
    cost: [row('seconds', ({ tasks }) => tasks.reduce((sum, { seconds }) => sum + seconds, 0), 'min')],
    notes: [
      'a score is the median over the seeds; of a task with several metrics their mean',
      ...runs.flatMap(({ folder, tasks }) =>
        tasks
          .filter(({ unfinished }) => unfinished > 0)
          .map(({ task, unfinished }) => `${folder}: ${unfinished} of ${task}'s runs have not ended`),
      ),
      ...(common.length < all.length
        ? [`tasks that not all have are left out: ${all.filter((name) => !common.includes(name)).join(', ')}`]
        : []),
      ...(others.length > 0 ? [`measured on rows that are not the same: ${others.join(', ')}`] : []),
    ],
  };
}

const taskOf = ({ tasks }: Benchmark, name: GlueTaskName) => tasks.find(({ task }) => task === name);

const rowsKey = ({ rows }: TaskReport) => JSON.stringify(rows.dev);

const defined = (value: number | undefined) => (value === undefined || !Number.isFinite(value) ? null : value);
