import { createEngine } from '../src/engine/create.ts';
import { findKernels, locateEngine } from '../src/engine/locate.ts';
import type { Engine } from '../src/engine/types.ts';
import { UsageError } from '../src/errors.ts';
import type { Context } from './context.ts';

/**
 * Starts the engine that the environment asks for. Says so where it is slower than it could be only because something
 * is not installed: native TensorFlow, or the kernels that are compiled for it.
 * @throws UsageError when DISTILTUNE_ENGINE or DISTILTUNE_KERNELS names none
 */
export async function startEngine(
  context: Pick<Context, 'environment' | 'note'>,
  { bfloat16 = false }: { bfloat16?: boolean } = {},
): Promise<Engine> {
  const { engine: kind, kernels, threads, cacheDir } = context.environment;
  if (kind !== 'auto' && kind !== 'native' && kind !== 'wasm') {
    throw new UsageError(`there is no engine "${kind}"`, {
      where: 'DISTILTUNE_ENGINE',
      fix: 'set it to auto, native or wasm',
    });
  }
  if (kernels !== 'auto' && kernels !== 'fused' && kernels !== 'composed') {
    throw new UsageError(`there are no kernels "${kernels}"`, {
      where: 'DISTILTUNE_KERNELS',
      fix: 'set it to auto, fused or composed',
    });
  }
  const engine = await createEngine({ kind, cacheDir, kernels, threads, bfloat16 });
  if (engine.name === 'wasm' && kind === 'auto') {
    context.note(
      'computing with wasm; `distiltune engine install` gets native TensorFlow, which is several times faster',
    );
  }
  if (engine.name === 'tensorflow' && engine.layerKernels === null && kernels === 'auto') {
    const { location } = locateEngine({ cacheDir });
    const failure = location && findKernels(location, { cacheDir }).failure;
    // What an installation has tried, it has said then; `engine info` says it again.
    if (failure?.untried) {
      context.note(`computing slower than it could: ${failure.reason}; \`distiltune engine install\` does it`);
    }
  }
  return engine;
}
