import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recoverReplaced, removeFolder } from '../../src/data/replace-folder.ts';
import { writeSplit } from '../../src/data/split-file.ts';
import { DataError } from '../../src/errors.ts';
import type { ModelFolder } from '../../src/files.ts';
import { type Model, restoreWeights } from '../../src/tasks/model.ts';
import { alsoToTensorBoard } from '../report/tensorboard/log.ts';
import type { PreparedData } from './data.ts';
import type { TrainJob } from './job.ts';
import type { Recorder } from './recorder.ts';
import { cutEvents } from './resume.ts';
import {
  changedSettings,
  changesSince,
  refuseChanges,
  type SavedRunConfig,
  savedRunConfig,
  versionChange,
} from './resume-changes.ts';
import { runConfig } from './run-config.ts';
import { checkResumable, emptyRun, jsonText, makeRunFolder, replaceSynced } from './run-folder.ts';
import { lockRun } from './run-lock.ts';
import { openRunLog } from './run-log.ts';
import { type DamagedPoint, newestCheckpoint, type SavedPoint } from './saved-point.ts';

interface Beginning {
  job: TrainJob;
  data: PreparedData;
  model: Pick<Model, 'engine' | 'task' | 'parameters' | 'variables' | 'lora'>;
  /** What the model was loaded from. */
  folder: ModelFolder;
  recorder: Recorder;
}

/** A run whose folder is this process's, with its log open, and the weights those of `point`. */
export interface BegunRun {
  run: string;
  /** What it goes on after; null: it begins. */
  point: SavedPoint | null;
  release(): void;
}

/**
 * Makes or takes up the folder of a run.
 * @throws UsageError when another process writes to it, or settings or data have changed; DataError where there are checkpoints,
 *   and none is whole
 */
export async function beginRun(beginning: Beginning): Promise<BegunRun> {
  const { job, data, model, folder } = beginning;
  const config = await runConfig(job, data, model, folder);
  const { output, resume, force = false } = job;
  const own = resume
    ? { path: output.folder, release: lockRun(output.folder) }
    : await makeRunFolder({ ...output, force });
  try {
    const found = resume ? await findPoint(own.path, config, force) : null;
    if (found?.point) await goOn(beginning, own.path, found.point, found, config);
    else await beginAnew(beginning, own.path, config, found?.notes ?? []);
    return { run: own.path, point: found?.point ?? null, release: own.release };
  } catch (error) {
    own.release();
    throw error;
  }
}

/** What there is to go on with. */
interface FoundPoint {
  /** Null where nothing was saved yet. */
  point: SavedPoint | null;
  damaged: DamagedPoint[];
  /** What is to be told of it. */
  notes: string[];
  hasChanged: boolean;
}

async function findPoint(run: string, config: SavedRunConfig, force: boolean): Promise<FoundPoint> {
  // Another process may have ended it since it was looked at.
  checkResumable(run);
  const recovered = [...(await recoverReplaced(run)), ...(await recoverReplaced(join(run, 'checkpoints')))];
  const notes = recovered.map((path) => `${path} was being replaced when the run was broken off: it is there again`);
  const { point, damaged } = await newestCheckpoint(run, { withoutBest: force });
  if (point === null && damaged.length > 0) {
    throw new DataError(`none of the run's checkpoints is whole: ${damaged.map(damageText).join('; ')}`, {
      where: join(run, 'checkpoints'),
      fix: force
        ? 'begin anew, with --force and without --resume'
        : 'begin anew with --force in place of --resume; where only the best model is damaged, --resume with --force goes on without it',
    });
  }
  // One that died before it had written its settings has nothing that could be other.
  const hasConfig = point !== null || existsSync(join(run, 'config.json'));
  const saved = hasConfig ? await savedRunConfig(run) : config;
  const changes = changesSince(saved, config);
  if (!force) refuseChanges(run, changes);
  const others = versionChange(saved, config);
  if (point !== null) {
    notes.push(...damaged.map((one) => `${damageText(one)}: not used`));
    if (others !== null) notes.push(`numbers may differ from here on in their last digits: ${others}`);
  } else notes.push('there is no checkpoint to go on after yet: the run begins anew');
  if (changes.length > 0) notes.push(`going on as forced: ${changes.join('; ')}`);
  return { point, damaged, notes, hasChanged: changes.length > 0 || changedSettings(saved, config).length > 0 };
}

const damageText = ({ folder, what }: DamagedPoint) => `${folder}: ${what}`;

async function goOn(
  { job, data, model, recorder }: Beginning,
  run: string,
  point: SavedPoint,
  { damaged, notes, hasChanged }: FoundPoint,
  config: SavedRunConfig,
): Promise<void> {
  const { step } = point.state;
  await restoreWeights(model, point.folder);
  await cutEvents(run, point);
  if (hasChanged) await writeSetup(run, config, data);
  openLog({ job, recorder }, run, step);
  recorder.emit({ type: 'run', folder: run, taken: null });
  recorder.emit({ type: 'resume', step, from: point.folder.where });
  for (const message of notes) recorder.emit({ type: 'warning', step, message });
  // What they held comes again. They must not count as kept.
  for (const { folder } of damaged) if (folder !== point.folder.where) await removeFolder(folder);
}

async function beginAnew(
  { job, data, recorder }: Beginning,
  run: string,
  config: SavedRunConfig,
  notes: string[],
): Promise<void> {
  const { folder } = job.output;
  if (job.resume) await emptyRun(run, { keepModel: !job.force });
  openLog({ job, recorder }, run);
  recorder.emit({ type: 'run', folder: run, taken: run === folder ? null : folder });
  for (const message of notes) recorder.emit({ type: 'warning', step: 0, message });
  await writeSetup(run, config, data);
}

function openLog({ job, recorder }: Pick<Beginning, 'job' | 'recorder'>, run: string, resumedAfter?: number): void {
  const log = openRunLog(run, (message) => recorder.emit({ type: 'warning', step: recorder.step(), message }));
  recorder.writeTo(alsoToTensorBoard(log, run, job, resumedAfter), resumedAfter !== undefined);
}

/** What the run is: its settings, and which rows are on which side. */
async function writeSetup(run: string, config: SavedRunConfig, data: PreparedData): Promise<void> {
  replaceSynced(join(run, 'config.json'), jsonText(config));
  if (data.split !== null) await writeSplit(join(run, 'split.csv'), data.split.lines, data.split.sides);
}
