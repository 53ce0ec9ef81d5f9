import {
  type Numbers,
  requireClasses,
  requireCount,
  requireFinite,
  requireRowsOf,
  requireSameLength,
} from './numbers.ts';
import type { Scorer } from './scorer.ts';
import { addTo, emptySum, mergeInto, type RunningSum, totalOf } from './sum.ts';
import { undefinedMetric } from './undefined.ts';

/**
 * How well the scores of a row rank its labels (Tsoumakas et al. 2010, doi:10.1007/978-0-387-09823-4_34). Tables are flat
 * [rows, labels]: gold of 0 and 1, and scores, the higher the more likely. All throw a RangeError when the lengths differ or
 * are no whole number of rows, nothing is given, gold is not 0 or 1, or a score is NaN or infinite.
 *
 * A row without labels, or with all of them, has nothing to rank: as in scikit-learn it counts as ranked perfectly.
 */

/**
 * Label ranking average precision, above 0 to 1: for each label of a row, which share of the labels scored at least as high is
 * right. Reference: sklearn.metrics.label_ranking_average_precision_score.
 */
export function labelRankingAveragePrecisionScore(gold: Numbers, scores: Numbers, labels: number): number {
  return ranked(gold, scores, labels).labelRankingAveragePrecision;
}

/**
 * Coverage error, 0 to `labels`: how far down the ranking all labels of a row are found; at best their mean number.
 * Reference: sklearn.metrics.coverage_error.
 */
export function coverageError(gold: Numbers, scores: Numbers, labels: number): number {
  return ranked(gold, scores, labels).coverageError;
}

/**
 * Ranking loss, 0 to 1: the share of (right, wrong) pairs of labels where the wrong one scores as high or higher.
 * Reference: sklearn.metrics.label_ranking_loss.
 */
export function labelRankingLoss(gold: Numbers, scores: Numbers, labels: number): number {
  return ranked(gold, scores, labels).labelRankingLoss;
}

export interface LabelRankingMetrics {
  /** How many rows were added. */
  rows: number;
  labelRankingAveragePrecision: number;
  coverageError: number;
  labelRankingLoss: number;
}

export interface LabelRankingState {
  labels: number;
  rows: number;
  precision: RunningSum;
  coverage: RunningSum;
  loss: RunningSum;
}

export type LabelRankingScorer = Scorer<[gold: Numbers, scores: Numbers], LabelRankingState, LabelRankingMetrics>;

/** The three metrics from rows that come in parts: `add(gold, scores)` takes two flat [n, labels] tables. It holds no row. */
export function createLabelRankingScorer(labels: number): LabelRankingScorer {
  requireCount('labels', labels);
  const state: LabelRankingState = {
    labels,
    rows: 0,
    precision: emptySum(),
    coverage: emptySum(),
    loss: emptySum(),
  };
  return {
    state,
    add: (gold, scores) => {
      requireSameLength('gold', gold, 'scores', scores);
      const rows = requireRowsOf('gold', gold, labels);
      requireClasses('gold', gold, 2);
      requireFinite('scores', scores);
      for (let i = 0; i < rows; i++) {
        const row = rankRow(gold, scores, labels, i);
        addTo(state.precision, row.precision);
        addTo(state.coverage, row.coverage);
        addTo(state.loss, row.loss);
      }
      state.rows += rows;
    },
    merge: ({ state: other }) => {
      if (other.labels !== labels) throw new RangeError(`merged a scorer of ${other.labels} labels into ${labels}`);
      state.rows += other.rows;
      for (const key of ['precision', 'coverage', 'loss'] as const) mergeInto(state[key], other[key]);
    },
    result: (options = {}) => {
      const mean = (metric: string, total: RunningSum) =>
        state.rows === 0 ? undefinedMetric(options, metric, '', 'no row was added') : totalOf(total) / state.rows;
      return {
        rows: state.rows,
        labelRankingAveragePrecision: mean('labelRankingAveragePrecision', state.precision),
        coverageError: mean('coverageError', state.coverage),
        labelRankingLoss: mean('labelRankingLoss', state.loss),
      };
    },
  };
}

function ranked(gold: Numbers, scores: Numbers, labels: number): LabelRankingMetrics {
  const scorer = createLabelRankingScorer(labels);
  scorer.add(gold, scores);
  return scorer.result();
}

function rankRow(
  gold: Numbers,
  scores: Numbers,
  labels: number,
  i: number,
): { precision: number; coverage: number; loss: number } {
  const right: number[] = [];
  const wrong: number[] = [];
  for (let l = 0; l < labels; l++) (gold[i * labels + l] === 1 ? right : wrong).push(scores[i * labels + l]!);
  if (right.length === 0) return { precision: 1, coverage: 0, loss: 0 };
  if (wrong.length === 0) return { precision: 1, coverage: labels, loss: 0 };
  let precision = 0;
  let misordered = 0;
  let coverage = 0;
  for (const score of right) {
    const rightAbove = right.filter((other) => other >= score).length;
    const wrongAbove = wrong.filter((other) => other >= score).length;
    precision += rightAbove / (rightAbove + wrongAbove);
    misordered += wrongAbove;
    coverage = Math.max(coverage, rightAbove + wrongAbove);
  }
  return {
    precision: precision / right.length,
    coverage,
    loss: misordered / (right.length * wrong.length),
  };
}
