import { beforeAll, expect, test } from 'vitest';
import { optimizerFile, optimizerPieces } from '../../cli/run/optimizer-file.ts';
import { resumePoint } from '../../cli/run/resume.ts';
import type { Example } from '../../src/data/types.ts';
import { wordEmbeddings } from '../../src/encoder/names.ts';
import { readHeader } from '../../src/encoder/safetensors.ts';
import type { Engine } from '../../src/engine/types.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import { loadModel, type Model } from '../../src/tasks/model.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainSettings, train } from '../../src/trainer/train.ts';
import type { TrainerState } from '../../src/trainer/types.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference } from '../parity/fixtures.ts';
import { memoryFolder, tinyCheckpoint } from '../tasks/tiny-model.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const settings: TrainSettings = {
  ...defaultSettings,
  batchSize: 8,
  epochs: 4, // of three steps each
  optimizer: { ...defaultSettings.optimizer, learningRate: 3e-3, weightDecay: 0.1 },
};
const task = sequenceClassification({ labels: ['no', 'yes'] });

/** Texts of eight letters of the alphabet: with [CLS] and [SEP] 10 of 31 tokens. */
const examples = Array.from({ length: 22 }, (_, i): Example => {
  const codes = Array.from({ length: 1 + ((i * 7) % 15) }, (_, j) => 97 + ((i * 5 + j * 3) % 8));
  return {
    text: String.fromCharCode(...codes)
      .split('')
      .join(' '),
    label: i % 3 === 0 ? 'yes' : 'no',
    line: i + 1,
  };
});

interface Saved {
  state: TrainerState;
  folder: ReturnType<typeof memoryFolder>;
}

interface Options {
  saveEvery?: number | null;
  from?: Saved;
  rows?: Example[];
  isDense?: boolean;
}

/** Trains, saving as a run does but in memory. */
async function run({ saveEvery = null, from, rows = examples, isDense = false }: Options = {}) {
  const model = await loadModel(engine, from?.folder ?? (await tinyCheckpoint()), task);
  const all = await encodeExamples(model, rows, { maxLength: 24 });
  const data = isDense ? { samples: all.samples, sample: all.sample } : all;
  const saved: Saved[] = [];
  const steps: number[][] = [];
  const counts: number[] = [];
  for await (const event of train({
    model,
    data,
    settings: { ...settings, checkpoint: { everySteps: saveEvery, keep: 1 } },
    resume: from && resumePoint({ ...from, reason: 'periodic' }, engine),
    checkpoints: {
      async save(reason, state, moments, vocabulary) {
        const folder = memoryFolder();
        await model.save(folder);
        await folder.write(optimizerFile, optimizerPieces(engine, moments, vocabulary));
        if (reason === 'periodic') saved.push({ state, folder });
        return 'memory';
      },
    },
  })) {
    if (event.type !== 'step') continue;
    steps.push([event.step, event.loss, event.gradientNorm]);
    counts.push(model.variables.get(wordEmbeddings)!.shape[0]!);
  }
  const weights = weightsOf(model);
  model.dispose();
  return { saved, steps, counts, weights };
}

const weightsOf = (model: Pick<Model, 'parameters' | 'variables'>) =>
  new Map(
    model.parameters.map(({ name }) => [name, engine.tidy(() => engine.values(model.variables.get(name)!.read()))]),
  );

test('a run goes on the same to the bit, however often it was saved and broken off', async () => {
  const whole = await run();
  expect(new Set(whole.counts)).toEqual(new Set([10]));
  const first = await run({ saveEvery: 3 });
  expect(first.saved.map(({ state }) => state.step)).toEqual([3, 6, 9]);
  expect(first.steps).toEqual(whole.steps);
  expect(first.weights).toEqual(whole.weights);
  const second = await run({ from: first.saved[0]!, saveEvery: 2 });
  expect(second.counts).toEqual(new Array(9).fill(10));
  expect(second.steps).toEqual(whole.steps.slice(3));
  expect(second.weights).toEqual(whole.weights);
  const third = await run({ from: second.saved[2]! });
  expect(third.steps).toEqual(whole.steps.slice(second.saved[2]!.state.step));
  expect(third.weights).toEqual(whole.weights);
});

test('the file keeps moments of the rows that train, and the other rows as they were', async () => {
  const { saved } = await run({ saveEvery: 5 });
  const { metadata, tensors } = await readHeader(await saved[0]!.folder.open(optimizerFile), 'memory');
  const shapes = [...tensors.values()]
    .filter(({ name }) => name.startsWith(wordEmbeddings))
    .map(({ name, shape }) => [name.slice(wordEmbeddings.length + 1), shape]);
  expect(shapes).toEqual([
    ['exp_avg', [10, 12]],
    ['exp_avg_sq', [10, 12]],
    ['rest', [21, 12]],
    ['trained_tokens', [10]],
  ]);
  expect(Object.keys(metadata)).toEqual(['format', `${wordEmbeddings}.rest_decay`]);
  const vocabulary = await resumePoint({ ...saved[0]!, reason: 'periodic' }, engine).vocabulary();
  expect([...vocabulary!.ids]).toEqual([2, 3, 5, 6, 7, 8, 9, 10, 11, 12]);
  const before = await loadModel(engine, await tinyCheckpoint(), task);
  const all = weightsOf(before).get(wordEmbeddings)!;
  before.dispose();
  const rows = Array.from({ length: 31 }, (_, id) => id).filter((id) => !vocabulary!.ids.includes(id));
  expect([...vocabulary!.rest]).toEqual(rows.flatMap((id) => [...all.slice(id * 12, (id + 1) * 12)]));
  expect(vocabulary!.decay).toBeLessThan(1);
});

test('a checkpoint with moments of all rows goes on with all rows, the same to the bit', async () => {
  const whole = await run({ isDense: true, saveEvery: 4 });
  const resumed = await run({ from: whole.saved[0]! });
  expect(resumed.counts).toEqual(new Array(8).fill(31));
  expect(resumed.steps).toEqual(whole.steps.slice(4));
  expect(resumed.weights).toEqual(whole.weights);
});

test('where the data has other tokens now, all rows train, those that trained with their moments', async () => {
  const others = examples.map((example, i) => (i === 4 ? { ...example, text: `${example.text} z` } : example));
  const [confined, dense] = [await run({ saveEvery: 4 }), await run({ saveEvery: 4, isDense: true })];
  const resumed = await run({ from: confined.saved[0]!, rows: others });
  expect(resumed.counts).toEqual(new Array(8).fill(31));
  const expected = await run({ from: dense.saved[0]!, rows: others });
  expect(largestDifference(resumed.steps.flat(), expected.steps.flat())).toBeLessThan(1e-5);
  const name = wordEmbeddings;
  expect(largestDifference(resumed.weights.get(name)!, expected.weights.get(name)!)).toBeLessThan(1e-5);
});

test('a file without what the optimizer needs is refused', async () => {
  const { saved } = await run({ saveEvery: 4 });
  const { folder, state } = saved[0]!;
  const broken = memoryFolder(new Map());
  for (const name of await folder.list()) {
    const source = await folder.open(name);
    await broken.write(name, [await source.read(0, source.size)]);
  }
  await broken.write(optimizerFile, optimizerPieces(engine, new Map(), null));
  await expect(run({ from: { state, folder: broken } })).rejects.toMatchObject({
    exitCode: 3,
    message: `The checkpoint lacks the optimizer's ${wordEmbeddings}.exp_avg.`,
    where: 'memory/optimizer.safetensors',
  });
});
