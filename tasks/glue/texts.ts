import type { MetricName } from '../../src/eval/metric-names.ts';
import type { GlueReport, TaskReport } from './report.ts';

/** Metrics as papers call them. */
const metricTitles: Partial<Record<MetricName, string>> = {
  accuracy: 'accuracy',
  f1: 'F1',
  mcc: 'Matthews',
  pearson: 'Pearson',
  spearman: 'Spearman',
};

export const metricTitle = (metric: MetricName, set: string): string =>
  `${metricTitles[metric] ?? metric}${set === '' ? '' : ` (${set})`}`;

/** In points of 100, with one decimal, as the tables of papers; `undefined` where it is that. */
export const points = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? 'undefined' : (100 * value).toFixed(1);

/** With its sign; a dash where there is nothing to compare. */
export function signed(difference: number | null): string {
  if (difference === null) return '-';
  const text = Math.abs(difference).toFixed(1);
  return text === '0.0' ? '0.0' : `${difference < 0 ? '-' : '+'}${text}`;
}

export function seconds(value: number): string {
  const whole = Math.round(value);
  const two = (part: number) => String(part).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** One line of the table of scores. */
export function scoreRow(task: TaskReport): string[] {
  const { score, differences, metrics, runs } = task;
  // Nothing has ended yet: there is nothing that could be undefined.
  const isScored = runs.length > 0;
  const published = (row: string) => differences.find((item) => item.row === row);
  const beside = (row: string) => {
    const item = published(row);
    return item === undefined ? ['', ''] : [item.published.toFixed(1), signed(item.difference)];
  };
  return [
    `${task.title}${task.isOfficial && task.notes.length === 0 ? '' : ' *'}`,
    isScored ? points(score?.median) : '',
    isScored ? points(score?.mean) : '',
    score === null || Number.isNaN(score.deviation) ? '' : (100 * score.deviation).toFixed(1),
    `${score?.count ?? 0}/${runs.length + task.unfinished}`,
    (isScored ? metrics : [])
      .map(({ metric, set, summary }) => `${metricTitle(metric, set)} ${points(summary?.median)}`)
      .join(', '),
    ...beside('model card'),
    ...beside('distillation README'),
    seconds(task.seconds),
    Number.isNaN(task.examplesPerSecond) ? '' : task.examplesPerSecond.toFixed(1),
  ];
}

export const scoreHeader = [
  'task',
  'median',
  'mean',
  'sd',
  'runs',
  'metrics (median)',
  'card',
  'diff',
  'README',
  'diff',
  'time',
  'rows/s',
];

/** The lines of the benchmark's mean, with and without WNLI. */
export function meanLines({ means }: GlueReport): string[] {
  const line = (name: string, { score, tasks, published }: GlueReport['means']['withWnli']) => {
    const beside = published.map(({ row, score: value }) => `${row} ${value.toFixed(1)}`).join(', ');
    return `${name}: ${points(score)} over ${tasks.length} of ${name.startsWith('mean without') ? 8 : 9} tasks${beside === '' ? '' : ` (of the same tasks: ${beside})`}`;
  };
  const lines = [line('mean without WNLI', means.withoutWnli)];
  if (means.withWnli.tasks.includes('wnli')) lines.unshift(line('mean with WNLI', means.withWnli));
  return lines;
}

/** What must be known to read the table: how scores were come by, what cannot be compared, what failed, what is missing. */
export function remarks(report: GlueReport): string[] {
  const found: string[] = [
    "A score is the mean of a task's metrics, of MNLI over both sets; differences are those of the median over the seeds.",
  ];
  if (report.recipe === 'tuned')
    found.push('Learning rate and epochs were chosen on dev, by the first seed: scores are a little too high.');
  if (!/(^|[\\/])distilbert-base-uncased$/.test(report.model)) {
    found.push(`The published rows are those of distilbert-base-uncased, not of ${report.model}.`);
  }
  if (report.settings.length > 0) found.push(`In place of the recipe's settings: ${report.settings.join(' ')}.`);
  for (const task of report.tasks) {
    if (task.notes.length > 0)
      found.push(`* ${task.title}: ${task.notes.join('; ')}: not comparable with the published rows.`);
    for (const { source, count, first } of task.refused) {
      const lines = first.map(({ line, reason }) => `line ${line}: ${reason}`).join('; ');
      found.push(`${task.title}: ${count} ${count === 1 ? 'row' : 'rows'} of ${source} left out (${lines}).`);
    }
    for (const { seed, problem } of task.runs) {
      if (problem !== null) found.push(`${task.title}, seed ${seed}: failed to converge: ${problem}.`);
    }
    if (task.unfinished > 0) found.push(`${task.title}: ${task.unfinished} not finished.`);
    if (task.tried.length > 0) {
      const tried = task.tried.map(({ trial, score }) => `${trial} ${points(score)}`).join(', ');
      found.push(`${task.title}: tried ${tried}; taken: ${task.chosen ?? 'none yet'}.`);
    }
  }
  for (const { task, reason } of report.missing) found.push(`Left out: ${task}: ${reason}.`);
  if (report.tasks.some(({ task }) => task === 'qqp' || task === 'wnli')) {
    found.push('The dev sets of QQP and WNLI differ in their distribution from the test sets.');
  }
  if (report.baselines !== null && report.baselines.length > 0) {
    found.push(`Of the submission, these files are the same answer for every row: ${report.baselines.join(', ')}.`);
  }
  return found;
}
