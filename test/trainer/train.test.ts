import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/types.ts';
import { type ExampleSet, encodeExamples } from '../../src/tasks/example-set.ts';
import type { LoadOptions, Model } from '../../src/tasks/model.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import type { TrainEvent } from '../../src/trainer/events.ts';
import { parameterRules } from '../../src/trainer/parameter-groups.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainOptions, type TrainSettings, train } from '../../src/trainer/train.ts';
import { microBatches } from '../../src/trainer/train-step.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference } from '../parity/fixtures.ts';
import { tinyExamples, tinyModel } from '../tasks/tiny-model.ts';

const COUNT = 22; // batches of 8, 8 and 6
const settings: TrainSettings = {
  ...defaultSettings,
  batchSize: 8,
  epochs: 2,
  optimizer: { ...defaultSettings.optimizer, learningRate: 3e-3 },
};
let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

interface Run {
  events: TrainEvent[];
  losses: number[];
  before: Map<string, Float32Array>;
  weights: Map<string, Float32Array>;
  error: unknown;
}

async function run(
  changes: Partial<TrainSettings> = {},
  options: Partial<TrainOptions<number>> & { load?: LoadOptions; classWeights?: number[] } = {},
): Promise<Run> {
  const { load, classWeights, ...rest } = options;
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'], classWeights }), load);
  const data: ExampleSet<number> = await encodeExamples(model, tinyExamples(COUNT), { maxLength: 24 });
  const before = weightsOf(model);
  const events: TrainEvent[] = [];
  let error: unknown;
  try {
    for await (const event of train({ model, data, settings: { ...settings, ...changes }, ...rest }))
      events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  const weights = weightsOf(model);
  model.dispose();
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  return { events, losses, before, weights, error };
}

function weightsOf(model: Model): Map<string, Float32Array> {
  return new Map(
    model.parameters.map(({ name }) => [name, engine.tidy(() => engine.values(model.variables.get(name)!.read()))]),
  );
}

const kinds = (events: TrainEvent[]) => events.filter(({ type }) => type !== 'phase').map(({ type }) => type);

describe('activations of frozen layers', () => {
  const freeze = { embeddings: true, layers: 2 };

  test('are the same to the bit in another run, and leave no tensor behind', async () => {
    const live = engine.liveTensors();
    const [first, second] = [
      await run({ freeze, cacheActivations: true }),
      await run({ freeze, cacheActivations: true }),
    ];
    expect(engine.liveTensors()).toBe(live);
    expect(second.losses).toEqual(first.losses);
    expect(second.weights).toEqual(first.weights);
    for (const [name, weights] of first.weights)
      expect([name, sameBits(weights, first.before.get(name)!)]).toEqual([name, /embeddings|layer\.[01]\./.test(name)]);
  });

  test('need frozen layers, all the way down', async () => {
    for (const wrong of [
      { embeddings: false, layers: 2 },
      { embeddings: true, layers: 0 },
    ]) {
      const { error, events } = await run({ freeze: wrong, cacheActivations: true });
      expect(String(error)).toContain('No layer is frozen whose output could be kept.');
      expect(events).toEqual([]);
    }
  });

  test('are refused before any is computed where they take too much memory, with figures', async () => {
    const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
    const endless = { length: 2 ** 40 };
    const { frozen } = parameterRules(model.parameters, 3, { ...settings.optimizer, freeze });
    // 12 values of 4 bytes for each token.
    await expect(model.holdActivations(() => [endless], frozen)).rejects.toThrow(
      /would take 50,331,648 MB, and [\d,]+ MB are free/,
    );
    model.dispose();
  });

  test('end where the run is stopped', async () => {
    const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
    const { frozen } = parameterRules(model.parameters, 3, { ...settings.optimizer, freeze });
    const many = Array.from({ length: 2000 }, (_, i) => [
      2,
      ...[1, 26, 676].map((n) => 5 + (Math.floor(i / n) % 26)),
      3,
    ]);
    expect(await model.holdActivations(() => many, frozen, AbortSignal.abort())).toBe(null);
    model.dispose();
  });
});

const sameBits = (a: Float32Array, b: Float32Array) => a.every((x, i) => x === b[i]);

describe('a run', () => {
  test('learns, step by step, and leaves no tensor behind', async () => {
    const live = engine.liveTensors();
    const { events, losses } = await run(
      { epochs: 30, optimizer: { ...settings.optimizer, learningRate: 0.02 } },
      { load: { dropout: 0 } },
    );
    expect(engine.liveTensors()).toBe(live);
    expect(events[0]).toEqual({
      type: 'start',
      totalSteps: 90,
      stepsPerEpoch: 3,
      epochs: 30,
      trainExamples: 22,
      parameters: 4418,
      trainableParameters: 4418,
      metric: 'loss',
      direction: 'min',
    });
    expect(losses).toHaveLength(90);
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.slice(-3).reduce((a, b) => a + b) / 3).toBeLessThan(0.25);
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ examples }) => examples).slice(0, 4)).toEqual([8, 8, 6, 8]);
    expect(steps[4]!.epoch).toBeCloseTo(5 / 3, 12);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', step: 90, best: null });
  });

  test('is the same to the bit when repeated, and another with another seed', async () => {
    const [first, second, other] = [await run(), await run(), await run({ seed: 43 })];
    expect(second.losses).toEqual(first.losses);
    for (const [name, weights] of first.weights) expect(second.weights.get(name), name).toEqual(weights);
    expect(other.losses).not.toEqual(first.losses);
  });

  test('is the same to the bit with gradient checkpointing, dropout on', async () => {
    const changes = { accumulate: 2, freeze: { embeddings: true, layers: 1 } };
    for (const given of [{}, changes]) {
      const load = { dropout: 0.2 };
      const [kept, again] = [
        await run(given, { load }),
        await run({ ...given, gradientCheckpointing: true }, { load }),
      ];
      expect(again.losses).toEqual(kept.losses);
      expect(again.weights).toEqual(kept.weights);
      expect(again.weights).not.toEqual(again.before);
    }
  });

  test('shows every example once per epoch, in another order each', async () => {
    const seen: number[] = [];
    const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
    const data = await encodeExamples(model, tinyExamples(COUNT), { maxLength: 24 });
    const sample: typeof data.sample = (i, key) => {
      seen.push(i);
      return data.sample(i, key);
    };
    const watched = { ...data, sample };
    for await (const _ of train({ model, data: watched, settings }));
    model.dispose();
    const epochs = [seen.slice(0, COUNT), seen.slice(COUNT)];
    const all = Array.from({ length: COUNT }, (_, i) => i);
    for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(all);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]).not.toEqual(all);
  });

  test('takes part of an epoch, or a number of steps', async () => {
    expect((await run({ epochs: 0.5 })).losses).toHaveLength(2);
    expect((await run({ maxSteps: 4 })).losses).toHaveLength(4);
  });
});

