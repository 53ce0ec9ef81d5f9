import { erfc } from './erfc.ts';
import { type Numbers, requireClasses, requireSameLength } from './numbers.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

export interface McNemarOptions extends UndefinedOptions {
  /** The exact binomial test (the default), or the chi-square approximation for many disagreements. */
  exact?: boolean | undefined;
  /** Of the chi-square test: Edwards' continuity correction. Default true. */
  correction?: boolean | undefined;
}

export interface McNemarResult {
  /** Rows that only A has right. */
  onlyA: number;
  /** Rows that only B has right. */
  onlyB: number;
  /** Exact: the smaller of the two counts; else chi-square with one degree of freedom, NaN without any disagreement. */
  statistic: number;
  /** Two-sided: how likely so uneven a split is when both are equally good. */
  pValue: number;
}

/**
 * McNemar's test of two predictors on the same rows: whether the rows that only one of them has right are split evenly.
 * McNemar 1947, doi:10.1007/BF02295996; the correction: Edwards 1948, doi:10.1007/BF02289261. References: scipy.stats.binomtest
 * and scipy.stats.chi2; names as in statsmodels' mcnemar.
 * @param gold class numbers
 * @param predictedA class numbers. Where right and wrong are known already, gold is all 1, and these are 1 for right, else 0
 * @param predictedB class numbers
 * @throws RangeError when the lengths differ, nothing is given, or a label is no class number
 */
export function mcnemarTest(
  gold: Numbers,
  predictedA: Numbers,
  predictedB: Numbers,
  options: McNemarOptions = {},
): McNemarResult {
  requireSameLength('gold', gold, 'predictedA', predictedA);
  requireSameLength('gold', gold, 'predictedB', predictedB);
  for (const [name, values] of Object.entries({ gold, predictedA, predictedB })) {
    requireClasses(name, values, Number.POSITIVE_INFINITY);
  }
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < gold.length; i++) {
    const a = predictedA[i] === gold[i];
    const b = predictedB[i] === gold[i];
    if (a && !b) onlyA++;
    if (b && !a) onlyB++;
  }
  const { exact = true, correction = true } = options;
  const disagreements = onlyA + onlyB;
  if (exact) {
    const statistic = Math.min(onlyA, onlyB);
    return { onlyA, onlyB, statistic, pValue: Math.min(1, 2 * fairTail(statistic, disagreements)) };
  }
  if (disagreements === 0) {
    const statistic = undefinedMetric(options, 'mcnemarTest', '', 'no row is right for only one of the two');
    return { onlyA, onlyB, statistic, pValue: statistic };
  }
  const apart = Math.max(0, Math.abs(onlyA - onlyB) - (correction ? 1 : 0));
  const statistic = (apart * apart) / disagreements;
  // With one degree of freedom chi-square is the square of a standard normal.
  return { onlyA, onlyB, statistic, pValue: erfc(Math.sqrt(statistic / 2)) };
}

/** The probability of at most k heads in n tosses of a fair coin, for k <= n / 2. */
function fairTail(k: number, n: number): number {
  // C(n, k) / 2^n, halving in between so that nothing overflows.
  let last = 1;
  let halvings = 0;
  for (let i = 1; i <= k; i++) {
    last *= (n - k + i) / i;
    for (; last > 1 && halvings < n; halvings++) last /= 2;
  }
  last *= 2 ** -Math.floor((n - halvings) / 2);
  last *= 2 ** -Math.ceil((n - halvings) / 2);
  // The terms below it, largest first: C(n, i - 1) is C(n, i) i / (n - i + 1).
  let total = last;
  for (let i = k, term = last; i > 0 && term > 0; i--) {
    term *= i / (n - i + 1);
    total += term;
  }
  return total;
}
