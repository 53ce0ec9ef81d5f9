import {
  type Numbers,
  requireClasses,
  requireCount,
  requireFinite,
  requireSameLength,
  requireTable,
} from './numbers.ts';
import { mean } from './sum.ts';

/**
 * Metrics of probabilities over classes. `probabilities` is flat [rows, classes]: the value of class c of row i is at
 * `i * classes + c`. All throw a RangeError when the lengths do not fit, or for NaN.
 */

/**
 * Mean cross entropy in nats, 0 or more. Probabilities are clipped to [e, 1 - e], e being the machine epsilon of their type
 * (2^-23 for a Float32Array, else 2^-52), so that one certain mistake does not make it infinite. Rows are taken as they are,
 * not normalized. Reference: sklearn.metrics.log_loss.
 */
export function logLoss(gold: Numbers, probabilities: Numbers, classes: number): number {
  requireTable('probabilities', probabilities, gold, classes);
  return mean(gold.length, (i) => lossOfRow(gold, probabilities, classes, i));
}

/** The cross entropy of one row, clipped as `logLoss` says. */
export function lossOfRow(gold: Numbers, probabilities: Numbers, classes: number, i: number): number {
  const epsilon = probabilities instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  const p = probabilities[i * classes + gold[i]!]!;
  return -Math.log(Math.min(Math.max(p, epsilon), 1 - epsilon));
}

/**
 * The share of rows whose gold class is among the k highest scores, 0 to 1; of equal scores the higher class number comes
 * first. Reference: sklearn.metrics.top_k_accuracy_score.
 */
export function topKAccuracyScore(gold: Numbers, scores: Numbers, classes: number, k = 2): number {
  requireTable('scores', scores, gold, classes);
  requireCount('k', k);
  return mean(gold.length, (i) => (placeOfGold(gold, scores, classes, i) < k ? 1 : 0));
}

/** How many classes come before the gold one in row i. */
export function placeOfGold(gold: Numbers, scores: Numbers, classes: number, i: number): number {
  const own = gold[i]!;
  const ownScore = scores[i * classes + own]!;
  let before = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[i * classes + c]!;
    if (score > ownScore || (score === ownScore && c > own)) before++;
  }
  return before;
}

export interface BrierOptions {
  /**
   * When given, `probabilities` is a flat [rows, classes] table; when left out, it has the probability of class 1, one per
   * row, and gold is 0 or 1.
   */
  classes?: number | undefined;
  /** Halve the sum, so that it is 0 to 1 and not 0 to 2. By default where there are fewer than three classes. */
  scaleByHalf?: boolean | undefined;
}

/**
 * Brier score: the mean over rows of the squared differences between probability and outcome, summed over the classes.
 * 0 is best; the worst is 1 with `scaleByHalf`, else 2.
 * Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2. Reference: sklearn.metrics.brier_score_loss.
 */
export function brierScoreLoss(gold: Numbers, probabilities: Numbers, options: BrierOptions = {}): number {
  const { classes, scaleByHalf = (classes ?? 2) < 3 } = options;
  if (classes === undefined) {
    requireSameLength('gold', gold, 'probabilities', probabilities);
    requireClasses('gold', gold, 2);
    requireFinite('probabilities', probabilities);
    const factor = scaleByHalf ? 1 : 2;
    return factor * mean(gold.length, (i) => (probabilities[i]! - gold[i]!) ** 2);
  }
  requireTable('probabilities', probabilities, gold, classes);
  return (scaleByHalf ? 0.5 : 1) * mean(gold.length, (i) => squaredErrorOfRow(gold, probabilities, classes, i));
}

/** The squared differences between the probabilities of row i and its outcome, summed over the classes. */
export function squaredErrorOfRow(gold: Numbers, probabilities: Numbers, classes: number, i: number): number {
  let total = 0;
  for (let c = 0; c < classes; c++) total += (probabilities[i * classes + c]! - (c === gold[i] ? 1 : 0)) ** 2;
  return total;
}
