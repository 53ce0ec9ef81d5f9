import { requireCount } from './numbers.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/** An interval that holds the statistic with the stated confidence. */
export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions extends UndefinedOptions {
  /** Between 0 and 1. Default 0.95. */
  confidence?: number | undefined;
  /** How often the rows are drawn again. Default 1000. */
  resamples?: number | undefined;
  /** The same seed gives the same interval on every machine. Default 42. */
  seed?: number | undefined;
}

/** Of the drawn rows: as many indices as there are rows, in a buffer that is used again for the next draw. */
export type Statistic = (drawn: Int32Array) => number;

/**
 * Percentile bootstrap confidence interval of a statistic of rows (Efron 1979, doi:10.1214/aos/1176344552): the rows are drawn
 * again with replacement `resamples` times, and the interval holds the middle of what the statistic then was (quantiles
 * interpolated linearly, as in numpy.quantile). If the statistic is NaN on any resample (a correlation of a constant draw),
 * both ends are NaN.
 * @param rows how many rows there are
 * @throws RangeError when rows or resamples is no whole number above 0, or confidence is not between 0 and 1
 */
export function bootstrapInterval(rows: number, statistic: Statistic, options: BootstrapOptions = {}): Interval {
  return percentileInterval('bootstrapInterval', rows, statistic, options);
}

/** `difference` is the statistic of A less that of B on the rows as they are; low and high bound it. */
export interface DifferenceInterval extends Interval {
  difference: number;
}

/**
 * Bootstrap confidence interval of the difference between two predictors on the same rows: each draw is given to both, so that
 * what makes rows easy or hard for both cancels out (Koehn 2004, aclanthology.org/W04-3250). An interval that does not hold 0
 * says that one of them is better.
 * @param statisticA of the first predictor, on the drawn rows
 * @param statisticB of the second
 * @throws RangeError as `bootstrapInterval`
 */
export function pairedBootstrapInterval(
  rows: number,
  statisticA: Statistic,
  statisticB: Statistic,
  options: BootstrapOptions = {},
): DifferenceInterval {
  const difference: Statistic = (drawn) => statisticA(drawn) - statisticB(drawn);
  const { low, high } = percentileInterval('pairedBootstrapInterval', rows, difference, options);
  return { difference: difference(Int32Array.from({ length: rows }, (_, i) => i)), low, high };
}

function percentileInterval(metric: string, rows: number, statistic: Statistic, options: BootstrapOptions): Interval {
  const { confidence = 0.95, resamples = 1000, seed = 42 } = options;
  requireCount('rows', rows);
  requireCount('resamples', resamples);
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence is ${confidence}: expected 0 < c < 1`);
  const random = splitMix32(seed);
  const drawn = new Int32Array(rows);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < rows; i++) drawn[i] = Math.floor(random() * rows);
    return statistic(drawn);
  });
  const undefinedDraws = values.filter(Number.isNaN).length;
  if (undefinedDraws > 0) {
    const reason = `the statistic is NaN on ${undefinedDraws} of ${resamples} resamples`;
    const end = undefinedMetric(options, metric, '', reason);
    return { low: end, high: end };
  }
  values.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** The q-quantile (0 to 1) of sorted values, linear between neighbours. */
function quantile(sorted: Float64Array, q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Random numbers in [0, 1) from a 32-bit state: a Weyl sequence through a 32-bit finalizer (the construction of Steele et al.
 * 2014, doi:10.1145/2714064.2660195, with the constants of MurmurHash3). Its period of 2^32 exceeds the draws of a bootstrap.
 */
function splitMix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}
