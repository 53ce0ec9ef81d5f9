import { describe, expect, test } from 'vitest';
import * as metrics from '../src/index.ts';

describe('exact where mathematics is', () => {
  const x = Float64Array.from({ length: 1001 }, (_, i) => Math.sin(i) * 10 ** (i % 7));

  test('perfect correlation is 1, inverted is -1, to the last bit', () => {
    const minus = x.map((v) => -v);
    const scaled = x.map((v) => v * 8);
    for (const correlation of [metrics.pearson, metrics.spearman, metrics.kendallTau]) {
      expect(correlation(x, x)).toBe(1);
      expect(correlation(x, minus)).toBe(-1);
      expect(correlation(x, scaled)).toBe(1);
    }
  });

  test('pearson survives numbers whose squares do not', () => {
    const a = [1, 2, 4, 3];
    const b = [2, 1, 3, 5];
    for (const factor of [2 ** 1000, 2 ** -1000]) {
      expect(
        metrics.pearson(
          a.map((v) => v * factor),
          b,
        ),
      ).toBe(metrics.pearson(a, b));
    }
  });

  test('pearson keeps its digits where the mean itself is rounded', () => {
    const a = [1, 2, 4, 3];
    const b = [2, 1, 3, 5];
    const far = a.map((v) => 2 * v + 2 ** 53);
    expect(metrics.pearson(far, b)).toBe(metrics.pearson(a, b));
  });

  test('errors of many equal terms do not drift', () => {
    const gold = new Float64Array(100_000).fill(0.1);
    const zero = new Float64Array(100_000);
    expect(metrics.meanAbsoluteError(gold, zero)).toBe(0.1);
  });

  test('r2 of constant gold is undefined, even where the mean of equal numbers is off by a rounding', () => {
    expect(metrics.r2Score([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])).toBeNaN();
    expect(metrics.r2Score([0.1, 0.1, 0.1], [0.1, 0.2, 0.1])).toBe(Number.NEGATIVE_INFINITY);
  });

  test('one row has no correlation', () => {
    expect(metrics.pearson([1], [2])).toBeNaN();
    expect(metrics.spearman([1], [2])).toBeNaN();
    expect(metrics.kendallTau([1], [2])).toBeNaN();
  });
});

test('accuracy is for class numbers of any size', () => {
  expect(metrics.accuracyScore([30521, 2 ** 31], [30521, 7])).toBe(0.5);
});

describe('bootstrap', () => {
  const mean = (values: readonly number[]) => (drawn: Int32Array) =>
    drawn.reduce((sum, i) => sum + values[i]!, 0) / drawn.length;

  test('the interval of a mean agrees with the normal approximation', () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2);
    const { low, high } = metrics.bootstrapInterval(400, mean(values), { resamples: 4000 });
    // 0.5 -/+ 1.96 * 0.5 / sqrt(400)
    expect(Math.abs(low - 0.451)).toBeLessThan(0.004);
    expect(Math.abs(high - 0.549)).toBeLessThan(0.004);
  });

  test('another seed draws other rows, the same seed the same', () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const at = (seed: number) => metrics.bootstrapInterval(50, mean(values), { seed });
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  test('what both predictors have in common cancels out when paired', () => {
    const hard = Array.from({ length: 200 }, (_, i) => (i * 37) % 100);
    const shifted = (by: number) => (drawn: Int32Array) =>
      drawn.reduce((sum, i) => sum + hard[i]! + by, 0) / drawn.length;
    const { difference, low, high } = metrics.pairedBootstrapInterval(200, shifted(1), shifted(0));
    for (const value of [difference, low, high]) expect(value).toEqual(expect.closeTo(1, 10));
    const alone = metrics.bootstrapInterval(200, shifted(1));
    expect(alone.high - alone.low).toBeGreaterThan(5);
  });

  test('NaN on a resample is not hidden', () => {
    const gold = [1, 2];
    const correlation = (drawn: Int32Array) => {
      const rows = Array.from(drawn, (i) => gold[i]!);
      return metrics.pearson(rows, rows);
    };
    expect(metrics.bootstrapInterval(2, correlation)).toEqual({ low: Number.NaN, high: Number.NaN });
  });

  test.each([
    [() => metrics.bootstrapInterval(0, () => 1), 'rows is 0: expected a whole number, 1 or more'],
    [
      () => metrics.bootstrapInterval(3, () => 1, { resamples: 0 }),
      'resamples is 0: expected a whole number, 1 or more',
    ],
    [() => metrics.bootstrapInterval(3, () => 1, { confidence: 95 }), 'confidence is 95: expected 0 < c < 1'],
  ])('refuses %#', (call, message) => {
    expect(call).toThrow(new RangeError(message));
  });
});

