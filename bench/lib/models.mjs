/** The checkpoints that runs begin with, written so that both sides load the very same weights. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readWeights, writeModelFolder } from '../../dist/src/encoder/checkpoint.js';
import { defaultConfig } from '../../dist/src/encoder/config.js';
import { encoderParameters } from '../../dist/src/encoder/names.js';
import { normals } from '../../dist/src/engine/random.js';
import { replaceModelFolder, resolveModel, sequenceClassification, tokenClassification } from '../../dist/src/index.js';
import { readConfig, readTokenizer } from '../../dist/src/tasks/model.js';
import { UsageError } from './command.mjs';

const embedded = 'minilm-l6-h384-uncased';

/** Shapes that are written with random weights. Everything else is DistilBERT's default: the base size. */
const randomShapes = {
  'distilbert-base': {},
  tiny: { dim: 32, hiddenDim: 64, nLayers: 2, nHeads: 4 },
};

export const modelOptions = {
  model: {
    kind: 'text',
    takes: 'NAME',
    default: embedded,
    about: 'a folder, the embedded model, or, with --random-weights, a shape',
  },
  'random-weights': {
    kind: 'flag',
    about: `the shape --model names with seeded random weights: ${Object.keys(randomShapes).join(' or ')}`,
  },
};

/**
 * The folder of the model that the options name. Random weights are written once, below the system's temporary folder.
 * @param {{ model: string, 'random-weights': boolean }} options
 */
export async function modelFolder({ model, 'random-weights': isRandom }) {
  if (!isRandom) return (await resolveModel(model)).where;
  const shape = randomShapes[model];
  if (shape === undefined) {
    throw new UsageError(`--random-weights writes ${Object.keys(randomShapes).join(' or ')}, not "${model}"`);
  }
  const folder = path.join(os.tmpdir(), 'distiltune-bench-models', `${model}-seed-1`);
  if (existsSync(folder)) return folder;
  const config = { ...defaultConfig, ...shape };
  const tokenizer = await readTokenizer(await resolveModel(embedded));
  await replaceModelFolder(folder, (writer) =>
    writeModelFolder(writer, {
      config,
      architecture: 'DistilBertModel',
      tensors: encoderParameters(config).map((spec, site) => freshTensor(spec, config, { seed: 1, step: 0, site })),
      tokenizerFiles: tokenizer.toFiles(),
    }),
  );
  return folder;
}

/** The sizes of the model in a folder. */
export async function modelSizes(folder) {
  return readConfig(await resolveModel(folder));
}

/**
 * Writes a checkpoint to begin a training with: an encoder's weights and a new head's, which either side would else draw
 * for itself.
 * @param {string} target folder
 * @param {object} options
 * @param {string} options.from folder with the encoder
 * @param {{ kind: string, labels: string[] }} options.task
 * @param {number | null} options.dropout of every place; null: as the checkpoint has it
 * @param {number} options.seed
 */
export async function writeStart(target, { from, task, dropout, seed }) {
  const folder = await resolveModel(from);
  const tokenizer = await readTokenizer(folder);
  const { head, configure } = task.kind === 'tokens' ? tokenClassification(task) : sequenceClassification(task);
  const config = withDropout(configure(await readConfig(folder)), dropout);
  const specs = [...encoderParameters(config), ...head.parameters(config)];
  const values = new Map();
  await readWeights(folder, specs, ({ name }, data) => void values.set(name, data));
  const tensors = specs.map((spec, site) => {
    const data = values.get(spec.name);
    return data ? { name: spec.name, shape: spec.shape, data } : freshTensor(spec, config, { seed, step: 0, site });
  });
  await replaceModelFolder(target, (writer) =>
    writeModelFolder(writer, { config, architecture: head.architecture, tensors, tokenizerFiles: tokenizer.toFiles() }),
  );
}

function withDropout(config, rate) {
  if (rate === null) return config;
  return { ...config, dropout: rate, attentionDropout: rate, seqClassifDropout: rate, qaDropout: rate };
}

/** As transformers begins them. */
function freshTensor({ name, shape, init }, config, key) {
  const count = shape.reduce((a, b) => a * b, 1);
  const data =
    init === 'normal'
      ? normals(count, config.initializerRange, key)
      : new Float32Array(count).fill(init === 'ones' ? 1 : 0);
  return { name, shape, data };
}
