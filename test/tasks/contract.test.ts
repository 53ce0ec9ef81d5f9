import { beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/encoder/config.ts';
import type { Engine } from '../../src/engine/types.ts';
import { evaluate, metricsOf } from '../../src/eval/evaluate.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import { loadModel, loadTrainedModel } from '../../src/tasks/model.ts';
import { predict } from '../../src/tasks/predict.ts';
import { regression } from '../../src/tasks/regression.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import type { Task } from '../../src/tasks/types.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { train } from '../../src/trainer/train.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference } from '../parity/fixtures.ts';
import { memoryFolder, tinyCheckpoint, tinyExamples, tinyModel } from './tiny-model.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const value = (example: { line: number }) => String((example.line % 7) / 2);
const words = tinyExamples(40);
const pairs = words.map((example, i) => ({ ...example, pair: words[(i * 3 + 1) % words.length]!.text }));
const numbers = words.map((example) => ({ ...example, label: value(example) }));

/** Every task of the house keeps these promises; a new one gets a row. */
const tasks: { name: string; task: Task<number, unknown>; examples: typeof words }[] = [
  { name: 'two classes', task: sequenceClassification({ labels: ['no', 'yes'] }), examples: words },
  { name: 'pairs', task: sequenceClassification({ labels: ['no', 'yes'] }), examples: pairs },
  {
    name: 'five classes, weighted and smoothed',
    examples: numbers,
    task: sequenceClassification({
      labels: ['0', '0.5', '1', '1.5', '2', '2.5', '3'],
      classWeights: [1, 2, 3, 4, 5, 6, 7],
      labelSmoothing: 0.1,
    }),
  },
  { name: 'regression', task: regression(), examples: numbers },
];

describe.each(tasks)('$name', ({ task, examples }) => {
  const trained = async (dropout: number | null = null) => {
    const model = await tinyModel(engine, task, { dropout });
    const data = await encodeExamples(model, examples, { maxLength: 24 });
    const optimizer = { ...defaultSettings.optimizer, learningRate: 1e-2 };
    const settings = { ...defaultSettings, batchSize: 8, epochs: 2, optimizer };
    const losses: number[] = [];
    for await (const event of train({ model, data, settings })) if (event.type === 'step') losses.push(event.loss);
    return { model, data, losses };
  };
  const predictions = async (model: Parameters<typeof predict>[0], given = examples) => {
    const made: unknown[] = [];
    for await (const prediction of predict(model, given, { maxLength: 24 })) made.push(prediction);
    return made;
  };

  test('what is saved loads as it was: config, weights, labels, predictions to the bit', async () => {
    const { model } = await trained();
    const folder = memoryFolder();
    await model.save(folder);
    const again = await loadTrainedModel(engine, folder);
    expect(again.task.type).toBe(task.type);
    expect(again.task.labels).toEqual(task.labels);
    expect(again.report).toMatchObject({ missing: [], misShaped: [], unexpected: [] });
    expect(await predictions(again)).toEqual(await predictions(model));
    const { extra: _, ...config } = parseConfig((await folder.readText('config.json'))!, 'config.json');
    const { extra: __, ...expected } = model.config;
    expect(config).toEqual(expected);
    model.dispose();
    again.dispose();
  });

  test('a prediction does not depend on what it is batched with, nor on the order', async () => {
    const { model } = await trained();
    const all = await predictions(model);
    const reversed = (await predictions(model, examples.toReversed())).toReversed();
    const alone: unknown[] = [];
    for (const example of examples) alone.push(...(await predictions(model, [example])));
    const flat = (made: unknown[]) => numbersOf(made);
    expect(largestDifference(flat(reversed), flat(all))).toBeLessThan(1e-6);
    expect(largestDifference(flat(alone), flat(all))).toBeLessThan(1e-6 * 4);
    model.dispose();
  });

  test('evaluation measures the very predictions', async () => {
    const { model, data } = await trained();
    const { report } = await evaluate(model, data);
    const made = await predictions(model);
    expect(Object.keys(report.metrics).sort()).toEqual([...metricsOf(task)].sort());
    if (task.type === 'regression') {
      const errors = made.map((made, i) => (made as { value: number }).value - Number(examples[i]!.label));
      const mse = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
      expect(report.metrics.mse).toBeCloseTo(mse, 6);
    } else {
      const right = made.filter((made, i) => (made as { label: string }).label === examples[i]!.label).length;
      expect(report.metrics.accuracy).toBe(right / examples.length);
      const loss = made.reduce<number>((sum, prediction, i) => {
        return (
          sum - Math.log((prediction as { probabilities: Record<string, number> }).probabilities[examples[i]!.label]!)
        );
      }, 0);
      expect(report.metrics.loss).toBeCloseTo(loss / examples.length, 6);
    }
    model.dispose();
  });

  test('training, saving and predicting leave no tensor behind', async () => {
    const live = engine.liveTensors();
    const { model, data } = await trained();
    await evaluate(model, data);
    await predictions(model);
    await model.save(memoryFolder());
    model.dispose();
    expect(engine.liveTensors()).toBe(live);
  });
});

/** All numbers of predictions, in order. */
function numbersOf(made: unknown[]): number[] {
  return made.flatMap((one) => {
    const { value: number, probabilities } = one as { value?: number; probabilities?: Record<string, number> };
    return number === undefined ? Object.values(probabilities!) : [number];
  });
}

test('a label the task does not have names the line and the labels', async () => {
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  const examples = [{ text: 'a', label: 'maybe', line: 7 }];
  await expect(encodeExamples(model, examples, { maxLength: 24 })).rejects.toMatchObject({
    exitCode: 3,
    message: '"maybe" is not a label of the model.',
    where: 'line 7',
    fix: 'Its labels are: no, yes.',
  });
  model.dispose();
});

test('a bare encoder has nothing to predict with, and says so', async () => {
  await expect(loadTrainedModel(engine, await tinyCheckpoint())).rejects.toMatchObject({
    exitCode: 3,
    message: 'The model has no labels: it was not fine-tuned for classification.',
  });
});

test('a head of another number of classes is newly initialised, and reported', async () => {
  const folder = memoryFolder();
  const first = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  await first.save(folder);
  first.dispose();
  const second = await loadModel(engine, folder, sequenceClassification({ labels: ['x', 'y', 'z'] }));
  expect(second.report.missing).toEqual([]);
  expect(second.report.misShaped).toEqual([
    { name: 'classifier.bias', expected: [3], found: [2] },
    { name: 'classifier.weight', expected: [3, 12], found: [2, 12] },
  ]);
  expect(second.config.labels).toEqual(['x', 'y', 'z']);
  second.dispose();
});
