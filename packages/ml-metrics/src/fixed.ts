/**
 * A number with that many digits after the point, exact ties going to the even digit: what Python's `format(value, '.2f')`
 * prints (`toFixed` takes ties up: 0.125 is "0.13" there and "0.12" here). NaN is `nan`.
 * @param value 0 or more
 * @param digits 1 to 20
 */
export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  const nearest = value.toFixed(digits);
  // A double that lies in the middle of two such decimals is written out in full long before the 100th digit.
  const exact = value.toFixed(100);
  const isTie = /^50*$/.test(exact.slice(digits - 100));
  const isOdd = Number(nearest.at(-1)) % 2 === 1;
  return isTie && isOdd ? exact.slice(0, digits - 100) : nearest;
}
