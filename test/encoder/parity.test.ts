import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBatch } from '../../src/encoder/batch.ts';
import { type DistilBertConfig, defaultConfig } from '../../src/encoder/config.ts';
import { encode } from '../../src/encoder/distilbert.ts';
import { encoderParameters } from '../../src/encoder/names.ts';
import { Gradients, weightsOf } from '../../src/encoder/weights.ts';
import type { Engine, Variable } from '../../src/engine/types.ts';
import { classificationHead } from '../../src/heads/sequence-classification.ts';
import { batchOutputs, trainBatch } from '../../src/tasks/passes.ts';
import { createAdamW } from '../../src/trainer/adamw.ts';
import { parameterRules } from '../../src/trainer/parameter-groups.ts';
import { scheduleFactor } from '../../src/trainer/schedule.ts';
import { testEngine } from '../engine/helper.ts';
import { fixtureJson, fixtureTensors, largestDifference, largestMagnitude } from '../parity/fixtures.ts';

interface Batch {
  sequences: number[][];
  labels: number[];
}
interface OddFixture {
  config: Record<string, number> & { activation: 'gelu' | 'relu' };
  batches: Batch[];
  loss: number;
  options: { learningRate: number; weightDecay: number; warmupSteps: number; clipNorm: number; steps: number };
  losses: number[];
  gradientNorms: number[];
  learningRates: number[];
  decay: string[];
}

const head = classificationHead({ classes: 4 });
const KEY = { seed: 1, step: 1, site: 0 };
let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

/**
 * Adding a constant to every key changes no attention weight: the true gradient of the keys' bias is 0, and what is
 * computed is rounding, in PyTorch as here. AdamW turns rounding into steps of any size.
 */
const isNoise = (name: string) => name.endsWith('k_lin.bias');

