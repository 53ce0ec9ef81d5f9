import { minimize } from './lbfgs.ts';
import type { SparseRows } from './tfidf.ts';

/**
 * Linear models on sparse rows, trained to the minimum of the same objective as scikit-learn's, so that their scores are
 * comparable. Weights are flat [columns + 1, outputs]; the last row is the intercept, which is not penalized.
 */

/**
 * Multinomial logistic regression: the sum of cross entropies plus |weights|^2 / 2 at its minimum.
 * With two classes there is one output, the log odds of class 1. Reference: sklearn.linear_model.LogisticRegression (C=1).
 * @param gold one class number per row
 * @param tolerance largest component of the gradient of the mean loss at which training ends
 * @returns a function that gives the probabilities of other rows with the same columns, flat [rows, classes]
 */
export function fitLogisticRegression(
  features: SparseRows,
  gold: ArrayLike<number>,
  classes: number,
  tolerance = 1e-4,
): (rows: SparseRows) => Float64Array {
  const outputs = outputsFor(classes);
  const probabilities = new Float64Array(classes);
  const slopes = new Float64Array(outputs);
  const weights = minimize(
    (w, gradient) => {
      let loss = penalty(w, gradient, features.columns * outputs, 1 / features.rows);
      for (let row = 0; row < features.rows; row++) {
        const scores = score(features, row, w, slopes);
        softmax(scores, probabilities);
        const own = gold[row]!;
        loss -= Math.log(probabilities[own]!) / features.rows;
        const first = classes - outputs;
        for (let k = 0; k < outputs; k++) {
          slopes[k] = (probabilities[first + k]! - (own === first + k ? 1 : 0)) / features.rows;
        }
        spread(features, row, slopes, gradient);
      }
      return loss;
    },
    (features.columns + 1) * outputs,
    { tolerance },
  );
  return (rows) => {
    const result = new Float64Array(rows.rows * classes);
    for (let row = 0; row < rows.rows; row++) {
      softmax(score(rows, row, weights, slopes), result.subarray(row * classes, (row + 1) * classes));
    }
    return result;
  };
}

/** How many outputs a logistic regression has: one per class, or one alone for two classes. */
export function outputsFor(classes: number): number {
  return classes === 2 ? 1 : classes;
}

/**
 * Ridge regression: the sum of squared errors plus |weights|^2 at its minimum. Reference: sklearn.linear_model.Ridge (alpha=1).
 * @param gold one number per row
 * @returns a function that gives the predictions of other rows with the same columns
 */
export function fitRidge(features: SparseRows, gold: Float64Array): (rows: SparseRows) => Float64Array {
  // Standardized, so that the tolerance of the solver means the same for labels of any size.
  const n = features.rows;
  const mean = gold.reduce((total, v) => total + v, 0) / n;
  const deviation = Math.sqrt(gold.reduce((total, v) => total + (v - mean) ** 2, 0) / n) || 1;
  const output = new Float64Array(1);
  const weights = minimize(
    (w, gradient) => {
      let loss = penalty(w, gradient, features.columns, 1 / n);
      for (let row = 0; row < n; row++) {
        const error = score(features, row, w, output)[0]! - (gold[row]! - mean) / deviation;
        loss += error ** 2 / (2 * n);
        output[0] = error / n;
        spread(features, row, output, gradient);
      }
      return loss;
    },
    features.columns + 1,
    { tolerance: 1e-7 },
  );
  return (rows) =>
    Float64Array.from({ length: rows.rows }, (_, row) => mean + deviation * score(rows, row, weights, output)[0]!);
}

/** Starts the gradient with that of `strength / 2 * |first weights|^2` and returns its value. */
function penalty(w: Float64Array, gradient: Float64Array, weights: number, strength: number): number {
  let squares = 0;
  gradient.fill(0);
  for (let i = 0; i < weights; i++) {
    squares += w[i]! * w[i]!;
    gradient[i] = strength * w[i]!;
  }
  return (strength * squares) / 2;
}

/** The outputs of one row, written into `result`. */
function score(features: SparseRows, row: number, w: Float64Array, result: Float64Array): Float64Array {
  const outputs = result.length;
  for (let k = 0; k < outputs; k++) result[k] = w[features.columns * outputs + k]!;
  for (let e = features.starts[row]!; e < features.starts[row + 1]!; e++) {
    const offset = features.indices[e]! * outputs;
    const value = features.values[e]!;
    for (let k = 0; k < outputs; k++) result[k]! += value * w[offset + k]!;
  }
  return result;
}

/** Adds to the gradient what one row contributes, given the slope of the loss by each output. */
function spread(features: SparseRows, row: number, slopes: Float64Array, gradient: Float64Array): void {
  const outputs = slopes.length;
  for (let k = 0; k < outputs; k++) gradient[features.columns * outputs + k]! += slopes[k]!;
  for (let e = features.starts[row]!; e < features.starts[row + 1]!; e++) {
    const offset = features.indices[e]! * outputs;
    const value = features.values[e]!;
    for (let k = 0; k < outputs; k++) gradient[offset + k]! += value * slopes[k]!;
  }
}

/** Probabilities of all classes. A class without an output of its own (the first of two) has the score 0. */
function softmax(scores: Float64Array, result: Float64Array): void {
  const first = result.length - scores.length;
  let largest = first > 0 ? 0 : Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k]!);
  let total = 0;
  for (let c = 0; c < result.length; c++) {
    result[c] = Math.exp((c < first ? 0 : scores[c - first]!) - largest);
    total += result[c]!;
  }
  for (let c = 0; c < result.length; c++) result[c]! /= total;
}
