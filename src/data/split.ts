import { randomIntegers, shuffle } from '../engine/random.ts';
import { UsageError } from '../errors.ts';
import { createKeyIndex } from './key-index.ts';

/** The sides of a split, by the number that stands for them in a split's array. */
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Shares of all rows to hold out, 0 to below 1 each; the rest is for training. */
export interface SplitShares {
  validation?: number;
  test?: number;
}

/**
 * Splits rows so that every class has about the same share on each side.
 *
 * - The totals are `round(rows * share)`; each class gets its share rounded by largest remainder.
 * - A class always keeps one row for training, so a class seen once is never held out. Where that leaves too few rows to hold
 *   out (nearly every label unique), fewer are held out.
 * - Rows with one key (the same text) stay together, so that nothing is validated on a text that was trained on. Where the
 *   copies are so many that the totals cannot be met exactly, fewer are held out.
 *
 * @param labels class of each row; any numbers, equal for equal classes. null: no classes (regression), a plain random split.
 * @param keys of each row, equal for equal texts (`textKey`); null: no row is a copy of another.
 * @returns per row 0 train, 1 validation, 2 test; the same for the same arguments, on every machine.
 * @throws UsageError when a share is out of range.
 */
export function stratifiedSplit(
  rows: number,
  labels: ArrayLike<number> | null,
  shares: SplitShares,
  seed: number,
  keys: ArrayLike<number> | null = null,
): Uint8Array {
  const validation = shares.validation ?? 0;
  const test = shares.test ?? 0;
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
    throw new UsageError(`cannot hold out ${validation} for validation and ${test} for testing`, {
      fix: 'give shares of 0 or more that together stay below 1, such as 0.1',
    });
  }
  const copies = findCopies(rows, keys);
  const classes = orderByClass(copies, labels, randomIntegers({ seed, step: 0, site: 0 }));
  const sizes = classes.map((leaders) => leaders.reduce((sum, leader) => sum + copies.count[leader]!, 0));
  const spare = classes.map((leaders, i) => sizes[i]! - smallest(leaders, copies.count));
  const testQuotas = quotas(sizes, spare, Math.round(rows * test));
  const spareAfterTest = spare.map((count, i) => count - testQuotas[i]!);
  const validationQuotas = quotas(sizes, spareAfterTest, Math.round(rows * validation));
  const split = new Uint8Array(rows);
  classes.forEach((leaders, i) => {
    holdOut(split, leaders, copies.count, { test: testQuotas[i]!, validation: validationQuotas[i]! });
  });
  for (let row = 0; row < rows; row++) split[row] = split[copies.leader[row]!]!;
  return split;
}

/** Rows with the same text. The first of them, the leader, stands for all. */
interface Copies {
  /** Of each row: the first row with its text. */
  leader: Int32Array;
  /** Of each leader: how many rows have its text, itself included. 0 for the other rows. */
  count: Int32Array;
}

function findCopies(rows: number, keys: ArrayLike<number> | null): Copies {
  const leader = new Int32Array(rows);
  const count = new Int32Array(rows);
  const index = createKeyIndex();
  const leaderOfKey: number[] = [];
  for (let row = 0; row < rows; row++) {
    let first = row;
    if (keys !== null) {
      const key = index.add(keys[row]!);
      if (key === leaderOfKey.length) leaderOfKey.push(row);
      first = leaderOfKey[key]!;
    }
    leader[row] = first;
    count[first]!++;
  }
  return { leader, count };
}

/** The leaders of each class in random order; copies with different labels count for the label of the first. */
function orderByClass(copies: Copies, labels: ArrayLike<number> | null, random: () => number): number[][] {
  const order: number[] = [];
  copies.leader.forEach((leader, row) => {
    if (leader === row) order.push(row);
  });
  shuffle(order, random);
  const classes = new Map<number, number[]>();
  for (const leader of order) {
    const label = labels === null ? 0 : labels[leader]!;
    const leaders = classes.get(label);
    if (leaders === undefined) classes.set(label, [leader]);
    else leaders.push(leader);
  }
  return [...classes.values()];
}

/** Rows of a class's least copied text: what training keeps of the class at the least. */
function smallest(leaders: number[], count: Int32Array): number {
  return leaders.reduce((least, leader) => Math.min(least, count[leader]!), Number.POSITIVE_INFINITY);
}

/** Shares `total` out among the classes in proportion to their sizes (largest remainder), none above what it can spare. */
function quotas(sizes: number[], spare: number[], total: number): number[] {
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const ideal = sizes.map((size) => (size * total) / rows);
  const result = ideal.map((quota, i) => Math.min(Math.floor(quota), spare[i]!));
  let missing = total - result.reduce((sum, quota) => sum + quota, 0);
  // Ties go to the larger class, then to the one met first: sort() is stable.
  let open = [...sizes.keys()].sort((a, b) => (ideal[b]! % 1) - (ideal[a]! % 1) || sizes[b]! - sizes[a]!);
  // More than one round only where classes that can spare nothing pass their share on to the others.
  while (missing > 0) {
    open = open.filter((i) => result[i]! < spare[i]!);
    if (open.length === 0) break;
    const each = Math.max(1, Math.floor(missing / open.length));
    for (const i of open) {
      const more = Math.min(each, spare[i]! - result[i]!, missing);
      result[i]! += more;
      missing -= more;
    }
  }
  return result;
}

/** Takes texts off a class in their order while they fit what is to be held out. */
function holdOut(
  split: Uint8Array,
  leaders: number[],
  count: Int32Array,
  left: { validation: number; test: number },
): void {
  for (const leader of leaders) {
    const copies = count[leader]!;
    if (copies <= left.test) {
      split[leader] = 2;
      left.test -= copies;
    } else if (copies <= left.validation) {
      split[leader] = 1;
      left.validation -= copies;
    }
  }
}
