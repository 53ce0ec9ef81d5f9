import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { kill, pid as ownPid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
const STALE_MS = 20_000;

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once, when somebody else holds the lock. */
  onWait?: (holder: string) => void;
}

/**
 * Takes a lock file, waiting while a living process has it, and returns the function that gives it back.
 *
 * The holder touches the file every two seconds; a lock whose process is gone, or that was not touched for twenty
 * seconds (a machine that shares the folder went away), is taken over.
 * @throws the signal's reason when aborted while waiting
 */
export async function acquireLock(file: string, { signal, onWait }: LockOptions = {}): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true });
  let waited = false;
  while (!(await create(file))) {
    signal?.throwIfAborted();
    const holder = await staleness(file);
    if (holder.stale) {
      await takeAway(file);
      continue;
    }
    if (!waited) onWait?.(holder.name);
    waited = true;
    await sleep(300, undefined, signal ? { signal } : {});
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  };
}

async function create(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(JSON.stringify({ pid: ownPid, host: os.hostname() }));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two that find the same stale lock must not remove each other's new one: only who holds the second lock may remove. */
async function takeAway(file: string): Promise<void> {
  const second = `${file}.takeover`;
  if (await create(second)) {
    try {
      if ((await staleness(file)).stale) await rm(file, { force: true });
    } finally {
      await rm(second, { force: true });
    }
  } else if ((await staleness(second)).stale) {
    await rm(second, { force: true });
  }
}

async function staleness(file: string): Promise<{ stale: boolean; name: string }> {
  try {
    const age = Date.now() - (await stat(file)).mtimeMs;
    if (age > STALE_MS) return { stale: true, name: 'a process that went away' };
    const { pid, host } = JSON.parse(await readFile(file, 'utf8')) as { pid: number; host: string };
    if (host === os.hostname()) return { stale: !isAlive(pid), name: `process ${pid}` };
    return { stale: false, name: `a process on ${host}` };
  } catch {
    // Given back in this moment, or created and not yet written.
    return { stale: false, name: 'another process' };
  }
}

function isAlive(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
