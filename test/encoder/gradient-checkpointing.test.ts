import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeBatch } from '../../src/encoder/batch.ts';
import { composedKernels } from '../../src/encoder/composed.ts';
import { type DistilBertConfig, defaultConfig } from '../../src/encoder/config.ts';
import { encode } from '../../src/encoder/distilbert.ts';
import { encoderParameters } from '../../src/encoder/names.ts';
import { Gradients, weightsOf } from '../../src/encoder/weights.ts';
import { normals } from '../../src/engine/random.ts';
import type { LayerKernels } from '../../src/engine/types.ts';
import { testEngine } from '../engine/helper.ts';

const engine = await testEngine();
const composed = composedKernels(engine);
const allKernels: [string, LayerKernels][] = [['composed', composed]];
if (engine.layerKernels) allKernels.push(["the engine's own", engine.layerKernels]);

const sequences = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 5 + (i % 20) }, (_, j) => (i + 3 * j) % 30),
);
const TOKENS = sequences.reduce((sum, { length }) => sum + length, 0);
const WIDTH = 24;
const LAYERS = 6;

interface Options {
  kernels: LayerKernels;
  rows?: 'first' | 'all';
  nLayers?: number;
  frozenLayers?: number | undefined;
  gradientCheckpointing: boolean;
}

/** One training pass with dropout: what it gives, and the bytes of tensors that it holds over those of before. */
function pass({ kernels, rows = 'all', nLayers = LAYERS, frozenLayers, gradientCheckpointing }: Options) {
  const config: DistilBertConfig = {
    ...defaultConfig,
    vocabSize: 30,
    maxPositionEmbeddings: 24,
    dim: WIDTH,
    hiddenDim: 2 * WIDTH,
    nLayers,
    nHeads: 4,
    dropout: 0.2,
    attentionDropout: 0.3,
  };
  const variables = new Map(
    encoderParameters(config).map(({ name, shape }, site) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const values = normals(count, 0.3, { seed: 4, step: 0, site });
      return [name, engine.tidy(() => engine.variable(engine.floats(values, shape)))] as const;
    }),
  );
  const isFrozen = (name: string) =>
    frozenLayers !== undefined && Number(/layer\.(\d+)/.exec(name)?.[1] ?? -1) < frozenLayers;
  const weights = weightsOf(variables, new Set([...variables.keys()].filter(isFrozen)));
  const before = { tensors: engine.liveTensors(), bytes: memory().numBytes };
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, memory().numBytes - before.bytes);
  };
  const dropout = (rate: number, site: number) => ({ rate, key: { seed: 1, step: 2, site } });
  const gradients = new Gradients(engine);
  const { hidden, backward } = encode(engine, config, weights, makeBatch(sequences, config.vocabSize), {
    rows,
    training: { dropout, gradientCheckpointing },
    kernels: watched(kernels, look),
  });
  const held = memory().numBytes - before.bytes;
  const output = engine.values(hidden);
  const dHidden = engine.floats(normals(output.length, 1, { seed: 5, step: 0, site: 0 }), hidden.shape);
  engine.dispose(hidden);
  backward(dHidden, gradients);
  const values = new Map([...gradients.tensors].map(([name, tensor]) => [name, engine.values(tensor)]));
  gradients.dispose();
  const left = engine.liveTensors() - before.tensors;
  for (const variable of variables.values()) variable.dispose();
  return { output, held, gradients: values, peak, left };
}

/** The same kernels; `look` is called after each of them. */
function watched(kernels: LayerKernels, look: () => void): LayerKernels {
  const entries = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...inputs: unknown[]) => {
      const result = (kernel as (...inputs: unknown[]) => unknown)(...inputs);
      look();
      return result;
    },
  ]);
  return Object.fromEntries(entries) as LayerKernels;
}

describe.each(allKernels)('gradient checkpointing with kernels: %s', (_, kernels) => {
  test.each([
    { rows: 'all', frozenLayers: undefined },
    { rows: 'first', frozenLayers: undefined },
    { rows: 'all', frozenLayers: 0 },
    { rows: 'first', frozenLayers: 2 },
    { rows: 'all', frozenLayers: 6 },
  ] as const)(
    'gives the same to the bit and leaves nothing behind: $rows rows, $frozenLayers layers frozen',
    (given) => {
      const plain = pass({ kernels, ...given, gradientCheckpointing: false });
      const checkpointed = pass({ kernels, ...given, gradientCheckpointing: true });
      const layers = LAYERS - (given.frozenLayers ?? 0);
      expect(plain.gradients.size).toBe(16 * layers + (given.frozenLayers === undefined ? 4 : 0));
      expect(checkpointed.output).toEqual(plain.output);
      expect(checkpointed.gradients).toEqual(plain.gradients);
      expect([plain.left, checkpointed.left]).toEqual([0, 0]);
    },
  );

  test('holds of each further layer its input alone, and at most half as much at any time', () => {
    const plain = pass({ kernels, gradientCheckpointing: false });
    const checkpointed = pass({ kernels, gradientCheckpointing: true });
    expect(checkpointed.peak).toBeLessThan(plain.peak / 2);
    const shallower = pass({ kernels, nLayers: LAYERS - 1, gradientCheckpointing: true });
    expect(checkpointed.held - shallower.held).toBe(4 * TOKENS * WIDTH);
  });
});
