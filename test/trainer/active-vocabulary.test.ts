import { beforeAll, describe, expect, test } from 'vitest';
import type { Example, TokenExample } from '../../src/data/types.ts';
import { wordEmbeddings } from '../../src/encoder/names.ts';
import { readHeader, readTensor } from '../../src/encoder/safetensors.ts';
import { Gradients } from '../../src/encoder/weights.ts';
import type { Engine } from '../../src/engine/types.ts';
import { evaluate } from '../../src/eval/evaluate.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import { maskedLm } from '../../src/tasks/masked-lm.ts';
import { loadModel, type Model, readTokenizer } from '../../src/tasks/model.ts';
import type { AnyExample } from '../../src/tasks/prepare.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { tokenClassification } from '../../src/tasks/token-classification.ts';
import type { Prediction, Task } from '../../src/tasks/types.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainSettings, train } from '../../src/trainer/train.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference, largestMagnitude } from '../parity/fixtures.ts';
import { memoryFolder, tinyCheckpoint, tinyModel } from '../tasks/tiny-model.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const VOCABULARY = 31;
/** [CLS], [SEP] and the letters a to h: ids of the vocabulary of 5 special tokens and the alphabet. */
const USED = [2, 3, 5, 6, 7, 8, 9, 10, 11, 12];
const constant = { type: 'constant' as const, warmup: 0 };
const settings: TrainSettings = {
  ...defaultSettings,
  batchSize: 8,
  epochs: 3, // of three steps each
  schedule: constant,
  optimizer: { ...defaultSettings.optimizer, learningRate: 3e-3, weightDecay: 1 },
};

/** Texts of letters of the alphabet from `first` on, eight of them. */
function letters(count: number, first = 'a'): Example[] {
  return Array.from({ length: count }, (_, i) => {
    const codes = Array.from({ length: 1 + ((i * 7) % 15) }, (_, j) => first.charCodeAt(0) + ((i * 5 + j * 3) % 8));
    return {
      text: String.fromCharCode(...codes)
        .split('')
        .join(' '),
      label: i % 3 === 0 ? 'yes' : 'no',
      line: i + 1,
    };
  });
}

const tagged = (examples: Example[]): TokenExample[] =>
  examples.map(({ text, line }) => {
    const words = text.split(' ');
    return { words, tags: words.map((word) => (word === 'c' ? 'B-C' : 'O')), line };
  });

type AnyTask = Task<AnyExample, unknown, unknown, Prediction>;
const classes = sequenceClassification({ labels: ['no', 'yes'] }) as unknown as AnyTask;
const tags = tokenClassification({ labels: ['B-C', 'O'] }) as unknown as AnyTask;

interface Run {
  /** Loss and norm of the gradient of each step. */
  steps: number[];
  evaluations: Record<string, number>[];
  /** Rows of the variable of the word embeddings, at each evaluation. */
  rows: number[];
  /** Every weight, as saved with the first evaluation, and as it is at the end. */
  saved: Map<string, Float32Array>;
  weights: Map<string, Float32Array>;
}

interface RunOptions {
  task?: AnyTask;
  changes?: Partial<TrainSettings>;
  isDense?: boolean;
  examples?: AnyExample[];
  /** What is evaluated: letters that training does not have, and some that it has. */
  others?: AnyExample[];
}

async function run({
  task = classes,
  changes = {},
  isDense = false,
  examples = letters(22),
  others = [...letters(6, 'e'), ...letters(6, 'p'), ...letters(6)],
}: RunOptions = {}): Promise<Run> {
  const model = await tinyModel(engine, task);
  const all = await encodeExamples(model, examples, { maxLength: 24 });
  const held = await encodeExamples(model, others, { maxLength: 24 });
  const data = isDense ? { samples: all.samples, sample: all.sample } : all;
  const result: Run = { steps: [], evaluations: [], rows: [], saved: new Map(), weights: new Map() };
  const evaluated = async () => {
    result.rows.push(model.variables.get(wordEmbeddings)!.shape[0]!);
    if (result.saved.size === 0) result.saved = await savedWeights(model);
    const { report } = await evaluate(model, held);
    const values = { ...report.metrics } as unknown as Record<string, number>;
    result.evaluations.push(values);
    return values;
  };
  const metric = { name: task === classes ? 'loss' : 'f1', direction: 'max' as const };
  for await (const event of train({
    model,
    data,
    settings: { ...settings, ...changes },
    evaluate: evaluated,
    metric,
  })) {
    if (event.type === 'step') result.steps.push(event.loss, event.gradientNorm);
  }
  result.weights = weightsOf(model);
  expect(await savedWeights(model)).toEqual(result.weights);
  model.dispose();
  return result;
}

