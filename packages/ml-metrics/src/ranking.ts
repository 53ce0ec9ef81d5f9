import { type Numbers, requireClasses, requireFinite, requireSameLength } from './numbers.ts';
import { averageRanks } from './ranks.ts';
import { sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/**
 * Area under the ROC curve, 0 to 1: the probability that a positive row scores above a negative one, ties counting half (the
 * Mann-Whitney statistic). NaN when gold holds one class only. Reference: sklearn.metrics.roc_auc_score.
 * @param gold 0 or 1
 * @param scores the higher, the more likely class 1
 * @throws RangeError when the lengths differ, nothing is given, or for NaN
 */
export function rocAucScore(gold: Numbers, scores: Numbers, options: UndefinedOptions = {}): number {
  return rocAucOf(gold, scores, '', options);
}

/** `rocAucScore`, with a name for this part in reasons. */
export function rocAucOf(gold: Numbers, scores: Numbers, of: string, options: UndefinedOptions): number {
  const positives = requireBinary(gold, scores);
  const negatives = gold.length - positives;
  if (positives === 0 || negatives === 0) {
    return undefinedMetric(
      options,
      'rocAucScore',
      of,
      `gold holds no ${positives === 0 ? 'positive' : 'negative'} row`,
    );
  }
  const ranks = averageRanks(scores);
  const rankSum = sum(gold.length, (i) => (gold[i] === 1 ? ranks[i]! : 0));
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

export interface AveragePrecisionOptions extends UndefinedOptions {
  /** What it is where gold holds no positive row. NaN by default; 0 is scikit-learn's choice. */
  zeroDivision?: number | undefined;
}

/**
 * Average precision, 0 to 1: precision at each distinct score, weighted by the recall gained there, without interpolation.
 * NaN when gold holds no positive row. Reference: sklearn.metrics.average_precision_score.
 * @param gold 0 or 1
 * @param scores the higher, the more likely class 1
 * @throws RangeError when the lengths differ, nothing is given, or for NaN
 */
export function averagePrecisionScore(gold: Numbers, scores: Numbers, options: AveragePrecisionOptions = {}): number {
  return averagePrecisionOf(gold, scores, '', options);
}

/** `averagePrecisionScore`, with a name for this part in reasons. */
export function averagePrecisionOf(
  gold: Numbers,
  scores: Numbers,
  of: string,
  options: AveragePrecisionOptions,
): number {
  const { zeroDivision = Number.NaN } = options;
  const positives = requireBinary(gold, scores);
  if (positives === 0) {
    if (!Number.isNaN(zeroDivision)) return zeroDivision;
    return undefinedMetric(options, 'averagePrecisionScore', of, 'gold holds no positive row');
  }
  const order = byFallingScore(scores);
  let result = 0;
  let found = 0;
  let foundBefore = 0;
  for (let i = 0; i < order.length; i++) {
    found += gold[order[i]!]!;
    const lastOfItsScore = i + 1 === order.length || scores[order[i + 1]!] !== scores[order[i]!];
    if (!lastOfItsScore) continue;
    result += ((found - foundBefore) / positives) * (found / (i + 1));
    foundBefore = found;
  }
  return result;
}

/** The rows with the highest score first. */
export function byFallingScore(scores: Numbers): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
}

/** Checks the input and returns how many rows are positive. */
function requireBinary(gold: Numbers, scores: Numbers): number {
  requireSameLength('gold', gold, 'scores', scores);
  requireClasses('gold', gold, 2);
  requireFinite('scores', scores);
  return sum(gold.length, (i) => gold[i]!);
}
