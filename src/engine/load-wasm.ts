import type * as tfjs from '@tensorflow/tfjs-core';

/**
 * Loads TensorFlow.js with its WebAssembly backend ready, and returns its namespace.
 *
 * The backend uses SIMD. It runs on one thread: its threaded build starts its workers from `blob:` URLs, which
 * worker_threads does not take (tfjs#3830), so tfjs leaves threads off in Node.js.
 */
export async function loadWasm(): Promise<typeof tfjs> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
  await tf.ready();
  return tf;
}
