import { type Numbers, requireClasses, requireCount, requireSameLength } from './numbers.ts';
import { type UndefinedOptions, undefinedMetric } from './undefined.ts';

/** Counts of every (gold, predicted) pair of classes. */
export interface ConfusionMatrix {
  classes: number;
  /** Flat [classes, classes]: `counts[gold * classes + predicted]`. */
  counts: Int32Array;
  /** Per class, how many rows have it as gold: the sum of its row. */
  gold: Int32Array;
  /** Per class, how many rows were predicted as it: the sum of its column. */
  predicted: Int32Array;
  /** All rows. */
  total: number;
}

/** A matrix of that many classes and no row yet. */
export function emptyConfusion(classes: number): ConfusionMatrix {
  return {
    classes,
    counts: new Int32Array(classes * classes),
    gold: new Int32Array(classes),
    predicted: new Int32Array(classes),
    total: 0,
  };
}

/** Counts rows into a matrix; throws the RangeErrors of `confusionMatrix` and then counts none of them. */
export function countInto(matrix: ConfusionMatrix, gold: Numbers, predicted: Numbers): void {
  requireSameLength('gold', gold, 'predicted', predicted);
  requireClasses('gold', gold, matrix.classes);
  requireClasses('predicted', predicted, matrix.classes);
  for (let i = 0; i < gold.length; i++) {
    const g = gold[i]!;
    const p = predicted[i]!;
    matrix.counts[g * matrix.classes + p]!++;
    matrix.gold[g]!++;
    matrix.predicted[p]!++;
  }
  matrix.total += gold.length;
}

/**
 * How often each class was predicted as each other. Reference: sklearn.metrics.confusion_matrix.
 * @param gold class numbers, 0 to classes - 1
 * @param predicted class numbers, one per gold label
 * @param classes how many there are; when left out, the largest number seen + 1
 * @throws RangeError when the lengths differ, nothing is given, or a label is no class number (NaN too)
 */
export function confusionMatrix(gold: Numbers, predicted: Numbers, classes?: number): ConfusionMatrix {
  if (classes !== undefined) requireCount('classes', classes);
  requireSameLength('gold', gold, 'predicted', predicted);
  requireClasses('gold', gold, classes ?? Number.POSITIVE_INFINITY);
  requireClasses('predicted', predicted, classes ?? Number.POSITIVE_INFINITY);
  const matrix = emptyConfusion(classes ?? largest(gold, largest(predicted, 0)) + 1);
  countInto(matrix, gold, predicted);
  return matrix;
}

/**
 * The shares of a confusion matrix, flat [classes, classes]: of each gold class's rows (`true`), of each predicted class's
 * (`pred`) or of all (`all`). A class without a row is NaN.
 * Reference: sklearn.metrics.confusion_matrix (normalize), which has 0 there.
 */
export function normalizedConfusionMatrix(
  matrix: ConfusionMatrix,
  normalize: 'true' | 'pred' | 'all',
  options: UndefinedOptions = {},
): Float64Array {
  const { classes, counts, gold, predicted, total } = matrix;
  const metric = 'normalizedConfusionMatrix';
  if (normalize !== 'all') {
    (normalize === 'true' ? gold : predicted).forEach((rows, c) => {
      const reason = normalize === 'true' ? 'no row has it as gold' : 'no row was predicted as it';
      if (rows === 0) undefinedMetric(options, metric, `class ${c}`, reason);
    });
  }
  return Float64Array.from(counts, (count, cell) => {
    const whole = { true: gold[Math.floor(cell / classes)]!, pred: predicted[cell % classes]!, all: total }[normalize];
    return count / whole;
  });
}

/** How many rows of class `c` were predicted as `c`. */
export function hits(matrix: ConfusionMatrix, c: number): number {
  return matrix.counts[c * matrix.classes + c]!;
}

/** How many rows were predicted as what they are. */
export function allHits(matrix: ConfusionMatrix): number {
  let count = 0;
  for (let c = 0; c < matrix.classes; c++) count += hits(matrix, c);
  return count;
}

/** The numbers of the classes that occur in gold or predicted, ascending. */
export function presentClasses(matrix: ConfusionMatrix): number[] {
  const present: number[] = [];
  for (let c = 0; c < matrix.classes; c++) if (matrix.gold[c]! + matrix.predicted[c]! > 0) present.push(c);
  return present;
}

function largest(values: Numbers, atLeast: number): number {
  let result = atLeast;
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i]!);
  return result;
}
