import { linear } from '../encoder/linear.ts';
import { linearParameters } from '../encoder/names.ts';
import { trainDropoutLinear } from './dropout-linear.ts';
import { type TokenLabels, trainLabelledRows, weighLabels } from './labelled-rows.ts';
import { type ClassificationLoss, crossEntropy } from './losses.ts';
import type { Head } from './types.ts';

export interface TokenClassificationHeadOptions extends ClassificationLoss {
  /** Number of classes, C. */
  classes: number;
}

/**
 * DistilBERT's head for tokens (modeling_distilbert.py, `DistilBertForTokenClassification`): dropout -> classifier [C, D];
 * cross-entropy over the labelled tokens of the whole step. A target has one class index per token of its sequence,
 * `IGNORED` for special tokens and whatever else has no label.
 */
export function tokenClassificationHead(options: TokenClassificationHeadOptions): Head<TokenLabels> {
  return {
    architecture: 'DistilBertForTokenClassification',
    rows: 'all',
    parameters: ({ dim }) => linearParameters('classifier', options.classes, dim),
    logits: ({ engine, weights }, hidden) => linear(engine, weights, 'classifier', hidden),
    weigh: (targets) => weighLabels(targets, (label) => options.classWeights?.[label] ?? 1),
    train: (context, hidden, targets, normalizer) =>
      trainLabelledRows(context, hidden, targets, (x, labels) =>
        trainDropoutLinear(context, 'classifier', context.config.dropout, x, (logits) =>
          crossEntropy(context.engine, logits, labels, normalizer, options),
        ),
      ),
  };
}
