import { type ConfusionMatrix, confusionMatrix, hits, presentClasses } from './confusion.ts';
import {
  type AveragedFscores,
  averageFscores,
  type FscoreOptions,
  type Fscores,
  fscoresOf,
  type HitCounts,
  pooled,
  requireFscoreOptions,
  type SupportedFscores,
} from './fscore.ts';
import { type Numbers, requireClasses, requireCount } from './numbers.ts';
import { onlyOf } from './undefined.ts';

/**
 * Precision, recall and F-beta of predicted classes. All take gold and predicted class numbers (0 to classes - 1) of equal
 * length. They throw the RangeErrors of `confusionMatrix`, and one for a beta below 0, for a zeroDivision other than 0, 1 and
 * NaN, and for labels that are no class numbers.
 */

export interface ClassFscoreOptions extends FscoreOptions {
  /** How many classes there are; when left out, the largest number seen + 1. */
  classes?: number | undefined;
  /** The classes that are scored and averaged, in this order; when left out, those that occur in gold or predicted. */
  labels?: Numbers | undefined;
}

export interface ClassFscores extends SupportedFscores {
  /** The class number. */
  label: number;
}

export interface ClassificationFscores extends AveragedFscores {
  /** One entry per class from 0 on, or per entry of `labels` where those were given. */
  perClass: ClassFscores[];
}

/**
 * Precision, recall, F-beta and support per class, and their micro, macro and weighted averages. A class that occurs neither
 * in gold nor in predicted takes no part in the averages, unless `labels` names it. With one label per row and no `labels`,
 * the micro average is the accuracy.
 * Reference: sklearn.metrics.precision_recall_fscore_support, whose default is zeroDivision 0.
 */
export function precisionRecallFscoreSupport(
  gold: Numbers,
  predicted: Numbers,
  options: ClassFscoreOptions = {},
): ClassificationFscores {
  return classFscoresOf(confusionMatrix(gold, predicted, options.classes), options);
}

/** `precisionRecallFscoreSupport` of counted rows. */
export function classFscoresOf(matrix: ConfusionMatrix, options: ClassFscoreOptions): ClassificationFscores {
  requireFscoreOptions(options);
  const labels = options.labels && requireLabels(options.labels, options.classes);
  const listed = labels ?? Array.from({ length: matrix.classes }, (_, c) => c);
  const perClass = listed.map((label) => ({ label, ...fscoresOf(countsOf(matrix, label), `class ${label}`, options) }));
  const averaged = labels ? perClass : presentClasses(matrix).map((c) => perClass[c]!);
  const counts = averaged.map(({ label }) => countsOf(matrix, label));
  return { perClass, ...averageFscores(averaged, counts, options) };
}

export interface AverageOptions extends ClassFscoreOptions {
  /** Which number is returned. `binary` (the default) is that of class `posLabel`, for at most two classes. */
  average?: 'binary' | 'micro' | 'macro' | 'weighted' | undefined;
  /** The class that counts as positive where the average is `binary`. Default 1. */
  posLabel?: number | undefined;
}

/**
 * Of the rows predicted as a class, the share that is of it, 0 to 1. Reference: sklearn.metrics.precision_score.
 * @throws RangeError also when the average is `binary` and there are more than two classes
 */
export function precisionScore(gold: Numbers, predicted: Numbers, options: AverageOptions = {}): number {
  return averagedScore('precision', gold, predicted, options);
}

/**
 * Of the rows of a class, the share that was predicted as it, 0 to 1. Reference: sklearn.metrics.recall_score.
 * @throws RangeError also when the average is `binary` and there are more than two classes
 */
export function recallScore(gold: Numbers, predicted: Numbers, options: AverageOptions = {}): number {
  return averagedScore('recall', gold, predicted, options);
}

/**
 * Precision and recall in one number, 0 to 1; see `FscoreOptions`. Reference: sklearn.metrics.fbeta_score.
 * @throws RangeError also when the average is `binary` and there are more than two classes
 */
export function fbetaScore(gold: Numbers, predicted: Numbers, options: AverageOptions & { beta: number }): number {
  return averagedScore('fscore', gold, predicted, options);
}

/**
 * The harmonic mean of precision and recall, 0 to 1. Reference: sklearn.metrics.f1_score.
 * @throws RangeError also when the average is `binary` and there are more than two classes
 */
export function f1Score(gold: Numbers, predicted: Numbers, options: Omit<AverageOptions, 'beta'> = {}): number {
  return averagedScore('fscore', gold, predicted, { ...options, beta: 1 });
}

function averagedScore(key: keyof Fscores, gold: Numbers, predicted: Numbers, options: AverageOptions): number {
  const { average = 'binary', posLabel = 1, classes } = options;
  const told = { ...options, ...onlyOf(key, options) };
  requireFscoreOptions(told);
  const matrix = confusionMatrix(gold, predicted, classes);
  const present = presentClasses(matrix);
  if (average === 'binary') {
    requireCount('posLabel', posLabel, 0);
    if (present.length > 2) {
      throw new RangeError(
        `average is 'binary' and there are ${present.length} classes: choose micro, macro or weighted`,
      );
    }
    return fscoresOf(countsOf(matrix, posLabel), `class ${posLabel}`, told)[key];
  }
  if (average === 'micro') {
    const labels = options.labels ? requireLabels(options.labels, classes) : present;
    return fscoresOf(pooled(labels.map((label) => countsOf(matrix, label))), 'all together', told)[key];
  }
  return classFscoresOf(matrix, told)[average][key];
}

function countsOf(matrix: ConfusionMatrix, c: number): HitCounts {
  if (c >= matrix.classes) return { hits: 0, predicted: 0, support: 0 };
  return { hits: hits(matrix, c), predicted: matrix.predicted[c]!, support: matrix.gold[c]! };
}

function requireLabels(labels: Numbers, classes = Number.POSITIVE_INFINITY): number[] {
  if (labels.length === 0) throw new RangeError('labels is empty: name at least one class');
  requireClasses('labels', labels, classes);
  const list = Array.from(labels);
  if (new Set(list).size !== list.length) throw new RangeError(`labels names a class twice: ${list.join(', ')}`);
  return list;
}
