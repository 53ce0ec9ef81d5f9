import { type ConfusionMatrix, confusionMatrix, hits } from './confusion.ts';
import { type Numbers, requireClasses, requireSameLength } from './numbers.ts';
import { sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/**
 * The share of rows whose prediction is right, 0 to 1. Reference: sklearn.metrics.accuracy_score.
 * @param gold class numbers, from 0 on; of any size, such as those of a vocabulary
 * @param predicted class numbers, one per gold label
 * @throws RangeError as `confusionMatrix`
 */
export function accuracyScore(gold: Numbers, predicted: Numbers): number {
  requireSameLength('gold', gold, 'predicted', predicted);
  requireClasses('gold', gold, Number.POSITIVE_INFINITY);
  requireClasses('predicted', predicted, Number.POSITIVE_INFINITY);
  let right = 0;
  for (let i = 0; i < gold.length; i++) if (gold[i] === predicted[i]) right++;
  return right / gold.length;
}

export interface BalancedAccuracyOptions extends UndefinedOptions {
  /** Rescale, so that guessing scores 0 and perfection 1. NaN where gold holds one class. */
  adjusted?: boolean | undefined;
}

/**
 * The mean recall of the classes that occur in gold, 0 to 1. Reference: sklearn.metrics.balanced_accuracy_score.
 * @throws RangeError as `confusionMatrix`
 */
export function balancedAccuracyScore(
  gold: Numbers,
  predicted: Numbers,
  options: BalancedAccuracyOptions = {},
): number {
  return balancedAccuracyOf(confusionMatrix(gold, predicted), options);
}

/** `balancedAccuracyScore` of counted rows, at least one. */
export function balancedAccuracyOf(matrix: ConfusionMatrix, options: BalancedAccuracyOptions): number {
  let present = 0;
  for (let c = 0; c < matrix.classes; c++) if (matrix.gold[c]! > 0) present++;
  const recall = (c: number) => (matrix.gold[c] === 0 ? 0 : hits(matrix, c) / matrix.gold[c]!);
  const score = sum(matrix.classes, recall) / present;
  if (!options.adjusted) return score;
  if (present === 1) {
    return undefinedMetric(
      options,
      'balancedAccuracyScore',
      '',
      'gold holds one class only, so that guessing is perfect',
    );
  }
  return (score - 1 / present) / (1 - 1 / present);
}
