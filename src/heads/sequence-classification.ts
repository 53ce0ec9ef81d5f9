import type { DistilBertConfig } from '../encoder/config.ts';
import { linear, linearInputGradient, linearWeightGradient } from '../encoder/linear.ts';
import { linearParameters } from '../encoder/names.ts';
import type { Tensor } from '../engine/types.ts';
import { type ClassificationLoss, crossEntropy, type LossGradient, squaredError } from './losses.ts';
import type { Head, HeadContext, HeadTraining } from './types.ts';

export interface ClassificationHeadOptions extends ClassificationLoss {
  /** Number of classes, C. */
  classes: number;
}

/**
 * DistilBERT's head for whole sequences (modeling_distilbert.py, `DistilBertForSequenceClassification`):
 * h[CLS] -> pre_classifier [D, D] -> ReLU -> dropout -> classifier [C, D]; cross-entropy over the classes.
 * A target is a class index.
 */
export function classificationHead(options: ClassificationHeadOptions): Head<number> {
  return {
    ...sequenceHead(options.classes),
    weigh: (targets) => targets.reduce((sum, target) => sum + (options.classWeights?.[target] ?? 1), 0),
    train: (context, hidden, targets, normalizer) =>
      trainSequenceHead(context, hidden, (logits) =>
        crossEntropy(context.engine, logits, targets, normalizer, options),
      ),
  };
}

/** The same layers with one output; mean squared error. A target is the value itself. */
export function regressionHead(): Head<number> {
  return {
    ...sequenceHead(1),
    weigh: (targets) => targets.length,
    train: (context, hidden, targets, normalizer) =>
      trainSequenceHead(context, hidden, (logits) => squaredError(context.engine, logits, targets, normalizer)),
  };
}

function sequenceHead(outputs: number): Pick<Head<number>, 'architecture' | 'rows' | 'parameters' | 'logits'> {
  return {
    architecture: 'DistilBertForSequenceClassification',
    rows: 'first',
    parameters: ({ dim }: DistilBertConfig) => [
      ...linearParameters('pre_classifier', dim, dim),
      ...linearParameters('classifier', outputs, dim),
    ],
    logits: ({ engine: e, weights }: HeadContext, hidden: Tensor) =>
      e.tidy(() => linear(e, weights, 'classifier', e.relu(linear(e, weights, 'pre_classifier', hidden)))),
  };
}

function trainSequenceHead(
  { engine: e, config, weights, gradients, drawMask }: HeadTraining,
  hidden: Tensor, // [B, D]
  lossOf: (logits: Tensor) => LossGradient,
): { loss: number; dHidden: Tensor } {
  const inner = linear(e, weights, 'pre_classifier', hidden);
  const activated = e.relu(inner);
  const mask = drawMask(activated.shape, config.seqClassifDropout, 0);
  const dropped = mask ? e.multiply(activated, mask) : activated;
  const logits = linear(e, weights, 'classifier', dropped);
  const { loss, dLogits } = lossOf(logits);

  linearWeightGradient(e, weights, gradients, 'classifier', dropped, dLogits);
  const dInner = e.tidy(() => {
    const dDropped = linearInputGradient(e, weights, 'classifier', dLogits);
    return e.reluGradient(inner, mask ? e.multiply(dDropped, mask) : dDropped);
  });
  linearWeightGradient(e, weights, gradients, 'pre_classifier', hidden, dInner);
  const dHidden = linearInputGradient(e, weights, 'pre_classifier', dInner);
  e.dispose(hidden, inner, activated, logits, dLogits, dInner);
  if (mask) e.dispose(mask, dropped);
  return { loss, dHidden };
}
