import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as metrics from '../src/index.ts';

/** What `test/parity/metrics.py` wrote; numbers that JSON lacks are strings. */
const fixture = JSON.parse(
  readFileSync(new URL('../../../test/parity/fixtures/metrics.json', import.meta.url), 'utf8'),
  (_, value) => (['NaN', 'Infinity', '-Infinity'].includes(value) ? Number(value) : value),
);
const { cases, versions }: { cases: Cases; versions: Record<string, string> } = fixture;

interface Case {
  name: string;
  expected: unknown;
}

interface Cases {
  classification: (Case & { gold: number[]; predicted: number[]; classes: number })[];
  probability: (Case & { gold: number[]; probabilities: number[]; classes: number; single: number })[];
  ranking: (Case & { gold: number[]; scores: number[] })[];
  numbers: (Case & { gold: number[]; predicted: number[] })[];
  tails: { name: string; onlyA: number; onlyB: number; expected: { exact: number; corrected: number; raw: number } }[];
  bootstrap: (Case & { values: number[]; options: { confidence: number; resamples: number; seed: number } })[];
}

/** Compares whole values: every number of `expected`, however deep, and nothing beside. */
function expectClose(actual: unknown, expected: unknown, at = 'result'): void {
  if (typeof expected === 'number') {
    const near =
      Object.is(actual, expected) || Math.abs(Number(actual) - expected) <= 1e-12 * Math.max(1, Math.abs(expected));
    if (!near) throw new Error(`${at} is ${actual}, expected ${expected}`);
    return;
  }
  const entries = (value: unknown) => Object.entries(value as object);
  expect(Object.keys(actual as object), at).toEqual(Object.keys(expected as object));
  for (const [key, value] of entries(expected)) {
    expectClose((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
  }
}

describe(`parity with scikit-learn ${versions['scikit-learn']}, scipy ${versions.scipy}`, () => {
  test.each(cases.classification)('classes: $name', (c) => {
    const { gold, predicted, classes, expected } = c;
    const options = { classes, zeroDivision: 0 };
    const matrix = metrics.confusionMatrix(gold, predicted, classes);
    const scores = metrics.precisionRecallFscoreSupport(gold, predicted, options);
    const average = ({ precision, recall, fscore }: metrics.Fscores) => ({ precision, recall, fscore });
    expectClose(
      {
        confusion: Array.from(matrix.counts),
        accuracy: metrics.accuracyScore(gold, predicted),
        scores: {
          perClass: scores.perClass.map(({ label, ...rest }) => rest),
          micro: average(scores.micro),
          macro: average(scores.macro),
          weighted: average(scores.weighted),
        },
        mcc: metrics.matthewsCorrcoef(gold, predicted, { zeroDivision: 0 }),
        balancedAccuracy: metrics.balancedAccuracyScore(gold, predicted),
        kappa: metrics.cohenKappaScore(gold, predicted),
      },
      expected,
    );
    // Typed arrays are as good as plain ones.
    const typed = [Int32Array.from(gold), Uint8Array.from(predicted)] as const;
    expect(metrics.precisionRecallFscoreSupport(...typed, options)).toEqual(scores);
  });

  test.each(cases.probability)('probabilities: $name', (c) => {
    const { gold, classes, expected } = c;
    const probabilities = c.single ? Float32Array.from(c.probabilities) : c.probabilities;
    expectClose(
      {
        logLoss: metrics.logLoss(gold, probabilities, classes),
        topK: [1, 2, 3].map((k) => metrics.topKAccuracyScore(gold, probabilities, classes, k)),
        calibration: Object.fromEntries(
          [1, 10, 15].map((bins) => [bins, metrics.expectedCalibrationError(gold, probabilities, classes, bins)]),
        ),
      },
      expected,
    );
  });

  test.each(cases.ranking)('ranking: $name', (c) => {
    const { gold, scores, expected } = c;
    expectClose(
      {
        rocAuc: metrics.rocAucScore(gold, scores),
        averagePrecision: metrics.averagePrecisionScore(gold, scores, { zeroDivision: 0 }),
        brier: metrics.brierScoreLoss(gold, scores),
      },
      expected,
    );
  });

  test.each(cases.numbers)('numbers: $name', (c) => {
    const { gold, predicted, expected } = c;
    expectClose(
      {
        pearson: metrics.pearson(gold, predicted),
        spearman: metrics.spearman(gold, predicted),
        kendall: metrics.kendallTau(gold, predicted),
        mse: metrics.meanSquaredError(gold, predicted),
        rmse: metrics.rootMeanSquaredError(gold, predicted),
        mae: metrics.meanAbsoluteError(gold, predicted),
        r2: metrics.r2Score(gold, predicted),
        ranks: Array.from(metrics.averageRanks(predicted)),
      },
      expected,
    );
  });

  test.each(cases.tails)("tails of McNemar's test: $name", ({ onlyA, onlyB, expected }) => {
    const gold = new Uint8Array(onlyA + onlyB).fill(1);
    const a = gold.map((_, i) => (i < onlyA ? 1 : 0));
    const b = gold.map((_, i) => (i < onlyA ? 0 : 1));
    const actual = {
      exact: metrics.mcnemarTest(gold, a, b).pValue,
      corrected: metrics.mcnemarTest(gold, a, b, { exact: false }).pValue,
      raw: metrics.mcnemarTest(gold, a, b, { exact: false, correction: false }).pValue,
    };
    for (const key of ['exact', 'corrected', 'raw'] as const) {
      const share = actual[key] / expected[key];
      if (!(Math.abs(share - 1) <= 1e-12)) throw new Error(`${key} is ${actual[key]}, expected ${expected[key]}`);
    }
  });

  test.each(cases.bootstrap)('bootstrap: $name', (c) => {
    const mean = (drawn: Int32Array) => drawn.reduce((sum, i) => sum + c.values[i]!, 0) / drawn.length;
    expectClose(metrics.bootstrapInterval(c.values.length, mean, c.options), c.expected);
  });
});
