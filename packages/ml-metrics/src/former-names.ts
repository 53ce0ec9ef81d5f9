import { accuracyScore, balancedAccuracyScore } from './accuracy.ts';
import { cohenKappaScore, matthewsCorrcoef } from './agreement.ts';
import { classFscoresOf, precisionRecallFscoreSupport } from './class-fscores.ts';
import { confusionMatrix } from './confusion.ts';
import type { Fscores, SupportedFscores } from './fscore.ts';
import type { Numbers } from './numbers.ts';
import { brierScoreLoss, topKAccuracyScore } from './probability.ts';
import { averagePrecisionScore, rocAucScore } from './ranking.ts';
import { r2Score } from './regression.ts';

/** The names of version 0.1, in which a ratio with denominator 0 counts as 0. */

export interface PrecisionRecallF1 {
  precision: number;
  recall: number;
  f1: number;
}

export interface ClassScores extends PrecisionRecallF1 {
  support: number;
}

export interface ClassificationScores {
  perClass: ClassScores[];
  micro: PrecisionRecallF1;
  macro: PrecisionRecallF1;
  weighted: PrecisionRecallF1;
}

/** @deprecated Use `precisionRecallFscoreSupport` with zeroDivision 0. */
export function precisionRecallF1(gold: Numbers, predicted: Numbers, classes?: number): ClassificationScores {
  const scores = precisionRecallFscoreSupport(gold, predicted, { classes, zeroDivision: 0 });
  return {
    perClass: scores.perClass.map(withSupport),
    micro: withF1(scores.micro),
    macro: withF1(scores.macro),
    weighted: withF1(scores.weighted),
  };
}

/** @deprecated Use `precisionScore`, `recallScore` and `f1Score` with zeroDivision 0. */
export function binaryPrecisionRecallF1(gold: Numbers, predicted: Numbers, positive = 1): ClassScores {
  const matrix = confusionMatrix(gold, predicted);
  return withSupport(classFscoresOf(matrix, { labels: [positive], zeroDivision: 0 }).perClass[0]!);
}

/** @deprecated Use `matthewsCorrcoef` with zeroDivision 0. */
export function matthewsCorrelation(gold: Numbers, predicted: Numbers): number {
  return matthewsCorrcoef(gold, predicted, { zeroDivision: 0 });
}

/** @deprecated Use `averagePrecisionScore` with zeroDivision 0. */
export function averagePrecision(gold: Numbers, scores: Numbers): number {
  return averagePrecisionScore(gold, scores, { zeroDivision: 0 });
}

/** @deprecated Use `accuracyScore`. */
export const accuracy = accuracyScore;
/** @deprecated Use `balancedAccuracyScore`. */
export const balancedAccuracy = balancedAccuracyScore;
/** @deprecated Use `cohenKappaScore`. */
export const cohenKappa = cohenKappaScore;
/** @deprecated Use `topKAccuracyScore`. */
export const topKAccuracy = topKAccuracyScore;
/** @deprecated Use `brierScoreLoss`. */
export const brierScore = brierScoreLoss;
/** @deprecated Use `rocAucScore`. */
export const rocAuc = rocAucScore;
/** @deprecated Use `r2Score`. */
export const r2 = r2Score;

function withF1({ precision, recall, fscore }: Fscores): PrecisionRecallF1 {
  return { precision, recall, f1: fscore };
}

function withSupport(scores: SupportedFscores): ClassScores {
  return { ...withF1(scores), support: scores.support };
}
