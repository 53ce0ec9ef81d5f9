import { type Numbers, requireClasses, requireSameLength } from './numbers.ts';

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

/**
 * How often each class was predicted as each other.
 * @param gold class numbers, 0 to classes - 1
 * @param predicted class numbers, one per gold label
 * @param classes how many there are; when left out, the largest number seen + 1
 * @throws RangeError when the lengths differ, nothing is given, or a label is no class number (NaN too)
 */
export function confusionMatrix(gold: Numbers, predicted: Numbers, classes?: number): ConfusionMatrix {
  requireSameLength('gold', gold, 'predicted', predicted);
  requireClasses('gold', gold, classes ?? Number.POSITIVE_INFINITY);
  requireClasses('predicted', predicted, classes ?? Number.POSITIVE_INFINITY);
  const size = classes ?? largest(gold, largest(predicted, 0)) + 1;
  const matrix: ConfusionMatrix = {
    classes: size,
    counts: new Int32Array(size * size),
    gold: new Int32Array(size),
    predicted: new Int32Array(size),
    total: gold.length,
  };
  for (let i = 0; i < gold.length; i++) {
    const g = gold[i]!;
    const p = predicted[i]!;
    matrix.counts[g * size + p]!++;
    matrix.gold[g]!++;
    matrix.predicted[p]!++;
  }
  return matrix;
}

/** How many rows of class `c` were predicted as `c`. */
export function hits(matrix: ConfusionMatrix, c: number): number {
  return matrix.counts[c * matrix.classes + c]!;
}

function largest(values: Numbers, atLeast: number): number {
  let result = atLeast;
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i]!);
  return result;
}
