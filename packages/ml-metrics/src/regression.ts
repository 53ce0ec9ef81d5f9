import { isConstant, type Numbers, requireFinite, requireSameLength } from './numbers.ts';
import { mean, sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/**
 * Errors of predicted numbers. All throw a RangeError when the lengths differ, nothing is given, or a value is NaN or
 * infinite.
 */

/** Mean squared error, 0 or more. Reference: sklearn.metrics.mean_squared_error. */
export function meanSquaredError(gold: Numbers, predicted: Numbers): number {
  requirePair(gold, predicted);
  return mean(gold.length, (i) => (gold[i]! - predicted[i]!) ** 2);
}

/** Root of the mean squared error, in the unit of the labels. Reference: sklearn.metrics.root_mean_squared_error. */
export function rootMeanSquaredError(gold: Numbers, predicted: Numbers): number {
  return Math.sqrt(meanSquaredError(gold, predicted));
}

/** Mean absolute error, in the unit of the labels. Reference: sklearn.metrics.mean_absolute_error. */
export function meanAbsoluteError(gold: Numbers, predicted: Numbers): number {
  requirePair(gold, predicted);
  return mean(gold.length, (i) => Math.abs(gold[i]! - predicted[i]!));
}

export interface R2Options extends UndefinedOptions {
  /** Where gold is constant, say 1 for perfect predictions and else 0: scikit-learn's default. Ours is false. */
  forceFinite?: boolean | undefined;
}

/**
 * R2, the coefficient of determination, at most 1: 1 is perfect, 0 is as good as always saying the mean of gold, below is
 * worse. It is undefined for one row (NaN) and where gold is constant: NaN for perfect predictions, else -Infinity.
 * Reference: sklearn.metrics.r2_score.
 */
export function r2Score(gold: Numbers, predicted: Numbers, options: R2Options = {}): number {
  requirePair(gold, predicted);
  const middle = mean(gold.length, (i) => gold[i]!);
  const residual = sum(gold.length, (i) => (gold[i]! - predicted[i]!) ** 2);
  // The mean of equal numbers can be off by a rounding, which must not turn 0 into something tiny.
  const spread = isConstant(gold) ? 0 : sum(gold.length, (i) => (gold[i]! - middle) ** 2);
  return r2Of(gold.length, residual, spread, options);
}

/**
 * R2 from sums of squares.
 * @param residual of gold less predicted
 * @param spread of gold less its mean: exactly 0 where gold is constant
 */
export function r2Of(rows: number, residual: number, spread: number, options: R2Options): number {
  if (rows < 2) return undefinedMetric(options, 'r2Score', '', 'it takes two rows or more');
  if (spread > 0) return 1 - residual / spread;
  if (options.forceFinite) return residual === 0 ? 1 : 0;
  undefinedMetric(options, 'r2Score', '', 'gold is constant');
  return residual === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
}

function requirePair(gold: Numbers, predicted: Numbers): void {
  requireSameLength('gold', gold, 'predicted', predicted);
  requireFinite('gold', gold);
  requireFinite('predicted', predicted);
}
