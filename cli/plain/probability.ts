/** Four decimals; of what would be 0.0000 the order of magnitude. */
export function shownProbability(value: number): string {
  return value >= 0.00005 || value === 0 ? value.toFixed(4) : value.toExponential(0);
}
