import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { isWriterAlive } from './process-alive.ts';

export const lockName = 'lock';

/** Who holds a run folder, and since when (ISO). */
interface Holder {
  pid: number;
  host: string;
  since: string;
}

/**
 * Makes a run folder this process's own. The lock of a process that is gone is taken over.
 * @returns gives it back
 * @throws UsageError when another process has it
 */
export function lockRun(folder: string): () => void {
  const path = join(folder, lockName);
  const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  for (;;) {
    try {
      writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    takeAway(path, folder);
  }
}

/** @throws UsageError where it is held */
function takeAway(path: string, folder: string): void {
  refuseHeld(path, folder);
  // Of two that take it away at once, one has it. What the other takes may be the first one's new lock: it is put back.
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    refuseHeld(aside, folder);
  } catch (error) {
    renameSync(aside, path);
    throw error;
  }
  rmSync(aside);
}

/** A lock is written at once after it was made. */
const writingMs = 5000;
/** How long a process of another machine, which cannot be looked at, may leave the run's status as it is. */
const elsewhereMs = 10 * 60_000;

function refuseHeld(path: string, folder: string): void {
  const refuse = (by: string, fix: string) => {
    throw new UsageError(`the run in this folder is going on (${by})`, { where: folder, fix });
  };
  const age = (file: string) => Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const holder = readHolder(path);
  if (holder === null) {
    if (age(path) < writingMs)
      refuse('another process is beginning it', 'stop it first, or name another folder with -o');
  } else if (holder.host !== hostname()) {
    if (Math.min(age(path), age(join(folder, 'status.json'))) < elsewhereMs) {
      refuse(`process ${holder.pid} on ${holder.host}`, `stop it first; where it is gone for good, remove ${path}`);
    }
  } else if (isWriterAlive({ pid: holder.pid, heartbeat: holder.since }) && holder.pid !== process.pid) {
    refuse(`process ${holder.pid}`, 'stop it first, or name another folder with -o');
  }
}

/** @returns null where nobody has written it (yet) */
function readHolder(path: string): Holder | null {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && typeof host === 'string' && typeof since === 'string' ? { pid, host, since } : null;
  } catch {
    return null;
  }
}
