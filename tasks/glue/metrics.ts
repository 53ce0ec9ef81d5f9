import { accuracyScore, f1Score, matthewsCorrcoef, pearson, spearman } from 'ml-metrics';
import type { MetricName } from '../../src/eval/metric-names.ts';
import type { GlueTask } from './tasks.ts';

/** Values by metric name; NaN where one is undefined. */
export type GlueMetrics = Partial<Record<MetricName, number>>;

type Numbers = ArrayLike<number>;

/** As GLUE's own scorer has them: F1 of class 1; a Matthews correlation without variance is 0, a Pearson or Spearman one undefined. */
const formulas: Partial<Record<MetricName, (gold: Numbers, predicted: Numbers) => number>> = {
  accuracy: (gold, predicted) => accuracyScore(gold, predicted),
  f1: (gold, predicted) => f1Score(gold, predicted, { average: 'binary', posLabel: 1, zeroDivision: 0 }),
  mcc: (gold, predicted) => matthewsCorrcoef(gold, predicted, { zeroDivision: 0 }),
  pearson: (gold, predicted) => pearson(gold, predicted),
  spearman: (gold, predicted) => spearman(gold, predicted),
};

/**
 * The official metrics of a task.
 * @param gold [N] class numbers of the task, or scores
 * @param predicted [N] the same; scores as the model gives them, not clipped
 * @throws RangeError when the lengths differ or there are no rows
 */
export function glueMetrics({ metrics }: Pick<GlueTask, 'metrics'>, gold: Numbers, predicted: Numbers): GlueMetrics {
  return Object.fromEntries(metrics.map((name) => [name, formulas[name]!(gold, predicted)]));
}

/**
 * A task's single score: the mean of its metrics, over its dev sets (MNLI has two).
 * @param sets metrics of each dev set that was measured
 * @returns NaN when one of them is undefined or nothing was measured
 */
export function taskScore(
  { metrics }: Pick<GlueTask, 'metrics'>,
  sets: readonly Readonly<Record<string, number | null | undefined>>[],
): number {
  return mean(sets.flatMap((values) => metrics.map((name) => values[name] ?? Number.NaN)));
}

/** NaN of nothing, and where one value is NaN. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What several seeds come to. */
export interface Summary {
  /** Values that are defined, of `of` runs. */
  count: number;
  of: number;
  median: number;
  mean: number;
  /** Sample standard deviation (n - 1); NaN of a single value. */
  deviation: number;
  min: number;
  max: number;
}

/** NaN values are counted and left out; null when nothing is left. */
export function summarize(values: readonly number[]): Summary | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const average = mean(sorted);
  const squares = sorted.reduce((sum, value) => sum + (value - average) ** 2, 0);
  const middle = sorted.length / 2;
  return {
    count: sorted.length,
    of: values.length,
    median: sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2,
    mean: average,
    deviation: Math.sqrt(squares / (sorted.length - 1)),
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}
