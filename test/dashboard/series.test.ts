import { serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { append, createSeries, cutAfter, type Series, smooth, view } from '../../cli/dashboard/series.ts';
import { createRandom } from './random.ts';

const filled = (values: readonly number[], capacity?: number): Series => {
  const series = createSeries(capacity);
  values.forEach((value, i) => {
    append(series, i + 1, value);
  });
  return series;
};

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('a million values', () => {
  const random = createRandom(1);
  const values = Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1e5) + random() / 10);
  values[123_456] = 17;
  values[876_543] = -9;
  const series = filled(values);

  test('take the room of a few thousand, and count as a million', () => {
    expect(series.count).toBe(1_000_000);
    expect(series.size).toBe(Math.ceil(1_000_000 / 512));
    // A count takes more digits; nothing else does.
    expect(serialize(series).length).toBeLessThan(serialize(filled(values.slice(0, 5000))).length + 16);
    expect(serialize(series).length).toBeLessThan(100_000);
  });

  test.each([1, 7, 100, 1500])(
    'in %i columns: least and greatest are exact, means are means, x is where the values lie',
    (columns) => {
      const points = view(series, 1, 1_000_000, columns);
      expect(points).toHaveLength(columns);
      let from = 0;
      for (const { x, min, max, mean } of points) {
        const part = values.slice(from, x);
        expect([min, max]).toEqual([least(part), greatest(part)]);
        expect(mean).toBeCloseTo(average(part), 10);
        from = x;
      }
      expect(from).toBe(1_000_000);
    },
  );

  test('a part of them, at most a bucket short at either end', () => {
    const part = view(series, 100_000, 200_000, 50);
    expect(part.length).toBe(50);
    expect(part[0]!.x).toBeGreaterThanOrEqual(100_000);
    expect(part.at(-1)!.x).toBeGreaterThan(200_000 - 512);
    expect(part.at(-1)!.x).toBeLessThanOrEqual(200_000);
    expect(greatest(part.map(({ max }) => max))).toBe(17);
  });

  test('of which the last are forgotten, and others come in their place', () => {
    const cut = cutAfter(series, 500_000);
    expect(cut.count).toBe(Math.floor(500_000 / 512) * 512);
    expect(least(view(cut, 1, 1_000_000, 100).map(({ min }) => min))).toBeGreaterThan(-9);
    append(cut, 500_001, 99);
    expect(view(cut, 1, 1_000_000, 10).at(-1)).toMatchObject({ x: 500_001, max: 99 });
    expect(greatest(view(series, 1, 1_000_000, 10).map(({ max }) => max))).toBe(17);
  });
});

test('few values stay as they are', () => {
  const series = filled([5, 3, 4]);
  const points = [5, 3, 4].map((y, i) => ({ x: i + 1, min: y, max: y, mean: y }));
  expect(view(series, 0, 4, 100)).toEqual(points);
  expect(view(series, 2, 2, 100)).toEqual([points[1]]);
  expect(view(series, 1.2, 1.8, 100)).toEqual([]);
  expect(view(series, 1.2, 1.8, 100, 'beyond')).toEqual(points.slice(0, 2));
  expect(view(series, 0, 4, 100, 'beyond')).toEqual(points);
  expect(view(series, 7, 9, 100, 'beyond')).toEqual([points[2]]);
  expect(view(createSeries(), 0, 1, 10, 'beyond')).toEqual([]);
});

test('with no room left neighbours are put together, two and two', () => {
  expect(view(filled([1, 2, 3, 6, 5, 9], 4), 0, 9, 100)).toEqual([
    { x: 2, min: 1, max: 2, mean: 1.5 },
    { x: 4, min: 3, max: 6, mean: 4.5 },
    { x: 6, min: 5, max: 9, mean: 7 },
  ]);
});

test('what is no finite number leaves a gap, and is no part of a mean; what has no place is left out', () => {
  const series = createSeries(4);
  append(series, Number.NaN, 1);
  [5, Number.NaN, 3, Number.POSITIVE_INFINITY].forEach((value, i) => {
    append(series, i, value);
  });
  const nothing = { min: Number.NaN, max: Number.NaN, mean: Number.NaN };
  expect(series.count).toBe(4);
  expect(view(series, 0, 4, 100)).toEqual([
    { x: 0, min: 5, max: 5, mean: 5 },
    { x: 1, ...nothing },
    { x: 2, min: 3, max: 3, mean: 3 },
    { x: 3, ...nothing },
  ]);
  append(series, 4, Number.NaN);
  expect(view(series, 0, 4, 100)).toEqual([
    { x: 1, min: 5, max: 5, mean: 5 },
    { x: 3, min: 3, max: 3, mean: 3 },
    { x: 4, ...nothing },
  ]);
  expect(view(filled([1e308, 1.5e308, -1.7e308], 2), 0, 9, 1)[0]).toMatchObject({ min: -1.7e308, max: 1.5e308 });
});

test('smoothing: an average whose start is not drawn to zero, and that goes on behind a gap', () => {
  const points = [4, 8, 0].map((y, x) => ({ x, y }));
  expect(smooth(points, 0)).toEqual(points);
  // By hand: 0.5 * 4 / 0.5; (0.25 * 4 + 0.5 * 8) / 0.75; (0.125 * 4 + 0.25 * 8 + 0) / 0.875.
  expect(smooth(points, 0.5).map(({ y }) => y)).toEqual([4, expect.closeTo(20 / 3), expect.closeTo(2.5 / 0.875)]);
  const broken = [4, Number.NaN, 8].map((y, x) => ({ x, y }));
  expect(smooth(broken, 0.5).map(({ y }) => y)).toEqual([4, Number.NaN, expect.closeTo(20 / 3)]);
  expect(smooth(Array(50).fill({ x: 0, y: 3 }), 0.98).every(({ y }) => Math.abs(y - 3) < 1e-12)).toBe(true);
});
