import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DistiltuneError } from '../../src/errors.ts';
import type { StampedEvent } from './events.ts';
import { type RunStatus, replaceJson } from './run-folder.ts';

/** Keeps `events.jsonl` and `status.json` of a run up to date. */
export interface RunLog {
  event(event: StampedEvent): void;
  /** The last words; stops the heartbeat. @throws DistiltuneError where not all that was told could be written */
  end(state: RunStatus['state']): void;
}

const heartbeatMs = 2000;

/**
 * A disk that is full for a while ends no run: what could not be written is written with what comes next.
 * @param onTrouble told once when writing begins to fail
 */
export function openRunLog(folder: string, onTrouble: (message: string) => void): RunLog {
  const path = join(folder, 'events.jsonl');
  const lines = openAppender(path);
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
  let isInTrouble = false;
  const writeStatus = () => {
    written = performance.now();
    replaceJson(join(folder, 'status.json'), { ...status, heartbeat: new Date().toISOString() });
  };
  /** The next one comes soon. */
  const tryStatus = () => {
    try {
      writeStatus();
    } catch (error) {
      trouble(error);
    }
  };
  const trouble = (error: unknown) => {
    if (isInTrouble) return;
    isInTrouble = true;
    onTrouble(`the run's log cannot be written, and waits in memory: ${(error as Error).message}`);
  };
  writeStatus();
  const timer = setInterval(tryStatus, heartbeatMs);
  timer.unref();
  return {
    event(event) {
      const failed = lines.append(`${JSON.stringify(event)}\n`);
      if (failed === null) isInTrouble = false;
      else trouble(failed);
      if (event.type === 'start') status.totalSteps = event.totalSteps;
      if (event.type === 'step') status.step = event.step;
      if (event.type === 'phase') status.phase = event.phase;
      // Steps hold the thread, and timers wait for them.
      if (event.type === 'phase' || performance.now() - written >= heartbeatMs) tryStatus();
    },
    end(state) {
      clearInterval(timer);
      status.state = state;
      const failed = lines.close();
      tryStatus();
      if (failed === null) return;
      throw new DistiltuneError(`the end of the run's log could not be written: ${failed.message}`, {
        where: path,
        fix: 'make room on that disk',
        cause: failed,
      });
    },
  };
}

/** Most bytes that wait for room on the disk. */
const mostWaiting = 64 * 2 ** 20;

/** Appends to a file. What finds no room waits for what comes next; a line that was written in part is written to its end. */
function openAppender(path: string) {
  const file = openSync(path, 'a');
  let waiting = Buffer.alloc(0);
  const flush = (): Error | null => {
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(file, waiting));
      return null;
    } catch (error) {
      if (!isPassing(error) || waiting.length > mostWaiting) throw error;
      return error as Error;
    }
  };
  return {
    /** @returns why it has to wait */
    append(text: string): Error | null {
      const bytes = Buffer.from(text);
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      return flush();
    },
    /** @returns why something was left out */
    close(): Error | null {
      try {
        const failed = flush();
        if (failed === null) fsyncSync(file);
        return failed;
      } catch (error) {
        return error as Error;
      } finally {
        closeSync(file);
      }
    },
  };
}

/** What a disk may say now and not later: it is full, a quota is used up, a device or a network is gone for a moment. */
function isPassing(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EIO', 'ESTALE', 'ETIMEDOUT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
