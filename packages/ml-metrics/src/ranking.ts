import { type Numbers, requireClasses, requireFinite, requireSameLength, sum } from './numbers.ts';
import { averageRanks } from './ranks.ts';

/**
 * Area under the ROC curve: the probability that a positive row scores above a negative one, ties counting half (the
 * Mann-Whitney statistic). NaN when gold holds one class only. Reference: sklearn.metrics.roc_auc_score.
 * @param gold 0 or 1
 * @param scores the higher, the more likely class 1
 * @throws RangeError when the lengths differ, nothing is given, or for NaN
 */
export function rocAuc(gold: Numbers, scores: Numbers): number {
  const positives = requireBinary(gold, scores);
  const ranks = averageRanks(scores);
  const rankSum = sum(gold.length, (i) => (gold[i] === 1 ? ranks[i]! : 0));
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (gold.length - positives));
}

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there, without interpolation.
 * 0 when gold holds no positive row. Reference: sklearn.metrics.average_precision_score.
 * @param gold 0 or 1
 * @param scores the higher, the more likely class 1
 * @throws RangeError when the lengths differ, nothing is given, or for NaN
 */
export function averagePrecision(gold: Numbers, scores: Numbers): number {
  const positives = requireBinary(gold, scores);
  if (positives === 0) return 0;
  const order = Int32Array.from({ length: gold.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
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

/** Checks the input and returns how many rows are positive. */
function requireBinary(gold: Numbers, scores: Numbers): number {
  requireSameLength('gold', gold, 'scores', scores);
  requireClasses('gold', gold, 2);
  requireFinite('scores', scores);
  return sum(gold.length, (i) => gold[i]!);
}
