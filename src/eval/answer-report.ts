import { createSquadScorer, type SquadScorer, type SquadVersion, squadScores } from 'ml-metrics';
import type { QuestionItem } from '../tasks/question-answering.ts';
import type { AnswerPrediction, Task } from '../tasks/types.ts';
import type { BaseReport, Measure } from './measure.ts';
import type { MetricName, Metrics } from './metric-names.ts';

/** A question that was not answered exactly. `index` is the question among those predicted, from 0. */
export interface AnswerMistake {
  index: number;
  id: string;
  question: string;
  /** Empty: there is none. */
  gold: string[];
  /** `''`: no answer. */
  predicted: string;
  score: number;
  f1: number;
}

export interface AnswerReport extends BaseReport {
  task: 'question-answering';
  /** How many of the questions have no answer. */
  unanswerable: number;
  /** How many got none. */
  unanswered: number;
  /** Null odds above which the model gives no answer; null: it always gives one. */
  nullThreshold: number | null;
  /** The threshold that is best for F1 on these questions, too good for them; null where none has no answer. */
  tuned: { nullThreshold: number; metrics: Metrics } | null;
  /** The wrong answers with the highest scores first. */
  mistakes: AnswerMistake[];
}

/** The metrics of answers; the first chooses the best checkpoint unless told otherwise. */
export const answerMetricNames: readonly MetricName[] = ['f1', 'exact_match'];

/**
 * SQuAD's exact match and F1, as shares from 0 to 1, averaged over questions (Rajpurkar et al. 2016, 2018: the official
 * scorers, v1.1 where every question has an answer, else v2.0). With unanswerable questions also of the two kinds by
 * themselves.
 */
export function answerMeasure(
  task: Task<unknown, unknown, QuestionItem, AnswerPrediction> & { nullThreshold: number | undefined },
  count: number,
): Measure<QuestionItem, AnswerReport> {
  const answers: Answered[] = new Array(count);
  return {
    add(index, item, outputs) {
      const prediction = task.prediction(item, outputs);
      // The other candidates are not needed, and there are twenty of each.
      answers[index] = { item, prediction: { ...prediction, nBest: prediction.nBest.filter(isAnswer).slice(0, 1) } };
    },
    report: ({ top }) => answerReport(answers, task.nullThreshold, top),
  };
}

const isAnswer = ({ answer }: { answer: string }) => answer !== '';

interface Answered {
  item: QuestionItem;
  prediction: AnswerPrediction;
}

function answerReport(answers: Answered[], nullThreshold: number | undefined, top: number): AnswerReport {
  const unanswerable = answers.filter(({ item }) => item.gold!.length === 0).length;
  const version = unanswerable > 0 ? '2.0' : '1.1';
  const scorer = createSquadScorer({ version });
  for (const { item, prediction } of answers) scorer.add(item.gold!, prediction.answer);
  return {
    task: 'question-answering',
    examples: answers.length,
    unanswerable,
    unanswered: answers.filter(({ prediction }) => prediction.answer === '').length,
    nullThreshold: nullThreshold ?? null,
    metrics: metricsOf(scorer),
    tuned: version === '2.0' && nullThreshold !== undefined ? tuned(answers) : null,
    mistakes: worstAnswers(answers, version, top),
  };
}

/** Found as the official evaluate-v2.0.py does, among the null odds of all questions. */
function tuned(answers: Answered[]): AnswerReport['tuned'] {
  const scored = (noAnswerThreshold?: number) => {
    const scorer = createSquadScorer({ version: '2.0', noAnswerThreshold, lowestThreshold: Number.NEGATIVE_INFINITY });
    for (const { item, prediction } of answers) {
      scorer.add(item.gold!, prediction.nBest[0]?.answer ?? '', prediction.nullOdds!);
    }
    return scorer;
  };
  const { f1Threshold } = scored().result().best!;
  // To answer nothing takes a threshold below all odds; JSON has no infinity.
  const lowest = answers.reduce((least, { prediction }) => Math.min(least, prediction.nullOdds!), 0) - 1;
  const nullThreshold = Number.isFinite(f1Threshold) ? f1Threshold : lowest;
  return { nullThreshold, metrics: metricsOf(scored(nullThreshold)) };
}

function metricsOf(scorer: SquadScorer): Metrics {
  const { f1, exactMatch, hasAns, noAns } = scorer.result();
  return {
    f1: f1 / 100,
    exact_match: exactMatch / 100,
    ...(noAns && {
      ...(hasAns && { has_answer_f1: hasAns.f1 / 100, has_answer_exact_match: hasAns.exactMatch / 100 }),
      no_answer_accuracy: noAns.exactMatch / 100,
    }),
  };
}

function worstAnswers(answers: Answered[], version: SquadVersion, top: number): AnswerMistake[] {
  return answers
    .map(({ item, prediction }, index) => ({
      index,
      id: item.id,
      question: item.question,
      gold: item.gold!,
      predicted: prediction.answer,
      score: prediction.score,
      ...squadScores(item.gold!, prediction.answer, version),
    }))
    .filter(({ exactMatch }) => exactMatch === 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, top)
    .map(({ exactMatch: _, ...mistake }) => mistake);
}
