import { DataError } from '../errors.ts';
import { classificationHead } from '../heads/sequence-classification.ts';
import type { ClassPrediction, Task } from './types.ts';

export interface SequenceClassificationOptions {
  /** Class names; their order gives the class ids. */
  labels: readonly string[];
  /** One weight per class, in the order of `labels`. */
  classWeights?: readonly number[] | undefined;
  /** Share of each target's probability that is spread over all classes, 0 .. 1. */
  labelSmoothing?: number | undefined;
}

/** One of several classes for a text or a pair of texts. A target is the class index. */
export function sequenceClassification(options: SequenceClassificationOptions): Task<number, ClassPrediction> {
  const labels = [...options.labels];
  if (labels.length < 2) throw new RangeError(`classification needs at least two labels, not ${labels.length}`);
  const ids = new Map(labels.map((label, id) => [label, id]));
  if (ids.size < labels.length) throw new RangeError('two classes have the same name');
  return {
    type: 'sequence-classification',
    head: classificationHead({ ...options, classes: labels.length }),
    labels,
    outputs: labels.length,
    configure: (config) => ({ ...config, labels, problemType: 'single_label_classification' }),
    target({ label, line }) {
      const id = label === undefined ? undefined : ids.get(label);
      if (id !== undefined) return id;
      throw new DataError(label === undefined ? 'The row has no label.' : `"${label}" is not a label of the model.`, {
        where: `line ${line}`,
        fix: `Its labels are: ${preview(labels)}.`,
      });
    },
    prediction(logits) {
      const values = softmax(logits);
      const best = values.indexOf(Math.max(...values));
      const probabilities: Record<string, number> = Object.create(null);
      labels.forEach((label, id) => {
        probabilities[label] = values[id]!;
      });
      return { label: labels[best]!, score: values[best]!, probabilities };
    },
  };
}

/** exp(x) / sum(exp(x)), in float64, the largest taken out first. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function preview(labels: readonly string[]): string {
  return labels.length <= 10 ? labels.join(', ') : `${labels.slice(0, 10).join(', ')} and ${labels.length - 10} more`;
}
