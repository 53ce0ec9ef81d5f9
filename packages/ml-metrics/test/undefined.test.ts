import { expect, test } from 'vitest';
import * as metrics from '../src/index.ts';

const { withReasons } = metrics;

test.each<[string, (options: metrics.UndefinedOptions) => number, string]>([
  ['one class in gold', (o) => metrics.rocAucScore([1, 1], [0, 1], o), 'rocAucScore: gold holds no negative row'],
  ['no positive', (o) => metrics.rocAucScore([0, 0], [0, 1], o), 'rocAucScore: gold holds no positive row'],
  [
    'no positive',
    (o) => metrics.averagePrecisionScore([0, 0], [0, 1], o),
    'averagePrecisionScore: gold holds no positive row',
  ],
  [
    'gold is one class',
    (o) => metrics.matthewsCorrcoef([1, 1], [0, 1], o),
    'matthewsCorrcoef: gold holds one class only',
  ],
  [
    'predicted is one class',
    (o) => metrics.matthewsCorrcoef([0, 1], [1, 1], o),
    'matthewsCorrcoef: predicted holds one class only',
  ],
  [
    'one and the same class',
    (o) => metrics.cohenKappaScore([1, 1], [1, 1], o),
    'cohenKappaScore: gold and predicted hold one and the same class only',
  ],
  [
    'nothing to guess',
    (o) => metrics.balancedAccuracyScore([1, 1], [0, 1], { ...o, adjusted: true }),
    'balancedAccuracyScore: gold holds one class only, so that guessing is perfect',
  ],
  [
    'never predicted',
    (o) => metrics.precisionScore([1, 0], [0, 0], o),
    'precision of class 1: nothing was predicted as it',
  ],
  ['not in gold', (o) => metrics.recallScore([0, 0], [1, 0], o), 'recall of class 1: gold does not have it'],
  ['neither', (o) => metrics.f1Score([0, 0], [0, 0], o), 'fscore of class 1: neither gold nor predicted has it'],
  [
    'precision alone',
    (o) => metrics.fbetaScore([1, 0], [0, 0], { ...o, beta: 0 }),
    'fscore of class 1: nothing was predicted as it',
  ],
  [
    'recall alone',
    (o) => metrics.fbetaScore([0, 0], [1, 0], { ...o, beta: Number.POSITIVE_INFINITY }),
    'fscore of class 1: gold does not have it',
  ],
  [
    'labels that do not occur',
    (o) => metrics.precisionScore([0], [0], { ...o, labels: [5], average: 'micro' }),
    'precision of all together: nothing was predicted as it',
  ],
  ['constant', (o) => metrics.pearson([1, 1], [1, 2], o), 'pearson: the first series is constant'],
  ['constant', (o) => metrics.spearman([1, 2], [1, 1], o), 'spearman: the second series is constant'],
  ['constant', (o) => metrics.kendallTau([1, 1], [1, 1], o), 'kendallTau: both series are constant'],
  ['one row', (o) => metrics.spearman([1], [1], o), 'spearman: it takes two rows or more'],
  ['one row', (o) => metrics.r2Score([1], [1], o), 'r2Score: it takes two rows or more'],
  ['constant gold', (o) => metrics.r2Score([1, 1], [1, 1], o), 'r2Score: gold is constant'],
  [
    'NaN on a draw',
    (o) => metrics.bootstrapInterval(2, (rows) => (rows[0] === rows[1] ? Number.NaN : 1), { ...o, resamples: 10 }).low,
    'bootstrapInterval: the statistic is NaN on 3 of 10 resamples',
  ],
  [
    'no disagreement',
    (o) => metrics.mcnemarTest([1, 0], [1, 0], [1, 0], { ...o, exact: false }).pValue,
    'mcnemarTest: no row is right for only one of the two',
  ],
])('%s: NaN, and why', (_, measure, reason) => {
  expect(withReasons(measure)).toEqual({ value: Number.NaN, undefinedBecause: [reason] });
});

test('without a listener the number is NaN all the same', () => {
  expect(metrics.rocAucScore([1, 1], [0, 1])).toBeNaN();
});

test('an infinite R2 has its reason too', () => {
  expect(withReasons((options) => metrics.r2Score([1, 1], [1, 2], options))).toEqual({
    value: Number.NEGATIVE_INFINITY,
    undefinedBecause: ['r2Score: gold is constant'],
  });
});

test('where zeroDivision is given, nothing is undefined', () => {
  for (const zeroDivision of [0, 1]) {
    const options = { zeroDivision };
    expect(withReasons((o) => metrics.precisionScore([1, 0], [0, 0], { ...o, ...options }))).toEqual({
      value: zeroDivision,
      undefinedBecause: [],
    });
    expect(withReasons((o) => metrics.matthewsCorrcoef([1, 1], [0, 1], { ...o, ...options })).undefinedBecause).toEqual(
      [],
    );
  }
});

test('an average over what is defined tells what it left out', () => {
  const { value, undefinedBecause } = withReasons((options) =>
    metrics.precisionRecallFscoreSupport([0, 1, 1], [0, 0, 0], options),
  );
  expect(value.perClass).toEqual([
    { label: 0, precision: 1 / 3, recall: 1, fscore: 0.5, support: 1 },
    { label: 1, precision: Number.NaN, recall: 0, fscore: 0, support: 2 },
  ]);
  expect(value.macro).toEqual({ precision: 1 / 3, recall: 0.5, fscore: 0.25, support: 3 });
  expect(undefinedBecause).toEqual(['precision of class 1: nothing was predicted as it']);
});

test('columns: which one, and what of the averages', () => {
  const { undefinedBecause } = withReasons((options) =>
    metrics.multilabelRocAuc([0, 0, 1, 0], [0, 0, 1, 0], 2, options),
  );
  expect(undefinedBecause).toEqual([
    'rocAucScore of label 1: gold holds no positive row',
    'rocAucScore of the macro average: it is undefined for one label or more',
  ]);
  const none = withReasons((options) => metrics.multilabelRocAuc([0, 0], [0, 0], 2, options));
  expect(none.value).toEqual({
    perColumn: [Number.NaN, Number.NaN],
    macro: Number.NaN,
    weighted: Number.NaN,
    micro: Number.NaN,
  });
  expect(none.undefinedBecause).toContain('rocAucScore of the weighted average: gold holds no positive row');
  expect(none.undefinedBecause).toContain('rocAucScore of all labels together: gold holds no positive row');
});

test('a confusion matrix says which class has no rows', () => {
  const matrix = metrics.confusionMatrix([0, 0], [0, 0], 2);
  const reasonsOf = (normalize: 'true' | 'pred' | 'all') =>
    withReasons((options) => metrics.normalizedConfusionMatrix(matrix, normalize, options)).undefinedBecause;
  expect(reasonsOf('true')).toEqual(['normalizedConfusionMatrix of class 1: no row has it as gold']);
  expect(reasonsOf('pred')).toEqual(['normalizedConfusionMatrix of class 1: no row was predicted as it']);
  expect(reasonsOf('all')).toEqual([]);
});
