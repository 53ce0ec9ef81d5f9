import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DistilBertConfig } from '../../src/encoder/config.ts';
import type { Engine } from '../../src/engine/types.ts';
import { maskedLmHead } from '../../src/heads/masked-lm.ts';
import { poolLogits } from '../../src/heads/pooling.ts';
import { type AnswerSpan, questionAnsweringHead } from '../../src/heads/question-answering.ts';
import { classificationHead, multiLabelHead, regressionHead } from '../../src/heads/sequence-classification.ts';
import { tokenClassificationHead } from '../../src/heads/token-classification.ts';
import type { Head } from '../../src/heads/types.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference, largestMagnitude } from '../parity/fixtures.ts';
import {
  type FixtureNetwork,
  type HeadFixture,
  loadFixture,
  outputsOf,
  readFixture,
  samplesOf,
  step,
} from './fixture-network.ts';

interface Case {
  /** The fixture's name. */
  name: string;
  /** Each loss of the fixture, and the head that computes it. */
  heads: Record<string, Head<never>>;
  targets(fixture: HeadFixture, loss: string): unknown[];
  /** Where the head's dropout rate stands; absent: it drops nothing. */
  rateOf?: keyof DistilBertConfig;
}

const tokenFixture = readFixture('token-classification');
const labelsFixture = readFixture('multi-label');
const own = ({ targets }: HeadFixture) => targets as unknown[];
/** Losses over windows are named by the key of their targets and the pooling. */
const ofKind = ({ targets }: HeadFixture, loss: string) => (targets as Record<string, unknown[]>)[loss.split('-')[0]!]!;

const cases: Case[] = [
  {
    name: 'token-classification',
    heads: {
      plain: tokenClassificationHead({ classes: 5 }),
      weighted: tokenClassificationHead({
        classes: 5,
        classWeights: tokenFixture.classWeights,
        labelSmoothing: tokenFixture.labelSmoothing,
      }),
    },
    targets: own,
    rateOf: 'dropout',
  },
  {
    name: 'question-answering',
    heads: { plain: questionAnsweringHead() },
    targets: ({ targets }) => (targets as [number, number][]).map(([start, end]): AnswerSpan => ({ start, end })),
    rateOf: 'qaDropout',
  },
  { name: 'masked-lm-tied', heads: { plain: maskedLmHead() }, targets: own },
  { name: 'masked-lm-untied', heads: { plain: maskedLmHead() }, targets: own },
  {
    name: 'multi-label',
    heads: {
      plain: multiLabelHead({ classes: 3 }),
      weighted: multiLabelHead({ classes: 3, positiveWeights: labelsFixture.positiveWeights }),
    },
    targets: own,
    rateOf: 'seqClassifDropout',
  },
  {
    name: 'windows',
    heads: {
      'classification-mean': classificationHead({ classes: 3 }),
      'classification-max': classificationHead({ classes: 3, pooling: 'max' }),
      'multiLabel-mean': multiLabelHead({ classes: 3 }),
      'multiLabel-max': multiLabelHead({ classes: 3, pooling: 'max' }),
    },
    targets: ofKind,
    rateOf: 'seqClassifDropout',
  },
  {
    name: 'windows-regression',
    heads: { 'regression-mean': regressionHead(), 'regression-max': regressionHead({ pooling: 'max' }) },
    targets: ofKind,
    rateOf: 'seqClassifDropout',
  },
];

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

function expectGradients(actual: Map<string, Float32Array>, network: FixtureNetwork, loss: string) {
  expect([...actual.keys()].sort()).toEqual(network.names);
  for (const [name, gradient] of actual) {
    const expected = network.tensors.get(`gradient/${loss}/${name}`)!;
    const magnitude = largestMagnitude(expected);
    // Some gradients are 0 in truth, as that of whatever is added to all that a softmax runs over: the reference, in
    // float64, comes within 1e-12 of it, and what is computed in float32 is rounding.
    const tolerance = magnitude < 1e-12 ? 1e-6 : 1e-4 * magnitude;
    expect(largestDifference(gradient, expected), name).toBeLessThan(tolerance);
  }
}

