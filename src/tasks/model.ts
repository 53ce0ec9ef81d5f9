import { createWordEmbeddings, type WordEmbeddings } from '../encoder/active-vocabulary.ts';
import { type LoadReport, readWeights, writeModelFolder } from '../encoder/checkpoint.ts';
import { type DistilBertConfig, parseConfig } from '../encoder/config.ts';
import { adapterOf, createLora, isLora, type Lora, type LoraSettings, merged } from '../encoder/lora.ts';
import { encoderParameters, type ParameterSpec, wordEmbeddings } from '../encoder/names.ts';
import type { NamedTensor } from '../encoder/safetensors.ts';
import { type Gradients, heldWeights } from '../encoder/weights.ts';
import { normals, randomIntegers } from '../engine/random.ts';
import type { Engine, Variable } from '../engine/types.ts';
import { DataError } from '../errors.ts';
import type { ModelFolder, ModelWriter } from '../files.ts';
import { createTokenizer, type Tokenizer } from '../text/tokenizer.ts';
import { type FrozenActivations, holdActivations } from './frozen-activations.ts';
import { readLoraFile, writeLoraFiles } from './lora-files.ts';
import { batchOutputs, type SequenceInput, type TrainingBatch, trainBatch } from './passes.ts';
import type { Task } from './types.ts';

