import type * as tfjs from '@tensorflow/tfjs-core';

/**
 * Billions of floating-point operations per second of an n x n float32 matrix product, result copied out: the median
 * of `runs` after one run to warm up.
 */
export function measureMatrixProduct(tf: typeof tfjs, n: number, runs: number): number {
  const side = tf.randomUniform([n, n], -1, 1);
  const rates = Array.from({ length: runs + 1 }, () => {
    const start = performance.now();
    const product = tf.matMul(side, side);
    product.dataSync();
    const seconds = (performance.now() - start) / 1000;
    product.dispose();
    return (2 * n ** 3) / seconds / 1e9;
  });
  side.dispose();
  const measured = rates.slice(1).sort((a, b) => a - b);
  return measured[Math.floor(measured.length / 2)]!;
}
