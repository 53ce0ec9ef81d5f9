import { existsSync, readdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { readHeader, readTensor } from '../../src/encoder/safetensors.ts';
import type { Engine, Variable } from '../../src/engine/types.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import type { ModelFolder } from '../../src/files.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import type { ResumePoint, TrainerState } from '../../src/trainer/types.ts';
import { fields } from '../config/fields.ts';
import { settingOf } from '../config/resolve.ts';
import type { RunFile } from './data.ts';

/** A checkpoint that a run can be continued from. */
export interface SavedPoint {
  state: TrainerState;
  folder: ModelFolder;
}

const momentsFile = 'optimizer.safetensors';

/** The newest checkpoint of a run that can be read; null where there is none. */
export async function newestCheckpoint(run: string): Promise<SavedPoint | null> {
  const checkpoints = join(run, 'checkpoints');
  if (!existsSync(checkpoints)) return null;
  const steps = readdirSync(checkpoints)
    .map((name) => Number(/^step-(\d+)$/.exec(name)?.[1]))
    .filter(Number.isInteger)
    .sort((a, b) => b - a);
  for (const step of steps) {
    const folder = await openModelFolder(join(checkpoints, `step-${step}`));
    const state = readState(await folder.readText('state.json'));
    if (state?.step === step && (await folder.list()).includes(momentsFile)) return { state, folder };
  }
  return null;
}

function readState(text: string | undefined): TrainerState | null {
  try {
    const { step, evaluationPending, best, evaluationsWithoutImprovement, ...rest } = JSON.parse(text ?? '');
    // Absent where no evaluation could be asked for yet: all were due.
    const bestDue = rest.bestDue === undefined ? (best?.value ?? null) : rest.bestDue;
    return Number.isInteger(step) ? { step, evaluationPending, best, bestDue, evaluationsWithoutImprovement } : null;
  } catch {
    return null;
  }
}

/** The point for the trainer; the weights are to be restored apart. */
export function resumePoint({ state, folder }: SavedPoint, engine: Engine): ResumePoint {
  return {
    state,
    async restoreMoments(moments) {
      const source = await folder.open(momentsFile);
      const where = `${folder.where}/${momentsFile}`;
      try {
        const { tensors } = await readHeader(source, where);
        const restore = async (name: string, variable: Variable) => {
          const entry = tensors.get(name);
          if (entry === undefined || String(entry.shape) !== String(variable.shape)) {
            throw new DataError(`The checkpoint lacks the optimizer's ${name}.`, { where });
          }
          const values = await readTensor(source, entry, where);
          engine.tidy(() => variable.assign(engine.floats(values, variable.shape)));
        };
        for (const [name, [first, second]] of moments) {
          await restore(`${name}.exp_avg`, first);
          await restore(`${name}.exp_avg_sq`, second);
        }
      } finally {
        await source.close();
      }
    },
  };
}

/** What `config.json` of a run holds of its settings and files. */
export async function savedRunConfig(run: string): Promise<Settings & { files?: Record<string, { sha256: string }> }> {
  const where = join(run, 'config.json');
  const text = await readFile(where, 'utf8').catch(() => undefined);
  try {
    return JSON.parse(text!);
  } catch (cause) {
    throw new DataError('the settings of the run cannot be read', {
      where,
      fix: 'train it again from the beginning, with --force in place of --resume',
      cause,
    });
  }
}

/** Settings that say how long to train and what to keep, not what is computed at a step that was done. */
const mayChange = ['checkpoint.keep', 'data.train', 'data.validation', 'data.test'];

/**
 * @throws UsageError that names every setting and every file that is not what it was
 */
export async function refuseChanges(
  run: string,
  settings: Settings,
  maxLength: number,
  files: readonly RunFile[],
): Promise<void> {
  const saved = await savedRunConfig(run);
  const asked = { ...settings, maxLength };
  const changes = fields
    .filter(({ key }) => !mayChange.includes(key))
    .filter(({ key }) => JSON.stringify(settingOf(asked, key)) !== JSON.stringify(settingOf(saved, key) ?? null))
    .map(({ key }) => `${key} was ${JSON.stringify(settingOf(saved, key))}`);
  for (const { split, sha256, file } of files) {
    if (saved.files?.[split]?.sha256 !== sha256) changes.push(`${file.name} has changed`);
  }
  if (changes.length === 0) return;
  throw new UsageError(`the run cannot go on with other settings or data: ${changes.join('; ')}`, {
    where: run,
    fix: 'resume it with what it began with, or begin anew with --force in place of --resume',
  });
}

/** Cuts the log of a run back to a checkpoint: what came after it will come again. */
export async function cutEvents(run: string, step: number): Promise<void> {
  const path = join(run, 'events.jsonl');
  const lines = (await readFile(path, 'utf8')).split('\n');
  const isPoint = (line: string) => {
    try {
      const { type, step: at, reason } = JSON.parse(line);
      return type === 'checkpoint' && at === step && ['periodic', 'asked', 'stop'].includes(reason);
    } catch {
      // The last line of a process that died while it wrote.
      return false;
    }
  };
  const last = lines.findLastIndex(isPoint);
  if (last < 0) return;
  const temporary = `${path}.tmp`;
  await writeFile(temporary, `${lines.slice(0, last + 1).join('\n')}\n`);
  await rename(temporary, path);
}