describe.each(['odd-gelu', 'odd-relu'])('%s against PyTorch', (name) => {
  const fixture = fixtureJson<OddFixture>(`encoder-${name}.json`);
  const config: DistilBertConfig = {
    ...defaultConfig,
    vocabSize: fixture.config.vocab_size!,
    maxPositionEmbeddings: fixture.config.max_position_embeddings!,
    dim: fixture.config.dim!,
    hiddenDim: fixture.config.hidden_dim!,
    nLayers: fixture.config.n_layers!,
    nHeads: fixture.config.n_heads!,
    activation: fixture.config.activation,
    dropout: 0,
    attentionDropout: 0,
    seqClassifDropout: 0,
  };
  const parameters = [...encoderParameters(config), ...head.parameters(config)];
  const batch = fixture.batches[0]!;
  const lengths = batch.sequences.map((sequence) => sequence.length);
  let tensors: Map<string, Float32Array>;
  let variables: Map<string, Variable>;

  const network = () => ({ engine, config, head, weights: weightsOf(variables) });
  const load = () => {
    for (const variable of variables?.values() ?? []) variable.dispose();
    variables = new Map(
      parameters.map(({ name, shape }) => [
        name,
        engine.tidy(() => engine.variable(engine.floats(tensors.get(`weight/${name}`)!, shape))),
      ]),
    );
  };
  beforeAll(async () => {
    tensors = await fixtureTensors(`encoder-${name}.safetensors`);
    load();
  });
  afterAll(() => {
    for (const variable of variables.values()) variable.dispose();
  });

  /** Hidden states of all layers, rows in the caller's order of sequences. */
  function hiddenStates(sequences: number[][], padTo?: number): Float32Array[] {
    const states: Float32Array[] = [];
    engine.tidy(() => {
      const laid = makeBatch(sequences, config.vocabSize, padTo);
      encode(engine, config, weightsOf(variables), laid, {
        rows: 'all',
        onHidden(_, hidden) {
          const values = engine.values(hidden);
          const D = config.dim;
          const rows: Float32Array[] = [];
          laid.order.forEach((caller, s) => {
            const first = laid.firstRows[s]! * D;
            rows[caller] = values.slice(first, first + sequences[caller]!.length * D);
          });
          states.push(Float32Array.from(rows.flatMap((row) => Array.from(row))));
        },
      });
    });
    return states;
  }

  test('every hidden state of every layer within 1e-5', () => {
    const states = hiddenStates(batch.sequences);
    expect(states).toHaveLength(config.nLayers + 1);
    states.forEach((state, layer) => {
      expect(largestDifference(state, tensors.get(`hidden/${layer}`)!), `layer ${layer}`).toBeLessThan(1e-5);
    });
  });

  test('logits within 1e-5, whatever the order of the batch', () => {
    const expected = tensors.get('logits')!;
    const outputs = (sequences: number[][]) =>
      batchOutputs(
        network(),
        sequences.map((ids) => ({ ids })),
      );
    const flat = (rows: Float32Array[]) => rows.flatMap((row) => Array.from(row));
    const plain = outputs(batch.sequences);
    expect(largestDifference(flat(plain), expected)).toBeLessThan(1e-5);
    const order = [3, 0, 5, 1, 4, 2];
    const back: Float32Array[] = [];
    outputs(order.map((i) => batch.sequences[i]!)).forEach((row, i) => {
      back[order[i]!] = row;
    });
    expect(largestDifference(flat(back), flat(plain))).toBeLessThan(1e-6);
  });

  test('padding to any length changes nothing beyond 1e-6', () => {
    const plain = hiddenStates(batch.sequences);
    for (const padTo of [Math.max(...lengths), Math.max(...lengths) + 1, 100]) {
      hiddenStates(batch.sequences, padTo).forEach((state, layer) => {
        // float32 has steps of 5e-7 at 4: beyond 1, the tolerance grows with the values
        const tolerance = 1e-6 * Math.max(1, largestMagnitude(plain[layer]!));
        expect(largestDifference(state, plain[layer]!), `padded to ${padTo}, layer ${layer}`).toBeLessThan(tolerance);
      });
    }
  });

  test('loss within 1e-5 and every gradient within 1e-4 of its largest element', () => {
    engine.tidy(() => {
      const gradients = new Gradients(engine);
      const { loss } = trainBatch(
        network(),
        { samples: samplesOf(batch), normalizer: batch.labels.length, key: KEY },
        gradients,
      );
      expect(Math.abs(loss - fixture.loss)).toBeLessThan(1e-5);
      expect([...gradients.tensors.keys()].sort()).toEqual(parameters.map(({ name }) => name).sort());
      for (const [name, gradient] of gradients.tensors) {
        const expected = tensors.get(`gradient/${name}`)!;
        const difference = largestDifference(engine.values(gradient), expected);
        if (isNoise(name)) expect(difference, name).toBeLessThan(1e-6);
        else expect(difference / largestMagnitude(expected), name).toBeLessThan(1e-4);
      }
    });
  });

  test('weight decay applies to the weights that transformers decays', () => {
    const { rules } = parameterRules(parameters, config.nLayers, {
      weightDecay: 0.1,
      layerDecay: 1,
      freeze: { embeddings: false, layers: 0 },
    });
    expect(
      rules
        .filter((rule) => rule.weightDecay > 0)
        .map((rule) => rule.name)
        .sort(),
    ).toEqual(fixture.decay);
  });

  test('20 AdamW steps with clipping, warm-up, linear decay and weight decay within 1e-4', () => {
    load();
    const { steps, warmupSteps, learningRate, weightDecay, clipNorm } = fixture.options;
    const { rules } = parameterRules(parameters, config.nLayers, {
      weightDecay,
      layerDecay: 1,
      freeze: { embeddings: false, layers: 0 },
    });
    const settings = { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm };
    const optimizer = createAdamW(engine, variables, rules, settings);
    for (let step = 1; step <= steps; step++) {
      const samples = samplesOf(fixture.batches[(step - 1) % fixture.batches.length]!);
      const factor = scheduleFactor({ type: 'linear', warmup: warmupSteps }, step, steps);
      expect(factor * learningRate).toBeCloseTo(fixture.learningRates[step - 1]!, 12);
      engine.tidy(() => {
        const gradients = new Gradients(engine);
        const given = { samples, normalizer: samples.length, key: { ...KEY, step } };
        const { loss } = trainBatch(network(), given, gradients);
        expect(Math.abs(loss - fixture.losses[step - 1]!), `loss of step ${step}`).toBeLessThan(1e-4);
        const norm = optimizer.update(gradients.tensors, step, factor);
        expect(norm / fixture.gradientNorms[step - 1]!, `gradient norm of step ${step}`).toBeCloseTo(1, 4);
      });
    }
    optimizer.dispose();
    for (const { name } of parameters) {
      const trained = engine.tidy(() => engine.values(variables.get(name)!.read()));
      const difference = largestDifference(trained, tensors.get(`trained/${name}`)!);
      expect(difference, name).toBeLessThan(isNoise(name) ? 2 * learningRate * steps : 1e-4);
    }
    load();
  });

  test('micro-batches add up to the whole batch, and no tensor is left over', () => {
    const before = engine.liveTensors();
    engine.tidy(() => {
      const whole = new Gradients(engine);
      const normalizer = batch.labels.length;
      const all = trainBatch(network(), { samples: samplesOf(batch), normalizer, key: KEY }, whole).loss;
      const parts = new Gradients(engine);
      let loss = 0;
      for (const [start, end] of [
        [0, 4],
        [4, 5],
        [5, 6],
      ] as const) {
        loss += trainBatch(
          network(),
          { samples: samplesOf(batch).slice(start, end), normalizer, key: KEY },
          parts,
        ).loss;
      }
      expect(loss).toBeCloseTo(all, 5);
      for (const [name, gradient] of whole.tensors) {
        const expected = engine.values(gradient);
        const difference = largestDifference(engine.values(parts.tensors.get(name)!), expected);
        expect(difference, name).toBeLessThan(1e-5 * Math.max(1, largestMagnitude(expected)));
      }
    });
    expect(engine.liveTensors()).toBe(before);
  });
});

function samplesOf({ sequences, labels }: { sequences: number[][]; labels: number[] }) {
  return sequences.map((ids, i) => ({ sequences: [ids], target: labels[i]! }));
}
