import { isConstant, mean, type Numbers, requireFinite, requireSameLength, sum } from './numbers.ts';

/**
 * Errors of predicted numbers. All throw a RangeError when the lengths differ, nothing is given, or a value is NaN or
 * infinite.
 */

/** Mean squared error. Reference: sklearn.metrics.mean_squared_error. */
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

/**
 * R2, the coefficient of determination: 1 is perfect, 0 is as good as always saying the mean of gold, below is worse.
 * When gold is constant it is undefined: NaN for perfect predictions, else -Infinity.
 * Reference: sklearn.metrics.r2_score (force_finite=False).
 */
export function r2(gold: Numbers, predicted: Numbers): number {
  requirePair(gold, predicted);
  const middle = mean(gold.length, (i) => gold[i]!);
  const residual = sum(gold.length, (i) => (gold[i]! - predicted[i]!) ** 2);
  // The mean of equal numbers can be off by a rounding, which must not turn 0 into something tiny.
  const spread = isConstant(gold) ? 0 : sum(gold.length, (i) => (gold[i]! - middle) ** 2);
  return 1 - residual / spread;
}

function requirePair(gold: Numbers, predicted: Numbers): void {
  requireSameLength('gold', gold, 'predicted', predicted);
  requireFinite('gold', gold);
  requireFinite('predicted', predicted);
}
