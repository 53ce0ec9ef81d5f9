import { beforeAll, describe, expect, test } from 'vitest';
import { isLora, type LoraSettings, loraA, loraB, loraTargets } from '../../src/encoder/lora.ts';
import { Gradients } from '../../src/encoder/weights.ts';
import { normals } from '../../src/engine/random.ts';
import type { Engine } from '../../src/engine/types.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import { loadModel, type Model, restoreWeights } from '../../src/tasks/model.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { parameterRules } from '../../src/trainer/parameter-groups.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainSettings, train } from '../../src/trainer/train.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference } from '../parity/fixtures.ts';
import { memoryFolder, tinyExamples, tinyModel } from './tiny-model.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const task = () => sequenceClassification({ labels: ['no', 'yes'] });
const lora: LoraSettings = { rank: 2, alpha: 6, targets: ['q_lin', 'lin2'] };
const everywhere: LoraSettings = { rank: 3, alpha: 3, targets: loraTargets };
const values = ({ variables }: Pick<Model, 'variables'>, name: string) =>
  engine.tidy(() => engine.values(variables.get(name)!.read()));
const set = ({ variables }: Pick<Model, 'variables'>, name: string, data: Float32Array) =>
  engine.tidy(() => variables.get(name)!.assign(engine.floats(data, variables.get(name)!.shape)));
const sequences = [
  [2, 7, 9, 12, 3],
  [2, 20, 3],
  [2, 5, 6, 7, 8, 9, 10, 3],
];

/** B is 0 at the beginning, and A has no gradient then. */
function fillB(model: Model): void {
  model.lora!.linears.forEach((linear, site) => {
    const count = values(model, loraB(linear)).length;
    set(model, loraB(linear), normals(count, 0.3, { seed: 11, step: 0, site }));
  });
}

/** [rows, inner] times [inner, columns], in double precision. */
function product(a: Float32Array, b: Float32Array, [rows, inner, columns]: [number, number, number]): Float64Array {
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++) c[i * columns + j]! += a[i * inner + k]! * b[k * columns + j]!;
  return c;
}

