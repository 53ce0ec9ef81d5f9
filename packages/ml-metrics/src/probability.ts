import {
  mean,
  type Numbers,
  ratio,
  requireClasses,
  requireFinite,
  requireSameLength,
  requireTable,
} from './numbers.ts';

/**
 * Metrics of probabilities over classes. `probabilities` is flat [rows, classes]: the value of class c of row i is at
 * `i * classes + c`. All throw a RangeError when the lengths do not fit, or for NaN.
 */

/**
 * Mean cross entropy in nats. Probabilities are clipped to [e, 1 - e], e being the machine epsilon of their type (2^-23 for
 * a Float32Array, else 2^-52), so that one certain mistake does not make it infinite. Rows are taken as they are, not
 * normalized. Reference: sklearn.metrics.log_loss.
 */
export function logLoss(gold: Numbers, probabilities: Numbers, classes: number): number {
  requireTable('probabilities', probabilities, gold, classes);
  const epsilon = probabilities instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  return mean(gold.length, (i) => {
    const p = probabilities[i * classes + gold[i]!]!;
    return -Math.log(Math.min(Math.max(p, epsilon), 1 - epsilon));
  });
}

/**
 * The share of rows whose gold class is among the k highest scores; of equal scores the higher class number comes first.
 * Reference: sklearn.metrics.top_k_accuracy_score.
 */
export function topKAccuracy(gold: Numbers, scores: Numbers, classes: number, k: number): number {
  requireTable('scores', scores, gold, classes);
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k is ${k}: expected a whole number, 1 or more`);
  return mean(gold.length, (i) => {
    const own = gold[i]!;
    const ownScore = scores[i * classes + own]!;
    let before = 0;
    for (let c = 0; c < classes; c++) {
      const score = scores[i * classes + c]!;
      if (score > ownScore || (score === ownScore && c > own)) before++;
    }
    return before < k ? 1 : 0;
  });
}

/**
 * Brier score of two classes: the mean squared difference between the probability of class 1 and the outcome (0 or 1).
 * Brier 1950. Reference: sklearn.metrics.brier_score_loss.
 * @param gold 0 or 1
 * @param probabilities of class 1, one per row
 */
export function brierScore(gold: Numbers, probabilities: Numbers): number {
  requireSameLength('gold', gold, 'probabilities', probabilities);
  requireClasses('gold', gold, 2);
  requireFinite('probabilities', probabilities);
  return mean(gold.length, (i) => (probabilities[i]! - gold[i]!) ** 2);
}

/** Rows whose highest probability falls into one interval of confidence. Means over no row are 0. */
export interface CalibrationBin {
  count: number;
  /** Mean highest probability of these rows. */
  confidence: number;
  /** The share of these rows whose most probable class is right. */
  accuracy: number;
}

/**
 * Rows grouped by their highest probability into `bins` intervals of equal width, the i-th being (i / bins, (i + 1) / bins].
 * Of equally probable classes the lowest number is the prediction.
 */
export function calibrationBins(gold: Numbers, probabilities: Numbers, classes: number, bins = 15): CalibrationBin[] {
  requireTable('probabilities', probabilities, gold, classes);
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`bins is ${bins}: expected a whole number, 1 or more`);
  const counts = new Int32Array(bins);
  const right = new Int32Array(bins);
  const confidence = new Float64Array(bins);
  for (let i = 0; i < gold.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[i * classes + c]! > probabilities[i * classes + best]!) best = c;
    }
    const p = probabilities[i * classes + best]!;
    const bin = Math.min(Math.max(Math.ceil(p * bins) - 1, 0), bins - 1);
    counts[bin]!++;
    confidence[bin]! += p;
    if (best === gold[i]) right[bin]!++;
  }
  return Array.from(counts, (count, bin) => ({
    count,
    confidence: ratio(confidence[bin]!, count),
    accuracy: ratio(right[bin]!, count),
  }));
}

/**
 * Expected calibration error: how far confidence and accuracy are apart, averaged over the bins by their rows.
 * Guo et al. 2017, arXiv:1706.04599, section 2.
 */
export function expectedCalibrationError(gold: Numbers, probabilities: Numbers, classes: number, bins = 15): number {
  return calibrationBins(gold, probabilities, classes, bins).reduce(
    (error, bin) => error + (bin.count / gold.length) * Math.abs(bin.accuracy - bin.confidence),
    0,
  );
}
