import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModelFolder } from '../../src/data/model-folder.ts';
import type { Example } from '../../src/data/types.ts';
import { makeBatch } from '../../src/encoder/batch.ts';
import { encode } from '../../src/encoder/distilbert.ts';
import { Gradients, weightsOf } from '../../src/encoder/weights.ts';
import type { Engine } from '../../src/engine/types.ts';
import { loadModel, type Model } from '../../src/tasks/model.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { testEngine } from '../engine/helper.ts';
import { fixtureJson, fixtureTensors, largestDifference } from '../parity/fixtures.ts';

interface Fixture {
  batch: { sequences: number[][]; labels: number[] };
  loss: number;
  gradients: Record<string, { norm: number; alternating: number; indices: number[]; values: number[] }>;
}

const fixture = fixtureJson<Fixture>('encoder-embedded.json');
const { sequences, labels } = fixture.batch;
let engine: Engine;
let model: Model<Example, number>;
let tensors: Map<string, Float32Array>;

beforeAll(async () => {
  engine = await testEngine();
  tensors = await fixtureTensors('encoder-embedded.safetensors');
  const folder = await openModelFolder(new URL('../../models/minilm-l6-h384-uncased', import.meta.url).pathname);
  model = await loadModel(engine, folder, sequenceClassification({ labels: ['a', 'b', 'c'] }), { dropout: 0 });
  // The head has the weights that the fixture's script gives it: 0.05 sin(0.37 i).
  for (const name of model.report.missing) {
    const variable = model.variables.get(name)!;
    const count = variable.shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37) * 0.05);
    engine.tidy(() => variable.assign(engine.floats(values, variable.shape)));
  }
});
afterAll(() => model?.dispose());

test('the encoder is whole and only the head is new', () => {
  expect(model.report.missing).toEqual([
    'pre_classifier.weight',
    'pre_classifier.bias',
    'classifier.weight',
    'classifier.bias',
  ]);
  expect(model.report.unexpected).toEqual([]);
});

test('the tokenizer gives the ids that the fixture was made from', async () => {
  const texts = [
    'My card was stolen.',
    'Why?',
    'I am still waiting on my new card, and it has been two weeks already.',
  ];
  const encodings = await model.tokenizer.encodeBatch(texts);
  expect(encodings.map(({ ids }) => Array.from(ids))).toEqual(sequences);
});

test('every hidden state and the logits within 1e-5 of transformers', () => {
  const { dim } = model.config;
  engine.tidy(() => {
    const batch = makeBatch(sequences, model.config.vocabSize);
    encode(engine, model.config, weightsOf(model.variables), batch, {
      rows: 'all',
      onHidden(layer, hidden) {
        const values = engine.values(hidden);
        const rows: Float32Array[] = [];
        batch.order.forEach((caller, s) => {
          const first = batch.firstRows[s]! * dim;
          rows[caller] = values.slice(first, first + sequences[caller]!.length * dim);
        });
        const ordered = Float32Array.from(rows.flatMap((row) => Array.from(row)));
        expect(largestDifference(ordered, tensors.get(`hidden/${layer}`)!), `layer ${layer}`).toBeLessThan(1e-5);
      },
    });
  });
  const logits = model.outputs(sequences.map((ids) => ({ ids }))).flatMap((row) => Array.from(row));
  expect(largestDifference(logits, tensors.get('logits')!)).toBeLessThan(1e-5);
});

test('every gradient within 1e-4 of transformers', () => {
  engine.tidy(() => {
    const gradients = new Gradients(engine);
    const samples = sequences.map((ids, i) => ({ sequences: [ids], target: labels[i]! }));
    const batch = { samples, normalizer: labels.length, key: { seed: 1, step: 1, site: 0 } };
    expect(Math.abs(model.trainBatch(batch, new Set(), gradients).loss - fixture.loss)).toBeLessThan(1e-5);
    expect([...gradients.tensors.keys()].sort()).toEqual(Object.keys(fixture.gradients).sort());
    for (const [name, gradient] of gradients.tensors) {
      const { norm, alternating, indices, values: expected } = fixture.gradients[name]!;
      const values = engine.values(gradient);
      let square = 0;
      let sum = 0;
      for (let i = 0; i < values.length; i++) {
        square += values[i]! ** 2;
        sum += i % 2 === 0 ? values[i]! : -values[i]!;
      }
      // The true gradient of the keys' bias is 0 (see parity.test.ts): both sides hold rounding.
      const scale = name.endsWith('k_lin.bias') ? 1e-2 : norm;
      expect(Math.abs(Math.sqrt(square) - norm) / scale, `${name}, norm`).toBeLessThan(1e-4);
      // a sum of n terms, each off by 1e-4 of its typical size, is off by 1e-4 of the norm
      expect(Math.abs(sum - alternating) / scale, `${name}, alternating sum`).toBeLessThan(1e-4 * Math.sqrt(10));
      indices.forEach((index, i) => {
        expect(Math.abs(values[index]! - expected[i]!) / scale, `${name}[${index}]`).toBeLessThan(1e-4);
      });
    }
  });
});
