import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as tfjs from '@tensorflow/tfjs-core';
import { DistiltuneError } from '../errors.ts';
import { type WasmFunctions, wasmMemory } from './wasm-ops.ts';

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

/**
 * The kernels of `wasm/` on the backend's memory; after `loadWasm`.
 * @returns null on a processor without the SIMD that WebAssembly needs (x64 before 2008)
 * @throws DistiltuneError when they are not there
 */
export async function loadWasmKernels(tf: typeof tfjs): Promise<WasmFunctions | null> {
  const bytes = readFirst(['../../wasm/kernels.wasm', '../../../wasm/kernels.wasm']);
  if (!WebAssembly.validate(bytes)) return null;
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: wasmMemory(tf) } });
  return instance.exports as WasmFunctions;
}

/** This file runs as it is, or from `dist`. */
function readFirst(places: string[]): Buffer {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  for (const path of paths) {
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new DistiltuneError('the kernels for WebAssembly are not there', {
    where: paths.join(', '),
    fix: 'install distiltune again; in a checkout: `npm run build`',
  });
}
