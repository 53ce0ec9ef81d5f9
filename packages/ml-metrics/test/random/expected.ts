import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { createDraw, type Draw } from './draw.ts';

interface Family {
  /** Of the first case; each later one has the next. */
  seed: number;
  cases: number;
  /** How many numbers all cases have together. */
  values: number;
  /** These numbers as float64, deflated, in base64. */
  expected: string;
}

/** What `test/parity/metrics_random.py` wrote. */
export const fixture: {
  versions: Record<string, string>;
  /** What random answers are made of. */
  pieces: string[];
  /** Deflated JSON: see `inflated`. */
  characters: string;
  reports: string;
  families: Record<string, Family>;
} = JSON.parse(readFileSync(new URL('../../../../test/parity/fixtures/metrics-random.json', import.meta.url), 'utf8'));

/** The value of deflated JSON in base64. */
export function inflated(text: string): unknown {
  return JSON.parse(inflateSync(Buffer.from(text, 'base64')).toString());
}

/** A number, or several, under the name that a failure shows. */
export type Named = [name: string, value: number | ArrayLike<number>];

/** Two numbers are the same to 1e-12, relative above 1, and NaN and the infinities equal themselves. */
export function isClose(actual: number, expected: number): boolean {
  return Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected));
}

/**
 * Draws every case of a family, measures it, and compares every number with the expected one.
 * @returns how many cases and numbers were compared
 * @throws where one differs, with its case and name
 */
export function compareFamily(name: string, measure: (draw: Draw) => Named[]): { cases: number; values: number } {
  const { seed, cases, values, expected } = fixture.families[name]!;
  const bytes = inflateSync(Buffer.from(expected, 'base64'));
  const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let at = 0;
  for (let i = 0; i < cases; i++) {
    for (const [what, value] of measure(createDraw(seed + i))) {
      for (const actual of typeof value === 'number' ? [value] : Array.from(value)) {
        if (!isClose(actual, numbers[at]!))
          throw new Error(`${name} ${i}, ${what}: ${actual}, expected ${numbers[at]}`);
        at++;
      }
    }
  }
  if (at !== numbers.length || at !== values) throw new Error(`${name}: ${at} numbers, expected ${numbers.length}`);
  return { cases, values: at };
}
