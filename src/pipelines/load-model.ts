import type { ResolveOptions } from '../data/hub.ts';
import type { Example } from '../data/types.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine } from '../engine/types.ts';
import { UsageError } from '../errors.ts';
import type { ModelFolder } from '../files.ts';
import { type FeatureItem, features, type TextFeatures } from '../tasks/features.ts';
import { loadModel, type Model, readConfig } from '../tasks/model.ts';
import { loadTrainedModel, type TrainedModel } from '../tasks/trained-model.ts';
import type { Task } from '../tasks/types.ts';
import { defaultSettings } from '../trainer/settings.ts';
import { checkCount } from './arguments.ts';
import { type FoundModel, findModel } from './find-model.ts';

/** Where a model comes from and what computes it. */
export interface LoadingOptions extends ResolveOptions {
  /** Default: native TensorFlow where it is installed, else wasm. */
  engine?: 'tensorflow' | 'wasm' | Engine;
}

/** What every pipeline is made with. */
export interface PipelineOptions extends LoadingOptions {
  /** Most tokens of a sequence. Default: what a run was trained with, else as many as the model has positions for. */
  maxLength?: number;
}

/** A model's name as in `findModel`, or its folder. */
export type ModelSource = string | ModelFolder;

export interface ModelForUse<M> {
  model: M;
  /** The checkpoint's own, before the task made it its. */
  config: DistilBertConfig;
  /** Most tokens of a sequence. */
  maxLength: number;
}

/** What a pipeline can use. */
export interface Wanted {
  tasks: readonly [Task['type'], ...Task['type'][]];
  /** What one could name, for a model of another task. */
  example: string;
  /** Most tokens of a sequence where nothing is asked for, given what a run was trained with; null: as many as there are positions. */
  usualLength?(trained: number | null): number | null;
}

interface Use {
  is: string;
  /** The pipeline and the command that use such a model. */
  pipeline: string;
  command: string;
}

const classification = { pipeline: 'text-classification', command: 'predict' };
const bareEncoder: Use = { is: 'an encoder without a head', pipeline: 'feature-extraction', command: 'features' };
const uses: Record<Task['type'], Use> = {
  'feature-extraction': bareEncoder,
  'sequence-classification': { is: 'a text classifier', ...classification },
  'multi-label': { is: 'a text classifier of several labels', ...classification },
  regression: { is: 'a regression over texts', ...classification },
  'token-classification': { is: 'a token classifier', pipeline: 'token-classification', command: 'predict' },
  'question-answering': { is: 'a question-answering model', pipeline: 'question-answering', command: 'predict' },
  'masked-lm': { is: 'a masked language model', pipeline: 'fill-mask', command: 'fill-mask' },
};

/** Starts the engine that the options name, unless they bring one. */
export async function engineOf({ engine }: LoadingOptions): Promise<Engine> {
  if (typeof engine === 'object') return engine;
  if (engine !== undefined && engine !== 'tensorflow' && engine !== 'wasm') {
    throw new UsageError(`There is no engine ${JSON.stringify(engine)}.`, { fix: 'It is "tensorflow" or "wasm".' });
  }
  return createEngine({ kind: engine === undefined ? 'auto' : engine === 'wasm' ? 'wasm' : 'native' });
}

/**
 * Loads a fine-tuned model of one of the given tasks.
 * @throws UsageError for a model of another task, and for a length that it does not read; else as `findModel` and
 * `loadTrainedModel`
 */
export async function loadTrained(
  source: ModelSource,
  options: PipelineOptions,
  { tasks, example, usualLength = (trained) => trained }: Wanted,
): Promise<ModelForUse<TrainedModel>> {
  const { folder, maxLength: trained } = await findSource(source, options);
  const config = await readConfig(folder);
  const maxLength = lengthFor(config, options.maxLength, usualLength(trained));
  const refuse = ({ is, pipeline, command }: Use) =>
    new UsageError(`The model is ${is}, not ${uses[tasks[0]].is}.`, {
      where: folder.where,
      fix: `\`distiltune ${command}\` uses it (in code, pipeline('${pipeline}')). Here, name ${example}.`,
    });
  if (isBareEncoder(config)) throw refuse(bareEncoder);
  const model = await loadTrainedModel(await engineOf(options), folder);
  if (tasks.includes(model.task.type)) {
    // A classifier's labels may be transformers' default, which its file leaves out.
    const { labels } = model.task;
    return { model, config: labels.length > 0 ? { ...config, labels: [...labels] } : config, maxLength };
  }
  model.dispose();
  throw refuse(uses[model.task.type]);
}

/**
 * Loads the encoder of any DistilBERT.
 * @throws UsageError for a length that it does not read; else as `findModel` and `loadModel`
 */
export async function loadEncoder(
  source: ModelSource = defaultSettings.model,
  options: PipelineOptions = {},
): Promise<ModelForUse<Model<Example, never, FeatureItem, TextFeatures>>> {
  const { folder } = await findSource(source, options);
  const config = await readConfig(folder);
  const maxLength = lengthFor(config, options.maxLength);
  return { model: await loadModel(await engineOf(options), folder, features()), config, maxLength };
}

/**
 * Most tokens of a sequence: what is asked for, else the default.
 * @throws UsageError when the model has no positions for as many
 */
export function lengthFor(
  { maxPositionEmbeddings: positions }: DistilBertConfig,
  asked: number | undefined,
  otherwise: number | null = null,
  name = 'maxLength',
): number {
  const length = checkCount(name, asked ?? Math.min(otherwise ?? positions, positions), 3);
  if (length <= positions) return length;
  throw new UsageError(`${name} is ${length}, and the model reads ${positions} tokens at most.`, {
    fix: `Set it to ${positions} or less.`,
  });
}

export async function findSource(source: ModelSource, options: ResolveOptions): Promise<FoundModel> {
  return typeof source === 'string' ? findModel(source, options) : { folder: source, maxLength: null, run: null };
}

function isBareEncoder({ architecture, labels }: DistilBertConfig): boolean {
  return (architecture === undefined || architecture === 'DistilBertModel') && labels === undefined;
}
