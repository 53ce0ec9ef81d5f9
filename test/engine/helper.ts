import { type CreateEngineOptions, createEngine } from '../../src/engine/create.ts';
import { userCacheFolder } from '../../src/engine/install/layout.ts';
import type { Engine } from '../../src/engine/types.ts';

let started: Promise<Engine> | undefined;

/**
 * The engine under test: native TensorFlow, or what `DISTILTUNE_ENGINE` says (`native`, `wasm`); its kernels as
 * `DISTILTUNE_KERNELS` says. One per process.
 */
export function testEngine(): Promise<Engine> {
  const kind = (process.env.DISTILTUNE_ENGINE ?? 'native') as 'native' | 'wasm';
  started ??= createEngine({
    kind,
    kernels: process.env.DISTILTUNE_KERNELS as CreateEngineOptions['kernels'],
    cacheDir: process.env.DISTILTUNE_CACHE ?? userCacheFolder(process.env, process.platform),
  });
  return started;
}