const weightsOf = ({ parameters, variables }: Pick<Model, 'parameters' | 'variables'>) =>
  new Map(
    parameters.map(({ name, shape }) => {
      expect(variables.get(name)!.shape).toEqual(shape);
      return [name, engine.tidy(() => engine.values(variables.get(name)!.read()))];
    }),
  );

/** What `save` writes, in the order of the parameters. */
async function savedWeights({ save, parameters }: Pick<Model, 'save' | 'parameters'>) {
  const folder = memoryFolder();
  await save(folder);
  const source = await folder.open('model.safetensors');
  const { tensors } = await readHeader(source, 'memory');
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of parameters) {
    expect(tensors.get(name)!.shape).toEqual(shape);
    weights.set(name, await readTensor(source, tensors.get(name)!, 'memory'));
  }
  return weights;
}

const relative = (a: ArrayLike<number>, b: ArrayLike<number>) => largestDifference(a, b) / largestMagnitude(b);

function expectSame(confined: Run, dense: Run): void {
  expect(dense.rows.every((rows) => rows === VOCABULARY)).toBe(true);
  expect(confined.rows.every((rows) => rows === USED.length)).toBe(true);
  expect(relative(confined.steps, dense.steps)).toBeLessThan(1e-6);
  expect(confined.evaluations.length).toBe(dense.evaluations.length);
  for (const [i, metrics] of dense.evaluations.entries()) {
    for (const [name, value] of Object.entries(metrics)) {
      expect(Math.abs(confined.evaluations[i]![name]! - value), name).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
    }
  }
  for (const part of ['saved', 'weights'] as const) {
    expect([...confined[part].keys()]).toEqual([...dense[part].keys()]);
    for (const [name, values] of dense[part]) {
      if (name.endsWith('k_lin.bias')) continue; // its gradient is rounding: see the encoder's parity test
      expect(relative(confined[part].get(name)!, values), `${part} ${name}`).toBeLessThan(1e-6);
    }
  }
}

describe('training the rows that occur gives what training all of them gives', () => {
  test.each<[string, RunOptions]>([
    ['with decay', {}],
    ['without decay', { changes: { optimizer: { ...settings.optimizer, weightDecay: 0 } } }],
    ['in micro-batches', { changes: { accumulate: 3 } }],
    ['with layers at rates of their own', { changes: { optimizer: { ...settings.optimizer, layerDecay: 0.8 } } }],
    ['with warming up and cooling down', { changes: { schedule: { type: 'linear', warmup: 0.3 } } }],
    ['with a frozen layer above', { changes: { freeze: { embeddings: false, layers: 1 } } }],
    ['with tags', { task: tags, examples: tagged(letters(22)), others: tagged(letters(9, 'f')) }],
    ['with nothing held out but what is unknown', { others: letters(7, 'p') }],
  ])('%s', async (_, options) => {
    expectSame(await run(options), await run({ ...options, isDense: true }));
  });

  test('the rows that do not occur are those of before, decayed, and nothing else', async () => {
    const { weights } = await run();
    const model = await tinyModel(engine, classes);
    const before = weightsOf(model).get(wordEmbeddings)!;
    const D = model.config.dim;
    model.dispose();
    const decayed = (1 - 3e-3) ** 9;
    const after = weights.get(wordEmbeddings)!;
    for (let id = 0; id < VOCABULARY; id++) {
      const rest = before.slice(id * D, (id + 1) * D).map((value) => value * decayed);
      if (USED.includes(id)) expect(after.slice(id * D, (id + 1) * D)).not.toEqual(rest);
      else expect(largestDifference(after.slice(id * D, (id + 1) * D), rest)).toBeLessThan(1e-7);
    }
  });
});

test('what is measured in between is what is saved, to the bit', async () => {
  const model = await tinyModel(engine, classes);
  const data = await encodeExamples(model, letters(22), { maxLength: 24 });
  const inputs = [
    [2, 5, 25, 6, 3],
    [2, 26, 3],
    [2, 5, 3],
    [25, 24],
  ].map((ids) => ({ ids }));
  const outputs: Float32Array[][] = [];
  const folder = memoryFolder();
  for await (const event of train({ model, data, settings })) {
    if (event.type !== 'step' || event.step < 5) continue;
    expect(model.embeddings.active!.decay).toBeCloseTo((1 - 3e-3) ** 5, 12);
    outputs.push(model.outputs(inputs));
    await model.save(folder);
    break;
  }
  outputs.push(model.outputs(inputs));
  model.dispose();
  const saved = await loadModel(engine, folder, classes);
  expect([saved.outputs(inputs), saved.outputs(inputs)]).toEqual(outputs);
  saved.dispose();
});

