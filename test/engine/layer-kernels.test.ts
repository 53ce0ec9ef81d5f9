import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeBatch } from '../../src/encoder/batch.ts';
import { composedKernels } from '../../src/encoder/composed.ts';
import { randomIntegers } from '../../src/engine/random.ts';
import type { Dropout, LayerKernels, Saved, Tensor } from '../../src/engine/types.ts';
import { testEngine } from './helper.ts';

const engine = await testEngine();
const reason = engine.layerKernels ? '' : '(skipped: this engine has no kernels of its own)';

/** Values of about [-1, 1], always the same. */
function values(count: number, seed: number): Float32Array {
  const next = randomIntegers({ seed, step: 0, site: 0 });
  return Float32Array.from({ length: count }, () => (next() / 2 ** 32) * 2 - 1);
}
const tensor = (shape: number[], seed: number, factor = 1) =>
  engine.floats(
    values(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ).map((x) => x * factor),
    shape,
  );
const read = (x: Tensor) => engine.values(x).slice();

/** Largest difference, in parts of the largest magnitude. */
function difference(a: Float32Array, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  let most = 0;
  let scale = 0;
  a.forEach((x, i) => {
    most = Math.max(most, Math.abs(x - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  });
  return scale === 0 ? most : most / scale;
}

describe.skipIf(!engine.layerKernels)(`the engine's own kernels and the composed ones ${reason}`, () => {
  const own = engine.layerKernels!;
  const composed = composedKernels(engine);
  const dropout: Dropout = { rate: 0.3, key: { seed: 5, step: 2, site: 9 } };
  /** The factors of `dropout` for `count` elements: what the kernels compute again wherever they need them. */
  const factors = (count: number) => engine.tidy(() => read(engine.dropoutMask([count], dropout.rate, dropout.key)));

  let live = 0;
  beforeEach(() => {
    // Small constants are made at their first use and counted apart.
    live = engine.liveTensors();
  });
  afterEach(() => {
    expect(engine.liveTensors()).toBe(live);
  });

  function compared(run: (kernels: LayerKernels) => Record<string, Tensor>): void {
    const [a, b] = [own, composed].map((kernels) =>
      engine.tidy(() => Object.fromEntries(Object.entries(run(kernels)).map(([name, x]) => [name, read(x)]))),
    ) as [Record<string, Float32Array>, Record<string, Float32Array>];
    expect(Object.keys(a)).toEqual(Object.keys(b));
    for (const name of Object.keys(a)) expect(difference(a[name]!, b[name]!), name).toBeLessThan(3e-6);
  }

  describe('attention', () => {
    interface Sizes {
      lengths: number[];
      heads: number;
      width: number;
      firstOnly: boolean;
    }
    const layout = ({ lengths, firstOnly }: Sizes) => {
      const batch = makeBatch(
        lengths.map((length) => new Int32Array(length)),
        1,
      );
      return {
        batch,
        offsets: Int32Array.of(...batch.firstRows, batch.tokens),
        queries: firstOnly ? batch.count : batch.tokens,
      };
    };
    function run(kernels: LayerKernels, sizes: Sizes, dropped: Dropout | null = null) {
      const size = sizes.heads * sizes.width;
      const { batch, offsets, queries } = layout(sizes);
      const plan = kernels.plan({ offsets, groups: batch.groups });
      const biases = { qBias: tensor([size], 4), kBias: tensor([size], 5), vBias: tensor([size], 6) };
      const keys = { k: tensor([batch.tokens, size], 2, 2), v: tensor([batch.tokens, size], 3) };
      const inputs = { q: tensor([queries, size], 1, 2), ...keys, ...biases };
      const { context, saved } = kernels.attention(inputs, plan, sizes.heads, dropped, true);
      const gradients = kernels.attentionGradient(tensor([queries, size], 7), saved!, biases);
      plan.dispose();
      return { context, ...gradients };
    }

    test.each([
      { lengths: [1], heads: 1, width: 1 },
      { lengths: [1, 2, 3, 5, 15, 16, 17, 31, 33], heads: 3, width: 4 },
      { lengths: [7, 63, 64, 65], heads: 2, width: 20 },
      { lengths: [20, 90, 128, 129, 200], heads: 2, width: 32 },
      { lengths: [512, 9], heads: 1, width: 64 },
    ])('$lengths tokens, $heads heads of $width', (sizes) => {
      for (const firstOnly of [false, true]) {
        compared((kernels) => {
          const { dkBias, ...rest } = run(kernels, { ...sizes, firstOnly });
          // Its true gradient is 0: softmax does not see it. Both sides hold rounding.
          expect(Math.max(...read(dkBias).map(Math.abs))).toBeLessThan(1e-4);
          return rest;
        });
      }
    });

    test.each([false, true])('with dropout, as the formulas say (first tokens only: %s)', (firstOnly) => {
      const sizes = { lengths: [2, 5, 70], heads: 2, width: 3, firstOnly };
      const size = sizes.heads * sizes.width;
      const { batch, offsets, queries } = layout(sizes);
      const inputs = ([seed, rows, factor]: [number, number, number], bias: number) => {
        const added = values(size, bias);
        return values(rows * size, seed).map((x, i) => x * factor + added[i % size]!);
      };
      const [q, k, v] = [inputs([1, queries, 2], 4), inputs([2, batch.tokens, 2], 5), inputs([3, batch.tokens, 1], 6)];
      const d = values(queries * size, 7);
      const want = { context: q.map(() => 0), dq: q.map(() => 0), dk: k.map(() => 0), dv: v.map(() => 0) };
      const mask = factors(1e5);
      let element = 0;
      batch.firstRows.forEach((first, b) => {
        const length = offsets[b + 1]! - first;
        for (let h = 0; h < sizes.heads; h++) {
          for (let i = 0; i < (firstOnly ? 1 : length); i++, element += length) {
            const at = (row: number, c: number) => row * size + h * sizes.width + c;
            const query = firstOnly ? b : first + i;
            const dot = (x: Float32Array, y: Float32Array, j: number) => {
              let sum = 0;
              for (let c = 0; c < sizes.width; c++) sum += x[at(query, c)]! * y[at(first + j, c)]!;
              return sum;
            };
            const scores = Array.from({ length }, (_, j) => Math.exp(dot(q, k, j) / Math.sqrt(sizes.width)));
            const total = scores.reduce((x, y) => x + y);
            const p = scores.map((s) => s / total);
            const dp = p.map((_, j) => dot(d, v, j) * mask[element + j]!);
            const along = p.reduce((sum, x, j) => sum + x * dp[j]!, 0);
            p.forEach((x, j) => {
              const dScore = (x * (dp[j]! - along)) / Math.sqrt(sizes.width);
              for (let c = 0; c < sizes.width; c++) {
                want.context[at(query, c)]! += x * mask[element + j]! * v[at(first + j, c)]!;
                want.dv[at(first + j, c)]! += x * mask[element + j]! * d[at(query, c)]!;
                want.dq[at(query, c)]! += dScore * k[at(first + j, c)]!;
                want.dk[at(first + j, c)]! += dScore * q[at(query, c)]!;
              }
            });
          }
        }
      });
      engine.tidy(() => {
        const results = run(own, sizes, dropout);
        for (const name of ['context', 'dq', 'dk', 'dv'] as const) {
          expect(difference(read(results[name]), want[name]), name).toBeLessThan(3e-6);
        }
      });
    });
  });

  const norm = (width: number) => ({ gamma: tensor([width], 11), beta: tensor([width], 12), epsilon: 1e-12 });

  test.each([
    [1, 1],
    [3, 7],
    [37, 48],
    [600, 768],
  ])('residual and norm, forward and backward, as the formulas say: %i x %i', (rows, width) => {
    // A mean far from 0 must not cost precision.
    const x = values(rows * width, 1).map((v) => v + 30);
    const [bias, gamma, beta] = [2, 11, 12].map((seed) => values(width, seed)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const residual = values(rows * width, 3);
    const dy = [4, 5, 6].map((seed) => values(rows * width, seed));
    const sums = () => new Array<number>(width).fill(0);
    const want = { y: [] as number[], dx: [] as number[], dGamma: sums(), dBeta: sums(), dBias: sums() };
    for (let i = 0; i < rows; i++) {
      const at = (j: number) => i * width + j;
      const mean = (of: (j: number) => number) => bias.reduce((sum, _, j) => sum + of(j), 0) / width;
      const before = (j: number) => x[at(j)]! + bias[j]! + residual[at(j)]!;
      const centre = mean(before);
      const inverse = 1 / Math.sqrt(mean((j) => (before(j) - centre) ** 2) + 1e-12);
      const n = bias.map((_, j) => (before(j) - centre) * inverse);
      const d = (j: number) => dy[0]![at(j)]! + dy[1]![at(j)]! + dy[2]![at(j)]!;
      const h = mean((j) => d(j) * gamma[j]!);
      const along = mean((j) => d(j) * gamma[j]! * n[j]!);
      n.forEach((value, j) => {
        const dx = (d(j) * gamma[j]! - h - value * along) * inverse;
        want.y.push(value * gamma[j]! + beta[j]!);
        want.dx.push(dx);
        want.dGamma[j]! += d(j) * value;
        want.dBeta[j]! += d(j);
        want.dBias[j]! += dx;
      });
    }
    engine.tidy(() => {
      const all = (of: Float32Array) => engine.floats(of, [rows, width]);
      const one = (of: Float32Array) => engine.floats(of, [width]);
      const scaling = { gamma: one(gamma), beta: one(beta), epsilon: 1e-12 };
      const inputs = { x: all(x), bias: one(bias), residual: all(residual), ...scaling };
      const { y, saved } = own.residualNorm(inputs, null, true);
      const alone = own.residualNorm(inputs, null, false);
      expect(alone.saved).toBeNull();
      expect(read(alone.y)).toEqual(read(y));
      const { dDropped, ...gradients } = own.residualNormGradient(dy.map(all), saved!, inputs.gamma);
      expect(dDropped).toBe(gradients.dx);
      const got = { y, ...gradients };
      for (const name of Object.keys(want) as (keyof typeof want)[]) {
        // One number of a row has no deviation: what is left of its gradients is rounding.
        if (width > 1 || name === 'y') expect(difference(read(got[name]), want[name]), name).toBeLessThan(4e-6);
      }
    });
  });

  test('what dropout keeps of the block before the residual, and of its gradient', () => {
    const [rows, width] = [29, 40];
    const inputs = () => ({
      x: tensor([rows, width], 1),
      bias: tensor([width], 2),
      residual: tensor([rows, width], 3),
      ...norm(width),
    });
    const mask = factors(rows * width);
    compared((kernels) => {
      const { x, bias, ...rest } = inputs();
      const gradientsOf = (saved: Saved) => kernels.residualNormGradient([tensor([rows, width], 4)], saved, rest.gamma);
      if (kernels === own) {
        const { y, saved } = kernels.residualNorm({ x, bias, ...rest }, dropout, true);
        const { dx, dDropped, dGamma, dBeta, dBias } = gradientsOf(saved!);
        return { y, dx, dDropped, dGamma, dBeta, dBias };
      }
      const factor = engine.floats(mask, [rows, width]);
      const dropped = engine.multiply(engine.add(x, bias), factor);
      const none = engine.zeros([width]);
      const { y, saved } = kernels.residualNorm({ x: dropped, bias: none, ...rest }, null, true);
      const { dx, dGamma, dBeta } = gradientsOf(saved!);
      const dDropped = engine.multiply(dx, factor);
      return { y, dx, dDropped, dGamma, dBeta, dBias: engine.sumRows(dDropped) };
    });
  });

  test('embeddings, their norm and its gradient, with dropout and without', () => {
    const [rows, width] = [53, 36];
    const index = (bound: number, seed: number) =>
      engine.ints(
        Int32Array.from(values(rows, seed), (x) => Math.floor(((x + 1) / 2) * bound)),
        [rows],
      );
    const inputs = () => ({
      words: tensor([90, width], 1),
      places: tensor([20, width], 2),
      ids: index(90, 3),
      positions: index(20, 4),
      ...norm(width),
    });
    const dy = () => [5, 6].map((seed) => tensor([rows, width], seed));
    compared((kernels) => {
      const { y, saved } = kernels.embed(inputs(), null, true);
      return { y, ...kernels.embedGradient(dy(), saved!, inputs().gamma) };
    });
    const mask = factors(rows * width);
    compared((kernels) => {
      const factor = engine.floats(mask, [rows, width]);
      const { y, saved } = kernels.embed(inputs(), kernels === own ? dropout : null, true);
      if (kernels === own) return { y, ...kernels.embedGradient(dy(), saved!, inputs().gamma) };
      const masked = dy().map((part) => engine.multiply(part, factor));
      return { y: engine.multiply(y, factor), ...kernels.embedGradient(masked, saved!, inputs().gamma) };
    });
    engine.tidy(() => {
      const outside = { ...inputs(), ids: engine.ints(new Int32Array(rows).fill(90), [rows]) };
      expect(() => own.embed(outside, null, false)).toThrow('an id or a position is out of range');
    });
  });

  test.each(['gelu', 'relu'] as const)('%s of what has its bias yet to come', (kind) => {
    for (const [rows, width] of [
      [1, 5],
      [70, 100],
    ] as const) {
      compared((kernels) => {
        const bias = tensor([width], 2);
        const { y, saved } = kernels.activation(kind, tensor([rows, width], 1, 8), bias, true);
        return { y, ...kernels.activationGradient(kind, tensor([rows, width], 3), saved!, bias) };
      });
    }
  });

  test('the exact GELU and its slope at all magnitudes', () => {
    const xs = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100);
    engine.tidy(() => {
      const zero = engine.zeros([1]);
      const { y, saved } = own.activation('gelu', engine.floats(xs, [xs.length, 1]), zero, true);
      const ones = engine.floats(new Float32Array(xs.length).fill(1), [xs.length, 1]);
      const slopes = read(own.activationGradient('gelu', ones, saved!, zero).dx);
      const y64 = read(y);
      xs.forEach((x, i) => {
        const phi = normalCdf(x);
        expect(Math.abs(y64[i]! - x * phi), `gelu(${x})`).toBeLessThan(3e-7 * Math.max(1, Math.abs(x)));
        const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
        expect(Math.abs(slopes[i]! - (phi + x * density)), `slope at ${x}`).toBeLessThan(5e-7);
      });
    });
  });

  test('dropout drops its share, each place and key by itself', () => {
    const count = 1 << 20;
    const key = { seed: 1, step: 1, site: 1 };
    const kept = (rate: number, other: Partial<typeof key> = {}) =>
      engine.tidy(() => read(engine.dropoutMask([count], rate, { ...key, ...other })).map((x) => (x === 0 ? 0 : 1)));
    for (const rate of [0.1, 0.5, 0.9]) {
      const mask = engine.tidy(() => read(engine.dropoutMask([count], rate, key)));
      const [none, factor, ...others] = [...new Set(mask)].sort((a, b) => a - b);
      expect([none, others]).toEqual([0, []]);
      expect(factor! * (1 - rate)).toBeCloseTo(1, 6);
      const deviation = Math.sqrt((rate * (1 - rate)) / count);
      const share = kept(rate).reduce((a, b) => a + b, 0) / count;
      expect(Math.abs(share - (1 - rate)) / deviation).toBeLessThan(4);
    }
    const [a, ...others] = [kept(0.5), kept(0.5, { site: 2 }), kept(0.5, { step: 2 }), kept(0.5, { seed: 2 })];
    // Its own neighbours, 1 and 384 elements on, are as foreign to an element as other keys' are.
    for (const shift of [1, 384]) others.push(a!.map((_, i) => a![(i + shift) % count]!));
    for (const b of others) {
      const agree = a!.reduce((sum, x, i) => sum + (x === b[i] ? 1 : 0), 0) / count;
      expect(Math.abs(agree - 0.5) / (0.5 / Math.sqrt(count))).toBeLessThan(5);
    }
  });

  test('refuses shapes that do not fit', () => {
    engine.tidy(() => {
      const [x, bias] = [tensor([4, 6], 1), tensor([5], 2)];
      expect(() => own.activation('gelu', x, bias, false)).toThrow('the bias does not fit');
      expect(() => engine.scatterRows(x, engine.ints(Int32Array.of(0, 1, 2, 9), [4]), 3)).toThrow('index');
      const plan = own.plan({ offsets: Int32Array.of(0, 3), groups: [] });
      const inputs = { q: x, k: x, v: x, qBias: bias, kBias: bias, vBias: bias };
      expect(() => own.attention(inputs, plan, 2, null, false)).toThrow('the shapes do not fit');
    });
  });
});

/** Phi(x) in double precision: by its series within 3, by its continued fraction beyond. */
function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 3) {
    let [term, sum] = [x, x];
    for (let k = 3; k < 200; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let k = 200; k > 0; k--) fraction = k / (Math.abs(x) + fraction);
  const tail = density / (Math.abs(x) + fraction);
  return x > 0 ? 1 - tail : tail;
}
