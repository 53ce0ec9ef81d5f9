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

/** Throws a RangeError unless `value` is a whole number of at least `lowest`. */
export function requireCount(name: string, value: number, lowest = 1): void {
  if (!Number.isInteger(value) || value < lowest) {
    throw new RangeError(`${name} is ${value}: expected a whole number, ${lowest} or more`);
  }
}

/** Throws a RangeError unless `values` is a flat [rows, classes] table that matches `gold`, without NaN or infinity. */
export function requireTable(name: string, values: Numbers, gold: Numbers, classes: number): void {
  requireCount('classes', classes);
  if (gold.length === 0) throw new RangeError('gold is empty (length 0): there is nothing to measure');
  if (values.length !== gold.length * classes) {
    throw new RangeError(
      `${name} has ${values.length} values: ${gold.length} rows of ${classes} classes take ${gold.length * classes}`,
    );
  }
  requireClasses('gold', gold, classes);
  requireFinite(name, values);
}

/** Throws a RangeError unless `values`, of length > 0, is a flat [rows, labels] table; returns the number of rows. */
export function requireRowsOf(name: string, values: Numbers, labels: number): number {
  requireCount('labels', labels);
  if (values.length === 0) throw new RangeError(`${name} is empty (length 0): there is nothing to measure`);
  if (values.length % labels !== 0) {
    throw new RangeError(`${name} has ${values.length} values, which is no whole number of rows of ${labels} labels`);
  }
  return values.length / labels;
}

/** Whether all values are the same number. */
export function isConstant(values: Numbers): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** The class with the highest value in row `row` of a flat [rows, classes] table; of equal values the lowest class. */
export function argmax(table: Numbers, row: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (table[row * classes + c]! > table[row * classes + best]!) best = c;
  return best;
}