describe('all rows train', () => {
  const rowsOf = async (task: AnyTask, examples: Example[], changes: Partial<TrainSettings> = {}, dense = false) => {
    const model = await tinyModel(engine, task);
    const data = await encodeExamples(model, examples, { maxLength: 24 });
    const given = dense ? { samples: data.samples, sample: data.sample } : data;
    const seen: number[] = [];
    for await (const { type } of train({ model, data: given, settings: { ...settings, maxSteps: 1, ...changes } })) {
      if (type === 'step') seen.push(model.variables.get(wordEmbeddings)!.shape[0]!);
    }
    model.dispose();
    return seen;
  };

  test('where most tokens occur', async () => {
    expect(await rowsOf(classes, letters(22))).toEqual([USED.length]);
    // 2 special tokens and 19 letters of 31 are less than 0.7 of the vocabulary, 20 letters are more.
    const alphabet = (count: number) => [
      { text: 'abcdefghijklmnopqrst'.slice(0, count).split('').join(' '), label: 'no', line: 1 },
    ];
    expect(await rowsOf(classes, alphabet(19))).toEqual([21]);
    expect(await rowsOf(classes, alphabet(20))).toEqual([VOCABULARY]);
  });

  test('where a masked LM draws tokens anew, and reads all rows', async () => {
    const task = maskedLm({ tokenizer: await readTokenizer(await tinyCheckpoint()) }) as unknown as AnyTask;
    expect(await rowsOf(task, letters(22))).toEqual([VOCABULARY]);
  });

  test('where the training set does not say which tokens it has', async () => {
    expect(await rowsOf(classes, letters(22), {}, true)).toEqual([VOCABULARY]);
  });

  test('where none does, frozen', async () => {
    expect(await rowsOf(classes, letters(22), { freeze: { embeddings: true, layers: 0 } })).toEqual([VOCABULARY]);
  });
});

test('what is broken off in the middle leaves the model whole, and no tensor behind', async () => {
  const live = engine.liveTensors();
  const model = await tinyModel(engine, classes);
  const data = await encodeExamples(model, letters(22), { maxLength: 24 });
  for await (const event of train({ model, data, settings })) if (event.type === 'step' && event.step === 2) break;
  expect(weightsOf(model).get(wordEmbeddings)!.length).toBe(VOCABULARY * model.config.dim);
  expect(await savedWeights(model)).toEqual(weightsOf(model));
  model.dispose();
  expect(engine.liveTensors()).toBe(live);
});

test('a token that the training set did not name is refused, not trained as another', async () => {
  const model = await tinyModel(engine, classes);
  const data = await encodeExamples(model, letters(22), { maxLength: 24 });
  const other: typeof data.sample = (i, key) => ({ ...data.sample(i, key), sequences: [[2, 25, 3]] });
  const run = async () => {
    for await (const _ of train({ model, data: { ...data, sample: other }, settings }));
  };
  await expect(run()).rejects.toThrow(
    'token 25 is trained on, and is not among the tokens that the training set says it uses',
  );
  model.dispose();
});

test('an encoder with some rows only computes the outputs of the whole one, to the bit', async () => {
  const model = await tinyModel(engine, classes);
  const inputs = [[2, 5, 25, 6, 3], [2, 26, 3], [2, 5, 3], [25]].map((ids) => ({ ids }));
  const whole = model.outputs(inputs);
  model.embeddings.confine(Int32Array.from(USED));
  expect(model.outputs(inputs)).toEqual(whole);
  expect(model.outputs(inputs.slice(2, 3))).toEqual(model.outputs(inputs.slice(2, 3)));
  expect(model.outputs([{ ids: [25, 26] }])).toHaveLength(1);
  const gradients = new Gradients(engine);
  const samples = [{ sequences: [[2, 5, 5, 3]], target: 1 }];
  model.trainBatch({ samples, normalizer: 1, key: { seed: 1, step: 1, site: 0 } }, new Set(), gradients);
  expect(gradients.tensors.get(wordEmbeddings)!.shape).toEqual([USED.length, model.config.dim]);
  gradients.dispose();
  model.embeddings.release();
  expect(model.embeddings.active).toBeNull();
  expect(model.outputs(inputs)).toEqual(whole);
  model.dispose();
});