describe('what cannot be measured throws a RangeError with the lengths', () => {
  const pairs = {
    accuracyScore: metrics.accuracyScore,
    confusionMatrix: metrics.confusionMatrix,
    precisionRecallFscoreSupport: metrics.precisionRecallFscoreSupport,
    precisionScore: metrics.precisionScore,
    recallScore: metrics.recallScore,
    f1Score: metrics.f1Score,
    matthewsCorrcoef: metrics.matthewsCorrcoef,
    balancedAccuracyScore: metrics.balancedAccuracyScore,
    cohenKappaScore: metrics.cohenKappaScore,
    classificationReport: metrics.classificationReport,
    rocAucScore: metrics.rocAucScore,
    averagePrecisionScore: metrics.averagePrecisionScore,
    brierScoreLoss: metrics.brierScoreLoss,
    createClassScorer: (gold: number[], predicted: number[]) => metrics.createClassScorer(2).add(gold, predicted),
    createRegressionScorer: (gold: number[], predicted: number[]) =>
      metrics.createRegressionScorer().add(gold, predicted),
    pearson: metrics.pearson,
    spearman: metrics.spearman,
    kendallTau: metrics.kendallTau,
    meanSquaredError: metrics.meanSquaredError,
    rootMeanSquaredError: metrics.rootMeanSquaredError,
    meanAbsoluteError: metrics.meanAbsoluteError,
    r2Score: metrics.r2Score,
  };

  test.each(Object.entries(pairs))('%s', (_, metric) => {
    expect(() => metric([0, 1, 1], [0, 1])).toThrow(/ has 3 values and \w+ has 2: the lengths must be equal/);
    expect(() => metric([], [])).toThrow(/are empty \(length 0\): there is nothing to measure/);
    expect(() => metric([0, Number.NaN], [0, 1])).toThrow(/\w+\[1\] of length 2 is NaN: /);
    expect(() => metric([0, 1], [Number.NaN, 1])).toThrow(/\w+\[0\] of length 2 is NaN: /);
    expect(() => metric([0, 1], [0, 1, 2])).toThrow(RangeError);
  });

  test('tables', () => {
    const tables = [
      metrics.logLoss,
      metrics.expectedCalibrationError,
      metrics.calibrationBins,
      metrics.rocAucOneVsRest,
      metrics.averagePrecisionOneVsRest,
      (gold: number[], p: number[], classes: number) => metrics.brierScoreLoss(gold, p, { classes }),
      (gold: number[], p: number[], classes: number) => metrics.createProbabilityScorer(classes).add(gold, p),
      (gold: number[], p: number[], classes: number) => metrics.topKAccuracyScore(gold, p, classes, 1),
    ];
    for (const metric of tables) {
      expect(() => metric([0, 1], [0.5, 0.5, 0.5], 2)).toThrow(/ has 3 values: 2 rows of 2 classes take 4$/);
      expect(() => metric([0, 2], [0.5, 0.5, 0.5, 0.5], 2)).toThrow(
        'gold[1] of length 2 is 2: a class is a whole number, 0 to 1',
      );
      expect(() => metric([0, 1], [0.5, 0.5, Number.NaN, 0.5], 2)).toThrow(/\[2\] of length 4 is NaN/);
      expect(() => metric([], [], 2)).toThrow('gold is empty (length 0)');
      expect(() => metric([0], [], 0)).toThrow('classes is 0: expected a whole number, 1 or more');
    }
  });

  test('labels', () => {
    expect(() => metrics.accuracyScore([0, 1.5], [0, 1])).toThrow(
      'gold[1] of length 2 is 1.5: a class is a whole number, 0 or more',
    );
    expect(() => metrics.confusionMatrix([0, 1], [0, 3], 3)).toThrow(
      'predicted[1] of length 2 is 3: a class is a whole number, 0 to 2',
    );
    expect(() => metrics.topKAccuracyScore([0], [1], 1, 0)).toThrow('k is 0');
    expect(() => metrics.calibrationBins([0], [1], 1, 0)).toThrow('bins is 0');
  });
});

test('calibration bins hold every row once, right-closed, and the ties of a row go to the lowest class', () => {
  const probabilities = [0.5, 0.5, 0.375, 0.625, 0, 1, 0.75, 0.25];
  expect(metrics.calibrationBins([1, 1, 1, 1], probabilities, 2, 4)).toEqual([
    { count: 0, confidence: Number.NaN, accuracy: Number.NaN },
    { count: 1, confidence: 0.5, accuracy: 0 },
    { count: 2, confidence: 0.6875, accuracy: 0.5 },
    { count: 1, confidence: 1, accuracy: 1 },
  ]);
  // Guo et al. 2017, equation 3: the gaps 0.5, 0.1875 and 0, weighted by 1, 2 and 1 of 4 rows.
  expect(metrics.expectedCalibrationError([1, 1, 1, 1], probabilities, 2, 4)).toBe((0.5 + 2 * 0.1875) / 4);
});
