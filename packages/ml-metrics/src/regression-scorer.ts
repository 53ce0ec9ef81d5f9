import { undefinedCorrelation } from './correlation.ts';
import { type Numbers, requireFinite, requireSameLength } from './numbers.ts';
import { r2Of } from './regression.ts';
import type { Scorer } from './scorer.ts';
import { addTo, emptySum, mergeInto, type RunningSum, totalOf } from './sum.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

export interface RegressionMetrics {
  /** How many rows were added. */
  rows: number;
  meanSquaredError: number;
  rootMeanSquaredError: number;
  meanAbsoluteError: number;
  r2: number;
  pearson: number;
}

/** The numbers of one side: their mean, and the sum of squared differences from it, which is 0 where all are equal. */
interface Spread {
  mean: number;
  squares: number;
}

interface Moments {
  rows: number;
  gold: Spread;
  predicted: Spread;
  /** The sum of the products of both sides' differences from their means. */
  products: number;
}

export interface RegressionState extends Moments {
  squaredError: RunningSum;
  absoluteError: RunningSum;
}

export type RegressionScorer = Scorer<[gold: Numbers, predicted: Numbers], RegressionState, RegressionMetrics>;

/**
 * Errors and linear correlation of predicted numbers that come in parts: `add(gold, predicted)`. It holds a few sums, no row.
 * Rank correlations need all rows: see `spearman` and `kendallTau`.
 * `add` throws a RangeError when the lengths differ, nothing is given, or a value is NaN or infinite.
 */
export function createRegressionScorer(): RegressionScorer {
  const state: RegressionState = {
    rows: 0,
    gold: { mean: 0, squares: 0 },
    predicted: { mean: 0, squares: 0 },
    products: 0,
    squaredError: emptySum(),
    absoluteError: emptySum(),
  };
  return {
    state,
    add: (gold, predicted) => {
      requireSameLength('gold', gold, 'predicted', predicted);
      requireFinite('gold', gold);
      requireFinite('predicted', predicted);
      for (let i = 0; i < gold.length; i++) {
        const error = gold[i]! - predicted[i]!;
        addTo(state.squaredError, error * error);
        addTo(state.absoluteError, Math.abs(error));
        const sides = { gold: { mean: gold[i]!, squares: 0 }, predicted: { mean: predicted[i]!, squares: 0 } };
        mergeMoments(state, { rows: 1, ...sides, products: 0 });
      }
    },
    merge: ({ state: other }) => {
      mergeInto(state.squaredError, other.squaredError);
      mergeInto(state.absoluteError, other.absoluteError);
      mergeMoments(state, other);
    },
    result: (options = {}) => metricsOf(state, options),
  };
}

/** Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115, equations 2.1; products in the same manner. */
function mergeMoments(into: Moments, other: Moments): void {
  if (other.rows === 0) return;
  const rows = into.rows + other.rows;
  const weight = (into.rows / rows) * other.rows;
  const apart = { gold: other.gold.mean - into.gold.mean, predicted: other.predicted.mean - into.predicted.mean };
  into.products += other.products + apart.gold * apart.predicted * weight;
  for (const side of ['gold', 'predicted'] as const) {
    into[side].squares += other[side].squares + apart[side] ** 2 * weight;
    into[side].mean += apart[side] * (other.rows / rows);
  }
  into.rows = rows;
}

function metricsOf(state: RegressionState, options: UndefinedOptions): RegressionMetrics {
  const { rows, gold, predicted, products } = state;
  const mean = (metric: string, total: RunningSum) =>
    rows === 0 ? undefinedMetric(options, metric, '', 'no row was added') : totalOf(total) / rows;
  const meanSquaredError = mean('meanSquaredError', state.squaredError);
  const pearson = () => {
    const r = products / Math.sqrt(gold.squares * predicted.squares);
    return Math.min(1, Math.max(-1, r));
  };
  return {
    rows,
    meanSquaredError,
    rootMeanSquaredError: Math.sqrt(meanSquaredError),
    meanAbsoluteError: mean('meanAbsoluteError', state.absoluteError),
    r2: r2Of(rows, totalOf(state.squaredError), gold.squares, options),
    pearson: undefinedCorrelation('pearson', rows, gold.squares === 0, predicted.squares === 0, options) ?? pearson(),
  };
}
