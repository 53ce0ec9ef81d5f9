import { argmax, type Numbers, requireCount, requireTable } from './numbers.ts';
import { addTo, emptySum, mergeInto, type RunningSum, sum, totalOf } from './sum.ts';

/** Rows whose highest probability falls into one interval of confidence. */
export interface CalibrationBin {
  count: number;
  /** Mean highest probability of these rows; NaN where there are none. */
  confidence: number;
  /** The share of these rows whose most probable class is right; NaN where there are none. */
  accuracy: number;
}

/** What the bins are made of. */
export interface CalibrationCounts {
  count: number[];
  right: number[];
  confidence: RunningSum[];
}

export function emptyCalibration(bins: number): CalibrationCounts {
  requireCount('bins', bins);
  return {
    count: new Array<number>(bins).fill(0),
    right: new Array<number>(bins).fill(0),
    confidence: Array.from({ length: bins }, emptySum),
  };
}

/** Counts row i of a flat [rows, classes] table. */
export function calibrateRow(
  counts: CalibrationCounts,
  gold: Numbers,
  probabilities: Numbers,
  classes: number,
  i: number,
): void {
  const bins = counts.count.length;
  const best = argmax(probabilities, i, classes);
  const p = probabilities[i * classes + best]!;
  const bin = Math.min(Math.max(Math.ceil(p * bins) - 1, 0), bins - 1);
  counts.count[bin]!++;
  addTo(counts.confidence[bin]!, p);
  if (best === gold[i]) counts.right[bin]!++;
}

export function mergeCalibration(counts: CalibrationCounts, other: CalibrationCounts): void {
  for (let bin = 0; bin < counts.count.length; bin++) {
    counts.count[bin]! += other.count[bin]!;
    counts.right[bin]! += other.right[bin]!;
    mergeInto(counts.confidence[bin]!, other.confidence[bin]!);
  }
}

export function binsOf({ count, right, confidence }: CalibrationCounts): CalibrationBin[] {
  return count.map((rows, bin) => ({
    count: rows,
    confidence: rows === 0 ? Number.NaN : totalOf(confidence[bin]!) / rows,
    accuracy: rows === 0 ? Number.NaN : right[bin]! / rows,
  }));
}

/** How far confidence and accuracy are apart, averaged over the bins by their rows, of which there is at least one. */
export function calibrationErrorOf(bins: readonly CalibrationBin[]): number {
  const filled = bins.filter(({ count }) => count > 0);
  const rows = filled.reduce((total, { count }) => total + count, 0);
  return sum(filled.length, (i) => filled[i]!.count * Math.abs(filled[i]!.accuracy - filled[i]!.confidence)) / rows;
}

/**
 * Rows grouped by their highest probability into `bins` intervals of equal width, the i-th being (i / bins, (i + 1) / bins].
 * Of equally probable classes the lowest number is the prediction.
 * @param probabilities flat [rows, classes]
 * @throws RangeError when the lengths do not fit, for NaN, and when bins is no whole number above 0
 */
export function calibrationBins(gold: Numbers, probabilities: Numbers, classes: number, bins = 15): CalibrationBin[] {
  requireTable('probabilities', probabilities, gold, classes);
  const counts = emptyCalibration(bins);
  for (let i = 0; i < gold.length; i++) calibrateRow(counts, gold, probabilities, classes, i);
  return binsOf(counts);
}

/**
 * Expected calibration error, 0 to 1: how far confidence and accuracy are apart, averaged over the bins by their rows.
 * Guo et al. 2017, arXiv:1706.04599, section 2.
 * @throws RangeError as `calibrationBins`
 */
export function expectedCalibrationError(gold: Numbers, probabilities: Numbers, classes: number, bins = 15): number {
  return calibrationErrorOf(calibrationBins(gold, probabilities, classes, bins));
}
