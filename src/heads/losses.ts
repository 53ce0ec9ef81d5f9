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

/**
 * Cross-entropy of plain class indices among many classes: the sum of -log p(target) divided by `normalizer`, its gradient
 * p - [c = target]. `crossEntropy` would build all rows x classes in JavaScript. Disposes `logits`: with a vocabulary for
 * classes a tensor of its size is the largest there is, and no more than three are held at a time.
 * @param logits [N, C]
 * @param targets [N]
 */
export function sparseCrossEntropy(e: Engine, logits: Tensor, targets: number[], normalizer: number): LossGradient {
  const [rows, classes] = logits.shape as [number, number];
  const places = Int32Array.from(targets, (target, row) => row * classes + target);
  const placesOfTargets = e.ints(places, [rows]);
  const logProbabilities = e.logSoftmax(logits);
  e.dispose(logits);
  const ofTargets = e.tidy(() =>
    e.values(e.gatherRows(e.reshape(logProbabilities, [rows * classes, 1]), placesOfTargets)),
  );
  const probabilities = e.exp(logProbabilities);
  e.dispose(logProbabilities);
  const pull = e.scale(probabilities, 1 / normalizer);
  e.dispose(probabilities);
  const dLogits = e.tidy(() => {
    const share = e.floats(new Float32Array(rows).fill(-1 / normalizer), [rows, 1]);
    return e.add(pull, e.reshape(e.scatterRows(share, placesOfTargets, rows * classes), [rows, classes]));
  });
  e.dispose(pull, placesOfTargets);
  return { loss: -sumOf(ofTargets) / normalizer, dLogits };
}

/**
 * Binary cross-entropy of each output, as torch.nn.BCEWithLogitsLoss(pos_weight) defines it, divided by `normalizer` instead
 * of the number of outputs: -w y log s(x) - (1 - y) log(1 - s(x)) with the logistic function s; its gradient is
 * (1 - y) s(x) - w y (1 - s(x)).
 * @param logits [B, C]
 * @param targets 0 or 1 for each output, [B][C]
 * @param positiveWeights w of each output; absent: all 1
 */
export function binaryCrossEntropy(
  e: Engine,
  logits: Tensor,
  targets: number[][],
  normalizer: number,
  positiveWeights?: readonly number[],
): LossGradient {
  const classes = logits.shape[1]!;
  let loss = 0;
  const gradient = e.values(logits).map((x, i) => {
    const y = targets[Math.floor(i / classes)]![i % classes]!;
    const positive = (positiveWeights?.[i % classes] ?? 1) * y;
    const negative = 1 - y;
    // log(1 + exp(-|x|)), which never overflows, is what both logarithms have in common.
    const common = Math.log1p(Math.exp(-Math.abs(x)));
    loss += positive * (common + Math.max(-x, 0)) + negative * (common + Math.max(x, 0));
    return (negative / (1 + Math.exp(-x)) - positive / (1 + Math.exp(x))) / normalizer;
  });
  return { loss: loss / normalizer, dLogits: e.floats(gradient, logits.shape) };
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
