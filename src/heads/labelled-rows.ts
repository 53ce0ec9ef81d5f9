import type { Tensor } from '../engine/types.ts';
import { type HeadTraining, IGNORED, type RowLayout } from './types.ts';

/** Labels of the tokens of one sequence; `IGNORED` where no loss is computed. */
export type TokenLabels = ArrayLike<number>;

/** The rows of the tokens that have a label, rising, and the label of each. */
export function labelledRows(
  { lengths, targetOf }: RowLayout,
  targets: TokenLabels[],
): { rows: number[]; labels: number[] } {
  const rows: number[] = [];
  const labels: number[] = [];
  let first = 0;
  lengths.forEach((length, sequence) => {
    const target = targets[targetOf[sequence]!]!;
    if (target.length !== length) throw new RangeError(`${target.length} labels for a sequence of ${length} tokens`);
    for (let token = 0; token < length; token++) {
      if (target[token] === IGNORED) continue;
      rows.push(first + token);
      labels.push(target[token]!);
    }
    first += length;
  });
  return { rows, labels };
}

/** Sum over all labelled tokens of what each label weighs. */
export function weighLabels(targets: TokenLabels[], weightOf: (label: number) => number): number {
  let sum = 0;
  for (const target of targets) {
    for (let token = 0; token < target.length; token++) {
      if (target[token] !== IGNORED) sum += weightOf(target[token]!);
    }
  }
  return sum;
}

/**
 * Trains layers on the labelled tokens alone: the others have no part in the loss, and computing their outputs would be
 * for nothing. Without any label the loss is 0, and so are all gradients: none is added.
 * @param hidden [T, D]; disposed
 * @param train is given the rows [M, D], which stay the caller's, and their labels [M]; returns dx of [M, D]
 */
export function trainLabelledRows(
  { engine: e, layout }: HeadTraining,
  hidden: Tensor,
  targets: TokenLabels[],
  train: (x: Tensor, labels: number[]) => { loss: number; dx: Tensor },
): { loss: number; dHidden: Tensor } {
  const { shape } = hidden;
  const { rows, labels } = labelledRows(layout, targets);
  if (rows.length === 0) {
    e.dispose(hidden);
    return { loss: 0, dHidden: e.zeros(shape) };
  }
  const indices = e.ints(Int32Array.from(rows), [rows.length]);
  const x = e.gatherRows(hidden, indices);
  e.dispose(hidden);
  const { loss, dx } = train(x, labels);
  const dHidden = e.scatterRows(dx, indices, shape[0]!);
  e.dispose(indices, x, dx);
  return { loss, dHidden };
}
