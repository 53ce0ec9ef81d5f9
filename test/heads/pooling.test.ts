import { expect, test } from 'vitest';
import { pooledLoss, poolGradient, poolLogits } from '../../src/heads/pooling.ts';
import { testEngine } from '../engine/helper.ts';

const rows = [
  Float32Array.of(1, -4, 0.1),
  Float32Array.of(3, -2, 0.1),
  Float32Array.of(2, Number.NEGATIVE_INFINITY, 0.1),
];

test('the mean and the maximum, output by output', () => {
  expect(poolLogits(rows.slice(0, 2), 'mean')).toEqual(Float32Array.of(2, -3, 0.1));
  expect(poolLogits(rows, 'max')).toEqual(Float32Array.of(3, -2, 0.1));
});

test('one window is its document, to the bit', () => {
  for (const pooling of ['mean', 'max'] as const) expect(poolLogits([rows[0]!], pooling)).toEqual(rows[0]);
});

test('NaN comes through, wherever it stands', () => {
  const broken = Float32Array.of(Number.NaN, 5, 0);
  for (const given of [
    [broken, ...rows],
    [...rows, broken],
    [rows[0]!, broken, rows[1]!],
  ]) {
    for (const pooling of ['mean', 'max'] as const) expect(poolLogits(given, pooling)[0]).toBeNaN();
    expect(poolLogits(given, 'max').slice(1)).toEqual(Float32Array.of(5, Math.fround(0.1)));
  }
});

test('the gradient goes to all alike, or to the window that had the maximum, the first of equals', () => {
  const gradient = Float32Array.of(3, -6, 9);
  expect(poolGradient(rows, gradient, 'mean')).toEqual(rows.map(() => Float32Array.of(1, -2, 3)));
  expect(poolGradient(rows, gradient, 'max')).toEqual([
    Float32Array.of(0, 0, 9),
    Float32Array.of(3, -6, 0),
    Float32Array.of(0, 0, 0),
  ]);
});

test('a document without a window is refused', () => {
  expect(() => poolLogits([], 'mean')).toThrow(RangeError);
});

test('with one sequence per target the loss is given the very outputs, and the targets in their order', async () => {
  const engine = await testEngine();
  engine.tidy(() => {
    const logits = engine.zeros([3, 2]);
    const result = { loss: 7, dLogits: engine.zeros([3, 2]) };
    const layout = { lengths: Int32Array.of(2, 3, 4), targetOf: Int32Array.of(2, 0, 1) };
    const seen: unknown[] = [];
    const given = pooledLoss(engine, logits, ['a', 'b', 'c'], layout, 'max', (...received) => {
      seen.push(...received);
      return result;
    });
    expect(given).toBe(result);
    expect(seen[0]).toBe(logits);
    expect(seen[1]).toEqual(['c', 'a', 'b']);
  });
});