test.each([2, 3, 8])(
  '%i micro-batches give what the whole batch gives, last partial group included',
  async (accumulate) => {
    const options = { load: { dropout: 0 }, classWeights: [0.3, 2] };
    const whole = await run({}, options);
    const split = await run({ accumulate }, options);
    expect(largestDifference(split.losses, whole.losses)).toBeLessThan(1e-5);
    for (const [name, weights] of whole.weights) {
      if (name.endsWith('k_lin.bias')) continue; // its gradient is rounding: see the parity test
      expect(largestDifference(split.weights.get(name)!, weights), name).toBeLessThan(1e-4);
    }
  },
);

test.each([1, 40, 1000])('at most %i tokens at once give what the whole batch gives', async (tokensPerBatch) => {
  const options = { load: { dropout: 0 }, classWeights: [0.3, 2] };
  const whole = await run({}, options);
  const split = await run({ tokensPerBatch }, options);
  expect(largestDifference(split.losses, whole.losses)).toBeLessThan(1e-5);
  for (const [name, weights] of whole.weights) {
    if (name.endsWith('k_lin.bias')) continue;
    expect(largestDifference(split.weights.get(name)!, weights), name).toBeLessThan(1e-4);
  }
});

describe('micro-batches', () => {
  const samples = [[5], [3], [9], [2, 2], [1], [30], [4]].map((lengths, target) => ({
    sequences: lengths.map((length) => new Uint8Array(length)),
    target,
  }));
  const parts = (accumulate: number, tokensPerBatch: number | null) =>
    microBatches(samples, { accumulate, tokensPerBatch }).map((part) => part.map(({ target }) => target));

  test.each([
    [1, null, [[0, 1, 2, 3, 4, 5, 6]]],
    [3, null, [[0, 1, 2], [3, 4, 5], [6]]],
    [1, 1000, [[0, 1, 2, 3, 4, 5, 6]]],
    [1, 10, [[0, 1], [2], [3, 4], [5], [6]]],
    [1, 1, [[0], [1], [2], [3], [4], [5], [6]]],
    [3, 17, [[0, 1, 2], [3, 4], [5], [6]]],
  ])('in %i parts, at most %s tokens: whole samples, in their order', (accumulate, tokensPerBatch, expected) => {
    expect(parts(accumulate, tokensPerBatch)).toEqual(expected);
  });
});

