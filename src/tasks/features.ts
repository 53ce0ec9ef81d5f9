import type { Example } from '../data/types.ts';
import type { Head } from '../heads/types.ts';
import { tokenize } from './texts.ts';
import type { Task } from './types.ts';

/** Which of the last hidden states make up a text's features: every token's, [CLS]'s, or the mean over all tokens. */
export type FeaturePooling = 'none' | 'cls' | 'mean';

export const featurePoolings = ['none', 'cls', 'mean'] as const satisfies readonly FeaturePooling[];

export interface FeaturesOptions {
  /** Default: none. */
  pooling?: FeaturePooling | undefined;
  /** Makes every vector's length 1. Default: false. */
  normalize?: boolean | undefined;
}

/** What is kept of a text to read its hidden states. */
export interface FeatureItem {
  ids: ArrayLike<number>;
  /** Tokens of the whole text, special tokens included; more than `ids` has where its end was cut off. */
  fullLength: number;
}

/** The features of one text. */
export interface TextFeatures extends FeatureItem {
  /** [D] where they are pooled, else flat rows, one per token, special tokens included: [L, D]. */
  values: Float32Array;
}

/** The head that is none: its outputs are what it is given. */
const hiddenStates: Head<never> = {
  architecture: 'DistilBertModel',
  rows: 'all',
  parameters: () => [],
  logits: (_, hidden) => hidden,
  weigh: () => 0,
  train() {
    throw new RangeError('features have no loss: there is nothing to train');
  },
};

/**
 * The encoder's last hidden states as features of a text or a pair of texts. There is nothing in it to train, and any
 * checkpoint of a DistilBERT will do: its head, if it has one, is left out. What was loaded with one pooling can be used
 * with another.
 */
export function features(options: FeaturesOptions = {}): Task<Example, never, FeatureItem, TextFeatures> {
  const { pooling = 'none', normalize = false } = options;
  return {
    type: 'feature-extraction',
    head: hiddenStates,
    labels: [],
    configure: ({ labels: _, problemType: __, ...config }) => config,
    exampleOf: (text) => ({ text, line: 0 }),
    async featurize(tokenizer, examples, { maxLength }) {
      const encodings = await tokenize(tokenizer, examples, { maxLength });
      return encodings.map(({ ids, fullLength }) => ({
        sequences: [ids],
        ...(pooling === 'cls' ? { positions: [[0]] } : {}),
        fullLength,
        item: { ids, fullLength },
      }));
    },
    targets: () => [],
    prediction({ ids, fullLength }, [hidden]) {
      const values = pooling === 'mean' ? meanRow(hidden!, ids.length) : hidden!;
      if (normalize) normalizeRows(values, pooling === 'none' ? values.length / ids.length : values.length);
      return { ids, fullLength, values };
    },
  };
}

/** [rows, D] -> [D], added up in float64. */
function meanRow(values: Float32Array, rows: number): Float32Array {
  const width = values.length / rows;
  const sum = new Float64Array(width);
  for (let i = 0; i < values.length; i++) sum[i % width]! += values[i]!;
  return Float32Array.from(sum, (value) => value / rows);
}

/** Divides each row by its Euclidean length, as torch.nn.functional.normalize does, which leaves rows of zeros alone. */
function normalizeRows(values: Float32Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += values[i]! ** 2;
    const length = Math.max(Math.sqrt(squares), 1e-12);
    for (let i = start; i < start + width; i++) values[i]! /= length;
  }
}
