import { describe, expect, test } from 'vitest';
import { classificationReport } from '../../src/eval/classification-report.ts';
import { metricsOf } from '../../src/eval/evaluate.ts';
import {
  classificationMetricNames,
  metricDirections,
  regressionMetricNames,
  resolveMetric,
} from '../../src/eval/metric-names.ts';
import { regressionReport } from '../../src/eval/regression-report.ts';
import type { TaskType } from '../../src/tasks/types.ts';

test('a report of two classes: the second label is the positive one', () => {
  const report = classificationReport(
    {
      gold: Int32Array.of(0, 0, 1, 1, 1),
      predicted: Int32Array.of(0, 1, 1, 0, 1),
      probabilities: Float32Array.of(0.75, 0.25, 0.375, 0.625, 0.25, 0.75, 0.875, 0.125, 0.5, 0.5),
      labels: ['ham', 'spam'],
    },
    { top: 5 },
  );
  expect(report).toEqual({
    task: 'sequence-classification',
    examples: 5,
    metrics: {
      accuracy: 0.6,
      macro_f1: (1 / 2 + 2 / 3) / 2,
      weighted_f1: (2 * (1 / 2) + 3 * (2 / 3)) / 5,
      mcc: 1 / 6,
      f1: 2 / 3,
      precision: 2 / 3,
      recall: 2 / 3,
      // Of the six (spam, ham) pairs, three are in order: 0.75 beats both, 0.5 beats 0.25.
      roc_auc: 0.5,
      loss: expect.closeTo(-(2 * Math.log(0.75) + Math.log(0.375) + Math.log(0.125) + Math.log(0.5)) / 5, 14),
    },
    classes: [
      { label: 'ham', precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      { label: 'spam', precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 },
    ],
    confusionMatrix: [
      [1, 1],
      [1, 2],
    ],
    mostConfused: [
      { gold: 'ham', predicted: 'spam', count: 1 },
      { gold: 'spam', predicted: 'ham', count: 1 },
    ],
    mistakes: [
      { index: 3, gold: 'spam', predicted: 'ham', score: 0.875, goldScore: 0.125 },
      { index: 1, gold: 'ham', predicted: 'spam', score: 0.625, goldScore: 0.375 },
    ],
    // Bins of 1/15: {0.75, 0.75} both right, {0.625} wrong, {0.875} wrong, {0.5}: the tie goes to ham, wrong.
    calibration: [
      { count: 1, confidence: 0.5, accuracy: 0 },
      { count: 1, confidence: 0.625, accuracy: 0 },
      { count: 2, confidence: 0.75, accuracy: 1 },
      { count: 1, confidence: 0.875, accuracy: 0 },
    ],
    expectedCalibrationError: expect.closeTo((2 * 0.25 + 0.625 + 0.875 + 0.5) / 5, 14),
  });
});

test('three classes have no positive one; the most frequent confusions and most confident mistakes come first', () => {
  const report = classificationReport(
    {
      gold: [0, 0, 0, 1, 2],
      predicted: [0, 2, 2, 0, 2],
      probabilities: Float32Array.of(0.5, 0.25, 0.25, 0, 0.25, 0.75, 0.125, 0, 0.875, 0.75, 0.25, 0, 0, 0, 1),
      labels: ['a', 'b', 'c'],
    },
    { top: 2 },
  );
  expect(Object.keys(report.metrics)).toEqual(classificationMetricNames(3));
  expect(report.mostConfused).toEqual([
    { gold: 'a', predicted: 'c', count: 2 },
    { gold: 'b', predicted: 'a', count: 1 },
  ]);
  expect(report.mistakes.map((mistake) => mistake.index)).toEqual([2, 1]);
});

test('over 30 classes the matrix gives way to its most frequent confusions', () => {
  const labels = Array.from({ length: 31 }, (_, c) => `label ${c}`);
  const gold = labels.map((_, c) => c);
  const probabilities = new Float32Array(31 * 31);
  gold.forEach((c) => {
    probabilities[c * 31 + ((c + 1) % 31)] = 1;
  });
  const report = classificationReport({ gold, predicted: gold.map((c) => (c + 1) % 31), probabilities, labels });
  expect(report.confusionMatrix).toBeNull();
  expect(report.mostConfused).toHaveLength(20);
  expect(report.mostConfused[0]).toEqual({ gold: 'label 0', predicted: 'label 1', count: 1 });
});

test('a report survives JSON; what is undefined becomes null', () => {
  const report = classificationReport({
    gold: [1, 1],
    predicted: [1, 1],
    probabilities: Float32Array.of(0.25, 0.75, 0.5, 0.5),
    labels: ['no', 'yes'],
  });
  expect(report.metrics.roc_auc).toBeNaN();
  const read = JSON.parse(JSON.stringify(report));
  expect(read).toEqual({ ...report, metrics: { ...report.metrics, roc_auc: null } });
});

test('a report of numbers', () => {
  expect(regressionReport({ gold: [1, 2, 3, 4], predicted: Float32Array.of(1, 4, 2, 4) }, { top: 2 })).toEqual({
    task: 'regression',
    examples: 4,
    metrics: {
      rmse: Math.sqrt(1.25),
      mse: 1.25,
      mae: 0.75,
      r2: 0,
      pearson: expect.closeTo(3.5 / Math.sqrt(5 * 6.75), 14),
      // Ranks 1 2 3 4 and 1 3.5 2 3.5.
      spearman: expect.closeTo(3 / Math.sqrt(5 * 4.5), 14),
    },
    largestErrors: [
      { index: 1, gold: 2, predicted: 4, error: 2 },
      { index: 2, gold: 3, predicted: 2, error: -1 },
    ],
    points: [
      { gold: 1, predicted: 1 },
      { gold: 2, predicted: 4 },
      { gold: 3, predicted: 2 },
      { gold: 4, predicted: 4 },
    ],
  });
});

test('points for a scatter plot are bounded, and spread evenly over the rows', () => {
  const gold = Array.from({ length: 1250 }, (_, i) => i);
  const { points } = regressionReport({ gold, predicted: gold.map((value) => -value) });
  expect(points).toHaveLength(500);
  expect(points.slice(0, 4).map((point) => point.gold)).toEqual([0, 2, 5, 7]);
  expect(points.at(-1)).toEqual({ gold: 1247, predicted: -1247 });
});

test('predictions that do not fit together are refused', () => {
  const probabilities = new Float32Array(5);
  expect(() => classificationReport({ gold: [0, 1], predicted: [0], probabilities, labels: ['a', 'b'] })).toThrow(
    'gold has 2 values and predicted has 1: the lengths must be equal',
  );
  expect(() => classificationReport({ gold: [0, 1], predicted: [0, 1], probabilities, labels: ['a', 'b'] })).toThrow(
    'probabilities has 5 values: 2 rows of 2 classes take 4',
  );
});

describe('metrics by name', () => {
  test('auto is the first of the task', () => {
    expect(resolveMetric('auto', classificationMetricNames(77))).toEqual({ metric: 'accuracy', direction: 'max' });
    expect(resolveMetric('auto', regressionMetricNames)).toEqual({ metric: 'rmse', direction: 'min' });
  });

  test('every name has its direction, and errors are to be small', () => {
    const of = (type: TaskType, labels: string[] = []) => metricsOf({ type, labels });
    const all = [
      ...of('sequence-classification', ['a', 'b']),
      ...of('regression'),
      ...of('multi-label'),
      ...of('token-classification', ['B-X', 'O']),
      ...of('question-answering'),
      ...of('masked-lm'),
    ];
    const ofAnswers = ['has_answer_exact_match', 'has_answer_f1', 'no_answer_accuracy'];
    expect([...new Set([...all, ...ofAnswers])].sort()).toEqual(Object.keys(metricDirections).sort());
    const small = all.filter((name) => resolveMetric(name, all).direction === 'min');
    expect([...new Set(small)]).toEqual(['loss', 'rmse', 'mse', 'mae', 'hamming_loss', 'perplexity']);
  });

  test.each([
    ['acuracy', 2, 'accuracy'],
    ['ROC-AUC', 2, 'roc_auc'],
    ['mc', 2, 'mcc'],
    ['f1', 77, 'macro_f1'],
    ['los', 77, 'loss'],
  ])('unknown name %s among %i classes', (name, classes, suggestion) => {
    const available = classificationMetricNames(classes);
    try {
      resolveMetric(name, available);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        name: 'UsageError',
        message: `no metric "${name}" here`,
        where: 'evaluate.metric',
        fix: `did you mean ${suggestion}? There are: ${available.join(', ')}`,
      });
    }
  });
});
