import { DistiltuneError } from '../errors.ts';
import { userCacheFolder } from './install/layout.ts';
import { loadNative } from './load-native.ts';
import { loadWasm } from './load-wasm.ts';
import { locateEngine } from './locate.ts';
import { nativeEngine } from './native.ts';
import type { Engine } from './types.ts';
import { wasmEngine } from './wasm.ts';

export interface CreateEngineOptions {
  /** `auto`: native TensorFlow where it is installed, else wasm. */
  kind?: 'auto' | 'native' | 'wasm' | undefined;
  /** The cache folder where `engine install` puts native TensorFlow; by default the usual place of this system. */
  cacheDir?: string | undefined;
}

/**
 * Starts the tensor engine. One native engine per process: its addon loads once, and in one thread only.
 * @throws DistiltuneError when native TensorFlow is demanded and not installed, or does not load.
 */
export async function createEngine(options: CreateEngineOptions = {}): Promise<Engine> {
  const { kind = 'auto', cacheDir = userCacheFolder({}) } = options;
  if (kind !== 'wasm') {
    const { location, reasons } = locateEngine({ cacheDir });
    if (location) return nativeEngine(loadNative(location));
    if (kind === 'native') {
      throw new DistiltuneError(`Native TensorFlow is not installed: ${reasons.join('; ')}.`, {
        fix: 'Run `distiltune engine install`.',
      });
    }
  }
  return wasmEngine(await loadWasm());
}
