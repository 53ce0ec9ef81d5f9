import type { Example } from '../data/types.ts';
import { DataError } from '../errors.ts';
import { poolLogits } from '../heads/pooling.ts';
import { regressionHead } from '../heads/sequence-classification.ts';
import { withSavedSettings } from './saved-settings.ts';
import { poolingOf } from './sequence-classification.ts';
import { type LongTextOptions, longTextSettings, textFeatures } from './texts.ts';
import type { Task, ValuePrediction } from './types.ts';

/**
 * A number for a text or a pair of texts. A target is the number, in the file's own unit: nothing is rescaled. An item is
 * the same, NaN where it is not known.
 */
export function regression(options: LongTextOptions = {}): Task<Example, number, number, ValuePrediction> {
  const pooling = poolingOf(options);
  return {
    type: 'regression',
    head: regressionHead({ pooling }),
    labels: [],
    configure: (config) =>
      withSavedSettings(
        { ...config, labels: ['LABEL_0'], problemType: 'regression' },
        { ...longTextSettings(options) },
      ),
    exampleOf: (text) => ({ text, line: 0 }),
    featurize: (tokenizer, examples, featureOptions) =>
      textFeatures(tokenizer, examples, featureOptions, options, ({ label }) => numberOf(label)),
    targets({ label, line }) {
      const value = numberOf(label);
      if (Number.isFinite(value)) return [value];
      throw new DataError(label === undefined ? 'The row has no label.' : `"${label}" is not a number.`, {
        where: `line ${line}`,
        fix: 'Regression needs a number in every row; for classes use --task sequence-classification.',
      });
    },
    prediction: (_, outputs) => ({ value: poolLogits(outputs, pooling)[0]! }),
  };
}

const numberOf = (label: string | undefined) => (label === undefined || label === '' ? Number.NaN : Number(label));
