export type Scale = 'linear' | 'log';

export interface Range {
  min: number;
  max: number;
}

/** Whether a scale has a place for a value. */
export const hasPlace = (value: number, scale: Scale): boolean =>
  Number.isFinite(value) && (scale === 'linear' || value > 0);

/** The share of the way from `min` to `max`; on a log scale of their logarithms. 0.5 in a range of no width. */
export function place(value: number, { min, max }: Range, scale: Scale): number {
  // Halves, because the difference of two numbers near the greatest is infinite.
  const at = scale === 'log' ? Math.log : (x: number) => x / 2;
  const span = at(max) - at(min);
  return span > 0 ? (at(value) - at(min)) / span : 0.5;
}

/** From the least to the greatest value that a scale has a place for, with some room around where all are the same. */
export function rangeOf(values: Iterable<number>, scale: Scale): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!hasPlace(value, scale)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return scale === 'log' ? { min: 1, max: 10 } : { min: 0, max: 1 };
  if (min < max) return { min, max };
  if (scale === 'log') return { min: min / 2, max: Math.min(max * 2, Number.MAX_VALUE) };
  const room = min === 0 ? 1 : Math.abs(min) / 2;
  return { min: Math.max(min - room, -Number.MAX_VALUE), max: Math.min(max + room, Number.MAX_VALUE) };
}

/**
 * At most `most` round values within a range: 1, 2 or 5 times a power of ten apart. On a log scale powers of ten where there are
 * two of them, else 1, 2 and 5 times these, else as on a linear one.
 */
export function ticks(range: Range, most: number, scale: Scale = 'linear'): number[] {
  const { min, max } = range;
  if (most < 1 || !(max > min) || !Number.isFinite(max - min)) return [];
  if (scale === 'log') {
    const tens = powersOfTen(range);
    const every = Math.ceil(tens.length / most);
    if (tens.length >= 2) return tens.filter((_, i) => i % every === 0);
    const between = [1, 2, 5].flatMap((factor) =>
      [-1, 0].map((lower) => factor * 10 ** (Math.floor(Math.log10(max)) + lower)),
    );
    const shown = between.filter((value) => value >= min && value <= max).sort((a, b) => a - b);
    if (shown.length >= 2 && shown.length <= most) return shown;
  }
  const power = 10 ** Math.floor(Math.log10((max - min) / most));
  for (const factor of [1, 2, 5, 10, 20]) {
    const step = factor * power;
    const first = Math.ceil(min / step - 1e-9);
    const last = Math.floor(max / step + 1e-9);
    // A step may be nothing beside the values (1e16 + 1), or nothing at all.
    if (!(last - first + 1 <= most)) continue;
    // A product of whole numbers: 0.3, not 0.30000000000000004.
    const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
      Number(((first + i) * step).toPrecision(12)),
    );
    return [...new Set(values)];
  }
  return [];
}

function powersOfTen({ min, max }: Range): number[] {
  const low = Math.ceil(Math.log10(min) - 1e-9);
  const high = Math.floor(Math.log10(max) + 1e-9);
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => Number(`1e${low + i}`));
}

/** How many digits tell the values of a range from each other: 3, and more where it is narrow. */
export function digitsOf({ min, max }: Range): number {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const digits = Math.ceil(Math.log10(largest / (max - min))) + 2;
  return Number.isFinite(digits) ? Math.min(15, Math.max(3, digits)) : 3;
}

/** A number as an axis has room for it: 1.5k, 0.25, 2e-5; with more digits than 3 without letters. */
export function shortNumber(value: number, digits = 3): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (magnitude === 0) return '0';
  if (magnitude >= 1e15 || magnitude < 1e-3) {
    return value
      .toExponential(Math.max(1, digits - 2))
      .replace(/\.?0*e/, 'e')
      .replace('e+', 'e');
  }
  // A step below ten thousand as it is.
  const rounded = magnitude < 10_000 && Number.isInteger(value) ? value : Number(value.toPrecision(digits));
  const plain = String(rounded);
  for (const [unit, sign] of units) {
    if (digits > 3 || Math.abs(rounded) < unit) continue;
    const scaled = `${Number((rounded / unit).toPrecision(15))}${sign}`;
    return scaled.length <= plain.length ? scaled : plain;
  }
  return plain;
}

const units = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;
