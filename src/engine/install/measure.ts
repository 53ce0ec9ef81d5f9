import type { Engine } from '../types.ts';

/**
 * Billions of floating-point operations per second of an n x n matrix product: the median of `runs` after one run to warm up.
 */
export function measureMatrixProduct(engine: Engine, n: number, runs: number): number {
  const side = engine.floats(
    Float32Array.from({ length: n * n }, (_, i) => ((i * 7919) % 2001) / 1000 - 1),
    [n, n],
  );
  const rates = Array.from({ length: runs + 1 }, () => {
    const start = performance.now();
    const product = engine.matMul(side, side);
    const seconds = (performance.now() - start) / 1000;
    engine.dispose(product);
    return (2 * n ** 3) / seconds / 1e9;
  });
  engine.dispose(side);
  const measured = rates.slice(1).sort((a, b) => a - b);
  return measured[Math.floor(measured.length / 2)]!;
}
