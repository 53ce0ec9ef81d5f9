import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkFolder, type FolderCheck } from '../../src/data/manifest.ts';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { readHeader } from '../../src/encoder/safetensors.ts';
import { DataError } from '../../src/errors.ts';
import type { ModelFolder } from '../../src/files.ts';
import type { CheckpointReason, TrainerState } from '../../src/trainer/types.ts';
import { optimizerFile } from './optimizer-file.ts';

export const stateFile = 'state.json';
/** Of `state.json`. From 2 on a checkpoint has a manifest. */
export const stateVersion = 2;

/** A checkpoint that a run can be continued from. */
export interface SavedPoint {
  state: TrainerState;
  /** Why it was saved; undefined in those of version 1. */
  reason: CheckpointReason | undefined;
  folder: ModelFolder;
}

/** One that a run cannot be continued from: what is wrong with it. */
export interface DamagedPoint {
  /** Of the checkpoint. */
  folder: string;
  what: string;
}

/** Steps of the checkpoints of a run, the newest first. */
export function checkpointSteps(run: string): number[] {
  return namesIn(join(run, 'checkpoints'))
    .map((name) => Number(/^step-(\d+)$/.exec(name)?.[1]))
    .filter(Number.isInteger)
    .sort((a, b) => b - a);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * The newest checkpoint of a run that is whole, together with the best model that it speaks of; null where there is none.
 * Every newer one that is not is named. Those of version 1 have no manifest: they are taken where the state can be read and both files of
 * tensors are as long as they say.
 * @param withoutBest takes a checkpoint whose best model is damaged, and forgets that there was one
 */
export async function newestCheckpoint(
  run: string,
  { withoutBest = false } = {},
): Promise<{ point: SavedPoint | null; damaged: DamagedPoint[] }> {
  const damaged: DamagedPoint[] = [];
  let best: FolderCheck | undefined;
  for (const step of checkpointSteps(run)) {
    const path = join(run, 'checkpoints', `step-${step}`);
    const point = await readPoint(path, step);
    if (typeof point === 'string') {
      damaged.push({ folder: path, what: point });
      continue;
    }
    if (point.state.best !== null) {
      best ??= await checkFolder(join(run, 'model'));
      if (best.state === 'damaged' || (best.state === 'unlisted' && namesIn(join(run, 'model')).length === 0)) {
        const what = best.state === 'damaged' ? best.what : 'it is missing';
        damaged.push({ folder: path, what: `its best model, ${join(run, 'model')}, is damaged: ${what}` });
        if (!withoutBest) continue;
        point.state.best = null;
      }
    }
    return { point, damaged };
  }
  return { point: null, damaged };
}

/** @returns what is wrong with it, where something is */
async function readPoint(path: string, step: number): Promise<SavedPoint | string> {
  const check = await checkFolder(path);
  if (check.state === 'damaged') return check.what;
  const folder = await openModelFolder(path);
  try {
    const { v, state, reason } = readState(await folder.readText(stateFile));
    if (state.step !== step) return `${stateFile} is of step ${state.step}`;
    if (check.state === 'unlisted') {
      if (v >= stateVersion) return 'manifest.json is missing';
      for (const name of ['model.safetensors', optimizerFile]) await checkTensors(folder, name);
    }
    return { state, reason, folder };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function checkTensors(folder: ModelFolder, name: string): Promise<void> {
  const source = await folder.open(name);
  try {
    await readHeader(source, `${folder.where}/${name}`);
  } finally {
    await source.close();
  }
}

/** @throws DataError for what is no state */
function readState(text: string | undefined): Pick<SavedPoint, 'state' | 'reason'> & { v: number } {
  try {
    const saved = JSON.parse(text ?? '');
    const { v, reason, step, evaluationPending, best, evaluationsWithoutImprovement } = saved;
    if (!Number.isInteger(v) || !Number.isInteger(step)) throw new RangeError('no step');
    // Absent where no evaluation could be asked for yet: all were due.
    const bestDue = saved.bestDue === undefined ? (best?.value ?? null) : saved.bestDue;
    return { v, reason, state: { step, evaluationPending, best, bestDue, evaluationsWithoutImprovement } };
  } catch (cause) {
    throw new DataError(`${stateFile} cannot be read`, { cause });
  }
}
