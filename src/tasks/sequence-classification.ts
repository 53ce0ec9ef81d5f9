import type { Example } from '../data/types.ts';
import { DataError } from '../errors.ts';
import { poolLogits } from '../heads/pooling.ts';
import { classificationHead } from '../heads/sequence-classification.ts';
import { softmax } from './decode/softmax.ts';
import { withSavedSettings } from './saved-settings.ts';
import { type LongTextOptions, longTextSettings, textFeatures } from './texts.ts';
import type { ClassPrediction, Task } from './types.ts';

export interface SequenceClassificationOptions extends LongTextOptions {
  /** Class names; their order gives the class ids. */
  labels: readonly string[];
  /** One weight per class, in the order of `labels`. */
  classWeights?: readonly number[] | undefined;
  /** Share of each target's probability that is spread over all classes, 0 .. 1. */
  labelSmoothing?: number | undefined;
}

/**
 * One of several classes for a text or a pair of texts. A target is the class index; so is an item, -1 where the class is
 * not known.
 */
export function sequenceClassification(
  options: SequenceClassificationOptions,
): Task<Example, number, number, ClassPrediction> {
  const labels = [...options.labels];
  const ids = classIds(labels);
  const pooling = poolingOf(options);
  return {
    type: 'sequence-classification',
    head: classificationHead({ ...options, classes: labels.length, pooling }),
    labels,
    configure: (config) =>
      withSavedSettings(
        { ...config, labels, problemType: 'single_label_classification' },
        { ...longTextSettings(options) },
      ),
    exampleOf: (text) => ({ text, line: 0 }),
    featurize: (tokenizer, examples, featureOptions) =>
      textFeatures(tokenizer, examples, featureOptions, options, ({ label }) => ids.get(label ?? '') ?? -1),
    targets({ label, line }) {
      const id = label === undefined ? undefined : ids.get(label);
      if (id !== undefined) return [id];
      throw new DataError(label === undefined ? 'The row has no label.' : `"${label}" is not a label of the model.`, {
        where: `line ${line}`,
        fix: `Its labels are: ${preview(labels)}.`,
      });
    },
    prediction(_, outputs) {
      const values = softmax(poolLogits(outputs, pooling));
      const best = values.indexOf(Math.max(...values));
      return { label: labels[best]!, score: values[best]!, probabilities: byLabel(labels, values) };
    },
  };
}

/** @throws RangeError when there are fewer than two labels, or one is there twice */
export function classIds(labels: readonly string[], atLeast = 2): Map<string, number> {
  if (labels.length < atLeast) throw new RangeError(`there must be ${atLeast} labels or more, not ${labels.length}`);
  const ids = new Map(labels.map((label, id) => [label, id]));
  if (ids.size < labels.length) throw new RangeError('two classes have the same name');
  return ids;
}

export function poolingOf({ longTexts = 'truncate' }: LongTextOptions): 'mean' | 'max' {
  return longTexts === 'truncate' ? 'mean' : longTexts;
}

/** Values by label; the labels may be named like an object's own members. */
export function byLabel(labels: readonly string[], values: ArrayLike<number>): Record<string, number> {
  const named: Record<string, number> = Object.create(null);
  labels.forEach((label, id) => {
    named[label] = values[id]!;
  });
  return named;
}

export function preview(labels: readonly string[]): string {
  return labels.length <= 10 ? labels.join(', ') : `${labels.slice(0, 10).join(', ')} and ${labels.length - 10} more`;
}
