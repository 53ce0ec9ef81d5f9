import { isConstant, type Numbers, requireFinite, requireSameLength } from './numbers.ts';
import { averageRanks } from './ranks.ts';
import { mean, sum } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/**
 * Correlations of two series of equal length, -1 to 1. All are NaN for one row and when a series is constant, as in scipy, and
 * throw a RangeError when the lengths differ, nothing is given, or a value is NaN or infinite.
 */

/** Pearson's linear correlation. Reference: scipy.stats.pearsonr. */
export function pearson(a: Numbers, b: Numbers, options: UndefinedOptions = {}): number {
  requirePair(a, b);
  return undefinedFor('pearson', a, b, options) ?? linear(a, b);
}

/** Spearman's rank correlation; ties have average ranks. Reference: scipy.stats.spearmanr. */
export function spearman(a: Numbers, b: Numbers, options: UndefinedOptions = {}): number {
  requirePair(a, b);
  return undefinedFor('spearman', a, b, options) ?? linear(averageRanks(a), averageRanks(b));
}

/** NaN, with its reason told, where a correlation is undefined; null where it is defined. */
export function undefinedCorrelation(
  metric: string,
  rows: number,
  firstIsConstant: boolean,
  secondIsConstant: boolean,
  options: UndefinedOptions,
): number | null {
  if (rows < 2) return undefinedMetric(options, metric, '', 'it takes two rows or more');
  if (!firstIsConstant && !secondIsConstant) return null;
  const which = firstIsConstant
    ? secondIsConstant
      ? 'both series are'
      : 'the first series is'
    : 'the second series is';
  return undefinedMetric(options, metric, '', `${which} constant`);
}

function undefinedFor(metric: string, a: Numbers, b: Numbers, options: UndefinedOptions): number | null {
  return undefinedCorrelation(metric, a.length, isConstant(a), isConstant(b), options);
}

/** Pearson's correlation of two series of which neither is constant. */
function linear(a: Numbers, b: Numbers): number {
  const x = centred(a);
  const y = centred(b);
  const dot = (u: Numbers, v: Numbers) => sum(u.length, (i) => u[i]! * v[i]!);
  const r = dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  return Math.min(1, Math.max(-1, r));
}

/**
 * Kendall's tau-b, in O(n log n). Kendall 1945, doi:10.1093/biomet/33.3.239; counted by merge sort as in Knight 1966,
 * doi:10.1080/01621459.1966.10480879. Reference: scipy.stats.kendalltau.
 */
export function kendallTau(a: Numbers, b: Numbers, options: UndefinedOptions = {}): number {
  requirePair(a, b);
  return undefinedFor('kendallTau', a, b, options) ?? tauB(a, b);
}

function tauB(a: Numbers, b: Numbers): number {
  const n = a.length;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i]! - a[j]! || b[i]! - b[j]!);
  const tiedA = tiedPairs(n, (i, j) => a[order[i]!] === a[order[j]!]);
  const tiedBoth = tiedPairs(n, (i, j) => a[order[i]!] === a[order[j]!] && b[order[i]!] === b[order[j]!]);
  const sorted = Float64Array.from(order, (i) => b[i]!);
  const discordant = sortCountingInversions(sorted);
  const tiedB = tiedPairs(n, (i, j) => sorted[i] === sorted[j]);
  const pairs = (n * (n - 1)) / 2;
  const concordant = pairs - tiedA - tiedB + tiedBoth - discordant;
  return (concordant - discordant) / Math.sqrt((pairs - tiedA) * (pairs - tiedB));
}

function requirePair(a: Numbers, b: Numbers): void {
  requireSameLength('a', a, 'b', b);
  requireFinite('a', a);
  requireFinite('b', b);
}

/** The values less their mean, scaled to at most 1 by a power of two (which rounds nothing), so that squares do not overflow. */
function centred(values: Numbers): Float64Array {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  const exponent = Math.ceil(Math.log2(largest));
  // In two factors, since 2 ** -exponent alone overflows for the smallest numbers.
  const first = 2 ** -Math.trunc(exponent / 2);
  const second = 2 ** -(exponent - Math.trunc(exponent / 2));
  const scaled = Float64Array.from(values, (value) => value * first * second);
  const middle = mean(scaled.length, (i) => scaled[i]!);
  // The mean itself was rounded: the second pass takes out what that left.
  const rest = mean(scaled.length, (i) => scaled[i]! - middle);
  return scaled.map((value) => value - middle - rest);
}

/** Pairs within runs of neighbours that `same` calls equal. */
function tiedPairs(n: number, same: (i: number, j: number) => boolean): number {
  let pairs = 0;
  for (let start = 0, end = 0; start < n; start = end) {
    while (end < n && same(start, end)) end++;
    pairs += ((end - start) * (end - start - 1)) / 2;
  }
  return pairs;
}

/** Sorts in place by merging and returns how many pairs stood in the wrong order. */
function sortCountingInversions(values: Float64Array): number {
  const n = values.length;
  const merged = new Float64Array(n);
  let inversions = 0;
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(start + 2 * width, n);
      let left = start;
      let right = middle;
      for (let out = start; out < end; out++) {
        if (right === end || (left < middle && values[left]! <= values[right]!)) {
          merged[out] = values[left++]!;
        } else {
          inversions += middle - left;
          merged[out] = values[right++]!;
        }
      }
    }
    values.set(merged);
  }
  return inversions;
}
