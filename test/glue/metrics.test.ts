import { expect, test } from 'vitest';
import { glueMetrics, summarize, taskScore } from '../../tasks/glue/metrics.ts';
import { type GlueTaskName, glueTask } from '../../tasks/glue/tasks.ts';
import { fixtureJson } from '../parity/fixtures.ts';

interface Case {
  task: GlueTaskName;
  name: string;
  gold: number[];
  predicted: number[];
  /** null: undefined. */
  metrics: Record<string, number | null>;
}

const { cases } = fixtureJson<{ cases: Case[] }>('glue.json');

test.each(cases.map((item) => [item.task, item.name, item] as const))(
  '%s, %s predictions: the official metrics',
  (name, _, { gold, predicted, metrics }) => {
    const expected = Object.entries(metrics).map(([metric, value]) => [
      metric,
      value === null ? Number.NaN : expect.closeTo(value, 12),
    ]);
    expect(glueMetrics(glueTask(name), gold, predicted)).toEqual(Object.fromEntries(expected));
  },
);

test('constant predictions: a Matthews correlation is 0, a Pearson or Spearman one undefined, and so is the score', () => {
  expect(glueMetrics(glueTask('cola'), [1, 0, 1], [1, 1, 1])).toEqual({ mcc: 0 });
  const constant = glueMetrics(glueTask('stsb'), [0, 1, 2, 5], [2, 2, 2, 2]);
  expect(constant).toEqual({ pearson: Number.NaN, spearman: Number.NaN });
  expect(taskScore(glueTask('stsb'), [constant])).toBeNaN();
  expect(taskScore(glueTask('stsb'), [{ pearson: null, spearman: 0.5 }])).toBeNaN();
});

test('F1 is that of class 1', () => {
  // Of class 1 precision is 1 and recall 3/4, of class 0 they are 1/2 and 1.
  expect(glueMetrics(glueTask('mrpc'), [1, 1, 1, 0, 1], [1, 1, 1, 0, 0])).toEqual({ accuracy: 0.8, f1: 6 / 7 });
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
