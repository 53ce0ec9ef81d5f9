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
