import { DistiltuneError } from '../errors.ts';
import { userCacheFolder } from './install/layout.ts';
import { loadKernels, loadNative } from './load-native.ts';
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
  /**
   * `auto`: the compiled kernels of `native/` where they are, else those composed of TensorFlow's own ops. Does not
   * concern wasm.
   */
  kernels?: 'auto' | 'fused' | 'composed' | undefined;
  /** Threads of the compiled kernels: as many as TensorFlow has for one op; 0: one for each processor. */
  threads?: number | undefined;
}

/**
 * Starts the tensor engine. One native engine per process: its addon loads once, and in one thread only.
 * @throws DistiltuneError when native TensorFlow or the compiled kernels are demanded and not there, or do not load.
 */
export async function createEngine(options: CreateEngineOptions = {}): Promise<Engine> {
  const { kind = 'auto', cacheDir = userCacheFolder({}), kernels = 'auto', threads = 0 } = options;
  if (kind !== 'wasm') {
    const { location, reasons } = locateEngine({ cacheDir });
    if (location) {
      const tf = loadNative(location);
      const fused = kernels !== 'composed' && loadKernels(location, threads);
      if (kernels === 'fused' && !fused) {
        throw new DistiltuneError('The kernels are not compiled.', { fix: 'Run `distiltune engine install`.' });
      }
      return nativeEngine(tf, { kernels: fused });
    }
    if (kind === 'native') {
      throw new DistiltuneError(`Native TensorFlow is not installed: ${reasons.join('; ')}.`, {
        fix: 'Run `distiltune engine install`.',
      });
    }
  }
  return wasmEngine(await loadWasm());
}
