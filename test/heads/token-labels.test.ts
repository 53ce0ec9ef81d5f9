import { beforeAll, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../src/encoder/config.ts';
import { Gradients } from '../../src/encoder/weights.ts';
import type { Engine } from '../../src/engine/types.ts';
import { labelledRows, type TokenLabels } from '../../src/heads/labelled-rows.ts';
import { maskedLmHead } from '../../src/heads/masked-lm.ts';
import { questionAnsweringHead } from '../../src/heads/question-answering.ts';
import { tokenClassificationHead } from '../../src/heads/token-classification.ts';
import { type Head, IGNORED } from '../../src/heads/types.ts';
import { testEngine } from '../engine/helper.ts';
import { largestMagnitude } from '../parity/fixtures.ts';
import { loadFixture, readFixture, samplesOf, step, trainOn } from './fixture-network.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const wordEmbeddings = 'distilbert.embeddings.word_embeddings.weight';

test('labelled rows are counted from the first token of the batch, in the order of its sequences', () => {
  const layout = { lengths: Int32Array.of(2, 3, 3), targetOf: Int32Array.of(1, 2, 0) };
  const targets = [[IGNORED, IGNORED, 7], [IGNORED, 4], Int32Array.of(0, IGNORED, 5)];
  expect(labelledRows(layout, targets)).toEqual({ rows: [1, 2, 4, 7], labels: [4, 0, 5, 7] });
});

test('labels that do not fit their sequence are refused', () => {
  const layout = { lengths: Int32Array.of(3), targetOf: Int32Array.of(0) };
  expect(() => labelledRows(layout, [[1, 2]])).toThrow('2 labels for a sequence of 3 tokens');
});

test('labels weigh what their classes do, ignored ones nothing', () => {
  const targets = [[IGNORED, 0, 1], [IGNORED], [1, 1]];
  expect(tokenClassificationHead({ classes: 2 }).weigh(targets)).toBe(4);
  expect(tokenClassificationHead({ classes: 2, classWeights: [0.5, 3] }).weigh(targets)).toBe(9.5);
  expect(maskedLmHead().weigh(targets)).toBe(4);
});

const heads: [string, Head<TokenLabels>][] = [
  ['token-classification', tokenClassificationHead({ classes: 5 })],
  ['masked-lm-tied', maskedLmHead()],
];

describe.each(heads)('%s', (name, head) => {
  test('without any label the loss and all gradients are 0, and no tensor is left over', async () => {
    const network = await loadFixture(engine, name, head);
    const [first, second] = readFixture(name).sequences as [number[], number[]];
    const unlabelled = [first, second].map((ids) => ({ sequences: [ids], target: ids.map(() => IGNORED) }));
    const live = engine.liveTensors();
    const gradients = new Gradients(engine);
    expect(trainOn(network, head, unlabelled, gradients, { normalizer: 3 })).toBe(0);
    const values = [...gradients.tensors.values()].map((gradient) => largestMagnitude(engine.values(gradient)));
    expect(values.length).toBeGreaterThan(0);
    expect(values).toEqual(values.map(() => 0));
    gradients.dispose();
    expect(engine.liveTensors()).toBe(live);
    network.dispose();
  });
});

test('frozen word embeddings leave the masked-LM head, and all else, to train as before', async () => {
  const head = maskedLmHead();
  const network = await loadFixture(engine, 'masked-lm-tied', head);
  const fixture = readFixture('masked-lm-tied');
  const samples = samplesOf(fixture, fixture.targets as number[][]);
  const free = step(network, head, [samples]);
  const frozen = step(network, head, [samples], { frozen: new Set([wordEmbeddings]) });
  expect(frozen.loss).toBe(free.loss);
  expect([...frozen.gradients.keys()].sort()).toEqual(network.names.filter((name) => name !== wordEmbeddings));
  for (const [name, gradient] of frozen.gradients) expect(gradient, name).toEqual(free.gradients.get(name));
  network.dispose();
});

test.each([
  ['tied', true, 0],
  ['untied', false, 1],
])('the projection, %s, is a parameter of its own or none', (_, tieWeights, own) => {
  const config = { ...defaultConfig, dim: 15, vocabSize: 43, tieWeights };
  const names = maskedLmHead()
    .parameters(config)
    .map(({ name, shape, decay }) => [name, shape, decay]);
  const weight = [['vocab_projector.weight', [43, 15], true]];
  expect(names).toEqual([
    ['vocab_transform.weight', [15, 15], true],
    ['vocab_transform.bias', [15], false],
    ['vocab_layer_norm.weight', [15], false],
    ['vocab_layer_norm.bias', [15], false],
    ...weight.slice(0, own),
    ['vocab_projector.bias', [43], false],
  ]);
});

test('an answer outside its window is refused', async () => {
  const head = questionAnsweringHead();
  const network = await loadFixture(engine, 'question-answering', head);
  engine.tidy(() => {
    for (const target of [
      { start: 0, end: 5 },
      { start: -1, end: 2 },
      { start: Number.NaN, end: 2 },
    ]) {
      const sample = { sequences: [[1, 2, 3, 4, 5]], target };
      expect(() => trainOn(network, head, [sample], new Gradients(engine))).toThrow(
        'is outside its window of 5 tokens',
      );
    }
  });
  network.dispose();
});
