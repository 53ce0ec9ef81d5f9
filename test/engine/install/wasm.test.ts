import { expect, test } from 'vitest';
import { loadWasm } from '../../../src/engine/load-wasm.ts';

test('wasm loads with nothing installed, and computes', async () => {
  const tf = await loadWasm();
  expect(tf.getBackend()).toBe('wasm');
  const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
  expect([...product.dataSync()]).toEqual([19, 22, 43, 50]);
});
