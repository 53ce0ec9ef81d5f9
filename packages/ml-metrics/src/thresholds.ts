import { fscoresOf } from './fscore.ts';
import { type Numbers, requireClasses, requireFinite, requireRowsOf, requireSameLength } from './numbers.ts';
import { byFallingScore } from './ranking.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

export interface BestThreshold {
  /** A label is predicted where its score is at least this. */
  threshold: number;
  /** The F-beta of that threshold on these rows; NaN where no row has the label. */
  fscore: number;
  /** How many rows have the label. */
  support: number;
}

export interface BestThresholdOptions extends UndefinedOptions {
  /** How many times as much recall counts as precision. Default 1. */
  beta?: number | undefined;
  /** The threshold of a label that no row has, of which nothing can be learnt. Default 0.5. */
  fallback?: number | undefined;
}

/**
 * For every label the threshold that maximises its F-beta on these rows. It lies midway between the lowest score it takes and
 * the highest it leaves, or on the lowest score where it takes all; of equally good thresholds it is the highest, which predicts
 * least. Choose it on validation rows: on the rows it was chosen on, its F-beta is optimistic.
 * The F-beta of each threshold is that of sklearn.metrics.precision_recall_curve.
 * @param gold flat [rows, labels] of 0 and 1
 * @param scores flat [rows, labels], the higher the more likely
 * @throws RangeError when the lengths differ or are no whole number of rows, nothing is given, gold is not 0 or 1, a score is
 *   NaN or infinite, or beta is below 0
 */
export function bestThresholds(
  gold: Numbers,
  scores: Numbers,
  labels: number,
  options: BestThresholdOptions = {},
): BestThreshold[] {
  const { beta = 1 } = options;
  requireSameLength('gold', gold, 'scores', scores);
  const rows = requireRowsOf('gold', gold, labels);
  requireClasses('gold', gold, 2);
  requireFinite('scores', scores);
  if (!(beta >= 0)) throw new RangeError(`beta is ${beta}: expected 0 or more`);
  return Array.from({ length: labels }, (_, l) => {
    const column = (table: Numbers) => Float64Array.from({ length: rows }, (_, i) => table[i * labels + l]!);
    return bestOfLabel(column(gold), column(scores), `label ${l}`, options);
  });
}

function bestOfLabel(
  gold: Float64Array,
  scores: Float64Array,
  of: string,
  options: BestThresholdOptions,
): BestThreshold {
  const { beta = 1, fallback = 0.5 } = options;
  const support = gold.reduce((count, value) => count + value, 0);
  if (support === 0) {
    const fscore = undefinedMetric(options, 'fscore', of, 'no row has it: its threshold is the fallback');
    return { threshold: fallback, fscore, support };
  }
  const order = byFallingScore(scores);
  let best: BestThreshold = { threshold: fallback, fscore: -1, support };
  let hits = 0;
  for (let i = 0; i < order.length; i++) {
    hits += gold[order[i]!]!;
    const score = scores[order[i]!]!;
    const next = i + 1 < order.length ? scores[order[i + 1]!]! : score;
    if (next === score && i + 1 < order.length) continue;
    const { fscore } = fscoresOf({ hits, predicted: i + 1, support }, of, { beta });
    if (fscore > best.fscore) best = { threshold: midway(next, score), fscore, support };
  }
  return best;
}

/** Between two scores, above the lower one; the higher one itself where no number lies between. */
function midway(lower: number, higher: number): number {
  const middle = lower + (higher - lower) / 2;
  return middle > lower ? middle : higher;
}
