import { type FeaturePooling, featurePoolings, features } from '../tasks/features.ts';
import { predict } from '../tasks/predict.ts';
import { checkChoice, checkOptionNames, checkTexts } from './arguments.ts';
import type { ByOption } from './by-option.ts';
import { loadEncoder, type ModelSource, type PipelineOptions } from './load-model.ts';
import { type NumberTensor, numberTensor } from './number-tensor.ts';

export interface FeatureExtractionPipelineOptions {
  /** Every token's vector, [CLS]'s, or the mean over all tokens. Default: none, every token's. */
  pooling?: FeaturePooling | undefined;
  /** Makes every vector's length 1. Default: false. */
  normalize?: boolean | undefined;
}

/** [B, D] where the vectors are pooled, else [B, L, D], texts that are shorter than the longest filled up with zeros. */
export type TextVectors<O> = ByOption<
  O,
  'pooling',
  'none',
  NumberTensor<[number, number, number]>,
  NumberTensor<[number, number]>
>;

export interface FeatureExtractionPipeline {
  /** A text gives a batch of one. */
  <const O extends FeatureExtractionPipelineOptions = object>(
    texts: string | readonly string[],
    options?: O,
  ): Promise<TextVectors<O>>;
  dispose(): void;
}

/**
 * The last hidden states of texts, as transformers.js' FeatureExtractionPipeline. Any DistilBERT will do; its head is left
 * out. The end of a text that is too long is cut off.
 */
export async function featureExtractionPipeline(
  source: ModelSource | undefined,
  options: PipelineOptions,
): Promise<FeatureExtractionPipeline> {
  const { model, maxLength } = await loadEncoder(source, options);
  const { dim } = model.config;

  async function extract(
    input: string | readonly string[],
    asked: FeatureExtractionPipelineOptions = {},
  ): Promise<TextVectors<FeatureExtractionPipelineOptions>> {
    checkOptionNames(asked, ['pooling', 'normalize']);
    const pooling = checkChoice('pooling', asked.pooling ?? 'none', featurePoolings);
    const texts = typeof input === 'string' ? [input] : input;
    checkTexts(texts);
    const vectors: Float32Array[] = [];
    const task = features({ pooling, normalize: asked.normalize });
    for await (const { values } of predict({ ...model, task }, texts, { maxLength })) vectors.push(values);
    const size = vectors.reduce((most, { length }) => Math.max(most, length), 0);
    const data = new Float32Array(vectors.length * size);
    vectors.forEach((values, i) => {
      data.set(values, i * size);
    });
    if (pooling !== 'none') return numberTensor(data, [vectors.length, dim]);
    return numberTensor(data, [vectors.length, size / dim, dim]);
  }

  return Object.assign(extract, { dispose: () => model.dispose() }) as FeatureExtractionPipeline;
}
