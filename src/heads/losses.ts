import type { Engine, Tensor } from '../engine/types.ts';

export interface LossGradient {
  loss: number;
  dLogits: Tensor;
}

export interface ClassificationLoss {
  /** One weight per class; absent: all 1. */
  classWeights?: readonly number[] | undefined;
  /** Share of each target's probability that is spread evenly over all classes (Szegedy et al. 2016). */
  labelSmoothing?: number | undefined;
}

/**
 * Cross-entropy as torch.nn.CrossEntropyLoss(weight, label_smoothing) defines it, divided by `normalizer` instead of the
 * batch's own sum of weights: each row has the target weights q(c) = (1 - s) w(y) [c = y] + s w(c) / C, its loss is
 * -sum q(c) log p(c) and its gradient p(c) sum(q) - q(c).
 * @param logits [B, C]
 */
export function crossEntropy(
  e: Engine,
  logits: Tensor,
  targets: number[],
  normalizer: number,
  { classWeights, labelSmoothing = 0 }: ClassificationLoss,
): LossGradient {
  const [rows, classes] = logits.shape as [number, number];
  const q = new Float32Array(rows * classes);
  const sums = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const target = targets[row]!;
    for (let c = 0; c < classes; c++) {
      const spread = (labelSmoothing * (classWeights?.[c] ?? 1)) / classes;
      const own = c === target ? (1 - labelSmoothing) * (classWeights?.[c] ?? 1) : 0;
      q[row * classes + c] = (spread + own) / normalizer;
      sums[row]! += (spread + own) / normalizer;
    }
  }
  return e.tidy(() => {
    const wanted = e.floats(q, [rows, classes]);
    const logProbabilities = e.logSoftmax(logits);
    const loss = -sumOf(e.values(e.multiply(wanted, logProbabilities)));
    const pull = e.multiply(e.exp(logProbabilities), e.floats(sums, [rows, 1]));
    return { loss, dLogits: e.add(pull, e.scale(wanted, -1)) };
  });
}

/** Mean squared error, the sum of squares divided by `normalizer`. @param logits [B, 1] */
export function squaredError(e: Engine, logits: Tensor, targets: number[], normalizer: number): LossGradient {
  const differences = e.values(logits).map((value, row) => value - targets[row]!);
  let loss = 0;
  for (const difference of differences) loss += difference * difference;
  const dLogits = differences.map((difference) => (2 * difference) / normalizer);
  return { loss: loss / normalizer, dLogits: e.floats(dLogits, logits.shape) };
}

function sumOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
