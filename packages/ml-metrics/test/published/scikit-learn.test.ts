import { describe, expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';

/** Situations and figures that scikit-learn's own tests publish (sklearn/metrics/tests, version 1.9), put in our terms. */

const near = (expected: number, digits = 12) => expect.closeTo(expected, digits);
const repeated = (...runs: [value: number, count: number][]) =>
  runs.flatMap(([value, count]) => new Array<number>(count).fill(value));

describe('classes', () => {
  test("Cohen's kappa of the tables of Artstein and Poesio (2008)", () => {
    const first = repeated([0, 40], [1, 60]);
    const second = repeated([0, 20], [1, 20], [0, 10], [1, 50]);
    expect(metrics.cohenKappaScore(first, second)).toEqual(near(0.348, 3));
    expect(metrics.cohenKappaScore(second, first)).toBe(metrics.cohenKappaScore(first, second));
    expect(metrics.cohenKappaScore(first, first)).toBe(1);
    const three = repeated([0, 46], [1, 44], [2, 10]);
    expect(metrics.cohenKappaScore(three, repeated([0, 52], [1, 32], [2, 16]))).toEqual(near(0.8013, 4));
    const shifted = repeated([0, 50], [1, 40], [2, 10]);
    expect(metrics.cohenKappaScore(three, shifted)).toEqual(near(0.9315, 4));
    expect(metrics.cohenKappaScore(three, shifted, { weights: 'linear' })).toEqual(near(0.9412, 4));
    expect(metrics.cohenKappaScore(three, shifted, { weights: 'quadratic' })).toEqual(near(0.9541, 4));
  });

  test('Matthews: opposites, no relation, many rows', () => {
    expect(metrics.matthewsCorrcoef([0, 1, 1, 0], [1, 0, 0, 1])).toBe(-1);
    // With three classes -1 cannot be reached.
    expect(metrics.matthewsCorrcoef([0, 0, 1, 1, 2, 2], [2, 2, 0, 0, 1, 1])).toEqual(near(-0.5));
    expect(metrics.matthewsCorrcoef([0, 0, 1, 1, 2, 2], [1, 1, 0, 0, 0, 0])).toEqual(near(-12 / Math.sqrt(24 * 16)));
    expect(metrics.matthewsCorrcoef([0, 1, 2, 0, 1, 2, 0, 1, 2], [1, 1, 1, 2, 2, 2, 0, 0, 0])).toBe(0);
    const many = repeated([0, 30_000], [1, 30_000], [2, 30_000]);
    expect(metrics.matthewsCorrcoef(many, many)).toBe(1);
  });

  test('labels that do not occur count in the macro average only', () => {
    const [gold, predicted] = [
      [1, 3, 3, 2],
      [1, 1, 3, 2],
    ];
    const all = metrics.precisionRecallFscoreSupport(gold, predicted, { labels: [0, 1, 2, 3, 4], zeroDivision: 0 });
    expect(all.perClass.map(({ recall }) => recall)).toEqual([0, 1, 1, 0.5, 0]);
    expect(all.macro.recall).toBe(2.5 / 5);
    const seen = metrics.precisionRecallFscoreSupport(gold, predicted, { zeroDivision: 0 });
    expect([all.micro.recall, all.weighted.recall]).toEqual([seen.micro.recall, seen.weighted.recall]);
  });

  test('labels may be chosen', () => {
    const recall = (average: 'macro' | 'weighted' | 'micro') =>
      metrics.recallScore([1, 1, 2, 3], [1, 3, 3, 3], { labels: [1, 3], average });
    expect(recall('macro')).toBe(0.75);
    expect(recall('weighted')).toEqual(near(2 / 3));
    expect(recall('micro')).toEqual(near(2 / 3));
  });

  test.each([
    [[0, 1], [1, 0], 0],
    [[0, 1], [0, 1], 1],
    [[0, 1], [0, 0], 0],
    [[0, 0], [0, 0], 1],
  ])('F1 of %j and %j with zeroDivision 1', (gold, predicted, expected) => {
    expect(metrics.f1Score(gold, predicted, { zeroDivision: 1 })).toBe(expected);
  });

  test('the average of two classes is not for three', () => {
    expect(() => metrics.f1Score([0, 1, 2], [0, 1, 2])).toThrow(
      new RangeError("average is 'binary' and there are 3 classes: choose micro, macro or weighted"),
    );
  });

  test('balanced accuracy passes over classes that gold lacks', () => {
    expect(metrics.balancedAccuracyScore([0, 0, 0], [0, 0, 1])).toEqual(near(2 / 3));
    expect(metrics.balancedAccuracyScore([0, 1, 0, 1], [0, 0, 0, 1])).toBe(0.75);
    expect(metrics.balancedAccuracyScore([0, 1, 0, 1], [0, 0, 0, 1], { adjusted: true })).toBe(0.5);
  });

  test('shares of a confusion matrix', () => {
    const matrix = metrics.confusionMatrix(repeated([0, 4], [1, 4]), [0, 1, 1, 0, 1, 0, 0, 1]);
    expect(metrics.normalizedConfusionMatrix(matrix, 'true')).toEqual(Float64Array.of(0.5, 0.5, 0.5, 0.5));
    expect(metrics.normalizedConfusionMatrix(matrix, 'all')).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.25));
    const one = metrics.confusionMatrix([0, 0, 0, 0], [0, 0, 1, 1]);
    expect(metrics.normalizedConfusionMatrix(one, 'pred')).toEqual(Float64Array.of(1, 1, 0, 0));
    expect(metrics.normalizedConfusionMatrix(one, 'true')).toEqual(Float64Array.of(0.5, 0.5, Number.NaN, Number.NaN));
  });

  test('a report', () => {
    const report = metrics.classificationReport([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(report).toBe(`              precision    recall  f1-score   support

           0       0.33      0.33      0.33         3
           1       0.33      0.33      0.33         3
           2       0.33      0.33      0.33         3

    accuracy                           0.33         9
   macro avg       0.33      0.33      0.33         9
weighted avg       0.33      0.33      0.33         9
`);
  });
});

test('a report counts characters, whatever their width in UTF-16', () => {
  const lines = metrics.classificationReport([0, 1], [0, 1], { targetNames: ['😀'.repeat(14), 'x'] }).split('\n');
  expect(lines[2]).toBe(`${'😀'.repeat(14)}       1.00      1.00      1.00         1`);
  expect(lines[3]).toBe(`             x       1.00      1.00      1.00         1`);
});

describe('probabilities', () => {
  test('log loss', () => {
    expect(metrics.logLoss([1, 0, 2], [0.2, 0.7, 0.1, 0.6, 0.2, 0.2, 0.6, 0.1, 0.3], 3)).toEqual(near(0.6904911, 7));
    expect(metrics.logLoss([0, 1, 1, 0], [0.3, 0.7, 0.6, 0.4, 0.4, 0.6, 0.7, 0.3], 2)).toEqual(near(0.746941, 6));
    expect(metrics.logLoss([0, 1, 1], [0.7, 0.1, 0.2, 0.2, 0.7, 0.1, 0.1, 0.7, 0.2], 3)).toEqual(near(-Math.log(0.7)));
  });

  test('Brier score', () => {
    expect(metrics.brierScoreLoss([0], [0.4])).toEqual(near(0.16));
    expect(metrics.brierScoreLoss([1], [0.4])).toEqual(near(0.36));
    expect(metrics.brierScoreLoss([1], [0.4], { scaleByHalf: false })).toEqual(near(0.72));
    const three = [0.2, 0.7, 0.1, 0.6, 0.2, 0.2, 0.6, 0.1, 0.3];
    expect(metrics.brierScoreLoss([1, 0, 2], three, { classes: 3 })).toEqual(near(0.41333333, 8));
    const wrong = [0, 1, 0, 1, 0, 0, 1, 0, 0];
    expect(metrics.brierScoreLoss([0, 1, 2], wrong, { classes: 3 })).toBe(2);
  });

  test.each([
    [1, 0.25],
    [2, 0.5],
    [3, 1],
    [4, 1],
  ])('of tied scores the higher class is among the top %i first', (k, expected) => {
    const scores = [5, 5, 7, 0, 1, 5, 5, 5, 0, 0, 3, 3, 1, 1, 1, 1];
    expect(metrics.topKAccuracyScore([0, 1, 2, 3], scores, 4, k)).toBe(expected);
  });
});

describe('ranking', () => {
  test.each([
    [[0, 1], [0, 1], 1],
    [[0, 1], [1, 0], 0],
    [[1, 0], [1, 1], 0.5],
    [[1, 0], [0.5, 0.5], 0.5],
    [[0, 0], [0.25, 0.75], Number.NaN],
    [[1, 1], [0.25, 0.75], Number.NaN],
  ])('ROC AUC of %j with %j is %d', (gold, scores, expected) => {
    expect(metrics.rocAucScore(gold, scores)).toBe(expected);
  });

  test('ROC AUC one against the rest', () => {
    const scores = [1, 0, 0, 0.1, 0.5, 0.4, 0.1, 0.1, 0.8, 0.3, 0.3, 0.4];
    const { perColumn, macro, weighted } = metrics.rocAucOneVsRest([0, 1, 2, 2], scores, 3);
    const [a, b, c] = perColumn as [number, number, number];
    expect(perColumn).toEqual([1, 1, 0.875]);
    expect(macro).toEqual(near((a + b + c) / 3));
    expect(weighted).toEqual(near(a * 0.25 + b * 0.25 + c * 0.5));
  });

  test('ROC AUC of labels that each hold one class, which together hold both', () => {
    const { perColumn, macro, weighted, micro } = metrics.multilabelRocAuc([0, 1, 0, 1], [0, 1, 0, 1], 2);
    expect([perColumn, macro, weighted, micro]).toEqual([[Number.NaN, Number.NaN], Number.NaN, Number.NaN, 1]);
  });

  test('average precision of a constant score is the share of positives', () => {
    const gold = Array.from({ length: 100 }, (_, i) => Number(i % 4 === 0));
    expect(metrics.averagePrecisionScore(gold, new Float64Array(100).fill(1))).toBe(0.25);
  });

  test('average precision with scores that occur twice', () => {
    const gold = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1];
    const scores = [0, 0.1, 0.1, 0.4, 0.5, 0.6, 0.6, 0.9, 0.9, 1, 1];
    expect(metrics.averagePrecisionScore(gold, scores)).toEqual(near(1));
    expect(metrics.averagePrecisionScore([0, 1, 1], [0.5, 0.5, 0.6])).toBeLessThan(1);
  });
});

describe('numbers', () => {
  test('R2 where gold is constant, and of one row', () => {
    expect(metrics.r2Score([0, 0], [1, -1])).toBe(Number.NEGATIVE_INFINITY);
    expect(metrics.r2Score([0, 0], [1, -1], { forceFinite: true })).toBe(0);
    expect(metrics.r2Score([1, 1], [1, 1])).toBeNaN();
    expect(metrics.r2Score([1, 1], [1, 1], { forceFinite: true })).toBe(1);
    expect(metrics.r2Score([0], [1], { forceFinite: true })).toBeNaN();
    expect(metrics.r2Score([0, 1], [0, 1])).toBe(1);
  });
});
