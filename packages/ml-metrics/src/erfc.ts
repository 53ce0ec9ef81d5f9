/**
 * The complementary error function of x >= 0, 1 - erf(x), with a relative error near 1e-15: it keeps its digits where
 * `1 - erf` would have lost them. Below 1 the series 7.6.2, from there the continued fraction 7.9.4 of the NIST Digital Library
 * of Mathematical Functions, evaluated from below.
 */
export function erfc(x: number): number {
  if (x < 1) {
    // erf(x) = 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1))
    let term = x;
    let total = x;
    for (let n = 1; term > total * 2 ** -54; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      total += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  // sqrt(pi) exp(x^2) erfc(x) = 1 / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...))))
  let fraction = x;
  for (let n = 200; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}