describe('freezing', () => {
  const moved = ({ before, weights }: Run) =>
    new Set(
      [...weights].filter(([name, values]) => largestDifference(values, before.get(name)!) > 0).map(([name]) => name),
    );

  test('without it every weight moves', async () => {
    const result = await run();
    expect([...result.weights.keys()].filter((name) => !moved(result).has(name))).toEqual([]);
  });

  test.each([
    { embeddings: true, layers: 0 },
    { embeddings: true, layers: 2 },
    { embeddings: false, layers: 1 },
    { embeddings: true, layers: 3 },
  ])('embeddings $embeddings, first $layers layers', async (freeze) => {
    const live = engine.liveTensors();
    const result = await run({ freeze });
    expect(engine.liveTensors()).toBe(live);
    const changed = moved(result);
    for (const name of result.weights.keys()) {
      const layer = Number(/layer\.(\d)/.exec(name)?.[1] ?? Number.NaN);
      const frozen = name.includes('embeddings') ? freeze.embeddings : layer < freeze.layers;
      expect(changed.has(name), name).toBe(!frozen);
    }
  });

  test('what trains is updated as if nothing were frozen below it', async () => {
    const options = { load: { dropout: 0 } };
    const constant = { schedule: { type: 'constant' as const, warmup: 0 }, maxSteps: 1 };
    const clip = { optimizer: { ...settings.optimizer, clipNorm: 0 } };
    const all = await run({ ...constant, ...clip }, options);
    const part = await run({ ...constant, ...clip, freeze: { embeddings: true, layers: 2 } }, options);
    for (const [name, weights] of part.weights) {
      if (name.includes('layer.2') || name.includes('classifier')) {
        expect(largestDifference(weights, all.weights.get(name)!), name).toBeLessThan(1e-7);
      }
    }
  });
});

test('layer-wise decay: the head at the full rate, each layer below at less', () => {
  const names = ['classifier.weight', 'distilbert.transformer.layer.2.ffn.lin1.weight'];
  names.push('distilbert.transformer.layer.0.ffn.lin1.weight', 'distilbert.embeddings.word_embeddings.weight');
  const parameters = names.map((name) => ({ name, shape: [1], init: 'normal' as const, decay: true }));
  const { rules } = parameterRules(parameters, 3, {
    weightDecay: 0.01,
    layerDecay: 0.5,
    freeze: { embeddings: false, layers: 0 },
  });
  expect(rules.map(({ rate }) => rate)).toEqual([1, 0.5, 0.125, 0.0625]);
});

