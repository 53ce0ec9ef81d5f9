import { DataError } from '../errors.ts';
import { regressionHead } from '../heads/sequence-classification.ts';
import type { Task, ValuePrediction } from './types.ts';

/** A number for a text or a pair of texts. A target is the number, in the file's own unit: nothing is rescaled. */
export function regression(): Task<number, ValuePrediction> {
  return {
    type: 'regression',
    head: regressionHead(),
    labels: [],
    outputs: 1,
    configure: (config) => ({ ...config, labels: ['LABEL_0'], problemType: 'regression' }),
    target({ label, line }) {
      const value = label === undefined || label === '' ? Number.NaN : Number(label);
      if (Number.isFinite(value)) return value;
      throw new DataError(label === undefined ? 'The row has no label.' : `"${label}" is not a number.`, {
        where: `line ${line}`,
        fix: 'Regression needs a number in every row; for classes use --task sequence-classification.',
      });
    },
    prediction: (logits) => ({ value: logits[0]! }),
  };
}
