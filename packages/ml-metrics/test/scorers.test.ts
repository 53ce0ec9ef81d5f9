import { describe, expect, test } from 'vitest';
import * as metrics from '../src/index.ts';

const scorers = {
  createClassScorer: () => metrics.createClassScorer(2),
  createProbabilityScorer: () => metrics.createProbabilityScorer(2, { bins: 2 }),
  createMultilabelScorer: () => metrics.createMultilabelScorer(2),
  createLabelRankingScorer: () => metrics.createLabelRankingScorer(2),
  createRegressionScorer: () => metrics.createRegressionScorer(),
  createEntityScorer: () => metrics.createEntityScorer(),
  createSquadScorer: () => metrics.createSquadScorer({ version: '2.0' }),
  createPerplexityScorer: () => metrics.createPerplexityScorer(),
};

/** Every number of a result but counts, however deep, by its path. */
function numbersOf(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => numbersOf(part, path === '' ? key : `${path}.${key}`));
}

const counts = /(^|\.)(rows|tokens|sentences|total|support|count|label|classes)$/;

describe.each(Object.entries(scorers))('%s', (_, create) => {
  test('of nothing is NaN throughout, with a reason', () => {
    const { value, undefinedBecause } = metrics.withReasons((options) => create().result(options));
    const measured = numbersOf(value).filter(([path]) => !counts.test(path));
    expect(measured.length).toBeGreaterThan(1);
    expect(measured.filter(([, number]) => !Number.isNaN(number))).toEqual([]);
    expect(undefinedBecause.length).toBeGreaterThan(0);
  });

  test('merged with nothing is nothing', () => {
    const scorer = create();
    scorer.merge(create() as never);
    expect(scorer.state).toEqual(create().state);
  });
});

test('a call that throws has added nothing', () => {
  const failing: [{ state: unknown }, () => void][] = [];
  const classes = metrics.createClassScorer(2);
  failing.push([classes, () => classes.add([0, 1, 2], [0, 1, 1])]);
  const probabilities = metrics.createProbabilityScorer(2);
  failing.push([probabilities, () => probabilities.add([0, 1], [0.5, 0.5, 0.5, Number.NaN])]);
  const multilabel = metrics.createMultilabelScorer(2);
  failing.push([multilabel, () => multilabel.add([0, 1, 1, 0], [0, 1, 2, 0])]);
  const ranking = metrics.createLabelRankingScorer(2);
  failing.push([ranking, () => ranking.add([0, 1, 1], [0, 1, 1])]);
  const regression = metrics.createRegressionScorer();
  failing.push([regression, () => regression.add([1, 2], [1, Number.POSITIVE_INFINITY])]);
  const entities = metrics.createEntityScorer({ mode: 'strict', scheme: 'IOB2' });
  failing.push([entities, () => entities.add(['B-A', 'O'], ['B-A', 'E-A'])]);
  const squad = metrics.createSquadScorer({ version: '1.1' });
  failing.push([squad, () => squad.add([], 'x')]);
  const perplexity = metrics.createPerplexityScorer();
  failing.push([perplexity, () => perplexity.add(Number.NaN, 1)]);
  for (const [scorer, add] of failing) {
    const before = structuredClone(scorer.state);
    expect(add).toThrow(RangeError);
    expect(scorer.state).toEqual(before);
  }
});

test.each([
  [() => metrics.createClassScorer(2).merge(metrics.createClassScorer(3)), 'merged a scorer of 3 classes into 2'],
  [
    () => metrics.createProbabilityScorer(2).merge(metrics.createProbabilityScorer(2, { bins: 10 })),
    'merged a scorer of 2 classes, 10 bins into 2, 15',
  ],
  [
    () => metrics.createMultilabelScorer(2).merge(metrics.createMultilabelScorer(3)),
    'merged a scorer of 3 labels into 2',
  ],
  [
    () => metrics.createLabelRankingScorer(2).merge(metrics.createLabelRankingScorer(3)),
    'merged a scorer of 3 labels into 2',
  ],
  [() => metrics.createClassScorer(0), 'classes is 0: expected a whole number, 1 or more'],
  [() => metrics.createProbabilityScorer(2, { bins: 0 }), 'bins is 0: expected a whole number, 1 or more'],
  [() => metrics.createMultilabelScorer(1.5), 'labels is 1.5: expected a whole number, 1 or more'],
  [() => metrics.createMultilabelScorer(2, { beta: -1 }), 'beta is -1: expected 0 or more'],
  [() => metrics.createMultilabelScorer(2, { zeroDivision: 2 }), 'zeroDivision is 2: expected 0, 1 or NaN'],
  [() => metrics.createPerplexityScorer().add(1.5, 0), 'the negative log likelihood of 0 tokens is 1.5'],
  [() => metrics.createPerplexityScorer().add(1, 0.5), 'tokens is 0.5: expected a whole number, 0 or more'],
  [
    () => metrics.createMultilabelScorer(3).add([0, 1], [0, 1]),
    'gold has 2 values, which is no whole number of rows of 3 labels',
  ],
])('refuses %#', (call, message) => expect(call).toThrow(new RangeError(message)));

test('a result is not changed by what is added later', () => {
  const scorer = metrics.createClassScorer(2);
  scorer.add([0, 1], [0, 1]);
  const before = scorer.result();
  const copy = structuredClone(before);
  scorer.add([0, 1], [1, 0]);
  expect(before).toEqual(copy);
  expect(scorer.result().accuracy).toBe(0.5);
});

test('probabilities of single precision are clipped as such', () => {
  const scorer = metrics.createProbabilityScorer(2);
  scorer.add([0], Float32Array.of(0, 1));
  expect(scorer.result().logLoss).toBe(-Math.log(2 ** -23));
});

test('perplexity of a uniform choice is the number of choices, of an impossible token infinite', () => {
  const scorer = metrics.createPerplexityScorer();
  scorer.add(7 * Math.log(30522), 7);
  scorer.add(0, 0);
  expect(scorer.result()).toEqual({
    tokens: 7,
    loss: expect.closeTo(Math.log(30522), 12),
    perplexity: expect.closeTo(30522, 8),
  });
  expect(metrics.perplexity([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  expect(() => metrics.perplexity([])).toThrow('negativeLogLikelihoods is empty (length 0)');
});

test('merging keeps what additions rounded away', () => {
  const [negative, positive] = [metrics.createPerplexityScorer(), metrics.createPerplexityScorer()];
  negative.add(-(2 ** 53), 1);
  positive.add(2 ** 53, 1);
  positive.add(1, 1);
  negative.merge(positive);
  expect(negative.result().loss).toBe(1 / 3);
});

test('constant sides are told from one another', () => {
  const reasons = (gold: number[], predicted: number[]) =>
    metrics.withReasons((options) => {
      const scorer = metrics.createRegressionScorer();
      for (const [i, value] of gold.entries()) scorer.add([value], [predicted[i]!]);
      return scorer.result(options);
    }).undefinedBecause;
  expect(reasons([0.1, 0.1, 0.1], [1, 2, 3])).toEqual([
    'r2Score: gold is constant',
    'pearson: the first series is constant',
  ]);
  expect(reasons([1, 2, 3], [0.1, 0.1, 0.1])).toEqual(['pearson: the second series is constant']);
  expect(reasons([1, 2, 3], [0.1, 0.2, 0.1])).toEqual([]);
});
