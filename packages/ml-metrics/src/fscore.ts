import { mean, sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/** Precision, recall and F-beta (F1 unless beta is given), 0 to 1, of one class or averaged. */
export interface Fscores {
  precision: number;
  recall: number;
  fscore: number;
}

/** `support` is how many there are in gold. */
export interface SupportedFscores extends Fscores {
  support: number;
}

export interface FscoreOptions extends UndefinedOptions {
  /** How many times as much recall counts as precision: 0 is precision alone, Infinity recall alone. Default 1. */
  beta?: number | undefined;
  /** What a ratio with denominator 0 counts as: 0, 1, or NaN (the default), which averages leave out. */
  zeroDivision?: number | undefined;
}

/** What precision, recall and F-beta of one class are made of. */
export interface HitCounts {
  /** Both in gold and predicted (true positives). */
  hits: number;
  /** Predicted (true and false positives). */
  predicted: number;
  /** In gold (true positives and false negatives). */
  support: number;
}

/** Throws a RangeError unless beta is 0 or more and zeroDivision is 0, 1 or NaN. */
export function requireFscoreOptions({ beta = 1, zeroDivision = Number.NaN }: FscoreOptions): void {
  if (!(beta >= 0)) throw new RangeError(`beta is ${beta}: expected 0 or more`);
  if (!(zeroDivision === 0 || zeroDivision === 1 || Number.isNaN(zeroDivision))) {
    throw new RangeError(`zeroDivision is ${zeroDivision}: expected 0, 1 or NaN`);
  }
}

const notPredicted = 'nothing was predicted as it';
const notInGold = 'gold does not have it';

/**
 * F-beta is (1 + beta^2) hits / (beta^2 support + predicted) (van Rijsbergen 1979, chapter 7): the harmonic mean of precision
 * and recall where both are defined, and 0 where only one is.
 * @param of names the part in reasons
 */
export function fscoresOf(counts: HitCounts, of: string, options: FscoreOptions): SupportedFscores {
  const { hits, predicted, support } = counts;
  const { beta = 1, zeroDivision = Number.NaN } = options;
  const ratio = (metric: keyof Fscores, a: number, b: number, reason: string) => {
    if (b !== 0) return a / b;
    return Number.isNaN(zeroDivision) ? undefinedMetric(options, metric, of, reason) : zeroDivision;
  };
  const square = beta * beta;
  const fscore = () => {
    if (beta === 0) return ratio('fscore', hits, predicted, notPredicted);
    if (beta === Number.POSITIVE_INFINITY) return ratio('fscore', hits, support, notInGold);
    return ratio('fscore', (1 + square) * hits, square * support + predicted, 'neither gold nor predicted has it');
  };
  return {
    precision: ratio('precision', hits, predicted, notPredicted),
    recall: ratio('recall', hits, support, notInGold),
    fscore: fscore(),
    support,
  };
}

/** All parts counted together. */
export function pooled(parts: readonly HitCounts[]): HitCounts {
  const of = (key: keyof HitCounts) => parts.reduce((total, part) => total + part[key], 0);
  return { hits: of('hits'), predicted: of('predicted'), support: of('support') };
}

/** The averages over classes, labels or types. `micro` counts all of them together. */
export interface AveragedFscores {
  micro: SupportedFscores;
  /** The plain mean over the parts. */
  macro: SupportedFscores;
  /** The mean over the parts, each weighted by its support. */
  weighted: SupportedFscores;
}

/**
 * Averages over parts. A NaN takes no part in a mean; where all weights are 0 the mean is plain. Both as scikit-learn. The mean
 * of no part at all is zeroDivision.
 * @param parts the scores of `counts`, in the same order
 */
export function averageFscores(
  parts: readonly SupportedFscores[],
  counts: readonly HitCounts[],
  options: FscoreOptions,
): AveragedFscores {
  const { zeroDivision = Number.NaN } = options;
  const total = pooled(counts);
  const average = (of: string, weight: (part: SupportedFscores) => number): SupportedFscores => {
    const one = (metric: keyof Fscores) => {
      const defined = parts.filter((part) => !Number.isNaN(part[metric]));
      if (parts.length === 0 && !Number.isNaN(zeroDivision)) return zeroDivision;
      if (defined.length === 0) return undefinedMetric(options, metric, of, 'it is undefined for each of them');
      return weightedMean(
        defined.map((part) => part[metric]),
        defined.map(weight),
      );
    };
    return { precision: one('precision'), recall: one('recall'), fscore: one('fscore'), support: total.support };
  };
  return {
    micro: fscoresOf(total, 'all together', options),
    macro: average('the macro average', () => 1),
    weighted: average('the weighted average', (part) => part.support),
  };
}

/** The mean of `values` by `weights`; the plain one where all weights are 0. */
function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const whole = sum(weights.length, (i) => weights[i]!);
  if (whole === 0) return mean(values.length, (i) => values[i]!);
  return sum(values.length, (i) => values[i]! * weights[i]!) / whole;
}
