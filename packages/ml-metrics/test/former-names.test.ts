import { expect, test } from 'vitest';
import * as metrics from '../src/index.ts';

test('the names of version 0.1 count 0 where a metric is undefined', () => {
  const [gold, predicted] = [
    [0, 1, 1, 2],
    [0, 0, 1, 1],
  ];
  expect(metrics.precisionRecallF1(gold, predicted, 4)).toEqual({
    perClass: [
      { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      { precision: 0, recall: 0, f1: 0, support: 1 },
      { precision: 0, recall: 0, f1: 0, support: 0 },
    ],
    micro: { precision: 0.5, recall: 0.5, f1: 0.5 },
    macro: { precision: 1 / 3, recall: 0.5, f1: expect.closeTo(7 / 18, 12) },
    weighted: { precision: 0.375, recall: 0.5, f1: expect.closeTo(5 / 12, 12) },
  });
  expect(metrics.binaryPrecisionRecallF1(gold, predicted, 2)).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
  expect(metrics.binaryPrecisionRecallF1(gold, predicted)).toEqual({
    precision: 0.5,
    recall: 0.5,
    f1: 0.5,
    support: 2,
  });
  expect(metrics.matthewsCorrelation([1, 1], [0, 1])).toBe(0);
  expect(metrics.averagePrecision([0, 0], [0, 1])).toBe(0);
});
