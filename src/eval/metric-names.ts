import { UsageError } from '../errors.ts';

/** Whether a higher or a lower value of a metric is the better one. */
export type Direction = 'max' | 'min';

/** Every metric that a report can hold, under the name that scikit-learn and Hugging Face use, and its direction. */
export const metricDirections = {
  accuracy: 'max',
  f1: 'max',
  precision: 'max',
  recall: 'max',
  macro_f1: 'max',
  weighted_f1: 'max',
  mcc: 'max',
  roc_auc: 'max',
  loss: 'min',
  rmse: 'min',
  mse: 'min',
  mae: 'min',
  r2: 'max',
  pearson: 'max',
  spearman: 'max',
} as const satisfies Record<string, Direction>;

export type MetricName = keyof typeof metricDirections;

/** Values by metric name. NaN where a metric is undefined (ROC AUC of one class); JSON writes it as null. */
export type Metrics = Partial<Record<MetricName, number>>;

/** The metrics of a classifier with this many classes; the first is what chooses the best checkpoint unless told otherwise. */
export function classificationMetricNames(classes: number): MetricName[] {
  const ofThePositiveClass: MetricName[] = classes === 2 ? ['f1', 'precision', 'recall', 'roc_auc'] : [];
  return ['accuracy', 'macro_f1', 'weighted_f1', 'mcc', ...ofThePositiveClass, 'loss'];
}

/** The metrics of a regression; the first is what chooses the best checkpoint unless told otherwise: it is never undefined. */
export const regressionMetricNames: readonly MetricName[] = ['rmse', 'mse', 'mae', 'r2', 'pearson', 'spearman'];

/**
 * The metric of that name, with its direction.
 * @param name as a person wrote it; `auto` is the first of `available`
 * @param available the metrics of the task, from `classificationMetricNames` or `regressionMetricNames`
 * @throws UsageError for any other name, with the nearest one that is available
 */
export function resolveMetric(
  name: string,
  available: readonly MetricName[],
): { metric: MetricName; direction: Direction } {
  const metric = name === 'auto' ? available[0] : available.find((known) => known === name);
  if (metric === undefined) {
    throw new UsageError(`no metric "${name}" here`, {
      where: 'evaluate.metric',
      fix: `did you mean ${nearest(name, available)}? There are: ${available.join(', ')}`,
    });
  }
  return { metric, direction: metricDirections[metric] };
}

/** The candidate that holds the name as a part of it, else the one with the fewest edits. */
function nearest(name: string, candidates: readonly MetricName[]): MetricName {
  const wanted = name.toLowerCase().replaceAll('-', '_');
  const distance = (candidate: string) => (candidate.includes(wanted) ? 0 : editDistance(wanted, candidate));
  return candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}

/** Insertions, deletions and substitutions that turn one word into the other (Levenshtein distance). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
