import { meanAbsoluteError, meanSquaredError, pearson, r2Score, rootMeanSquaredError, spearman } from 'ml-metrics';
import type { Task, ValuePrediction } from '../tasks/types.ts';
import type { BaseReport, Measure } from './measure.ts';
import type { Metrics } from './metric-names.ts';

/** What a regression said of N rows. */
export interface NumberPredictions {
  /** [N] */
  gold: ArrayLike<number>;
  /** [N], in the unit of `gold`. */
  predicted: ArrayLike<number>;
}

/** A prediction and how far off it is: `error` is predicted less gold. `index` is the row among those predicted, from 0. */
export interface NumberError {
  index: number;
  gold: number;
  predicted: number;
  error: number;
}

export interface RegressionReport extends BaseReport {
  task: 'regression';
  /** The largest errors in either direction, the largest first. */
  largestErrors: NumberError[];
  /** Rows evenly spread over the set, 500 at most: what a scatter plot shows. */
  points: { gold: number; predicted: number }[];
}

const mostPoints = 500;

/**
 * The metrics of `regressionMetricNames`. Correlations are NaN when gold or predicted is constant; r2 is NaN or -Infinity when
 * gold is.
 * @throws RangeError when the lengths differ, there are no rows, or a value is NaN or infinite
 */
export function regressionMetrics({ gold, predicted }: NumberPredictions): Metrics {
  return {
    rmse: rootMeanSquaredError(gold, predicted),
    mse: meanSquaredError(gold, predicted),
    mae: meanAbsoluteError(gold, predicted),
    r2: r2Score(gold, predicted),
    pearson: pearson(gold, predicted),
    spearman: spearman(gold, predicted),
  };
}

/**
 * The metrics and the rows that are furthest off.
 * @param options.top how many errors at most
 * @throws RangeError when the lengths differ, there are no rows, or a value is NaN or infinite
 */
export function regressionReport(predictions: NumberPredictions, options: { top?: number } = {}): RegressionReport {
  const { gold, predicted } = predictions;
  const metrics = regressionMetrics(predictions);
  const errors = Array.from({ length: gold.length }, (_, i) => ({
    index: i,
    gold: gold[i]!,
    predicted: predicted[i]!,
    error: predicted[i]! - gold[i]!,
  }));
  errors.sort((a, b) => Math.abs(b.error) - Math.abs(a.error));
  return {
    task: 'regression',
    examples: gold.length,
    metrics,
    largestErrors: errors.slice(0, options.top ?? 20),
    points: pointsOf(predictions),
  };
}

function pointsOf({ gold, predicted }: NumberPredictions): RegressionReport['points'] {
  const count = Math.min(gold.length, mostPoints);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * gold.length) / count);
    return { gold: gold[row]!, predicted: predicted[row]! };
  });
}

/** Measures predicted numbers. An item is the number that is true. */
export function regressionMeasure(
  task: Task<unknown, number, number, ValuePrediction>,
  count: number,
): Measure<number, RegressionReport> {
  const gold = new Float64Array(count);
  const predicted = new Float64Array(count);
  return {
    add(index, item, outputs) {
      gold[index] = item;
      predicted[index] = task.prediction(item, outputs).value;
    },
    report: (options) => regressionReport({ gold, predicted }, options),
  };
}
