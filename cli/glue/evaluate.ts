import { join } from 'node:path';
import { DataError, UsageError } from '../../src/errors.ts';
import { findTaskFiles, openGlueFile } from '../../tasks/glue/folder.ts';
import { parseClass } from '../../tasks/glue/labels.ts';
import { type GlueMetrics, glueMetrics, taskScore } from '../../tasks/glue/metrics.ts';
import { findGlueTask, type GlueTask } from '../../tasks/glue/tasks.ts';
import { metricTitle, points } from '../../tasks/glue/texts.ts';
import type { Context } from '../context.ts';
import { plural, printable } from '../plain/table.ts';
import { glueData } from './data.ts';
import { loadGlueModel, predictRows } from './predict.ts';

/** What a model scores on a task's dev sets. */
export interface GlueEvaluation {
  model: string;
  task: GlueTask['name'];
  /** Mean of the metrics; null in JSON where one is undefined. */
  score: number;
  sets: { file: string; set: string; rows: number; leftOut: number; metrics: GlueMetrics }[];
  /** Whether the model's labels have the names of classes; false: they are bare numbers, taken to count as GLUE does. */
  labelsByName: boolean;
}

/**
 * Measures a model, fine-tuned here or elsewhere, on the dev sets of a GLUE task by the task's official metrics. Its labels are
 * the task's by name, in whatever order it has them.
 * @param taskName `cola`, `sst2`, ...
 * @param data folder of the official files
 */
export async function evaluateOnGlue(
  name: string,
  taskName: string,
  data: string | undefined,
  context: Context,
): Promise<GlueEvaluation> {
  const task = findGlueTask(taskName);
  if (task === undefined)
    throw new UsageError(`GLUE has no task "${taskName}"`, { fix: 'see distiltune glue run --help' });
  const folder = await glueData(data, [task], context);
  const files = await findTaskFiles(folder, task);
  const found = task.dev.filter(({ file }) => files.has(file.name));
  if (found.length === 0) {
    throw new DataError(`there is no dev set of ${task.title}`, {
      where: join(folder, task.title),
      fix: `it wants ${task.dev.map(({ file }) => file.name).join(' and ')}`,
    });
  }
  const model = await loadGlueModel(name, task, context);
  try {
    const sets: GlueEvaluation['sets'] = [];
    for (const { name: set, file } of found) {
      const path = files.get(file.name)!;
      const { rows, refused } = await openGlueFile(path, task, [file]);
      const gold = rows.map(({ label }) => (task.range === null ? parseClass(label!, task.classes)! : Number(label)));
      const metrics = glueMetrics(task, gold, await predictRows(model, rows));
      sets.push({ file: path, set, rows: rows.length, leftOut: refused.length, metrics });
    }
    const score = taskScore(
      task,
      sets.map(({ metrics }) => metrics),
    );
    const evaluation = { model: name, task: task.name, score, sets, labelsByName: model.byName };
    tell(evaluation, task, context);
    return evaluation;
  } finally {
    model.loaded.model.dispose();
  }
}

function tell(evaluation: GlueEvaluation, task: GlueTask, { json, stdout, stderr }: Context): void {
  if (json) {
    stdout.line(JSON.stringify(evaluation));
    return;
  }
  const { model, sets, score, labelsByName } = evaluation;
  const warn = (text: string) => stderr.line(`${stderr.colors.yellow('!')} ${printable(text)}`);
  if (!labelsByName)
    warn('the model names its labels by numbers only: they are taken to count as GLUE counts its classes');
  for (const { file, leftOut } of sets) if (leftOut > 0) warn(`${file}: ${plural(leftOut, 'row')} left out`);
  stdout.line(`${printable(model)} on ${task.title}: score ${points(score)}`);
  for (const { set, rows, metrics } of sets) {
    const values = task.metrics.map((metric) => `${metricTitle(metric, set)} ${points(metrics[metric])}`).join(', ');
    stdout.line(`  ${values}  (${plural(rows, 'row')})`);
  }
}
