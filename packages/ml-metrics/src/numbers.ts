/** What every metric takes: an array or a typed array of numbers. */
export type Numbers = ArrayLike<number>;

/** Throws a RangeError that names both lengths when they differ, or when there is nothing to measure. */
export function requireSameLength(nameA: string, a: Numbers, nameB: string, b: Numbers): void {
  if (a.length !== b.length) {
    throw new RangeError(`${nameA} has ${a.length} values and ${nameB} has ${b.length}: the lengths must be equal`);
  }
  if (a.length === 0) throw new RangeError(`${nameA} and ${nameB} are empty (length 0): there is nothing to measure`);
}

/** Throws a RangeError unless every value is a class number: a whole number from 0 on and below `classes`. */
export function requireClasses(name: string, values: Numbers, classes: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= classes) {
      const range = Number.isFinite(classes) ? `0 to ${classes - 1}` : '0 or more';
      throw new RangeError(`${name}[${i}] of length ${values.length} is ${value}: a class is a whole number, ${range}`);
    }
  }
}

/** Throws a RangeError that names the first NaN or infinite value. */
export function requireFinite(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new RangeError(`${name}[${i}] of length ${values.length} is ${values[i]}: expected a finite number`);
    }
  }
}

/** Throws a RangeError unless `values` is a flat [rows, classes] table that matches `gold`, without NaN or infinity. */
export function requireTable(name: string, values: Numbers, gold: Numbers, classes: number): void {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`classes is ${classes}: expected a whole number, 1 or more`);
  }
  if (gold.length === 0) throw new RangeError('gold is empty (length 0): there is nothing to measure');
  if (values.length !== gold.length * classes) {
    throw new RangeError(
      `${name} has ${values.length} values: ${gold.length} rows of ${classes} classes take ${gold.length * classes}`,
    );
  }
  requireClasses('gold', gold, classes);
  requireFinite(name, values);
}

/**
 * The sum of `term(i)` for i below `count`, with the rounding error of each addition carried along, so that the result does
 * not depend on the number of terms (Neumaier 1974, doi:10.1002/zamm.19740540106).
 */
export function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < count; i++) {
    const value = term(i);
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** The arithmetic mean of `term(i)` for i below `count`. */
export function mean(count: number, term: (i: number) => number): number {
  return sum(count, term) / count;
}

/** `a / b`, and 0 where b is 0: what scikit-learn calls zero_division=0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** Whether all values are the same number. */
export function isConstant(values: Numbers): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
