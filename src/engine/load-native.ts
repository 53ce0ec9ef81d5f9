import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import util from 'node:util';
import type * as tfjs from '@tensorflow/tfjs-core';
import { DistiltuneError } from '../errors.ts';
import type { EngineLocation } from './locate.ts';

/**
 * Loads tfjs-node with its native backend set, and returns its namespace. All tensors of a process must be made with
 * this one namespace: another copy of `@tensorflow/tfjs-core` would not know them.
 *
 * TensorFlow writes its log to standard error unless `TF_CPP_MIN_LOG_LEVEL=2` is in the environment before this call.
 * One thread of a process may load the addon, once.
 * @throws DistiltuneError when the package or the addon does not load
 */
export function loadNative(location: EngineLocation): typeof tfjs {
  const require = createRequire(path.join(location.tfjsNode, 'package.json'));
  // tfjs-node calls both; newer Node.js has removed the one and warns about the other (tfjs#8425).
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  try {
    return withAddonPath(require, location.addon, () => require(location.tfjsNode) as typeof tfjs);
  } catch (cause) {
    throw new DistiltuneError(`native TensorFlow does not load: ${(cause as Error).message}`, {
      where: location.addon,
      fix: 'run `distiltune engine install --force`, or use wasm: set DISTILTUNE_ENGINE=wasm',
      cause,
    });
  }
}

/**
 * Which float products of theirs are faster than TensorFlow's: none, those of few multiplications, or all, where the processor has AMX.
 */
export type OwnProducts = 'none' | 'small' | 'all';

export interface LoadedKernels {
  /** Whether they have matrix products in bfloat16, as this processor has. */
  bfloat16: boolean;
  products: OwnProducts;
}

/**
 * Tells TensorFlow of the kernels of `native/`; after `loadNative`.
 * @param threads how many they may use, as many as TensorFlow does for one op; 0: one for each processor
 * @returns null where there are none for this program and this processor
 * @throws DistiltuneError when they are there and do not load
 */
export function loadKernels({ kernels, addon }: EngineLocation, threads = 0): LoadedKernels | null {
  if (kernels === null) return null;
  try {
    const { setThreads, guardSignals, bfloat16, smallProducts, tiles } = createRequire(addon)(kernels) as {
      setThreads(count: number): void;
      guardSignals(): void;
      bfloat16: boolean;
      smallProducts: boolean;
      tiles: boolean;
    };
    setThreads(threads);
    guardSignals();
    // A signal's first listener has a new handler installed.
    process.on('newListener', (name) => {
      if (typeof name === 'string' && name.startsWith('SIG')) setImmediate(guardSignals);
    });
    // TensorFlow's small ones use one thread where ours use all: with one, theirs are as fast.
    const small = smallProducts && (threads || availableParallelism()) > 1;
    return { bfloat16, products: tiles ? 'all' : small ? 'small' : 'none' };
  } catch (cause) {
    throw new DistiltuneError(`the compiled kernels do not load: ${(cause as Error).message}`, {
      where: kernels,
      fix: 'run `distiltune engine install --force`, or do without them: set DISTILTUNE_KERNELS=composed',
      cause,
    });
  }
}

/**
 * tfjs-node asks `@mapbox/node-pre-gyp` where its addon lies, and is told: inside the package. While it loads, a
 * stand-in answers with the real place, so that node_modules stays untouched (it may be read-only, or one store shared
 * by several projects).
 */
function withAddonPath<T>(require: NodeJS.Require, addon: string, load: () => T): T {
  const locator = require.resolve('@mapbox/node-pre-gyp');
  const before = require.cache[locator];
  require.cache[locator] = { exports: { find: () => addon }, loaded: true } as NodeJS.Module;
  try {
    return load();
  } finally {
    if (before) require.cache[locator] = before;
    else delete require.cache[locator];
  }
}
