import type { Scorer } from './scorer.ts';
import { type SquadScores, type SquadVersion, squadScores } from './squad.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/** Means over questions in percent, 0 to 100, as the official scorers print them. */
export interface SquadMeans extends SquadScores {
  /** How many questions. */
  total: number;
}

export interface SquadMetrics extends SquadMeans {
  /** v2.0: the questions that have an answer, when there are any. */
  hasAns?: SquadMeans;
  /** v2.0: the questions that have none, when there are any. */
  noAns?: SquadMeans;
  /** When every question was added with its no-answer score. */
  best?: BestNoAnswerThresholds;
}

/** The no-answer thresholds that would have scored best: predict no answer where the no-answer score is above. */
export interface BestNoAnswerThresholds {
  /** In percent, at `exactMatchThreshold`. */
  exactMatch: number;
  exactMatchThreshold: number;
  /** In percent, at `f1Threshold`. */
  f1: number;
  f1Threshold: number;
}

/** One question: its scores as predicted, whether it has an answer, whether one was predicted. */
export interface SquadRow extends SquadScores {
  hasAnswer: boolean;
  answered: boolean;
  /** The higher, the more likely there is no answer; null when it was not given. */
  noAnswerScore: number | null;
}

export interface SquadOptions {
  version: SquadVersion;
  /** v2.0: a prediction whose no-answer score is above this counts as no answer. Default: none does. */
  noAnswerThreshold?: number | undefined;
  /**
   * The threshold that stands for answering no question in the search for the best one. The official scorer has 0, which is
   * right for probabilities (the default). For scores that can be negative, give -Infinity.
   */
  lowestThreshold?: number | undefined;
}

export type SquadScorer = Scorer<
  [goldAnswers: readonly string[], prediction: string, noAnswerScore?: number],
  SquadRow[],
  SquadMetrics
>;

/**
 * SQuAD exact match and F1 over questions: `add(goldAnswers, prediction, noAnswerScore?)` takes one. It holds five numbers per
 * question, no text. In v2.0 `prediction` is the best answer even where no answer is likelier, if thresholds are to be searched.
 * References: the official evaluate-v1.1.py and evaluate-v2.0.py, of which `best` is find_all_best_thresh.
 * `add` throws a RangeError for a no-answer score that is NaN, and in v1.1 for a question without a gold answer.
 */
export function createSquadScorer(options: SquadOptions): SquadScorer {
  const { version, noAnswerThreshold = Number.POSITIVE_INFINITY, lowestThreshold = 0 } = options;
  const state: SquadRow[] = [];
  return {
    state,
    add: (goldAnswers, prediction, noAnswerScore) => {
      if (Number.isNaN(noAnswerScore)) throw new RangeError(`the no-answer score of question ${state.length} is NaN`);
      state.push({
        ...squadScores(goldAnswers, prediction, version),
        hasAnswer: goldAnswers.length > 0,
        answered: prediction !== '',
        noAnswerScore: noAnswerScore ?? null,
      });
    },
    merge: ({ state: other }) => {
      for (const row of other.slice()) state.push({ ...row });
    },
    result: (options = {}) => {
      const decided = state.map((row) => ({ ...row, ...scoresAt(row, noAnswerThreshold) }));
      const metrics: SquadMetrics = meansOf(decided, options);
      if (version === '1.1') return metrics;
      const hasAns = decided.filter((row) => row.hasAnswer);
      const noAns = decided.filter((row) => !row.hasAnswer);
      if (hasAns.length > 0) metrics.hasAns = meansOf(hasAns, options);
      if (noAns.length > 0) metrics.noAns = meansOf(noAns, options);
      if (state.length > 0 && state.every((row) => row.noAnswerScore !== null)) {
        metrics.best = bestThresholdsOf(state, lowestThreshold);
      }
      return metrics;
    },
  };
}

function scoresAt({ exactMatch, f1, hasAnswer, noAnswerScore }: SquadRow, threshold: number): SquadScores {
  if (noAnswerScore === null || !(noAnswerScore > threshold)) return { exactMatch, f1 };
  const right = hasAnswer ? 0 : 1;
  return { exactMatch: right, f1: right };
}

function meansOf(rows: readonly SquadScores[], options: UndefinedOptions): SquadMeans {
  const mean = (key: keyof SquadScores) =>
    rows.length === 0
      ? undefinedMetric(options, key, '', 'no question was added')
      : (100 * rows.reduce((total, row) => total + row[key], 0)) / rows.length;
  return { exactMatch: mean('exactMatch'), f1: mean('f1'), total: rows.length };
}

function bestThresholdsOf(rows: readonly SquadRow[], lowest: number): BestNoAnswerThresholds {
  const byScore = [...rows].sort((a, b) => a.noAnswerScore! - b.noAnswerScore!);
  const exactMatch = bestThresholdOf(byScore, 'exactMatch', lowest);
  const f1 = bestThresholdOf(byScore, 'f1', lowest);
  return {
    exactMatch: exactMatch.score,
    exactMatchThreshold: exactMatch.threshold,
    f1: f1.score,
    f1Threshold: f1.threshold,
  };
}

/**
 * Raises the threshold question by question, in the official scorer's order: where questions share a no-answer score the best
 * may lie between them, and is then not quite reached by the threshold.
 */
function bestThresholdOf(
  byScore: readonly SquadRow[],
  key: keyof SquadScores,
  lowest: number,
): { score: number; threshold: number } {
  let current = byScore.filter((row) => !row.hasAnswer).length;
  let best = { total: current, threshold: lowest };
  for (const row of byScore) {
    if (row.hasAnswer) current += row[key];
    else if (row.answered) current--;
    if (current > best.total) best = { total: current, threshold: row.noAnswerScore! };
  }
  return { score: (100 * best.total) / byScore.length, threshold: best.threshold };
}
