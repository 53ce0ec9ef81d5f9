import { expect, test } from 'vitest';
import { binaryCrossEntropy, crossEntropy, sparseCrossEntropy, squaredError } from '../../src/heads/losses.ts';
import { testEngine } from '../engine/helper.ts';
import { fixtureJson, largestDifference } from '../parity/fixtures.ts';

interface Fixture {
  crossEntropy: {
    logits: number[][];
    targets: number[];
    classWeights: number[] | null;
    labelSmoothing: number;
    loss: number;
    gradient: number[][];
  }[];
  squaredError: { logits: number[][]; targets: number[]; loss: number; gradient: number[][] };
}
const fixture = fixtureJson<Fixture>('losses.json');

test.each(fixture.crossEntropy)(
  'cross-entropy as PyTorch: weights $classWeights, smoothing $labelSmoothing',
  async ({ logits, targets, classWeights, labelSmoothing, loss, gradient }) => {
    const engine = await testEngine();
    const normalizer = targets.reduce((sum, target) => sum + (classWeights?.[target] ?? 1), 0);
    engine.tidy(() => {
      const tensor = engine.floats(Float32Array.from(logits.flat()), [5, 4]);
      const options = { classWeights: classWeights ?? undefined, labelSmoothing };
      const result = crossEntropy(engine, tensor, targets, normalizer, options);
      expect(Math.abs(result.loss - loss)).toBeLessThan(1e-6);
      expect(largestDifference(engine.values(result.dLogits), gradient.flat())).toBeLessThan(1e-6);
    });
  },
);

test('mean squared error as PyTorch', async () => {
  const engine = await testEngine();
  const { logits, targets, loss, gradient } = fixture.squaredError;
  engine.tidy(() => {
    const result = squaredError(engine, engine.floats(Float32Array.from(logits.flat()), [5, 1]), targets, 5);
    expect(Math.abs(result.loss - loss)).toBeLessThan(1e-6);
    expect(largestDifference(engine.values(result.dLogits), gradient.flat())).toBeLessThan(1e-6);
  });
});

test('cross-entropy among many classes as PyTorch', async () => {
  const engine = await testEngine();
  const { logits, targets, loss, gradient } = fixture.crossEntropy[0]!;
  engine.tidy(() => {
    const result = sparseCrossEntropy(engine, engine.floats(Float32Array.from(logits.flat()), [5, 4]), targets, 5);
    expect(Math.abs(result.loss - loss)).toBeLessThan(1e-6);
    expect(largestDifference(engine.values(result.dLogits), gradient.flat())).toBeLessThan(1e-6);
  });
});

test('outputs of any size overflow no loss', async () => {
  const engine = await testEngine();
  engine.tidy(() => {
    const sure = () => engine.floats(Float32Array.of(1000, -1000, -1000, 1000), [2, 2]);
    const binary = binaryCrossEntropy(
      engine,
      sure(),
      [
        [1, 1],
        [0, 1],
      ],
      4,
    );
    expect(binary.loss).toBe(250);
    expect(engine.values(binary.dLogits)).toEqual(Float32Array.of(0, -0.25, 0, 0));
    const sparse = sparseCrossEntropy(engine, sure(), [0, 0], 2);
    expect(sparse.loss).toBe(1000);
    expect(engine.values(sparse.dLogits)).toEqual(Float32Array.of(0, 0, -0.5, 0.5));
  });
});
