import { expect, test } from 'vitest';
import { glueMetrics, summarize, taskScore } from '../../tasks/glue/metrics.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';

const gold = [1, 0, 1, 1, 0, 0, 1, 0];
const predicted = [1, 0, 1, 0, 0, 1, 1, 0];

test('each task has its official metrics; F1 is that of class 1', () => {
  expect(glueMetrics(glueTask('sst2'), gold, predicted)).toEqual({ accuracy: 0.75 });
  expect(glueMetrics(glueTask('cola'), gold, predicted)).toEqual({ mcc: 0.5 });
  // Of 5 rows one has class 0: F1 of class 1 is 6/7, of class 0 it is 2/3.
  expect(glueMetrics(glueTask('mrpc'), [1, 1, 1, 0, 1], [1, 1, 1, 0, 0])).toEqual({ accuracy: 0.8, f1: 6 / 7 });
  expect(glueMetrics(glueTask('stsb'), [0, 1, 2, 5], [1, 1, 3, 4])).toEqual({
    pearson: expect.closeTo(0.925_82, 6),
    spearman: expect.closeTo(0.948_683, 6),
  });
});

test('constant predictions: a Matthews correlation is 0, a Pearson or Spearman one undefined, and so is the score', () => {
  expect(glueMetrics(glueTask('cola'), gold, new Array(8).fill(1))).toEqual({ mcc: 0 });
  const constant = glueMetrics(glueTask('stsb'), [0, 1, 2, 5], [2, 2, 2, 2]);
  expect(constant).toEqual({ pearson: Number.NaN, spearman: Number.NaN });
  expect(taskScore(glueTask('stsb'), [constant])).toBeNaN();
  expect(taskScore(glueTask('stsb'), [{ pearson: null, spearman: 0.5 }])).toBeNaN();
});

test('scores of STS-B are measured as they are: clipping them would change a correlation', () => {
  const { pearson } = glueMetrics(glueTask('stsb'), [0, 1, 4, 5], [-1, 1, 4, 8]);
  expect(pearson).not.toBeCloseTo(glueMetrics(glueTask('stsb'), [0, 1, 4, 5], [0, 1, 4, 5]).pearson!, 3);
});

test('a score is the mean of the metrics, of MNLI over both sets', () => {
  expect(taskScore(glueTask('mrpc'), [{ accuracy: 0.8, f1: 0.9 }])).toBeCloseTo(0.85);
  expect(taskScore(glueTask('mnli'), [{ accuracy: 0.8 }, { accuracy: 0.7 }])).toBeCloseTo(0.75);
  expect(taskScore(glueTask('mnli'), [])).toBeNaN();
});

test('seeds: median, mean and deviation of what is defined, with how many that are', () => {
  const { deviation, ...rest } = summarize([0.5, Number.NaN, 0.7, 0.6])!;
  expect(rest).toEqual({ count: 3, of: 4, median: 0.6, mean: expect.closeTo(0.6), min: 0.5, max: 0.7 });
  expect(deviation).toBeCloseTo(0.1);
  expect(summarize([0.1, 0.3])!.median).toBeCloseTo(0.2);
  expect(summarize([0.1])!.deviation).toBeNaN();
  expect(summarize([Number.NaN])).toBeNull();
});
