import { DistiltuneError } from '../errors.ts';
import { userCacheFolder } from './install/layout.ts';
import { loadKernels, loadNative } from './load-native.ts';
import { loadWasm, loadWasmKernels } from './load-wasm.ts';
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
   * `auto`: our own kernels, those of `native/` where they are compiled, those of `wasm/`; else ones composed of the ops that
   * TensorFlow brings. `fused` demands the compiled ones of native TensorFlow.
   */
  kernels?: 'auto' | 'fused' | 'composed' | undefined;
  /** Threads of the compiled kernels: as many as TensorFlow has for one op; 0: one for each processor. */
  threads?: number | undefined;
  /**
   * Elements of matrix products are rounded to bfloat16 (8 bits of significand) first; sums, weights and all else stay float.
   * Needs the compiled kernels and a processor with AVX512-BF16. As with PyTorch's autocast, numbers are others in their third digit.
   */
  bfloat16?: boolean | undefined;
}

/**
 * Starts the tensor engine. One native engine per process: its addon loads once, and in one thread only.
 * @throws DistiltuneError when native TensorFlow, the compiled kernels or bfloat16 are demanded and not there, or do not load.
 */
export async function createEngine(options: CreateEngineOptions = {}): Promise<Engine> {
  const { kind = 'auto', cacheDir = userCacheFolder({}), kernels = 'auto', threads = 0, bfloat16 = false } = options;
  if (kind !== 'wasm') {
    const { location, reasons } = locateEngine({ cacheDir });
    if (location) {
      const tf = loadNative(location);
      const fused = kernels === 'composed' ? null : loadKernels(location, threads);
      if (kernels === 'fused' && !fused) {
        throw new DistiltuneError('The kernels are not compiled.', { fix: 'Run `distiltune engine install`.' });
      }
      if (bfloat16 && !fused?.bfloat16) {
        throw noBfloat16(fused ? 'this processor has no AVX512-BF16' : 'the compiled kernels are not used');
      }
      return nativeEngine(tf, { kernels: fused !== null, bfloat16, products: fused?.products ?? 'none' });
    }
    if (kind === 'native') {
      throw new DistiltuneError(`Native TensorFlow is not installed: ${reasons.join('; ')}.`, {
        fix: 'Run `distiltune engine install`.',
      });
    }
  }
  if (bfloat16) throw noBfloat16('wasm does not know it');
  const tf = await loadWasm();
  return wasmEngine(tf, kernels === 'composed' ? null : await loadWasmKernels(tf));
}

const noBfloat16 = (reason: string) =>
  new DistiltuneError(`There are no matrix products in bfloat16 here: ${reason}.`, { fix: 'Leave --bf16 away.' });
