import { describe, expect, test } from 'vitest';
import { testEngine } from './helper.ts';
import { furthest, values } from './product-reference.ts';

const engine = await testEngine();

describe('matrix products', () => {
  // Parts of tiles and panels, several blocks of rows, of columns and of depth.
  test.each([
    [1, 1, 1],
    [3, 2, 5],
    [5, 8, 8],
    [17, 33, 49],
    [6, 385, 9],
    [101, 130, 513],
    [211, 800, 40],
    [64, 2, 384],
    [211, 400, 112],
    [1100, 70, 96],
  ] as const)('[%d, %d] with %d columns, either side transposed: as in double precision', (m, k, n) => {
    const live = engine.liveTensors();
    for (const flipA of [false, true]) {
      for (const flipB of [false, true]) {
        const [x, y] = [values(m * k, 1 + m), values(k * n, 7 + n)];
        const a = engine.floats(x, flipA ? [k, m] : [m, k]);
        const b = engine.floats(y, flipB ? [n, k] : [k, n]);
        const c = engine.matMul(a, b, flipA, flipB);
        expect(c.shape).toEqual([m, n]);
        expect(furthest(engine.values(c), { x, y, flipA, flipB }, [m, k, n]), `${flipA} ${flipB}`).toBeLessThan(
          4e-6 + 6e-8 * k,
        );
        engine.dispose(a, b, c);
      }
    }
    expect(engine.liveTensors()).toBe(live);
  });

  test('as near to the exact product as a float sum in order, whatever the magnitudes', () => {
    const [m, k, n] = [48, 3072, 64];
    // Of 2^-20 to 2^20, two thirds of them with all 24 bits.
    const scaled = (seed: number, count: number) =>
      values(count, seed).map((x, i) => x * 2 ** (((i * 7919) % 41) - 20) * (i % 3 ? 1 : 1 + 2 ** -23));
    const [x, y] = [scaled(3, m * k), scaled(5, n * k)];
    const [a, b] = [engine.floats(x, [m, k]), engine.floats(y, [n, k])];
    const c = engine.matMul(a, b, false, true);
    const found = engine.values(c);
    let [ours, inOrder] = [0, 0];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let [exact, float, size] = [0, 0, 0];
        for (let l = 0; l < k; l++) {
          const product = x[i * k + l]! * y[j * k + l]!;
          exact += product;
          float = Math.fround(float + Math.fround(product));
          size += product * product;
        }
        ours += (found[i * n + j]! - exact) ** 2 / size;
        inOrder += (float - exact) ** 2 / size;
      }
    }
    // A fused multiplication and addition rounds once; these sums are hardly the nearer for it.
    expect(Math.sqrt(ours)).toBeLessThan(1.02 * Math.sqrt(inOrder));
    engine.dispose(a, b, c);
  });

  test('what an infinite element is part of is not finite, and all else is', () => {
    const x = values(40 * 50, 1);
    x[7 * 50 + 3] = Number.POSITIVE_INFINITY;
    const y = values(50 * 48, 2);
    const [a, b] = [engine.floats(x, [40, 50]), engine.floats(y, [50, 48])];
    const c = engine.matMul(a, b);
    const found = engine.values(c);
    const finite = (i: number, j: number) => Number.isFinite(found[i * 48 + j]!);
    for (let j = 0; j < 48; j++) expect(finite(7, j)).toBe(false);
    for (let i = 0; i < 40; i++) for (let j = 0; j < 48; j++) if (i !== 7) expect(finite(i, j)).toBe(true);
    engine.dispose(a, b, c);
  });

  test.skipIf(engine.name !== 'wasm')('a result beyond 4 GB is refused (skipped but on wasm)', () => {
    const [a, b] = [engine.zeros([40_000, 1]), engine.zeros([1, 40_000])];
    const live = engine.liveTensors();
    expect(() => engine.matMul(a, b)).toThrow(
      'WebAssembly is out of memory: it has no 6400000000 bytes of its 4 GB left',
    );
    expect(engine.liveTensors()).toBe(live);
    engine.dispose(a, b);
  });

  test('sides that do not fit are refused', () => {
    const [a, b] = [engine.zeros([2, 3]), engine.zeros([4, 2])];
    expect(() => engine.matMul(a, b)).toThrow();
    engine.dispose(a, b);
  });
});