describe.each(cases)('$name against PyTorch', ({ name, heads, targets, rateOf }) => {
  const fixture = readFixture(name);
  const [[firstLoss, firstHead]] = Object.entries(heads) as [[string, Head<never>]];
  const samplesFor = (loss: string) => samplesOf(fixture, targets(fixture, loss) as never[]);
  let network: FixtureNetwork;
  beforeAll(async () => {
    network = await loadFixture(engine, name, firstHead);
  });
  afterAll(() => network.dispose());

  test('outputs within 1e-5, pooled ones included', () => {
    const { rows } = outputsOf(network, firstHead, fixture.sequences);
    const { windows } = fixture;
    const actual = windows
      ? (['mean', 'max'] as const).flatMap((pooling) =>
          windows.map((members) =>
            poolLogits(
              members.map((i) => rows[i]!),
              pooling,
            ),
          ),
        )
      : rows;
    const flat = actual.flatMap((row) => Array.from(row));
    expect(largestDifference(flat, network.tensors.get('outputs')!)).toBeLessThan(1e-5);
  });

  test.each(Object.keys(heads))(
    '%s: loss within 1e-6 of it, each gradient within 1e-4 of its largest element',
    (loss) => {
      const result = step(network, heads[loss]!, [samplesFor(loss)]);
      expect(Math.abs(result.loss / fixture.losses[loss]! - 1)).toBeLessThan(1e-6);
      expectGradients(result.gradients, network, loss);
    },
  );

  test('with dropout before the last layer the same', () => {
    const draws: { rate: number; place: number }[] = [];
    const rate = fixture.dropoutRate;
    const result = step(network, firstHead, [samplesFor(firstLoss)], {
      headConfig: rateOf ? { [rateOf]: rate } : { dropout: rate, qaDropout: rate, seqClassifDropout: rate },
      drawMask(shape, rate, place) {
        draws.push({ rate, place });
        const width = shape[1]!;
        const kept = Float32Array.from({ length: shape[0]! * width }, (_, i) =>
          (i % width) % 3 === 1 ? 0 : 1 / (1 - rate),
        );
        return engine.floats(kept, shape);
      },
    });
    expect(draws).toEqual(rateOf ? [{ rate, place: 0 }] : []);
    const loss = rateOf ? 'dropout' : firstLoss;
    expect(Math.abs(result.loss / fixture.losses[loss]! - 1)).toBeLessThan(1e-6);
    expectGradients(result.gradients, network, loss);
  });

  test.each(Object.keys(heads))('%s: micro-batches add up to the whole batch', (loss) => {
    const samples = samplesFor(loss);
    const whole = step(network, heads[loss]!, [samples]);
    // the second part of token labels has none at all
    const parts = step(network, heads[loss]!, [samples.slice(0, 2), samples.slice(2, 3), samples.slice(3)]);
    expect(Math.abs(parts.loss / whole.loss - 1)).toBeLessThan(1e-6);
    expect([...parts.gradients.keys()].sort()).toEqual(network.names);
    for (const [name, gradient] of whole.gradients) {
      const difference = largestDifference(parts.gradients.get(name)!, gradient);
      expect(difference, name).toBeLessThan(1e-7 + 1e-5 * largestMagnitude(gradient));
    }
  });

  test('no tensor is left over', () => {
    const live = engine.liveTensors();
    for (const loss of Object.keys(heads)) step(network, heads[loss]!, [samplesFor(loss)]);
    step(network, firstHead, [samplesFor(firstLoss)], {
      headConfig: { dropout: 0.5, qaDropout: 0.5, seqClassifDropout: 0.5 },
      drawMask: (shape, rate, site) => engine.dropoutMask(shape, rate, { seed: 1, step: 1, site }),
    });
    expect(engine.liveTensors()).toBe(live);
  });
});