describe('evaluation and checkpoints', () => {
  /** Evaluations that give these values in turn, and the checkpoints they led to. */
  async function scripted(values: number[], changes: Partial<TrainSettings> = {}, direction: 'max' | 'min' = 'max') {
    const saved: string[] = [];
    const left = [...values];
    const result = await run(changes, {
      evaluate: async () => ({ score: left.shift()! }),
      metric: { name: 'score', direction },
      checkpoints: {
        save: async (reason, state, moments) => {
          expect(moments.size).toBe(56);
          saved.push(`${reason} ${state.step}`);
          return `place ${state.step}`;
        },
      },
    });
    return { ...result, saved };
  }

  test('the best epoch is kept, by the larger value', async () => {
    const { events, saved } = await scripted([0.5, 0.7, 0.6], { epochs: 3 });
    expect(saved).toEqual(['best 3', 'best 6']);
    expect(events.filter(({ type }) => type === 'checkpoint')).toEqual([
      { type: 'checkpoint', step: 3, location: 'place 3', reason: 'best' },
      { type: 'checkpoint', step: 6, location: 'place 6', reason: 'best' },
    ]);
    expect(events.at(-1)).toMatchObject({ best: { step: 6, epoch: 2, metric: 'score', value: 0.7 } });
  });

  test('or by the smaller; equal is not better', async () => {
    expect((await scripted([0.5, 0.5, 0.6, 0.4], { epochs: 4 }, 'min')).saved).toEqual(['best 3', 'best 12']);
  });

  test('every N steps, and at the end', async () => {
    const { events } = await scripted([1, 2, 3], { maxSteps: 5, evaluate: { ...settings.evaluate, everySteps: 2 } });
    const evaluations = events.filter((event) => event.type === 'evaluation');
    expect(evaluations.map(({ step, metrics }) => [step, metrics.score])).toEqual([
      [2, 1],
      [4, 2],
      [5, 3],
    ]);
  });

  test('early stopping counts evaluations without an improvement', async () => {
    const evaluate = { ...settings.evaluate, earlyStopping: 2 };
    const { events, losses } = await scripted([0.5, 0.4, 0.6, 0.5, 0.6, 0.9], { epochs: 6, evaluate });
    expect(losses).toHaveLength(15);
    expect(events.at(-1)).toMatchObject({ reason: 'early-stopping', step: 15, best: { step: 9, value: 0.6 } });
  });

  test('an undefined metric is never best, and is said', async () => {
    const { events, saved } = await scripted([Number.NaN, 0.1], { epochs: 2 });
    expect(saved).toEqual(['best 6']);
    expect(kinds(events)).toEqual([
      'start',
      'step',
      'step',
      'step',
      'evaluation',
      'warning',
      'step',
      'step',
      'step',
      'evaluation',
      'checkpoint',
      'end',
    ]);
  });

  test('periodic ones too; without an evaluation the last weights are the result', async () => {
    const saved: string[] = [];
    const checkpoints = {
      save: async (reason: string, { step }: { step: number }) => `${saved.push(`${reason} ${step}`)}`,
    };
    await run({ checkpoint: { everySteps: 2, keep: 2 } }, { checkpoints });
    expect(saved).toEqual(['periodic 2', 'periodic 4', 'end 6']);
  });

  test('an unknown metric names those there are', async () => {
    const { error } = await run(
      {},
      { evaluate: async () => ({ accuracy: 1 }), metric: { name: 'f1', direction: 'max' } },
    );
    expect(error).toMatchObject({
      exitCode: 2,
      message: 'There is no metric named "f1".',
      fix: 'The evaluation gives: accuracy.',
    });
  });
});

test('an aborted run ends after its step, saved', async () => {
  const stop = new AbortController();
  const saved: string[] = [];
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  const data = await encodeExamples(model, tinyExamples(COUNT), { maxLength: 24 });
  const checkpoints = {
    save: async (reason: string, { step }: { step: number }) => `${saved.push(`${reason} ${step}`)}`,
  };
  const events: TrainEvent[] = [];
  for await (const event of train({ model, data, settings, checkpoints, signal: stop.signal })) {
    events.push(event);
    if (event.type === 'step' && event.step === 2) stop.abort();
  }
  model.dispose();
  expect(saved).toEqual(['stop 2']);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped', step: 2 });
});

test('a diverged run says so, keeps its weights and throws', async () => {
  const huge = {
    optimizer: { ...settings.optimizer, learningRate: 1e30 },
    schedule: { type: 'constant' as const, warmup: 0 },
  };
  const { events, error, weights } = await run(huge);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'diverged' });
  expect(error).toMatchObject({ exitCode: 4 });
  expect((error as Error).message).toMatch(/became NaN or infinite at step \d+: the run has diverged\.$/);
  expect([...weights.values()].every((values) => values.every(Number.isFinite))).toBe(true);
});

test('nothing to train on is an error', async () => {
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  const data = await encodeExamples(model, [], { maxLength: 24 });
  await expect(train({ model, data, settings }).next()).rejects.toThrow('There are no examples to train on.');
  model.dispose();
});
