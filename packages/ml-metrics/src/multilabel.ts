import {
  type AveragedFscores,
  averageFscores,
  type FscoreOptions,
  type Fscores,
  fscoresOf,
  type HitCounts,
  requireFscoreOptions,
  type SupportedFscores,
} from './fscore.ts';
import { type Numbers, requireClasses, requireCount, requireRowsOf, requireSameLength } from './numbers.ts';
import type { Scorer } from './scorer.ts';
import { addTo, emptySum, mergeInto, type RunningSum, totalOf } from './sum.ts';
import { undefinedMetric } from './undefined.ts';

/**
 * Metrics of predicted label sets. Tables are flat [rows, labels] of 0 and 1: label l of row i is at `i * labels + l`. All
 * throw a RangeError when the lengths differ or are no whole number of rows, nothing is given, or a value is not 0 or 1.
 */

/** The share of rows whose labels are all right, 0 to 1. Reference: sklearn.metrics.accuracy_score of indicators. */
export function subsetAccuracy(gold: Numbers, predicted: Numbers, labels: number): number {
  return scored(gold, predicted, labels).result().subsetAccuracy;
}

/** The share of (row, label) pairs that are wrong, 0 to 1. Reference: sklearn.metrics.hamming_loss. */
export function hammingLoss(gold: Numbers, predicted: Numbers, labels: number): number {
  return scored(gold, predicted, labels).result().hammingLoss;
}

/** Precision, recall and F-beta of label sets. */
export interface MultilabelFscores extends AveragedFscores {
  /** One entry per label, in their order. */
  perLabel: SupportedFscores[];
  /** The mean over rows of each row's own precision, recall and F-beta. A NaN of a row takes no part in it. */
  samples: SupportedFscores;
}

/**
 * Precision, recall, F-beta and support per label, and their micro, macro, weighted and samples averages.
 * Reference: sklearn.metrics.precision_recall_fscore_support of indicators, whose default is zeroDivision 0.
 */
export function multilabelFscores(
  gold: Numbers,
  predicted: Numbers,
  labels: number,
  options: FscoreOptions = {},
): MultilabelFscores {
  const { perLabel, micro, macro, weighted, samples } = scored(gold, predicted, labels, options).result(options);
  return { perLabel, micro, macro, weighted, samples };
}

export interface MultilabelMetrics extends MultilabelFscores {
  /** How many rows were added. */
  rows: number;
  subsetAccuracy: number;
  hammingLoss: number;
}

export interface MultilabelState {
  rows: number;
  /** Rows whose labels are all right. */
  exact: number;
  /** (row, label) pairs that are wrong. */
  wrong: number;
  perLabel: HitCounts[];
  /** Sums over the rows where the score is defined, and how many these are. */
  samples: Record<keyof Fscores, { sum: RunningSum; defined: number }>;
}

export type MultilabelScorer = Scorer<[gold: Numbers, predicted: Numbers], MultilabelState, MultilabelMetrics>;

/**
 * The metrics of predicted label sets from rows that come in parts: `add(gold, predicted)` takes two flat [n, labels] tables
 * of 0 and 1. It holds a few counts, no row. Beta and zeroDivision are set here, since every row has its own F-beta.
 */
export function createMultilabelScorer(
  labels: number,
  options: Pick<FscoreOptions, 'beta' | 'zeroDivision'> = {},
): MultilabelScorer {
  const { beta, zeroDivision } = options;
  requireCount('labels', labels);
  requireFscoreOptions({ beta, zeroDivision });
  const state: MultilabelState = {
    rows: 0,
    exact: 0,
    wrong: 0,
    perLabel: Array.from({ length: labels }, () => ({ hits: 0, predicted: 0, support: 0 })),
    samples: {
      precision: { sum: emptySum(), defined: 0 },
      recall: { sum: emptySum(), defined: 0 },
      fscore: { sum: emptySum(), defined: 0 },
    },
  };
  return {
    state,
    add: (gold, predicted) => {
      requireSameLength('gold', gold, 'predicted', predicted);
      const rows = requireRowsOf('gold', gold, labels);
      requireClasses('gold', gold, 2);
      requireClasses('predicted', predicted, 2);
      for (let i = 0; i < rows; i++) addRow(state, gold, predicted, i, { beta, zeroDivision });
    },
    merge: ({ state: other }) => {
      if (other.perLabel.length !== labels) {
        throw new RangeError(`merged a scorer of ${other.perLabel.length} labels into ${labels}`);
      }
      mergeState(state, other);
    },
    result: ({ onUndefined } = {}) => {
      const { rows, perLabel: counts, samples } = state;
      const options = { beta, zeroDivision, onUndefined };
      const perLabel = counts.map((count, l) => fscoresOf(count, `label ${l}`, options));
      const averages = averageFscores(perLabel, counts, options);
      const ofRows = (metric: keyof Fscores) => {
        const { sum, defined } = samples[metric];
        const reason = rows === 0 ? 'no row was added' : 'it is undefined for each row';
        return defined > 0 ? totalOf(sum) / defined : undefinedMetric(options, metric, 'the samples average', reason);
      };
      const given = (metric: string, value: number) =>
        rows === 0 ? undefinedMetric(options, metric, '', 'no row was added') : value;
      return {
        rows,
        subsetAccuracy: given('subsetAccuracy', state.exact / rows),
        hammingLoss: given('hammingLoss', state.wrong / (rows * labels)),
        perLabel,
        ...averages,
        samples: {
          precision: ofRows('precision'),
          recall: ofRows('recall'),
          fscore: ofRows('fscore'),
          support: averages.micro.support,
        },
      };
    },
  };
}

function scored(gold: Numbers, predicted: Numbers, labels: number, options: FscoreOptions = {}): MultilabelScorer {
  const scorer = createMultilabelScorer(labels, options);
  scorer.add(gold, predicted);
  return scorer;
}

function addRow(state: MultilabelState, gold: Numbers, predicted: Numbers, i: number, options: FscoreOptions): void {
  const labels = state.perLabel.length;
  const own: HitCounts = { hits: 0, predicted: 0, support: 0 };
  let wrong = 0;
  for (let l = 0; l < labels; l++) {
    const g = gold[i * labels + l]!;
    const p = predicted[i * labels + l]!;
    if (g !== p) wrong++;
    for (const counts of [own, state.perLabel[l]!]) {
      counts.hits += g * p;
      counts.predicted += p;
      counts.support += g;
    }
  }
  const scores = fscoresOf(own, '', options);
  for (const metric of ['precision', 'recall', 'fscore'] as const) {
    if (Number.isNaN(scores[metric])) continue;
    addTo(state.samples[metric].sum, scores[metric]);
    state.samples[metric].defined++;
  }
  state.rows++;
  state.wrong += wrong;
  if (wrong === 0) state.exact++;
}

function mergeState(state: MultilabelState, other: MultilabelState): void {
  state.rows += other.rows;
  state.exact += other.exact;
  state.wrong += other.wrong;
  for (const [l, counts] of state.perLabel.entries()) {
    for (const key of ['hits', 'predicted', 'support'] as const) counts[key] += other.perLabel[l]![key];
  }
  for (const metric of ['precision', 'recall', 'fscore'] as const) {
    mergeInto(state.samples[metric].sum, other.samples[metric].sum);
    state.samples[metric].defined += other.samples[metric].defined;
  }
}
