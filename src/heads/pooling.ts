import type { Engine, Tensor } from '../engine/types.ts';
import type { LossGradient } from './losses.ts';
import type { RowLayout } from './types.ts';

/** How the outputs of a long document's windows become the document's own. */
export type Pooling = 'mean' | 'max';

/**
 * The outputs of one document from those of its windows, output by output.
 * @param rows one row of C outputs per window, at least one
 * @returns [C]; of a single window its own outputs, to the bit
 */
export function poolLogits(rows: readonly Float32Array[], pooling: Pooling): Float32Array {
  const [first] = rows;
  if (first === undefined) throw new RangeError('a document needs at least one window');
  return first.map((_, c) => {
    if (pooling === 'max') return rows[rowOfLargest(rows, c)]![c]!;
    return rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length;
  });
}

/**
 * The gradient of `poolLogits`, one row per window: the mean shares it out evenly; the maximum hands it to the window
 * that had it, the first of equals.
 */
export function poolGradient(rows: readonly Float32Array[], gradient: Float32Array, pooling: Pooling): Float32Array[] {
  if (pooling === 'mean') return rows.map(() => gradient.map((value) => value / rows.length));
  const owners = Array.from(gradient, (_, c) => rowOfLargest(rows, c));
  return rows.map((_, row) => gradient.map((value, c) => (owners[c] === row ? value : 0)));
}

/** The first row whose value in column `c` is largest. NaN counts as larger than any number, so that it comes through. */
function rowOfLargest(rows: readonly Float32Array[], c: number): number {
  let best = 0;
  for (let row = 1; row < rows.length; row++) {
    const value = rows[row]![c]!;
    if (value > rows[best]![c]! || Number.isNaN(value)) best = row;
  }
  return best;
}

/**
 * A loss over targets of which each has one sequence or several, whose outputs are pooled first.
 * @param logits [B, C], rows in the batch's order
 * @param lossOf gives the loss of rows of outputs and the target of each row
 * @returns the loss and its gradient with respect to `logits`, [B, C]
 */
export function pooledLoss<Target>(
  e: Engine,
  logits: Tensor,
  targets: Target[],
  { targetOf }: RowLayout,
  pooling: Pooling,
  lossOf: (logits: Tensor, targets: Target[]) => LossGradient,
): LossGradient {
  if (targets.length === targetOf.length) {
    return lossOf(
      logits,
      Array.from(targetOf, (target) => targets[target]!),
    );
  }
  const width = logits.shape[1]!;
  const values = e.values(logits);
  const rowsOf: Float32Array[][] = targets.map(() => []);
  const sequencesOf: number[][] = targets.map(() => []);
  targetOf.forEach((target, sequence) => {
    rowsOf[target]!.push(values.subarray(sequence * width, (sequence + 1) * width));
    sequencesOf[target]!.push(sequence);
  });
  const pooled = new Float32Array(targets.length * width);
  rowsOf.forEach((rows, target) => {
    pooled.set(poolLogits(rows, pooling), target * width);
  });
  const pooledLogits = e.floats(pooled, [targets.length, width]);
  const { loss, dLogits } = lossOf(pooledLogits, targets);
  const dPooled = e.values(dLogits);
  e.dispose(pooledLogits, dLogits);
  const gradient = new Float32Array(values.length);
  rowsOf.forEach((rows, target) => {
    const own = dPooled.subarray(target * width, (target + 1) * width);
    poolGradient(rows, own, pooling).forEach((row, i) => {
      gradient.set(row, sequencesOf[target]![i]! * width);
    });
  });
  return { loss, dLogits: e.floats(gradient, logits.shape) };
}
