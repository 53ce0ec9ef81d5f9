import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import type { Phase } from '../../src/trainer/events.ts';
import type { StampedEvent } from './events.ts';
import { isWriterAlive } from './process-alive.ts';
import { lockName, lockRun } from './run-lock.ts';

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
  // A lock alone is of a run that died before it began.
  if (entries.every((name) => name === lockName)) return;
  if (!isRunFolder(folder)) {
    throw new UsageError('the folder is not empty, and no run of distiltune', {
      where: folder,
      fix: 'name another folder with -o',
    });
  }
  if (!force) throw isTaken(folder);
  const status = readStatus(folder);
  if (status?.state === 'running' && isWriterAlive(status)) {
    throw new UsageError(`the run in this folder is going on (process ${status.pid})`, {
      where: folder,
      fix: 'stop it first, or name another folder with -o',
    });
  }
}

const isTaken = (folder: string) =>
  new UsageError('there is a run in this folder already', {
    where: folder,
    fix: 'name another folder with -o, or replace it with --force',
  });

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
  } else if (status.state === 'running' && isWriterAlive(status)) {
    refuse(`the run is going on (process ${status.pid})`, 'stop it first');
  } else if (status.state === 'finished' || status.state === 'early-stopping') {
    refuse('the run has ended: there is nothing to go on with', 'train anew, with --force to replace it');
  }
}

/** A run folder that no other process writes to. */
export interface OwnRunFolder {
  path: string;
  release(): void;
}

/**
 * Makes a run's folder: the asked one, emptied where `checkOutput` allowed it, else the first free `name`, `name-2`, ...
 * @throws UsageError when another process has begun a run in it, or has ended one since it was checked
 */
export async function makeRunFolder(wanted: {
  folder: string;
  isAsked: boolean;
  force: boolean;
}): Promise<OwnRunFolder> {
  const { folder: name, isAsked, force } = wanted;
  if (isAsked) {
    await mkdir(name, { recursive: true });
    const release = lockRun(name);
    if (isRunFolder(name)) {
      if (!force && existsSync(join(name, 'results.json'))) {
        release();
        throw isTaken(name);
      }
      await emptyRun(name);
    }
    return { path: name, release };
  }
  await mkdir(dirname(name), { recursive: true });
  for (let number = 1; ; number++) {
    const path = number === 1 ? name : `${name}-${number}`;
    try {
      await mkdir(path);
      return { path, release: lockRun(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Removes what a run has left. What says that it is a run goes last: where the process dies meanwhile, it still is one.
 * @param options.keepModel leaves the best model there until a new one takes its place
 */
export async function emptyRun(folder: string, { keepModel = false } = {}): Promise<void> {
  const stays = new Set([lockName, ...(keepModel ? ['model'] : [])]);
  const last = ['config.json', 'events.jsonl', 'status.json'];
  const names = (await readdir(folder)).filter((name) => !stays.has(name));
  for (const name of [
    ...names.filter((name) => !last.includes(name)),
    ...names.filter((name) => last.includes(name)),
  ]) {
    await rm(join(folder, name), { recursive: true, force: true });
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
  if (status?.state !== 'running') return;
  try {
    replaceJson(join(folder, 'status.json'), { ...status, state });
  } catch {
    // On a full disk it stays "running", of a process that is gone: that is seen, too.
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
  writeFileSync(temporary, jsonText(value));
  renameSync(temporary, path);
}

/** Writes a file so that a reader sees the old one or the new one, after a power cut too. */
export function replaceSynced(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