/** An encoder with a task's head on it, its tokenizer and its weights in an engine. */
export interface Model<Example = unknown, Target = unknown, Item = unknown, Prediction = unknown> {
  readonly engine: Engine;
  readonly config: DistilBertConfig;
  readonly tokenizer: Tokenizer;
  readonly task: Task<Example, Target, Item, Prediction>;
  /** Every weight, encoder and head, in the order of the data's way through them. */
  readonly parameters: readonly ParameterSpec[];
  readonly variables: ReadonlyMap<string, Variable>;
  /** While they are confined, theirs is the variable of some rows only. */
  readonly embeddings: WordEmbeddings;
  /** What trains in place of linear layers' weights; null: they do themselves. */
  readonly lora: Lora | null;
  /** What the checkpoint had of them. */
  readonly report: LoadReport;
  /** Sum of the targets' weights in a mean loss. */
  weigh(targets: Target[]): number;
  /** Loss and gradients of one micro-batch: see `passes.ts`. */
  trainBatch(batch: TrainingBatch<Target>, frozen: ReadonlySet<string>, gradients: Gradients): { loss: number };
  /** What the layers below the lowest one that trains give of sequences, for `trainBatch`: see `frozen-activations.ts`. */
  holdActivations(
    sequences: () => Iterable<ArrayLike<number>>,
    frozen: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<FrozenActivations | null>;
  /** Outputs of one batch, flat, in the order given: [outputs] of each, or [L, outputs] where the head reads every token. */
  outputs(inputs: readonly SequenceInput[]): Float32Array[];
  /** Writes the folder that Hugging Face transformers loads as its own; with LoRA merged, and its adapter beside it. */
  save(writer: ModelWriter): Promise<void>;
  dispose(): void;
}

export interface LoadOptions {
  /** Seeds the weights that the checkpoint does not have. Default 42. */
  seed?: number | undefined;
  /** Overrides every dropout rate of the config; null or absent: the checkpoint's own. */
  dropout?: number | null | undefined;
  /** Low-rank adapters in place of linear layers' weights; null or absent: none. */
  lora?: LoraSettings | null | undefined;
}

/**
 * Loads a checkpoint for a task. Weights of another head are left out, missing head weights newly initialised; the
 * model's `report` lists both.
 * @throws DataError when a file is missing or broken, or an encoder tensor is missing or mis-shaped (all are listed).
 */
export async function loadModel<Example, Target, Item, Prediction>(
  engine: Engine,
  folder: ModelFolder,
  task: Task<Example, Target, Item, Prediction>,
  options: LoadOptions = {},
): Promise<Model<Example, Target, Item, Prediction>> {
  const [checkpoint, tokenizer] = await Promise.all([readConfig(folder), readTokenizer(folder)]);
  const { architecture } = task.head;
  const config = withDropout({ ...task.configure(checkpoint), architecture }, options.dropout ?? null);
  if (tokenizer.vocabSize > config.vocabSize) {
    throw new DataError(
      `The tokenizer has ${tokenizer.vocabSize} tokens, the model's word embeddings ${config.vocabSize}.`,
      { where: folder.where, fix: 'Use the tokenizer files that belong to this model.' },
    );
  }
  const stored = [...encoderParameters(config), ...task.head.parameters(config)];
  const lora = options.lora ? createLora(stored, options.lora) : null;
  const parameters = [...stored, ...(lora?.parameters ?? [])];
  const variables = new Map<string, Variable>();
  const place = (spec: ParameterSpec, values: Float32Array) => {
    engine.tidy(() => {
      variables.set(spec.name, engine.variable(engine.floats(values, spec.shape)));
    });
  };
  const report = await readWeights(folder, stored, place);
  parameters.forEach((spec, site) => {
    if (!variables.has(spec.name))
      place(spec, initialValues(spec, config, { seed: options.seed ?? 42, step: 0, site }));
  });
  const embeddings = createWordEmbeddings(engine, variables);
  return modelOf({ engine, config, tokenizer, task, parameters, variables, embeddings, lora, report });
}

type Parts<Example, Target, Item, Prediction> = Pick<
  Model<Example, Target, Item, Prediction>,
  'engine' | 'config' | 'tokenizer' | 'task' | 'parameters' | 'variables' | 'embeddings' | 'lora' | 'report'
>;

function modelOf<Example, Target, Item, Prediction>(
  parts: Parts<Example, Target, Item, Prediction>,
): Model<Example, Target, Item, Prediction> {
  const { engine, config, tokenizer, task, variables, embeddings, lora } = parts;
  const adapted = lora && { engine, lora };
  const { head } = task;
  const network = () => ({ engine, config, head, vocabulary: embeddings.active });
  return {
    ...parts,
    weigh: head.weigh,
    trainBatch(batch, frozen, gradients) {
      const weights = heldWeights(variables, frozen, adapted);
      const { loss } = trainBatch({ ...network(), weights }, batch, gradients);
      weights.release();
      return { loss };
    },
    async holdActivations(sequences, frozen, signal) {
      const weights = heldWeights(variables, frozen, adapted);
      try {
        return await holdActivations({ ...network(), weights }, sequences, signal);
      } finally {
        weights.release();
      }
    },
    outputs: (inputs) =>
      engine.tidy(() => batchOutputs({ ...network(), weights: heldWeights(variables, undefined, adapted) }, inputs)),
    async save(writer) {
      await writeModelFolder(writer, {
        config,
        architecture: head.architecture,
        tensors: tensorsOf(parts),
        tokenizerFiles: tokenizer.toFiles(),
      });
      if (lora) await writeLoraFiles(writer, { ...parts, lora, architecture: head.architecture });
    },
    dispose() {
      for (const variable of variables.values()) variable.dispose();
    },
  };
}

/** The same weights with a task that differs in its settings only, such as thresholds. Dispose one of the two. */
export function withTask<Example, Target, Item, Prediction>(
  model: Model<Example, Target, Item, Prediction>,
  task: Task<Example, Target, Item, Prediction>,
): Model<Example, Target, Item, Prediction> {
  return modelOf({ ...model, task, config: task.configure(model.config) });
}

/**
 * Puts the weights of a saved checkpoint back into the model that saved it.
 * @throws DataError when the folder does not hold every weight of the model
 */
export async function restoreWeights(
  { engine, parameters, variables, lora }: Pick<Model, 'engine' | 'parameters' | 'variables' | 'lora'>,
  folder: ModelFolder,
): Promise<void> {
  const assign = ({ name, shape }: ParameterSpec, values: Float32Array) => {
    engine.tidy(() => variables.get(name)!.assign(engine.floats(values, shape)));
  };
  // Of what LoRA adapts the folder has the sum; the weights themselves have never changed.
  const adapted = new Set(lora?.linears.map((linear) => `${linear}.weight`));
  const kept = parameters.filter(({ name }) => !isLora(name) && !adapted.has(name));
  const { missing, misShaped } = await readWeights(folder, kept, assign);
  if (lora) await readLoraFile(folder, lora, assign);
  const absent = [...missing, ...misShaped.map(({ name }) => name)];
  if (absent.length > 0) {
    throw new DataError(`The checkpoint lacks weights of the model: ${absent.join(', ')}.`, { where: folder.where });
  }
}

export async function readConfig(folder: ModelFolder): Promise<DistilBertConfig> {
  const text = await folder.readText('config.json');
  if (text !== undefined) return parseConfig(text, `${folder.where}/config.json`);
  throw new DataError('There is no config.json.', {
    where: folder.where,
    fix: 'A model folder has config.json, model.safetensors and tokenizer files.',
  });
}

export async function readTokenizer(folder: ModelFolder): Promise<Tokenizer> {
  const [tokenizerJson, vocabText, configText] = await Promise.all(
    ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json'].map((name) => folder.readText(name)),
  );
  return createTokenizer({ tokenizerJson, vocabText, configText, where: folder.where });
}

function withDropout(config: DistilBertConfig, rate: number | null): DistilBertConfig {
  if (rate === null) return config;
  return { ...config, dropout: rate, attentionDropout: rate, seqClassifDropout: rate, qaDropout: rate };
}

/** As transformers initialises them (`_init_weights` of modeling_distilbert.py). */
function initialValues(
  spec: ParameterSpec,
  config: DistilBertConfig,
  key: { seed: number; step: number; site: number },
): Float32Array {
  const count = spec.shape.reduce((a, b) => a * b, 1);
  if (spec.init === 'normal') return normals(count, config.initializerRange, key);
  if (spec.init === 'uniform') {
    const bound = 1 / Math.sqrt(spec.shape[1]!);
    const draw = randomIntegers(key);
    return Float32Array.from({ length: count }, () => ((draw() / 2 ** 32) * 2 - 1) * bound);
  }
  return new Float32Array(count).fill(spec.init === 'ones' ? 1 : 0);
}

function* tensorsOf({
  engine,
  parameters,
  variables,
  embeddings,
  lora,
}: Pick<Model, 'engine' | 'parameters' | 'variables' | 'embeddings' | 'lora'>): Generator<
  NamedTensor,
  void,
  undefined
> {
  const linearOf = new Map(lora?.linears.map((linear) => [`${linear}.weight`, linear]));
  const valuesOf = (name: string) =>
    engine.tidy(() => {
      const weight = variables.get(name)!.read();
      const linear = linearOf.get(name);
      if (linear === undefined) return engine.values(weight);
      return engine.values(merged(engine, weight, adapterOf(engine, lora!, variables, linear)));
    });
  for (const { name, shape } of parameters) {
    if (isLora(name)) continue;
    yield {
      name,
      shape,
      // One tensor at a time is copied out of the engine.
      get data() {
        return name === wordEmbeddings ? embeddings.values() : valuesOf(name);
      },
    };
  }
}
