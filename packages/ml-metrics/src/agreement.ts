import { allHits, type ConfusionMatrix, confusionMatrix, presentClasses } from './confusion.ts';
import type { Numbers } from './numbers.ts';
import { sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

export interface MatthewsOptions extends UndefinedOptions {
  /** What the coefficient is where gold or predicted holds one class only. NaN by default; 0 is scikit-learn's choice. */
  zeroDivision?: number | undefined;
}

/**
 * Matthews correlation coefficient for two or more classes: -1 to 1, NaN when gold or predicted holds one class only.
 * Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006. Reference: sklearn.metrics.matthews_corrcoef.
 * @throws RangeError as `confusionMatrix`
 */
export function matthewsCorrcoef(gold: Numbers, predicted: Numbers, options: MatthewsOptions = {}): number {
  return matthewsOf(confusionMatrix(gold, predicted), options);
}

/** `matthewsCorrcoef` of counted rows. */
export function matthewsOf(matrix: ConfusionMatrix, options: MatthewsOptions): number {
  const { zeroDivision = Number.NaN } = options;
  const total = matrix.total;
  const dot = (a: Int32Array, b: Int32Array) => sum(matrix.classes, (c) => a[c]! * b[c]!);
  const spreadOfGold = total * total - dot(matrix.gold, matrix.gold);
  const spreadOfPredicted = total * total - dot(matrix.predicted, matrix.predicted);
  if (spreadOfGold === 0 || spreadOfPredicted === 0) {
    if (!Number.isNaN(zeroDivision)) return zeroDivision;
    const constant = spreadOfGold === 0 ? 'gold' : 'predicted';
    return undefinedMetric(options, 'matthewsCorrcoef', '', `${constant} holds one class only`);
  }
  const shared = allHits(matrix) * total - dot(matrix.gold, matrix.predicted);
  return shared / Math.sqrt(spreadOfGold * spreadOfPredicted);
}

export interface KappaOptions extends UndefinedOptions {
  /** How much a confusion of classes i and j counts: 1 (null, the default), |i - j| or (i - j)^2. */
  weights?: 'linear' | 'quadratic' | null | undefined;
  /**
   * How many classes there are. When left out, distances are counted among the classes that occur in gold or predicted, as
   * in scikit-learn without `labels`.
   */
  classes?: number | undefined;
}

/**
 * Cohen's kappa: agreement beyond chance, at most 1. NaN when gold and predicted hold one and the same class only.
 * Cohen 1960, doi:10.1177/001316446002000104; weighted: Cohen 1968, doi:10.1037/h0026256.
 * Reference: sklearn.metrics.cohen_kappa_score.
 * @throws RangeError as `confusionMatrix`
 */
export function cohenKappaScore(gold: Numbers, predicted: Numbers, options: KappaOptions = {}): number {
  const matrix = confusionMatrix(gold, predicted, options.classes);
  const order = options.classes === undefined ? presentClasses(matrix) : Array.from(matrix.gold.keys());
  return kappaOf(matrix, order, options);
}

/** `cohenKappaScore` of counted rows, the distance of two classes being that of their places in `order`. */
export function kappaOf(matrix: ConfusionMatrix, order: readonly number[], options: KappaOptions): number {
  const { weights = null } = options;
  const weigh = (i: number, j: number) => (weights === 'quadratic' ? (i - j) ** 2 : Math.abs(i - j));
  let found = 0;
  let byChance = 0;
  for (const [i, g] of order.entries()) {
    for (const [j, p] of order.entries()) {
      const weight = weights === null ? Number(i !== j) : weigh(i, j);
      found += weight * matrix.counts[g * matrix.classes + p]!;
      byChance += weight * matrix.gold[g]! * matrix.predicted[p]!;
    }
  }
  if (byChance === 0) {
    return undefinedMetric(options, 'cohenKappaScore', '', 'gold and predicted hold one and the same class only');
  }
  return 1 - (found * matrix.total) / byChance;
}
