import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';

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
  micro_f1: 'max',
  samples_f1: 'max',
  subset_accuracy: 'max',
  hamming_loss: 'min',
  average_precision: 'max',
  exact_match: 'max',
  has_answer_exact_match: 'max',
  has_answer_f1: 'max',
  no_answer_accuracy: 'max',
  perplexity: 'min',
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
      fix: `${suggestion(name, available)}There are: ${available.join(', ')}`,
    });
  }
  return { metric, direction: metricDirections[metric] };
}

function suggestion(name: string, available: readonly MetricName[]): string {
  const wanted = name.toLowerCase().replaceAll('-', '_');
  const close = available.find((known) => known.includes(wanted)) ?? nearest(wanted, available);
  return close === undefined ? '' : `did you mean ${close}? `;
}
