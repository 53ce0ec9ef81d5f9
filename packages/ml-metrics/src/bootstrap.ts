/** An interval that holds the statistic with the stated confidence. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Percentile bootstrap confidence interval of a statistic of rows (Efron 1979, doi:10.1214/aos/1176344552): the rows are drawn
 * again with replacement `resamples` times, and the interval holds the middle of what the statistic then was (quantiles
 * interpolated linearly, as in numpy.quantile). The same seed gives the same interval on every machine. If the statistic is
 * NaN on any resample (a correlation of a constant draw), both ends are NaN.
 * @param rows how many rows there are
 * @param statistic of the drawn rows: `rows` indices below `rows`, in a buffer that is used again for the next draw
 * @throws RangeError when rows or resamples is no whole number above 0, or confidence is not between 0 and 1
 */
export function bootstrapInterval(
  rows: number,
  statistic: (drawn: Int32Array) => number,
  options: { confidence?: number; resamples?: number; seed?: number } = {},
): Interval {
  const { confidence = 0.95, resamples = 1000, seed = 42 } = options;
  for (const [name, value] of Object.entries({ rows, resamples })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} is ${value}: expected a whole number, 1 or more`);
    }
  }
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence is ${confidence}: expected 0 < c < 1`);
  const random = splitMix32(seed);
  const drawn = new Int32Array(rows);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < rows; i++) drawn[i] = Math.floor(random() * rows);
    return statistic(drawn);
  });
  if (values.some(Number.isNaN)) return { low: Number.NaN, high: Number.NaN };
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
