import type { DistilBertConfig } from '../encoder/config.ts';
import { linear, linearInputGradient, linearWeightGradient } from '../encoder/linear.ts';
import { linearParameters } from '../encoder/names.ts';
import type { Engine, Tensor } from '../engine/types.ts';
import { trainDropoutLinear } from './dropout-linear.ts';
import {
  binaryCrossEntropy,
  type ClassificationLoss,
  crossEntropy,
  type LossGradient,
  squaredError,
} from './losses.ts';
import { type Pooling, pooledLoss } from './pooling.ts';
import type { Head, HeadContext } from './types.ts';

export interface SequenceHeadOptions {
  /** Makes one row of outputs of a target that has several sequences, as a long document in windows. Default `mean`. */
  pooling?: Pooling | undefined;
}

export interface ClassificationHeadOptions extends ClassificationLoss, SequenceHeadOptions {
  /** Number of classes, C. */
  classes: number;
}

export interface MultiLabelHeadOptions extends SequenceHeadOptions {
  /** Number of labels, C. */
  classes: number;
  /** What a label's presence weighs beside its absence, one number per label; absent: all 1. */
  positiveWeights?: readonly number[] | undefined;
}

/** One of several classes: cross-entropy. A target is a class index. */
export function classificationHead(options: ClassificationHeadOptions): Head<number> {
  return {
    ...sequenceHead<number>(options.classes, options, (e, logits, targets, normalizer) =>
      crossEntropy(e, logits, targets, normalizer, options),
    ),
    weigh: (targets) => targets.reduce((sum, target) => sum + (options.classWeights?.[target] ?? 1), 0),
  };
}

/**
 * Any number of several labels: binary cross-entropy, its mean over all labels of all targets. A target has 1 for each
 * label that applies and 0 for each that does not, [C].
 */
export function multiLabelHead(options: MultiLabelHeadOptions): Head<number[]> {
  return {
    ...sequenceHead<number[]>(options.classes, options, (e, logits, targets, normalizer) =>
      binaryCrossEntropy(e, logits, targets, normalizer, options.positiveWeights),
    ),
    weigh: (targets) => targets.length * options.classes,
  };
}

/** One number: mean squared error. A target is the number itself. */
export function regressionHead(options: SequenceHeadOptions = {}): Head<number> {
  return { ...sequenceHead<number>(1, options, squaredError), weigh: (targets) => targets.length };
}

/**
 * DistilBERT's head for whole sequences (modeling_distilbert.py, `DistilBertForSequenceClassification`):
 * h[CLS] -> pre_classifier [D, D] -> ReLU -> dropout -> classifier [C, D].
 */
function sequenceHead<Target>(
  outputs: number,
  { pooling = 'mean' }: SequenceHeadOptions,
  lossOf: (e: Engine, logits: Tensor, targets: Target[], normalizer: number) => LossGradient,
): Omit<Head<Target>, 'weigh'> {
  return {
    architecture: 'DistilBertForSequenceClassification',
    rows: 'first',
    parameters: ({ dim }: DistilBertConfig) => [
      ...linearParameters('pre_classifier', dim, dim),
      ...linearParameters('classifier', outputs, dim),
    ],
    logits: ({ engine: e, weights }: HeadContext, hidden: Tensor) =>
      e.tidy(() => linear(e, weights, 'classifier', e.relu(linear(e, weights, 'pre_classifier', hidden)))),
    train(context, hidden, targets, normalizer) {
      const { engine: e, config, weights, gradients, layout } = context;
      const inner = linear(e, weights, 'pre_classifier', hidden); // [B, D]
      const activated = e.relu(inner);
      const { loss, dx } = trainDropoutLinear(context, 'classifier', config.seqClassifDropout, activated, (logits) =>
        pooledLoss(e, logits, targets, layout, pooling, (rows, own) => lossOf(e, rows, own, normalizer)),
      );
      const dInner = e.reluGradient(inner, dx);
      linearWeightGradient(e, weights, gradients, 'pre_classifier', hidden, dInner);
      const dHidden = linearInputGradient(e, weights, 'pre_classifier', dInner);
      e.dispose(hidden, inner, activated, dx, dInner);
      return { loss, dHidden };
    },
  };
}
