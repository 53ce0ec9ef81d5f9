import { randomIntegers } from '../../src/engine/random.ts';

/** Values of about [-1, 1], always the same. */
export function values(count: number, seed: number): Float32Array {
  const next = randomIntegers({ seed, step: 0, site: 0 });
  return Float32Array.from({ length: count }, () => (next() / 2 ** 32) * 2 - 1);
}

/** How far an element of `found` [m, n] is from the product, in double precision, of x [m, k] and y [k, n], each transposed where said so. */
export function furthest(
  found: Float32Array,
  { x, y, flipA, flipB }: { x: Float32Array; y: Float32Array; flipA: boolean; flipB: boolean },
  [m, k, n]: readonly [number, number, number],
): number {
  let most = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += x[flipA ? l * m + i : i * k + l]! * y[flipB ? j * k + l : l * n + j]!;
      most = Math.max(most, Math.abs(found[i * n + j]! - sum));
    }
  }
  return most;
}
