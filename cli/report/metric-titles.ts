import type { MetricName } from '../../src/eval/metric-names.ts';

const titles: Record<MetricName, string> = {
  accuracy: 'Accuracy',
  f1: 'F1',
  precision: 'Precision',
  recall: 'Recall',
  macro_f1: 'Macro F1',
  weighted_f1: 'Weighted F1',
  mcc: 'Matthews correlation',
  roc_auc: 'ROC AUC',
  loss: 'Loss',
  rmse: 'Root mean squared error',
  mse: 'Mean squared error',
  mae: 'Mean absolute error',
  r2: 'R²',
  pearson: 'Pearson correlation',
  spearman: 'Spearman correlation',
  micro_f1: 'Micro F1',
  samples_f1: 'F1 averaged over rows',
  subset_accuracy: 'All labels of a row right',
  hamming_loss: 'Hamming loss',
  average_precision: 'Average precision',
  exact_match: 'Exact match',
  has_answer_exact_match: 'Exact match, of those with an answer',
  has_answer_f1: 'F1, of those with an answer',
  no_answer_accuracy: 'Accuracy, of those without an answer',
  perplexity: 'Perplexity',
};

/** A metric's name for a reader; of one that is not known its own. */
export const metricTitle = (name: string): string => (titles as Record<string, string>)[name] ?? name;
