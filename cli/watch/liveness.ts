import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellLine } from '../dashboard/start/shell.ts';
import { isAlive, type RunStatus, readStatus } from '../run/run-folder.ts';
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

/** Two clocks are compared, of which one ticks a hundred times a second. */
const slackMs = 1000;

/** Whether the process of that number is the one that wrote the status, not a later one that was given its number. */
function isWriterAlive({ pid, heartbeat }: ProcessStatus): boolean {
  if (!isAlive(pid)) return false;
  const started = startOf(pid);
  return started === null || started <= Date.parse(heartbeat) + slackMs;
}

/** Of Linux's clock, on every machine that Node.js runs on. */
const ticksPerSecond = 100;

/** When a process began, in milliseconds since 1970; null where the system does not tell. */
function startOf(pid: number): number | null {
  try {
    const boot = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'));
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; the start is the 20th field after it.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const began = (Number(boot![1]) + ticks / ticksPerSecond) * 1000;
    return Number.isNaN(began) ? null : began;
  } catch {
    return null;
  }
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
