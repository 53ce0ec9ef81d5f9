import { describe, expect, test } from 'vitest';
import { append, createSeries, cutAfter, smooth, view } from '../../cli/dashboard/series.ts';
import { createRandom } from './random.ts';

describe('a million values', () => {
  const random = createRandom(1);
  const values = Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1e5) + random() / 10);
  values[123_456] = 17;
  values[876_543] = -9;
  const series = createSeries(2048);
  values.forEach((value, i) => {
    append(series, i + 1, value);
  });

  test('take the room of 2,048, and count as a million', () => {
    expect(series.count).toBe(1_000_000);
    expect(series.first.length).toBe(2048);
    expect(series.size).toBeGreaterThan(1000);
    expect(series.size).toBeLessThanOrEqual(2048);
    expect(series.perBucket).toBe(512);
  });

  test('no peak is lost, means are means, and x is where the values lie', () => {
    const points = view(series, 1, 1_000_000, 100);
    expect(points).toHaveLength(100);
    expect(Math.max(...points.map(({ max }) => max))).toBe(17);
    expect(Math.min(...points.map(({ min }) => min))).toBe(-9);
    let from = 0;
    for (const { x, min, max, mean } of points) {
      const part = values.slice(from, x);
      expect(max).toBe(part.reduce((a, b) => Math.max(a, b)));
      expect(min).toBe(part.reduce((a, b) => Math.min(a, b)));
      expect(mean).toBeCloseTo(part.reduce((a, b) => a + b, 0) / part.length, 10);
      from = x;
    }
    expect(from).toBe(1_000_000);
  });

  test('a part of them, and what is left after going back', () => {
    const part = view(series, 100_000, 200_000, 50);
    expect(part.every(({ x }) => x >= 100_000 && x <= 200_000)).toBe(true);
    expect(part.some(({ max }) => max === 17)).toBe(true);
    const cut = cutAfter(series, 500_000);
    expect(cut.count).toBeGreaterThan(499_000);
    expect(cut.count).toBeLessThanOrEqual(500_000);
    expect(Math.min(...view(cut, 1, 1_000_000, 100).map(({ min }) => min))).toBeGreaterThan(-9);
    append(cut, 500_001, 99);
    expect(view(cut, 1, 1_000_000, 10).at(-1)!.max).toBe(99);
  });
});

test('few values stay as they are; what is no number is left out', () => {
  const series = createSeries(4);
  [5, Number.NaN, 3, Number.POSITIVE_INFINITY, 4].forEach((value, i) => {
    append(series, i, value);
  });
  expect(series.count).toBe(3);
  expect(view(series, 0, 4, 100)).toEqual([
    { x: 0, min: 5, max: 5, mean: 5 },
    { x: 2, min: 3, max: 3, mean: 3 },
    { x: 4, min: 4, max: 4, mean: 4 },
  ]);
  expect(view(series, 1, 3, 100)).toEqual([{ x: 2, min: 3, max: 3, mean: 3 }]);
  expect(view(createSeries(), 0, 1, 10)).toEqual([]);
});

test('smoothing: an average whose start is not drawn to zero', () => {
  const points = [4, 8, 0].map((y, x) => ({ x, y }));
  expect(smooth(points, 0)).toEqual(points);
  // By hand: 0.5 * 4 / 0.5; (0.25 * 4 + 0.5 * 8) / 0.75; (0.125 * 4 + 0.25 * 8 + 0) / 0.875.
  expect(smooth(points, 0.5).map(({ y }) => y)).toEqual([4, expect.closeTo(20 / 3), expect.closeTo(2.5 / 0.875)]);
});
