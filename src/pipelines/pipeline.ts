import { UsageError } from '../errors.ts';
import { checkOptionNames } from './arguments.ts';
import { type FeatureExtractionPipeline, featureExtractionPipeline } from './feature-extraction.ts';
import { type FillMaskPipeline, fillMaskPipeline } from './fill-mask.ts';
import type { ModelSource, PipelineOptions } from './load-model.ts';
import { type QuestionAnsweringPipeline, questionAnsweringPipeline } from './question-answering.ts';
import { type TextClassificationPipeline, textClassificationPipeline } from './text-classification.ts';
import { type TokenClassificationPipeline, tokenClassificationPipeline } from './token-classification.ts';

/** The pipelines by the names of their tasks. */
export interface Pipelines {
  'fill-mask': FillMaskPipeline;
  'text-classification': TextClassificationPipeline;
  'sentiment-analysis': TextClassificationPipeline;
  'token-classification': TokenClassificationPipeline;
  ner: TokenClassificationPipeline;
  'question-answering': QuestionAnsweringPipeline;
  'feature-extraction': FeatureExtractionPipeline;
}

const factories: { [T in keyof Pipelines]: (source: ModelSource, options: PipelineOptions) => Promise<Pipelines[T]> } =
  {
    'fill-mask': fillMaskPipeline,
    'text-classification': textClassificationPipeline,
    'sentiment-analysis': textClassificationPipeline,
    'token-classification': tokenClassificationPipeline,
    ner: tokenClassificationPipeline,
    'question-answering': questionAnsweringPipeline,
    'feature-extraction': featureExtractionPipeline,
  };

/** Models of the hub that have the head a task needs. */
const examples: Partial<Record<keyof Pipelines, string>> = {
  'fill-mask': 'distilbert-base-uncased',
  'text-classification': 'distilbert-base-uncased-finetuned-sst-2-english',
  'question-answering': 'distilbert-base-uncased-distilled-squad',
};

const optionNames = [
  'engine',
  'maxLength',
  'cacheDir',
  'offline',
  'token',
  'endpoint',
  'embeddedDir',
  'checkConfig',
  'onProgress',
  'patienceMs',
  'signal',
];

/**
 * Loads a model to be used for a task, with the arguments and results of transformers' and transformers.js' pipelines:
 *
 *     const unmask = await pipeline('fill-mask', 'distilbert-base-uncased');
 *     await unmask("Hello I'm a [MASK] model.", { top_k: 3 });
 *     unmask.dispose();
 *
 * A single input gives a single result, a list of inputs a list. `dispose` frees the model's memory.
 * @param model the folder of a run or of a model, the name of an embedded model or of one on the hub (as in
 * `resolveModel`), or a folder's contents. May be left out for feature extraction: the embedded encoder is taken then.
 * @throws UsageError for a task or an option that there is not, and for a model of another task
 */
export async function pipeline<T extends keyof Pipelines>(
  task: T,
  model?: ModelSource,
  options: PipelineOptions = {},
): Promise<Pipelines[T]> {
  const create = Object.hasOwn(factories, task) ? factories[task] : undefined;
  if (create === undefined) {
    throw new UsageError(`There is no pipeline for ${JSON.stringify(task)}.`, {
      fix: `There are: ${Object.keys(factories).join(', ')}.`,
    });
  }
  checkOptionNames(options, optionNames);
  if (model === undefined && task !== 'feature-extraction') {
    const example = examples[task];
    throw new UsageError(`The ${task} pipeline needs a model.`, {
      fix: `Name the folder of one that was trained for it${example === undefined ? '' : `, or one of the hub such as ${example}`}.`,
    });
  }
  return create(model as ModelSource, options) as Promise<Pipelines[T]>;
}
