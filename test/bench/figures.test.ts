import { describe, expect, it } from 'vitest';
import { load } from './load.ts';

const { median, slope, spread } = await load('statistics');
const { neededTrainingWork } = await load('needed-work');
const { measuredSteps } = await load('step-figures');
const { likenessOf, isAlike } = await load('likeness');
const { paddedBatches } = await load('row-batches');

describe('statistics', () => {
  it('medians of odd and even counts leave the numbers as they are', () => {
    const numbers = [30, 1, 2];
    expect([median(numbers), median([4, 1, 3, 2]), numbers]).toEqual([2, 2.5, [30, 1, 2]]);
  });

  it('a slope is that of the least-squares line', () => {
    expect([slope([5, 7, 9]), slope([1, 0, 2]), slope([3])]).toEqual([2, 0.5, 0]);
  });

  it('a spread has the ends', () => {
    expect(spread([1.23456, 3, 2], 2)).toEqual({ median: 2, least: 1.23, greatest: 3 });
  });
});

describe('needed work', () => {
  const D = 6;
  const F = 10;
  const sizes = { dim: D, hiddenDim: F, nLayers: 3 };
  const linears = {
    queries: [D, D],
    keys: [D, D],
    values: [D, D],
    output: [D, D],
    inner: [D, F],
    outer: [F, D],
  } as const;
  /** Forwards and two gradients of each linear layer, a multiplication and an addition for every weight and row. */
  const work = (rowsOf: (name: keyof typeof linears) => number) =>
    Object.entries(linears).reduce(
      (sum, [name, [inputs, outputs]]) => sum + 3 * 2 * inputs * outputs * rowsOf(name as keyof typeof linears),
      0,
    );

  it('of a head that reads every token is that of all linear layers on all tokens', () => {
    const given = { kind: 'tokens', labels: 5, tokens: 70, rows: 4 };
    const expected = 3 * work(() => 70) + 3 * 2 * D * 5 * 70;
    expect(neededTrainingWork(sizes, given)).toBe(expected);
  });

  it('of a head that reads first tokens has of the last layer only keys and values on all tokens', () => {
    const given = { kind: 'sequence', labels: 5, tokens: 70, rows: 4 };
    const last = work((name) => (name === 'keys' || name === 'values' ? 70 : 4));
    const head = 3 * 2 * (D * D + D * 5) * 4;
    expect(neededTrainingWork(sizes, given)).toBe(2 * work(() => 70) + last + head);
  });
});

describe('figures of steps', () => {
  const step = (seconds: number, tokens: number, loss: number) => ({ seconds, rows: 2, tokens, loss });
  const all = [step(9, 11, 4), step(1, 20, 3), step(3, 60, 2), step(2, 10, 1)];

  it('leave the first out of all but the losses', () => {
    expect(measuredSteps(all, 1)).toEqual({
      steps: 3,
      warmup_steps: 1,
      train_seconds: 6,
      seconds_per_step: { median: 2, least: 1, greatest: 3 },
      rows: 6,
      tokens: 90,
      examples_per_second: 1,
      tokens_per_second: 15,
      first_loss: 4,
      last_loss: 1,
      train_loss: 2.5,
      step_tokens: [11, 20, 60, 10],
      step_losses: [4, 3, 2, 1],
    });
  });
});

describe('two trainings', () => {
  const own = { train_rows: 10, step_tokens: [3, 4], step_losses: [0.7, 0.6] };

  it('are alike where rows, tokens and the first loss are the same', () => {
    const likeness = likenessOf(own, { ...own, step_losses: [0.70005, 0.5] });
    expect(likeness.loss_differences.map((value: number) => value.toFixed(5))).toEqual(['0.00005', '0.10000']);
    expect(isAlike(likeness)).toBe(true);
  });

  it.each([
    ['rows', { train_rows: 9 }],
    ['tokens of a step', { step_tokens: [3, 5] }],
    ['the first loss', { step_losses: [0.7002, 0.6] }],
    ['a first loss that is none', { step_losses: [Number.NaN, 0.6] }],
  ])('are not alike where they differ in %s', (_, change) => {
    expect(isAlike(likenessOf(own, { ...own, ...change }))).toBe(false);
  });
});

describe('padded batches', () => {
  it('hold rows of like length, the longest first, filled up and masked', () => {
    const batches = paddedBatches([[7], [1, 2, 3], [4, 5], [6, 8, 9]], 3, 0);
    expect(batches).toEqual([
      {
        members: [1, 3, 2],
        length: 3,
        ids: BigInt64Array.from([1n, 2n, 3n, 6n, 8n, 9n, 4n, 5n, 0n]),
        mask: BigInt64Array.from([1n, 1n, 1n, 1n, 1n, 1n, 1n, 1n, 0n]),
      },
      { members: [0], length: 1, ids: BigInt64Array.from([7n]), mask: BigInt64Array.from([1n]) },
    ]);
  });
});
