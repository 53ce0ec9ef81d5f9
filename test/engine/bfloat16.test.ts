import { afterAll, describe, expect, test } from 'vitest';
import { type CreateEngineOptions, createEngine } from '../../src/engine/create.ts';
import { userCacheFolder } from '../../src/engine/install/layout.ts';
import { furthest, values } from './product-reference.ts';

const options: CreateEngineOptions = {
  kind: (process.env.DISTILTUNE_ENGINE ?? 'native') as 'native' | 'wasm',
  kernels: process.env.DISTILTUNE_KERNELS as CreateEngineOptions['kernels'],
  cacheDir: process.env.DISTILTUNE_CACHE ?? userCacheFolder(process.env, process.platform),
};
const started = await createEngine({ ...options, bfloat16: true }).catch((error: Error) => error);
const reason = started instanceof Error ? `(skipped: ${started.message})` : '';

/** The nearest bfloat16, of two equally near ones the even one. */
function rounded(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer)[0]!;
  const even = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(Uint32Array.of(even).buffer)[0]!;
}

test('an engine without it says so', async () => {
  if (!(started instanceof Error)) return expect(started.products).toBe('bfloat16');
  expect(started.message).toMatch(/^There are no matrix products in bfloat16 here: .+\.$/);
  expect(started).toMatchObject({ fix: 'Leave --bf16 away.' });
});

describe.skipIf(started instanceof Error)(`matrix products in bfloat16 ${reason}`, () => {
  const engine = started as Exclude<typeof started, Error>;
  const live = started instanceof Error ? 0 : engine.liveTensors();
  afterAll(() => expect(engine.liveTensors()).toBe(live));

  // Parts of tiles, of strips and of pairs, and several blocks of rows.
  const sizes = [
    [1, 1, 1],
    [3, 2, 5],
    [8, 48, 16],
    [17, 33, 49],
    [32, 64, 32],
    [100, 131, 97],
    [301, 257, 65],
    [64, 2, 384],
  ] as const;
  test.each(sizes)('[%d, %d] with %d columns: elements rounded to the nearest, sums exact to float', (m, k, n) => {
    for (const flipA of [false, true])
      for (const flipB of [false, true]) {
        const [x, y] = [values(m * k, 1 + m), values(k * n, 7 + n)];
        const a = engine.floats(x, flipA ? [k, m] : [m, k]);
        const b = engine.floats(y, flipB ? [n, k] : [k, n]);
        const c = engine.matMul(a, b, flipA, flipB);
        expect(c.shape).toEqual([m, n]);
        const most = furthest(engine.values(c), { x: x.map(rounded), y: y.map(rounded), flipA, flipB }, [m, k, n]);
        expect(most, `${flipA} ${flipB}`).toBeLessThan(1e-5);
        engine.dispose(a, b, c);
      }
  });

  test('twice the same, to the bit', () => {
    const [a, b] = [engine.floats(values(700 * 384, 3), [700, 384]), engine.floats(values(384 * 200, 4), [384, 200])];
    const [once, again] = [engine.matMul(a, b), engine.matMul(a, b)];
    expect(engine.values(again)).toEqual(engine.values(once));
    engine.dispose(a, b, once, again);
  });
});
