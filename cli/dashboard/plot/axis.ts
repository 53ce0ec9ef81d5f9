export type Scale = 'linear' | 'log';

export interface Range {
  min: number;
  max: number;
}

/** The share of the way from `min` to `max`; on a log scale of their logarithms. */
export function place(value: number, { min, max }: Range, scale: Scale): number {
  const at = scale === 'log' ? Math.log : (x: number) => x;
  const span = at(max) - at(min);
  return span > 0 ? (at(value) - at(min)) / span : 0.5;
}

/** From the least to the greatest value that a scale has a place for, with some room around where all are the same. */
export function rangeOf(values: Iterable<number>, scale: Scale): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value) || (scale === 'log' && value <= 0)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return scale === 'log' ? { min: 1, max: 10 } : { min: 0, max: 1 };
  if (min < max) return { min, max };
  if (scale === 'log') return { min: min / 2, max: max * 2 };
  const room = min === 0 ? 1 : Math.abs(min) / 2;
  return { min: min - room, max: max + room };
}

/** At most `most` round values (1, 2 or 5 times a power of ten apart; on a log scale powers of ten where there are enough). */
export function ticks({ min, max }: Range, most: number, scale: Scale = 'linear'): number[] {
  if (most < 1 || !(max > min) || !Number.isFinite(max - min)) return [];
  if (scale === 'log') {
    const low = Math.ceil(Math.log10(min) - 1e-9);
    const high = Math.floor(Math.log10(max) + 1e-9);
    const every = Math.max(1, Math.ceil((high - low + 1) / most));
    const powers = [];
    for (let power = low; power <= high; power += every) powers.push(Number(`1e${power}`));
    if (powers.length >= 2) return powers;
  }
  const rough = (max - min) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5, 10, 20]) {
    const step = factor * power;
    const first = Math.ceil(min / step - 1e-9);
    const last = Math.floor(max / step + 1e-9);
    if (last - first + 1 > most) continue;
    // A product of whole numbers: 0.3, not 0.30000000000000004.
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
      Number(((first + i) * step).toPrecision(12)),
    );
  }
  return [];
}

/** A number as an axis has room for it: 1.5k, 0.25, 2e-5. */
export function shortNumber(value: number): string {
  const magnitude = Math.abs(value);
  const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (magnitude === 0) return '0';
  if (magnitude >= 1e15 || magnitude < 1e-3) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  for (const [unit, sign] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (magnitude >= unit * 0.9995) return `${trimmed((value / unit).toPrecision(3))}${sign}`;
  }
  return trimmed(value.toPrecision(3));
}
