import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';

/** @throws UsageError for an option of another name: left alone it would do nothing */
export function checkOptionNames(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw new UsageError(`There is no option "${name}".`, {
      fix: meant === undefined ? `The options are: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    });
  }
}

/** @throws UsageError when the value is none of `allowed` */
export function checkChoice<T>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new UsageError(`${name} cannot be ${JSON.stringify(value)}.`, { fix: `It is one of: ${allowed.join(', ')}.` });
}

/** @throws UsageError when the value is no whole number from `least` on */
export function checkCount(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`${name} cannot be ${String(value)}.`, { fix: `It is a whole number from ${least} on.` });
}

/**
 * @param where which of several it is; null for the only one
 * @throws UsageError when it is no text, or an empty one
 */
export function checkText(value: unknown, where: string | null, what = 'text'): string {
  const details = { ...(where === null ? {} : { where }), fix: `Give a ${what} with some words in it.` };
  if (typeof value !== 'string') {
    throw new UsageError(
      `The ${what} is ${value === undefined ? 'missing' : `no string but ${kindOf(value)}`}.`,
      details,
    );
  }
  if (value.trim() === '') throw new UsageError(`The ${what} is empty.`, details);
  return value;
}

/** @throws UsageError naming the first that is no text, or an empty one */
export function checkTexts(values: readonly unknown[]): void {
  values.forEach((value, i) => {
    checkText(value, values.length === 1 ? null : `input ${i + 1}`);
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}
