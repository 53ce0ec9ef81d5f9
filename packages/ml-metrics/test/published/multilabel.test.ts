import { describe, expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';

/** Situations and figures that scikit-learn's own tests publish (sklearn/metrics/tests, version 1.9), put in our terms. */

const near = (expected: number, digits = 12) => expect.closeTo(expected, digits);
const column = (scores: metrics.Fscores[], key: keyof metrics.Fscores) => scores.map((score) => score[key]);

test('the first crafted example: averages by label and by row', () => {
  const gold = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1];
  const predicted = [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0];
  const { perLabel, micro, macro, weighted, samples } = metrics.multilabelFscores(gold, predicted, 4, {
    zeroDivision: 0,
  });
  expect(column(perLabel, 'precision')).toEqual([0, 0.5, 1, 0]);
  expect(column(perLabel, 'recall')).toEqual([0, 1, 1, 0]);
  expect(column(perLabel, 'fscore')).toEqual([0, near(1 / 1.5), 1, 0]);
  expect(perLabel.map(({ support }) => support)).toEqual([1, 1, 1, 1]);
  expect(micro).toEqual({ precision: 0.5, recall: 0.5, fscore: 0.5, support: 4 });
  const mean = { precision: near(1.5 / 4), recall: 0.5, fscore: near(2.5 / 1.5 / 4), support: 4 };
  expect(macro).toEqual(mean);
  expect(weighted).toEqual(mean);
  expect(samples).toEqual({ precision: 0.5, recall: 0.5, fscore: 0.5, support: 4 });
});

describe('a row without a prediction, a label that is never predicted, and one that gold lacks', () => {
  const gold = [0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0];
  const predicted = [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0];
  const of = (zeroDivision: number) => metrics.multilabelFscores(gold, predicted, 4, { zeroDivision });

  test.each([0, 1, Number.NaN])('zeroDivision %d', (zeroDivision) => {
    const { perLabel, macro, micro } = of(zeroDivision);
    expect(column(perLabel, 'precision')).toEqual([zeroDivision, 1, 1, 0]);
    expect(column(perLabel, 'recall')).toEqual([0, 0.5, 1, zeroDivision]);
    expect(column(perLabel, 'fscore')).toEqual([0, near(1 / 1.5), 1, 0]);
    const [added, parts] = Number.isNaN(zeroDivision) ? [0, 3] : [zeroDivision, 4];
    expect(macro.precision).toEqual(near((2 + added) / parts));
    expect(macro.recall).toEqual(near((1.5 + added) / parts));
    expect(macro.fscore).toEqual(near((2 / 3 + 1) / 4));
    expect(micro).toEqual({ precision: near(2 / 3), recall: 0.5, fscore: near(4 / 7), support: 4 });
  });

  test('by rows', () => {
    expect(of(0).samples).toEqual({ precision: near(1 / 3), recall: near(1 / 3), fscore: near(1 / 3), support: 4 });
    // The precision of the first row is undefined and takes no part.
    expect(of(Number.NaN).samples.precision).toBe(0.5);
  });
});

test.each([
  [[0, 1, 1, 1, 0, 1], [0, 0, 1, 1, 0, 1], 1 / 6, 0.5],
  [[0, 1, 1, 1, 0, 1], [0, 1, 1, 1, 0, 1], 0, 1],
  [[0, 1, 1, 1, 0, 1], [1, 0, 0, 0, 1, 0], 1, 0],
  [[0, 1, 1, 1, 0, 1], [0, 0, 0, 0, 0, 0], 4 / 6, 0],
])('Hamming loss and subset accuracy of %j and %j', (gold, predicted, loss, subset) => {
  expect(metrics.hammingLoss(gold, predicted, 3)).toEqual(near(loss));
  expect(metrics.subsetAccuracy(gold, predicted, 3)).toBe(subset);
});

describe('ranking of labels', () => {
  test.each([
    [[0, 0, 1], [0.25, 0.5, 0.75], 1, 1, 0],
    [[0, 1, 0], [0.25, 0.5, 0.75], 1 / 2, 2, 1 / 2],
    [[0, 1, 1], [0.25, 0.5, 0.75], 1, 2, 0],
    [[1, 0, 0], [0.25, 0.5, 0.75], 1 / 3, 3, 1],
    [[1, 0, 1], [0.25, 0.5, 0.75], (2 / 3 + 1) / 2, 3, 1 / 2],
    [[1, 1, 0], [0.25, 0.5, 0.75], (2 / 3 + 1 / 2) / 2, 3, 1],
    // Nothing to rank.
    [[0, 0, 0], [0.75, 0.5, 0.25], 1, 0, 0],
    [[1, 1, 1], [0.75, 0.5, 0.25], 1, 3, 0],
    // Ties.
    [[0, 0, 1], [0.25, 0.5, 0.5], 1 / 2, 2, 1 / 2],
    [[0, 1, 1], [0.25, 0.5, 0.5], 1, 2, 0],
    [[1, 0, 1], [0.25, 0.5, 0.5], (2 / 3 + 1 / 2) / 2, 3, 1],
    [[1, 1, 0], [0.5, 0.5, 0.5], 2 / 3, 3, 1],
    // Several rows.
    [[0, 1, 0, 1, 1, 0], [0.1, 10, -3, 0, 1, 3], (1 + (1 / 2 + 2 / 3) / 2) / 2, (1 + 3) / 2, (0 + 1) / 2],
    [[1, 0, 0, 0, 0, 1], [0.5, 0.9, 0.6, 0, 0, 1], 2 / 3, (3 + 1) / 2, (1 + 0) / 2],
  ])('%j by %j', (gold, scores, precision, coverage, loss) => {
    expect(metrics.labelRankingAveragePrecisionScore(gold, scores, 3)).toEqual(near(precision));
    expect(metrics.coverageError(gold, scores, 3)).toEqual(near(coverage));
    expect(metrics.labelRankingLoss(gold, scores, 3)).toEqual(near(loss));
  });
});

describe('thresholds', () => {
  test('lie in the middle of the gap they use, as high as the best F1 allows', () => {
    const gold = [1, 1, 0, 1, 0, 0];
    const scores = [0.9, 0.8, 0.6, 0.5, 0.2, 0.1];
    // 2 of 2: F1 0.8; 3 of 4: F1 6/7.
    expect(metrics.bestThresholds(gold, scores, 1)).toEqual([{ threshold: 0.35, fscore: near(6 / 7), support: 3 }]);
    expect(metrics.bestThresholds(gold, scores, 1, { beta: 0.5 })).toEqual([
      { threshold: near(0.7), fscore: near(10 / 11), support: 3 },
    ]);
  });

  test('predict what they were chosen to predict, even where the scores touch', () => {
    const low = 0.5;
    const high = 0.5 + 2 ** -53;
    expect(metrics.bestThresholds([1, 0], [high, low], 1)).toEqual([{ threshold: high, fscore: 1, support: 1 }]);
  });

  test('of a label that every row has is the lowest score, of one that no row has the fallback', () => {
    const reasons: string[] = [];
    const found = metrics.bestThresholds([1, 0, 1, 0], [0.3, 0.9, 0.2, 0.8], 2, {
      fallback: 0.6,
      onUndefined: ({ of, reason }) => reasons.push(`${of}: ${reason}`),
    });
    expect(found).toEqual([
      { threshold: 0.2, fscore: 1, support: 2 },
      { threshold: 0.6, fscore: Number.NaN, support: 0 },
    ]);
    expect(reasons).toEqual(['label 1: no row has it: its threshold is the fallback']);
  });
});
