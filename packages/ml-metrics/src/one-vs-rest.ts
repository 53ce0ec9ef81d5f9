import {
  type Numbers,
  requireClasses,
  requireFinite,
  requireRowsOf,
  requireSameLength,
  requireTable,
} from './numbers.ts';
import { type AveragePrecisionOptions, averagePrecisionOf, rocAucOf } from './ranking.ts';
import { sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/** A ranking metric of each column (class or label) against the rest, and its averages. */
export interface ColumnScores {
  /** One per class or label. */
  perColumn: number[];
  /** The plain mean; NaN when a column is. */
  macro: number;
  /** The mean weighted by the number of positive rows: columns without any take no part. */
  weighted: number;
  /** Over all (row, column) pairs together. */
  micro: number;
}

/**
 * ROC AUC of every class against all others. Reference: sklearn.metrics.roc_auc_score (multi_class='ovr'), average by average.
 * @param gold [rows] class numbers
 * @param scores flat [rows, classes]: the higher, the more likely the class
 * @throws RangeError when the lengths do not fit, or for NaN
 */
export function rocAucOneVsRest(
  gold: Numbers,
  scores: Numbers,
  classes: number,
  options: UndefinedOptions = {},
): ColumnScores {
  requireTable('scores', scores, gold, classes);
  return columnScores('rocAucScore', 'class', rocAucOf, oneHot(gold, classes), scores, classes, options);
}

/**
 * Average precision of every class against all others. Reference: sklearn.metrics.average_precision_score of a multi-class
 * target, average by average.
 * @param gold [rows] class numbers
 * @param scores flat [rows, classes]: the higher, the more likely the class
 * @throws RangeError when the lengths do not fit, or for NaN
 */
export function averagePrecisionOneVsRest(
  gold: Numbers,
  scores: Numbers,
  classes: number,
  options: AveragePrecisionOptions = {},
): ColumnScores {
  requireTable('scores', scores, gold, classes);
  const hot = oneHot(gold, classes);
  return columnScores('averagePrecisionScore', 'class', averagePrecisionOf, hot, scores, classes, options);
}

/**
 * ROC AUC of every label. Reference: sklearn.metrics.roc_auc_score of an indicator matrix, average by average.
 * @param gold flat [rows, labels] of 0 and 1
 * @param scores flat [rows, labels]
 * @throws RangeError when the lengths do not fit, or for NaN
 */
export function multilabelRocAuc(
  gold: Numbers,
  scores: Numbers,
  labels: number,
  options: UndefinedOptions = {},
): ColumnScores {
  requireIndicator(gold, scores, labels);
  return columnScores('rocAucScore', 'label', rocAucOf, gold, scores, labels, options);
}

/**
 * Average precision of every label. Reference: sklearn.metrics.average_precision_score of an indicator matrix, average by
 * average.
 * @param gold flat [rows, labels] of 0 and 1
 * @param scores flat [rows, labels]
 * @throws RangeError when the lengths do not fit, or for NaN
 */
export function multilabelAveragePrecision(
  gold: Numbers,
  scores: Numbers,
  labels: number,
  options: AveragePrecisionOptions = {},
): ColumnScores {
  requireIndicator(gold, scores, labels);
  return columnScores('averagePrecisionScore', 'label', averagePrecisionOf, gold, scores, labels, options);
}

function columnScores(
  metric: string,
  kind: 'class' | 'label',
  scoreOf: (gold: Numbers, scores: Numbers, of: string, options: AveragePrecisionOptions) => number,
  gold: Numbers,
  scores: Numbers,
  columns: number,
  options: AveragePrecisionOptions,
): ColumnScores {
  const rows = gold.length / columns;
  const column = (table: Numbers, c: number) => Float64Array.from({ length: rows }, (_, i) => table[i * columns + c]!);
  const support = Array.from({ length: columns }, (_, c) => sum(rows, (i) => gold[i * columns + c]!));
  const perColumn = support.map((_, c) => scoreOf(column(gold, c), column(scores, c), `${kind} ${c}`, options));
  const whole = sum(columns, (c) => support[c]!);
  const explained = (value: number, of: string) => {
    if (!Number.isNaN(value)) return value;
    const reason = whole === 0 ? 'gold holds no positive row' : `it is undefined for one ${kind} or more`;
    return undefinedMetric(options, metric, of, reason);
  };
  const weighted = () => {
    if (whole === 0) return options.zeroDivision ?? Number.NaN;
    return sum(columns, (c) => (support[c] === 0 ? 0 : support[c]! * perColumn[c]!)) / whole;
  };
  return {
    perColumn,
    macro: explained(sum(columns, (c) => perColumn[c]!) / columns, 'the macro average'),
    weighted: explained(weighted(), 'the weighted average'),
    micro: scoreOf(gold, scores, `all ${kind === 'class' ? 'classes' : 'labels'} together`, options),
  };
}

function oneHot(gold: Numbers, classes: number): Uint8Array {
  const table = new Uint8Array(gold.length * classes);
  for (let i = 0; i < gold.length; i++) table[i * classes + gold[i]!] = 1;
  return table;
}

function requireIndicator(gold: Numbers, scores: Numbers, labels: number): void {
  requireSameLength('gold', gold, 'scores', scores);
  requireRowsOf('gold', gold, labels);
  requireClasses('gold', gold, 2);
  requireFinite('scores', scores);
}
