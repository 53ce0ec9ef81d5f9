import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import type { Phase } from '../../src/trainer/events.ts';
import type { StampedEvent } from './events.ts';

/** What `status.json` says of a run: whether it is alive, and where it is. */
export interface RunStatus {
  v: 1;
  pid: number;
  state: 'running' | 'finished' | 'early-stopping' | 'stopped' | 'aborted' | 'diverged' | 'failed';
  phase: Phase;
  step: number;
  totalSteps: number | null;
  /** When this was written; a running process writes it every 2 seconds. */
  heartbeat: string;
}

const defaultParent = 'runs';

/** `runs/tickets` for tickets.csv. */
export function defaultRunFolder(data: string): string {
  const name = data === '-' ? 'stdin' : basename(resolve(data));
  const stem = name.slice(0, name.length - extname(name).length) || name;
  return join(defaultParent, stem.replace(/[^\p{L}\p{N}._-]+/gu, '-'));
}

/**
 * Refuses a folder that a run must not be written to, before anything is computed.
 * @throws UsageError when it has something in it, unless that is a run that has ended and `force` is set
 */
export async function checkOutput(folder: string, force: boolean): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError('the run cannot be written there', {
      where: folder,
      fix: 'name another folder with -o',
      cause: error,
    });
  });
  if (entries.length === 0) return;
  if (!isRunFolder(folder)) {
    throw new UsageError('the folder is not empty, and no run of distiltune', {
      where: folder,
      fix: 'name another folder with -o',
    });
  }
  if (!force) {
    throw new UsageError('there is a run in this folder already', {
      where: folder,
      fix: 'name another folder with -o, or replace it with --force',
    });
  }
  const status = readStatus(folder);
  if (status?.state === 'running' && isAlive(status.pid)) {
    throw new UsageError(`the run in this folder is going on (process ${status.pid})`, {
      where: folder,
      fix: 'stop it first, or name another folder with -o',
    });
  }
}

/**
 * Refuses to go on with what is no run, has ended, or is going on.
 * @throws UsageError
 */
export function checkResumable(folder: string): void {
  const status = readStatus(folder);
  const refuse = (what: string, fix: string) => {
    throw new UsageError(what, { where: folder, fix });
  };
  if (!isRunFolder(folder) || status === undefined) {
    refuse('there is no run in this folder to go on with', 'name a run folder: distiltune runs ls');
  } else if (status.state === 'running' && isAlive(status.pid)) {
    refuse(`the run is going on (process ${status.pid})`, 'stop it first');
  } else if (status.state === 'finished' || status.state === 'early-stopping') {
    refuse('the run has ended: there is nothing to go on with', 'train anew, with --force to replace it');
  }
}

/** Makes a run's folder: the asked one, emptied where `checkOutput` allowed it, else the first free `name`, `name-2`, ... */
export async function makeRunFolder(wanted: string, { isAsked }: { isAsked: boolean }): Promise<string> {
  if (isAsked) {
    if (isRunFolder(wanted)) await rm(wanted, { recursive: true });
    await mkdir(wanted, { recursive: true });
    return wanted;
  }
  await mkdir(dirname(wanted), { recursive: true });
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

export function isRunFolder(folder: string): boolean {
  const has = (name: string) => existsSync(join(folder, name));
  // A benchmark of GLUE has the two as well.
  return has('status.json') && has('events.jsonl') && !has('glue.json');
}

export function readStatus(folder: string): RunStatus | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Says of a run whose process is gone how it ended. */
export function endStatus(folder: string, state: RunStatus['state']): void {
  const status = readStatus(folder);
  if (status?.state === 'running') replaceJson(join(folder, 'status.json'), { ...status, state });
}

/** Whether the process is there and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A process that has ended, but whose parent has not asked how. Linux tells. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** Says of a run whose process was ended at once that this was asked for: the process itself could not. */
export function recordAbort(folder: string, step: number): void {
  for (const state of ['asked', 'done'] as const) {
    const event: StampedEvent = {
      v: 1,
      time: new Date().toISOString(),
      type: 'control',
      command: 'abort',
      state,
      step,
    };
    appendFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(event)}\n`);
  }
}

/** Writes a JSON file so that a reader sees the old one or the new one. */
export function replaceJson(path: string, value: unknown): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(temporary, path);
}

/** Keeps `events.jsonl` and `status.json` of a run up to date. */
export interface RunLog {
  event(event: StampedEvent): void;
  /** The last words; stops the heartbeat. */
  end(state: RunStatus['state']): void;
}

const heartbeatMs = 2000;

export function openRunLog(folder: string): RunLog {
  const file = openSync(join(folder, 'events.jsonl'), 'a');
  const status: RunStatus = {
    v: 1,
    pid: process.pid,
    state: 'running',
    phase: 'preparing',
    step: 0,
    totalSteps: null,
    heartbeat: '',
  };
  let written = 0;
  const writeStatus = () => {
    written = performance.now();
    replaceJson(join(folder, 'status.json'), { ...status, heartbeat: new Date().toISOString() });
  };
  writeStatus();
  const timer = setInterval(writeStatus, heartbeatMs);
  timer.unref();
  return {
    event(event) {
      writeSync(file, `${JSON.stringify(event)}\n`);
      if (event.type === 'start') status.totalSteps = event.totalSteps;
      if (event.type === 'step') status.step = event.step;
      if (event.type === 'phase') status.phase = event.phase;
      // Steps hold the thread, and timers wait for them.
      if (event.type === 'phase' || performance.now() - written >= heartbeatMs) writeStatus();
    },
    end(state) {
      clearInterval(timer);
      status.state = state;
      writeStatus();
      closeSync(file);
    },
  };
}
