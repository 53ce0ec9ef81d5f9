import { type ConfusionMatrix, confusionMatrix, hits } from './confusion.ts';
import { type Numbers, ratio, sum } from './numbers.ts';

/**
 * Metrics of predicted classes. All take gold and predicted class numbers (0 to classes - 1) of equal length and throw the
 * RangeErrors of `confusionMatrix`. `classes` may be left out where it changes nothing.
 */

/** The share of rows whose prediction is right. Reference: sklearn.metrics.accuracy_score. */
export function accuracy(gold: Numbers, predicted: Numbers): number {
  const matrix = confusionMatrix(gold, predicted);
  return allHits(matrix) / matrix.total;
}

/** Precision, recall and F1, of one class or averaged over classes. */
export interface PrecisionRecallF1 {
  precision: number;
  recall: number;
  f1: number;
}

/** `support` is the number of rows that have the class as gold. */
export interface ClassScores extends PrecisionRecallF1 {
  support: number;
}

export interface ClassificationScores {
  /** One entry per class, in the order of class numbers. */
  perClass: ClassScores[];
  /** Over all decisions together; with one label per row, all three equal the accuracy. */
  micro: PrecisionRecallF1;
  /** The plain mean over the classes that occur in gold or predicted. */
  macro: PrecisionRecallF1;
  /** The mean over classes, each weighted by its support. */
  weighted: PrecisionRecallF1;
}

/**
 * Precision, recall and F1 per class, and their micro, macro and weighted averages.
 * A ratio with denominator 0 counts as 0. A class that occurs neither in gold nor in predicted has zeros and support 0 in
 * `perClass` and takes no part in the averages.
 * Reference: sklearn.metrics.precision_recall_fscore_support (zero_division=0, labels not given).
 */
export function precisionRecallF1(gold: Numbers, predicted: Numbers, classes?: number): ClassificationScores {
  const matrix = confusionMatrix(gold, predicted, classes);
  const perClass = Array.from({ length: matrix.classes }, (_, c) => scoresOfClass(matrix, c));
  const present = perClass.filter((_, c) => matrix.gold[c]! + matrix.predicted[c]! > 0);
  const right = allHits(matrix) / matrix.total;
  return {
    perClass,
    micro: { precision: right, recall: right, f1: right },
    macro: average(present, () => 1),
    weighted: average(present, (scores) => scores.support),
  };
}

/**
 * Precision, recall and F1 of one class against all others.
 * @param positive the class number that counts as positive
 * Reference: sklearn.metrics.precision_recall_fscore_support (average='binary', pos_label=positive, zero_division=0).
 */
export function binaryPrecisionRecallF1(gold: Numbers, predicted: Numbers, positive = 1): ClassScores {
  const matrix = confusionMatrix(gold, predicted);
  if (!Number.isInteger(positive) || positive < 0) {
    throw new RangeError(`positive is ${positive}: a class is a whole number, 0 or more`);
  }
  return positive < matrix.classes ? scoresOfClass(matrix, positive) : { precision: 0, recall: 0, f1: 0, support: 0 };
}

/**
 * Matthews correlation coefficient for two or more classes: -1 to 1, and 0 when gold or predicted holds one class only.
 * Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006. Reference: sklearn.metrics.matthews_corrcoef.
 */
export function matthewsCorrelation(gold: Numbers, predicted: Numbers): number {
  const matrix = confusionMatrix(gold, predicted);
  const total = matrix.total;
  const of = (a: Int32Array, b: Int32Array) => total * total - sum(matrix.classes, (c) => a[c]! * b[c]!);
  const spread = of(matrix.gold, matrix.gold) * of(matrix.predicted, matrix.predicted);
  const shared = allHits(matrix) * total - sum(matrix.classes, (c) => matrix.gold[c]! * matrix.predicted[c]!);
  return spread === 0 ? 0 : shared / Math.sqrt(spread);
}

/**
 * The mean recall of the classes that occur in gold. Reference: sklearn.metrics.balanced_accuracy_score.
 */
export function balancedAccuracy(gold: Numbers, predicted: Numbers): number {
  const matrix = confusionMatrix(gold, predicted);
  const present = matrix.gold.reduce((count, support) => count + (support > 0 ? 1 : 0), 0);
  return sum(matrix.classes, (c) => ratio(hits(matrix, c), matrix.gold[c]!)) / present;
}

/**
 * Cohen's kappa: agreement beyond chance, at most 1. NaN when gold and predicted hold one and the same class only.
 * Cohen 1960, doi:10.1177/001316446002000104. Reference: sklearn.metrics.cohen_kappa_score.
 */
export function cohenKappa(gold: Numbers, predicted: Numbers): number {
  const matrix = confusionMatrix(gold, predicted);
  const total = matrix.total;
  const byChance = sum(matrix.classes, (c) => matrix.gold[c]! * matrix.predicted[c]!);
  return 1 - ((total - allHits(matrix)) * total) / (total * total - byChance);
}

function scoresOfClass(matrix: ConfusionMatrix, c: number): ClassScores {
  const hit = hits(matrix, c);
  const support = matrix.gold[c]!;
  const claimed = matrix.predicted[c]!;
  return {
    precision: ratio(hit, claimed),
    recall: ratio(hit, support),
    f1: ratio(2 * hit, claimed + support),
    support,
  };
}

function average(classes: ClassScores[], weight: (scores: ClassScores) => number): PrecisionRecallF1 {
  const weights = sum(classes.length, (i) => weight(classes[i]!));
  const of = (key: keyof PrecisionRecallF1) =>
    sum(classes.length, (i) => weight(classes[i]!) * classes[i]![key]) / weights;
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}

function allHits(matrix: ConfusionMatrix): number {
  return sum(matrix.classes, (c) => hits(matrix, c));
}
