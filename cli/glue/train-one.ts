import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileSha256 } from '../../src/engine/install/publish-part.ts';
import { DistiltuneError, UsageError } from '../../src/errors.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import type { PreparedTask } from '../../tasks/glue/prepare.ts';
import { fields } from '../config/fields.ts';
import { type Resolved, settingOf } from '../config/resolve.ts';
import type { Context } from '../context.ts';
import { packageVersion } from '../program.ts';
import type { StampedEvent } from '../run/events.ts';
import { launchTraining } from '../run/launch.ts';
import { isAlive } from '../run/process-alive.ts';
import { readStatus } from '../run/run-folder.ts';
import type { Launched } from '../run/training-process.ts';

/** What one training run is to be. */
export interface OneRun {
  folder: string;
  resolved: Resolved;
  data: PreparedTask;
  /** Names of the classes in the order of their official numbers. */
  labels: readonly string[];
}

/** How it ended: `kept` is what was there already; `stoppedBy` null: over its control channel, with all saved. */
export type OneOutcome = 'kept' | 'trained' | 'diverged' | Stopped;

export interface Stopped {
  stoppedBy: NodeJS.Signals | null;
}

const divergedCode = 4;

/**
 * Brings one run to its end: keeps it where it has ended, goes on with it where it was interrupted, else begins it.
 * @throws UsageError when the folder holds a run of other settings or data
 */
export async function trainOne(
  run: OneRun,
  context: Context,
  { onStart, onEvent }: { onStart: () => void; onEvent: (event: StampedEvent) => void },
): Promise<OneOutcome> {
  const { folder, resolved } = run;
  await untilFree(folder, context);
  const state = await stateOf(run);
  if (state === 'ended') return 'kept';
  onStart();
  let launched: Launched;
  try {
    launched = await launchTraining(
      {
        ...resolved,
        output: { folder, isAsked: true },
        resume: state === 'interrupted',
        dryRun: false,
        requirements: [],
        labels: run.labels,
        version: packageVersion(),
      },
      context,
      { onEvent, onStop: (_, again) => tellStop(again, context) },
    );
  } catch (error) {
    if (error instanceof DistiltuneError && error.exitCode === divergedCode && (await stateOf(run)) === 'ended') {
      removeCheckpoints(folder);
      return 'diverged';
    }
    throw error;
  }
  const { outcome, signal, isAborted } = launched;
  if (signal !== null || isAborted) return { stoppedBy: signal ?? 'SIGINT' };
  if (outcome === null || outcome.results.reason === 'stopped') return { stoppedBy: null };
  removeCheckpoints(folder);
  return 'trained';
}

function tellStop(again: boolean, { stderr }: Context): void {
  const message = again ? 'aborted: the last checkpoint is kept' : 'finishing the step, then saving (again to abort)';
  stderr.line(`${stderr.isTerminal ? '\n' : ''}${stderr.colors.yellow(message)}`);
}

/** They are for going on only, and three times the size of the model. */
function removeCheckpoints(folder: string): void {
  rmSync(join(folder, 'checkpoints'), { recursive: true, force: true });
}

const patienceMs = 60_000;
const pollMs = 200;

/** A training process whose parent was killed saves and ends by itself, shortly after. */
async function untilFree(folder: string, context: Context): Promise<void> {
  const began = performance.now();
  for (let isTold = false; ; isTold = true) {
    const status = readStatus(folder);
    if (status?.state !== 'running' || !isAlive(status.pid)) return;
    if (performance.now() - began > patienceMs) {
      throw new UsageError(`the run in this folder is going on (process ${status.pid})`, {
        where: folder,
        fix: 'stop it first',
      });
    }
    if (!isTold) context.note(`${folder}: waiting for process ${status.pid}, which is ending`);
    await sleep(pollMs);
  }
}

/** `config.json` or `results.json` of a run. */
type SavedJson = Settings & { files?: Record<string, { sha256: string }>; reason?: string };

/** Where the files lie, how often is saved and in what memory a step is computed changes nothing of the result. */
const mayDiffer = [
  'data.train',
  'data.validation',
  'data.test',
  'checkpoint.everySteps',
  'checkpoint.keep',
  'gradientCheckpointing',
];

async function stateOf({ folder, resolved: { settings }, data }: OneRun): Promise<'none' | 'interrupted' | 'ended'> {
  const config = readJson(join(folder, 'config.json'));
  if (config === null) return 'none';
  const changes = fields
    .filter(({ key }) => !mayDiffer.includes(key))
    .filter(({ key }) => JSON.stringify(settingOf(settings, key)) !== JSON.stringify(settingOf(config, key) ?? null))
    .map(({ key }) => `${key} was ${JSON.stringify(settingOf(config, key))}`);
  for (const [split, path] of Object.entries(filesOf(data))) {
    if (path !== null && config.files?.[split]?.sha256 !== (await fileSha256(path)))
      changes.push(`the rows of ${split} were others`);
  }
  if (changes.length > 0) {
    throw new UsageError(`the folder has a run of its own: ${changes.join('; ')}`, {
      where: folder,
      fix: 'name another folder with -o, or remove this one',
    });
  }
  const reason = readJson(join(folder, 'results.json'))?.reason;
  if (reason === 'finished' || reason === 'early-stopping' || reason === 'diverged') return 'ended';
  return existsSync(join(folder, 'checkpoints')) ? 'interrupted' : 'none';
}

/** The files of a run by side: MNLI's second dev set is measured as its test. */
export function filesOf({ train, dev }: PreparedTask): { train: string; validation: string; test: string | null } {
  return { train: train.path, validation: dev[0]!.path, test: dev[1]?.path ?? null };
}

function readJson(path: string): SavedJson | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
