import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceModelFolder } from '../../src/data/model-folder.ts';
import { type NamedTensor, writeSafetensors } from '../../src/encoder/safetensors.ts';
import type { Engine, Variable } from '../../src/engine/types.ts';
import { DivergedError } from '../../src/errors.ts';
import type { Model } from '../../src/tasks/model.ts';
import type { CheckpointStore, TrainerState } from '../../src/trainer/types.ts';

/** The part of `state.json` that the trainer does not know. */
export interface RunPosition {
  stepsPerEpoch: number;
  totalSteps: number;
}

/**
 * Saves a run's checkpoints in its folder: the best weights as `model/`, and everything that an exact resume takes as
 * `checkpoints/step-N/`, of which the last `keep` stay. Each is written beside its place and renamed when it is whole.
 */
export function createCheckpointStore(
  folder: string,
  model: Pick<Model, 'engine' | 'variables' | 'save'>,
  { keep, position }: { keep: number; position: () => RunPosition },
): CheckpointStore {
  const best = join(folder, 'model');
  return {
    async save(reason, state, moments) {
      refuseBrokenWeights(model);
      if (reason === 'best' || reason === 'end') {
        await replaceModelFolder(best, (writer) => model.save(writer));
        return best;
      }
      const checkpoints = join(folder, 'checkpoints');
      const path = join(checkpoints, `step-${state.step}`);
      await replaceModelFolder(path, async (writer) => {
        await model.save(writer);
        await writer.write('optimizer.safetensors', writeSafetensors(momentTensors(model.engine, moments)));
        await writer.write('state.json', [new TextEncoder().encode(stateJson(state, position()))]);
      });
      await removeOld(checkpoints, keep);
      // Stopped before the first evaluation: what there is, is the best.
      if (reason === 'stop' && !existsSync(best)) await replaceModelFolder(best, (writer) => model.save(writer));
      return path;
    },
  };
}

/**
 * A loss tells of broken weights at the next step only, and there may be none.
 * @throws DivergedError when a weight is NaN or infinite
 */
export function refuseBrokenWeights({ engine, variables }: Pick<Model, 'engine' | 'variables'>): void {
  const sum = engine.tidy(() => engine.sumOfSquares([...variables.values()].map((variable) => variable.read())));
  if (Number.isFinite(sum)) return;
  throw new DivergedError('The weights became NaN or infinite: the run has diverged.', {
    fix: 'They are not saved. Try a lower learning rate or more warm-up.',
  });
}

/** PyTorch's names of the two moments. Values are fetched one at a time. */
function* momentTensors(
  engine: Engine,
  moments: ReadonlyMap<string, readonly [Variable, Variable]>,
): Generator<NamedTensor> {
  const tensor = (name: string, variable: Variable): NamedTensor => ({
    name,
    shape: variable.shape,
    get data() {
      return engine.tidy(() => engine.values(variable.read()));
    },
  });
  for (const [name, [first, second]] of moments) {
    yield tensor(`${name}.exp_avg`, first);
    yield tensor(`${name}.exp_avg_sq`, second);
  }
}

/** All randomness is a function of the seed and the step, so that the step says where in the data the run is. */
function stateJson(state: TrainerState, { stepsPerEpoch, totalSteps }: RunPosition): string {
  const epoch = Math.floor(state.step / stepsPerEpoch);
  const data = { epoch, stepOfEpoch: state.step % stepsPerEpoch, stepsPerEpoch };
  return `${JSON.stringify({ v: 1, ...state, totalSteps, data }, null, 2)}\n`;
}

async function removeOld(folder: string, keep: number): Promise<void> {
  const steps = (await readdir(folder))
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  for (const step of steps.slice(0, Math.max(0, steps.length - Math.max(1, keep)))) {
    await rm(join(folder, `step-${step}`), { recursive: true });
  }
}
