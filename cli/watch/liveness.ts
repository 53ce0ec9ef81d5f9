import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shellLine } from '../dashboard/start/shell.ts';
import { isWriterAlive } from '../run/process-alive.ts';
import { type RunStatus, readStatus } from '../run/run-folder.ts';
import type { Liveness } from './source.ts';

/** What `status.json` of a process says that can be looked at. */
export interface ProcessStatus {
  pid: number;
  state: string;
  heartbeat: string;
}

/**
 * Whether the process that wrote a status is there. `ended`: it has said how it ended; `died`: it is gone without a word.
 * @param read reads the status; undefined where there is none (yet)
 */
export function stateOf(read: () => ProcessStatus | undefined): Liveness['state'] {
  const status = read();
  if (status === undefined) return 'alive';
  if (status.state !== 'running') return 'ended';
  if (isWriterAlive(status)) return 'alive';
  // It may have said its last words since they were looked for.
  return read()?.state === 'running' ? 'died' : 'ended';
}

/** Whether the process of a run is there, what is saved, and how to go on. */
export function livenessOf(folder: string): Liveness {
  const status = readStatus(folder);
  const state = stateOf(() => readStatus(folder));
  return {
    state,
    heartbeat: status === undefined ? null : new Date(status.heartbeat),
    lastCheckpoint: lastSaved(folder),
    resume: state === 'alive' || isDone(status) ? null : shellLine(['distiltune', 'train', '--resume', folder]),
  };
}

/** One that has diverged would do so again. */
const isDone = (status: RunStatus | undefined) =>
  status === undefined || ['finished', 'early-stopping', 'diverged'].includes(status.state);

/** The newest checkpoint that a run can go on from, else the best weights so far; a folder there is whole. */
export function lastSaved(run: string): string | null {
  const checkpoints = join(run, 'checkpoints');
  const steps = (existsSync(checkpoints) ? readdirSync(checkpoints) : [])
    .map((name) => Number(/^step-(\d+)$/.exec(name)?.[1]))
    .filter(Number.isInteger);
  if (steps.length > 0) return join(checkpoints, `step-${Math.max(...steps)}`);
  const best = join(run, 'model');
  return existsSync(join(best, 'config.json')) ? best : null;
}
