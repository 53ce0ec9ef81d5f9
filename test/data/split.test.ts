import { describe, expect, it } from 'vitest';
import { type SplitShares, stratifiedSplit } from '../../src/data/split.ts';
import { readSplit, writeSplit } from '../../src/data/split-file.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import { fileOf } from './tables.ts';

/** Rows of each side, by class: counts[class] = [train, validation, test]. */
function countSides(labels: number[], split: Uint8Array): Record<number, number[]> {
  const counts: Record<number, number[]> = {};
  labels.forEach((label, row) => {
    counts[label] ??= [0, 0, 0];
    counts[label]![split[row]!]!++;
  });
  return counts;
}

const repeat = (label: number, times: number) => Array.from({ length: times }, () => label);

describe('stratifiedSplit', () => {
  it('shares every class out by largest remainder, to the exact total', () => {
    // 10 % of 60, 25 and 15 rows: 6, 2.5 and 1.5 of 10. The remainders tie: the larger class gets the tenth row.
    const labels = [...repeat(0, 60), ...repeat(1, 25), ...repeat(2, 15)];
    const split = stratifiedSplit(100, labels, { validation: 0.1 }, 42);
    expect(countSides(labels, split)).toEqual({ 0: [54, 6, 0], 1: [22, 3, 0], 2: [14, 1, 0] });
  });

  it('holds out validation and test at once', () => {
    const labels = [...repeat(0, 50), ...repeat(1, 50)];
    const split = stratifiedSplit(100, labels, { validation: 0.1, test: 0.2 }, 1);
    expect(countSides(labels, split)).toEqual({ 0: [35, 5, 10], 1: [35, 5, 10] });
  });

  it('keeps a row of every class for training', () => {
    const labels = [...repeat(0, 10), 1, 2, 3, 3];
    for (let seed = 0; seed < 50; seed++) {
      const split = stratifiedSplit(14, labels, { validation: 0.3, test: 0.3 }, seed);
      const counts = countSides(labels, split);
      for (const [train] of Object.values(counts)) expect(train).toBeGreaterThan(0);
      expect(split.filter((side) => side === 1)).toHaveLength(4);
      expect(split.filter((side) => side === 2)).toHaveLength(4);
    }
  });

  it('with every label unique nothing can be held out', () => {
    expect(stratifiedSplit(5, [0, 1, 2, 3, 4], { validation: 0.4 }, 7)).toEqual(new Uint8Array(5));
  });

  it('a single row is for training, whatever the share', () => {
    expect(stratifiedSplit(1, null, { validation: 0.6 }, 1)).toEqual(Uint8Array.of(0));
    expect(stratifiedSplit(0, null, { validation: 0.6 }, 1)).toEqual(new Uint8Array(0));
  });

  it('keeps copies of a text together, and the total where single texts allow', () => {
    const random = randomIntegers({ seed: 3, step: 0, site: 0 });
    const keys = Array.from({ length: 400 }, () => randomBelow(random, 250));
    const labels = keys.map((key) => key % 3);
    for (let seed = 0; seed < 20; seed++) {
      const split = stratifiedSplit(400, labels, { validation: 0.2, test: 0.1 }, seed, keys);
      const sideOfKey = new Map<number, number>();
      keys.forEach((key, row) => {
        expect(split[row]).toBe(sideOfKey.get(key) ?? split[row]);
        sideOfKey.set(key, split[row]!);
      });
      expect(split.filter((side) => side === 1)).toHaveLength(80);
      expect(split.filter((side) => side === 2)).toHaveLength(40);
    }
  });

  it('a class of one text many times is for training', () => {
    const labels = [...repeat(0, 20), ...repeat(1, 20)];
    const keys = [...repeat(99, 20), ...Array.from({ length: 20 }, (_, i) => i)];
    const split = stratifiedSplit(40, labels, { validation: 0.2 }, 5, keys);
    expect(countSides(labels, split)).toEqual({ 0: [20, 0, 0], 1: [12, 8, 0] });
  });

  it('is random without classes, and meets the total', () => {
    const split = stratifiedSplit(1000, null, { validation: 0.25, test: 0.1 }, 9);
    expect([0, 1, 2].map((side) => split.filter((s) => s === side).length)).toEqual([650, 250, 100]);
    expect(split.subarray(0, 500).filter((side) => side === 1).length).toBeGreaterThan(90);
    expect(split.subarray(0, 500).filter((side) => side === 1).length).toBeLessThan(160);
  });

  it('is the same for a seed, and another for another', () => {
    const labels = Array.from({ length: 20 }, (_, i) => i % 2);
    const split = (seed: number) => stratifiedSplit(20, labels, { validation: 0.3 }, seed).join('');
    expect(split(42)).toBe(split(42));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => split(seed))).size).toBeGreaterThan(15);
    // What version 0.1.0 draws: a change would silently change everybody's validation rows.
    expect(split(42)).toBe('01100000000011001100');
  });

  it('half a million rows of 5,000 classes take no time to speak of', () => {
    const labels = Int32Array.from({ length: 500_000 }, (_, i) => (i < 300_000 ? 0 : i % 5000));
    const keys = Float64Array.from(labels, (label, i) => (label === 0 ? 0 : i));
    const split = stratifiedSplit(500_000, labels, { validation: 0.3 }, 1, keys);
    expect(split.filter((side) => side === 1)).toHaveLength(150_000);
  });

  it.each<SplitShares>([{ validation: 1 }, { validation: 0.6, test: 0.4 }, { test: -0.1 }, { validation: Number.NaN }])(
    'refuses %o',
    (shares) => {
      expect(() => stratifiedSplit(10, null, shares, 1)).toThrow(UsageError);
    },
  );
});

describe('a split as a file', () => {
  it('is read back as it was written', async () => {
    const path = fileOf('');
    const lines = [2, 3, 7, 9];
    const split = Uint8Array.of(0, 2, 1, 0);
    await writeSplit(path, lines, split);
    expect(await readSplit(path, lines)).toEqual(split);
  });

  it.each<[string, string, number[], string]>([
    [
      'a row that the split lacks',
      'line,split\n2,train\n',
      [2, 3],
      'the data has a row on line 3 that the split does not know',
    ],
    [
      'a row that the data lacks',
      'line,split\n2,train\n5,test\n',
      [2],
      'the split has rows that the data lacks (1), the first on line 5',
    ],
    ['another word', '2,dev\n', [2], '"2,dev" is not a line number and one of train, validation, test'],
  ])('refuses %s', async (_, content, lines, message) => {
    await expect(readSplit(fileOf(content), lines)).rejects.toSatisfy(
      (error) => error instanceof DataError && error.message === message,
    );
  });
});
