import type { Example } from '../data/types.ts';
import { DataError } from '../errors.ts';
import { poolLogits } from '../heads/pooling.ts';
import { multiLabelHead } from '../heads/sequence-classification.ts';
import { withSavedSettings } from './saved-settings.ts';
import { byLabel, classIds, poolingOf, preview } from './sequence-classification.ts';
import { type LongTextOptions, longTextSettings, textFeatures } from './texts.ts';
import type { LabelsPrediction, Task } from './types.ts';

export interface MultiLabelOptions extends LongTextOptions {
  /** Label names; their order gives the label ids. */
  labels: readonly string[];
  /** Probability from which on each label applies, in the order of `labels`. Default: 0.5 each. */
  thresholds?: readonly number[] | undefined;
  /** How much more than 1 a label's positives weigh in the loss, in the order of `labels`. */
  positiveWeights?: readonly number[] | undefined;
}

/** Any number of labels for a text or a pair of texts. A target has 0 or 1 per label; an item too, null where not known. */
export function multiLabel(
  options: MultiLabelOptions,
): Task<Example, number[], number[] | null, LabelsPrediction> & { thresholds: readonly number[] } {
  const labels = [...options.labels];
  const ids = classIds(labels, 1);
  const pooling = poolingOf(options);
  const thresholds = options.thresholds ?? labels.map(() => 0.5);
  if (thresholds.length !== labels.length) throw new RangeError('there must be one threshold per label');
  const vectorOf = (names: readonly string[]) => {
    const vector = labels.map(() => 0);
    for (const name of names) if (ids.has(name)) vector[ids.get(name)!] = 1;
    return vector;
  };
  return {
    type: 'multi-label',
    thresholds,
    head: multiLabelHead({ classes: labels.length, pooling, positiveWeights: options.positiveWeights }),
    labels,
    configure: (config) =>
      withSavedSettings(
        { ...config, labels, problemType: 'multi_label_classification' },
        { ...longTextSettings(options), thresholds: options.thresholds && [...options.thresholds] },
      ),
    exampleOf: (text) => ({ text, line: 0 }),
    featurize: (tokenizer, examples, featureOptions) =>
      textFeatures(tokenizer, examples, featureOptions, options, (example) =>
        example.labels === undefined ? null : vectorOf(example.labels),
      ),
    targets({ labels: names, line }) {
      const unknown = names?.find((name) => !ids.has(name));
      if (names !== undefined && unknown === undefined) return [vectorOf(names)];
      throw new DataError(
        unknown === undefined ? 'The row has no labels.' : `"${unknown}" is not a label of the model.`,
        {
          where: `line ${line}`,
          fix: `Its labels are: ${preview(labels)}.`,
        },
      );
    },
    prediction(_, outputs) {
      const values = Array.from(poolLogits(outputs, pooling), sigmoid);
      const applying = labels
        .map((label, id) => ({ label, value: values[id]!, applies: values[id]! >= thresholds[id]! }))
        .filter(({ applies }) => applies)
        .sort((a, b) => b.value - a.value);
      return { labels: applying.map(({ label }) => label), probabilities: byLabel(labels, values) };
    },
  };
}

/** 1 / (1 + exp(-x)), in float64. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
