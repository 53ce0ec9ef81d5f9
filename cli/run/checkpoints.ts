import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeFolder, replaceModelFolder } from '../../src/data/replace-folder.ts';
import { DistiltuneError, DivergedError } from '../../src/errors.ts';
import type { Model } from '../../src/tasks/model.ts';
import type { CheckpointReason, CheckpointStore, TrainerState } from '../../src/trainer/types.ts';
import { optimizerFile, optimizerPieces } from './optimizer-file.ts';
import { checkpointSteps, stateFile, stateVersion } from './saved-point.ts';
import { wayOn } from './way-on.ts';

/** The part of `state.json` that the trainer does not know. */
export interface RunPosition {
  stepsPerEpoch: number;
  totalSteps: number;
}

export interface StoreOptions {
  /** Checkpoints that stay. */
  keep: number;
  position(): RunPosition;
  /** Told what went wrong and harms nothing that was saved. */
  warn(message: string): void;
}

/**
 * Saves a run's checkpoints in its folder: the best weights as `model/`, and everything that an exact resume takes as
 * `checkpoints/step-N/`, of which the last `keep` stay. An old one goes when the new one is in its place and was read again.
 */
export function createCheckpointStore(
  folder: string,
  model: Pick<Model, 'engine' | 'variables' | 'save'>,
  { keep, position, warn }: StoreOptions,
): CheckpointStore {
  const best = join(folder, 'model');
  const checkpoints = join(folder, 'checkpoints');
  const saveModel = () => replaceModelFolder(best, (writer) => model.save(writer));
  return {
    async save(reason, state, moments, vocabulary) {
      refuseBrokenWeights(model);
      try {
        if (reason === 'best' || reason === 'end') {
          await saveModel();
          return best;
        }
        const path = join(checkpoints, `step-${state.step}`);
        await replaceModelFolder(path, async (writer) => {
          await model.save(writer);
          await writer.write(optimizerFile, optimizerPieces(model.engine, moments, vocabulary));
          await writer.write(stateFile, [new TextEncoder().encode(stateJson(reason, state, position()))]);
        });
        await removeOld(checkpoints, keep).catch((error: Error) => {
          warn(`an old checkpoint could not be removed: ${error.message}`);
        });
        // Stopped before the first evaluation: what there is, is the best.
        if (reason === 'stop' && !existsSync(best)) await saveModel();
        return path;
      } catch (error) {
        throw error instanceof DistiltuneError ? withWayOn(error, folder) : error;
      }
    },
  };
}

/** What failed, and from where the run can go on. */
function withWayOn(error: DistiltuneError, folder: string): DistiltuneError {
  const { message, where, exitCode, cause } = error;
  const fix = `see to the disk, then ${wayOn(folder)}`;
  return new DistiltuneError(message, { fix, exitCode, cause, ...(where === undefined ? {} : { where }) });
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

/** All randomness is a function of the seed and the step, so that the step says where in the data the run is. */
function stateJson(reason: CheckpointReason, state: TrainerState, { stepsPerEpoch, totalSteps }: RunPosition): string {
  const epoch = Math.floor(state.step / stepsPerEpoch);
  const data = { epoch, stepOfEpoch: state.step % stepsPerEpoch, stepsPerEpoch };
  return `${JSON.stringify({ v: stateVersion, reason, ...state, totalSteps, data }, null, 2)}\n`;
}

async function removeOld(checkpoints: string, keep: number): Promise<void> {
  for (const step of checkpointSteps(dirname(checkpoints)).slice(Math.max(1, keep))) {
    await removeFolder(join(checkpoints, `step-${step}`));
  }
}
