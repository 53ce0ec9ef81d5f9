import { describe, expect, test } from 'vitest';
import { mcnemarTest } from '../src/index.ts';

/** Rows where both are right, only A, only B, and neither. */
function table(both: number, onlyA: number, onlyB: number, neither: number) {
  const flags = (...counts: number[]) =>
    counts.flatMap((count, i) => new Array<number>(count).fill(i % 2 === 0 ? 1 : 0));
  const gold = new Array<number>(both + onlyA + onlyB + neither).fill(1);
  return [gold, flags(both + onlyA, onlyB + neither), flags(both, onlyA, onlyB, neither)] as const;
}

describe("McNemar's test", () => {
  test('the textbook table of 121 against 59 rows has 21.35 without the correction', () => {
    const { statistic, pValue } = mcnemarTest(...table(101, 121, 59, 33), { exact: false, correction: false });
    expect(statistic).toBe(62 ** 2 / 180);
    expect(pValue).toBeLessThan(0.001);
  });

  test('by hand: 1 against 7 of 8', () => {
    expect(mcnemarTest(...table(3, 1, 7, 2))).toEqual({
      onlyA: 1,
      onlyB: 7,
      statistic: 1,
      pValue: (2 * (1 + 8)) / 2 ** 8,
    });
  });

  test('no disagreement is no evidence', () => {
    expect(mcnemarTest(...table(3, 0, 0, 2))).toEqual({ onlyA: 0, onlyB: 0, statistic: 0, pValue: 1 });
  });

  test('an even split is no evidence, corrected or not', () => {
    for (const correction of [true, false]) {
      const result = mcnemarTest(...table(0, 4, 4, 0), { exact: false, correction });
      expect(result).toEqual({ onlyA: 4, onlyB: 4, statistic: 0, pValue: 1 });
    }
    expect(mcnemarTest(...table(0, 4, 4, 0)).pValue).toBe(1);
  });

  test('classes that are wrong in different ways are both wrong', () => {
    expect(mcnemarTest([0, 0], [1, 2], [2, 1])).toEqual({ onlyA: 0, onlyB: 0, statistic: 0, pValue: 1 });
  });

  test('lengths', () => {
    expect(() => mcnemarTest([0], [0], [0, 1])).toThrow('gold has 1 values and predictedB has 2');
    expect(() => mcnemarTest([], [], [])).toThrow('there is nothing to measure');
  });
});
