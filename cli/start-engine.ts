import { createEngine } from '../src/engine/create.ts';
import type { Engine } from '../src/engine/types.ts';
import { UsageError } from '../src/errors.ts';
import type { Context } from './context.ts';

/**
 * Starts the engine that the environment asks for. Says so where wasm computes only because native TensorFlow is not there.
 * @throws UsageError when DISTILTUNE_ENGINE names none
 */
export async function startEngine(context: Pick<Context, 'environment' | 'note'>): Promise<Engine> {
  const { engine: kind, cacheDir } = context.environment;
  if (kind !== 'auto' && kind !== 'native' && kind !== 'wasm') {
    throw new UsageError(`there is no engine "${kind}"`, {
      where: 'DISTILTUNE_ENGINE',
      fix: 'set it to auto, native or wasm',
    });
  }
  const engine = await createEngine({ kind, cacheDir });
  if (engine.name === 'wasm' && kind === 'auto') {
    context.note(
      'computing with wasm; `distiltune engine install` gets native TensorFlow, which is several times faster',
    );
  }
  return engine;
}