function transposed(x: Float32Array, rows: number): Float32Array {
  const columns = x.length / rows;
  return Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** The gradients of one batch, by name. */
function gradientsOf(model: Model<unknown, number>, frozen: ReadonlySet<string>): Map<string, Float32Array> {
  const gradients = new Gradients(engine);
  const samples = sequences.map((ids, i) => ({ sequences: [ids], target: i % 2 }));
  return engine.tidy(() => {
    model.trainBatch({ samples, normalizer: 3, key: { seed: 1, step: 1, site: 0 } }, frozen, gradients);
    return new Map([...gradients.tensors].map(([name, tensor]) => [name, engine.values(tensor).slice()]));
  });
}
const frozenOf = (model: Pick<Model, 'parameters'>, freeze = { embeddings: false, layers: 0 }) =>
  parameterRules(model.parameters, 3, { ...defaultSettings.optimizer, freeze }).frozen;

describe.each([
  ['two kinds of layers', lora],
  ['all of them', everywhere],
])('LoRA on %s', (_, settings) => {
  test('begins as the model was', async () => {
    const [plain, adapted] = [await tinyModel(engine, task()), await tinyModel(engine, task(), { lora: settings })];
    expect(adapted.lora!.linears.length).toBe(3 * settings.targets.length);
    const inputs = sequences.map((ids) => ({ ids }));
    expect(adapted.outputs(inputs)).toEqual(plain.outputs(inputs));
    for (const linear of adapted.lora!.linears) {
      expect(values(adapted, loraB(linear)).every((x) => x === 0)).toBe(true);
      const a = values(adapted, loraA(linear));
      const bound = 1 / Math.sqrt(a.length / settings.rank);
      expect(Math.max(...a)).toBeLessThanOrEqual(bound);
      expect(Math.min(...a)).toBeLessThan(-bound / 4);
    }
    plain.dispose();
    adapted.dispose();
  });

  test('its gradients are those of the merged weights, seen from A and B', async () => {
    const live = engine.liveTensors();
    const adapted = await tinyModel(engine, task(), { lora: settings, dropout: 0 });
    fillB(adapted);
    const folder = memoryFolder();
    await adapted.save(folder);
    const whole = await loadModel(engine, folder, task(), { dropout: 0 });
    const frozen = frozenOf(adapted);
    const [seen, full] = [gradientsOf(adapted, frozen), gradientsOf(whole, new Set())];
    const heads = adapted.parameters.filter(({ name }) => !name.startsWith('distilbert.')).map(({ name }) => name);
    const names = [...heads, ...adapted.lora!.parameters.map(({ name }) => name)];
    expect([...seen.keys()].sort()).toEqual(names.sort());
    const scale = settings.alpha / settings.rank;
    for (const linear of adapted.lora!.linears) {
      const [out, inputs] = whole.variables.get(`${linear}.weight`)!.shape as [number, number];
      const dW = full.get(`${linear}.weight`)!;
      const [a, b] = [values(adapted, loraA(linear)), values(adapted, loraB(linear))];
      const dA = product(transposed(b, out), dW, [settings.rank, out, inputs]).map((x) => x * scale);
      const dB = product(dW, transposed(a, settings.rank), [out, inputs, settings.rank]).map((x) => x * scale);
      for (const [name, expected] of [
        [loraA(linear), dA],
        [loraB(linear), dB],
      ] as const) {
        const largest = Math.max(...expected.map(Math.abs));
        expect(largest).toBeGreaterThan(1e-6);
        const difference = largestDifference(seen.get(name)!, Float32Array.from(expected));
        expect(difference / largest, name).toBeLessThan(1e-4);
      }
    }
    for (const name of heads) expect(largestDifference(seen.get(name)!, full.get(name)!), name).toBeLessThan(1e-5);
    adapted.dispose();
    whole.dispose();
    expect(engine.liveTensors()).toBe(live);
  });

  test('A, B and the head learn, nothing else moves; what is saved predicts the same and can be gone on with', async () => {
    const model = await tinyModel(engine, task(), { lora: settings, dropout: 0 });
    const before = new Map(model.parameters.map(({ name }) => [name, values(model, name).slice()]));
    const data = await encodeExamples(model, tinyExamples(22), { maxLength: 24 });
    const trainSettings: TrainSettings = {
      ...defaultSettings,
      batchSize: 8,
      epochs: 40,
      optimizer: { ...defaultSettings.optimizer, learningRate: 0.05 },
    };
    const losses: number[] = [];
    for await (const event of train({ model, data, settings: trainSettings })) {
      if (event.type === 'step') losses.push(event.loss);
    }
    expect(losses.slice(-3).reduce((a, b) => a + b) / 3).toBeLessThan(losses[0]! / 2);
    for (const [name, weights] of before) {
      const moves = isLora(name) || !name.startsWith('distilbert.');
      expect([name, values(model, name).some((x, i) => x !== weights[i])]).toEqual([name, moves]);
    }
    const folder = memoryFolder();
    await model.save(folder);
    const inputs = sequences.map((ids) => ({ ids }));
    const merged = await loadModel(engine, folder, task());
    expect(merged.outputs(inputs)).toEqual(model.outputs(inputs));
    const again = await tinyModel(engine, task(), { lora: settings });
    await restoreWeights(again, folder);
    for (const { name } of model.parameters) expect([name, values(again, name)]).toEqual([name, values(model, name)]);
    const other = await tinyModel(engine, task(), { lora: { ...settings, rank: 4 } });
    await expect(restoreWeights(other, folder)).rejects.toThrow(
      /lora_A\.weight is \[[23],\d+\], and should be \[4,\d+\]/,
    );
    for (const one of [model, merged, again, other]) one.dispose();
  });
});

test('layers that are frozen have none that trains', async () => {
  const model = await tinyModel(engine, task(), { lora, dropout: 0 });
  const frozen = frozenOf(model, { embeddings: true, layers: 2 });
  const names = [...gradientsOf(model, frozen).keys()].filter(isLora);
  expect(names.length).toBe(4);
  expect(names.every((name) => name.includes('layer.2.'))).toBe(true);
  model.dispose();
});
