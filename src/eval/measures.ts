import type { Task } from '../tasks/types.ts';
import { type AnswerReport, answerMeasure, answerMetricNames } from './answer-report.ts';
import { type ClassificationReport, classificationMeasure } from './classification-report.ts';
import type { Measure } from './measure.ts';
import { classificationMetricNames, type MetricName, regressionMetricNames } from './metric-names.ts';
import { type MultiLabelReport, multiLabelMeasure, multiLabelMetricNames } from './multi-label-report.ts';
import { type PerplexityReport, perplexityMeasure, perplexityMetricNames } from './perplexity-report.ts';
import { type RegressionReport, regressionMeasure } from './regression-report.ts';
import { type TokenReport, tokenMeasure, tokenMetricNames } from './token-report.ts';

export type Report =
  | ClassificationReport
  | RegressionReport
  | MultiLabelReport
  | TokenReport
  | AnswerReport
  | PerplexityReport;

/** What measures each task's examples. The one place that knows which task has which items and predictions. */
const measures = {
  'sequence-classification': classificationMeasure,
  regression: regressionMeasure,
  'multi-label': multiLabelMeasure,
  'token-classification': tokenMeasure,
  'question-answering': answerMeasure,
  'masked-lm': perplexityMeasure,
};

/** @param count how many examples there will be */
export function measureOf<Item>(task: Task<unknown, unknown, Item, unknown>, count: number): Measure<Item, Report> {
  if (task.type === 'feature-extraction') throw new RangeError('features have nothing to be measured against');
  const create = measures[task.type] as unknown as (task: unknown, count: number) => Measure<Item, Report>;
  return create(task, count);
}

/** The metrics that `evaluate` gives for a task; the first chooses the best checkpoint unless another is asked for. */
export function metricsOf({ type, labels }: Pick<Task, 'type' | 'labels'>): readonly MetricName[] {
  switch (type) {
    case 'sequence-classification':
      return classificationMetricNames(labels.length);
    case 'regression':
      return regressionMetricNames;
    case 'multi-label':
      return multiLabelMetricNames;
    case 'token-classification':
      return tokenMetricNames(labels);
    case 'question-answering':
      return answerMetricNames;
    case 'masked-lm':
      return perplexityMetricNames;
    case 'feature-extraction':
      return [];
  }
}
