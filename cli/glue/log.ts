import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { replaceJson } from '../run/run-folder.ts';
import type { AnyGlueEvent, BenchmarkEvent, GlueEvent } from './events.ts';
import type { GlueStatus } from './status.ts';

/** Keeps `events.jsonl` and `status.json` of a benchmark up to date. */
export interface GlueLog {
  event(event: Exclude<AnyGlueEvent, { type: 'benchmark' | 'benchmark-ended' }>): void;
  /** The last words; stops the heartbeat. */
  end(reason: 'finished' | 'stopped' | 'failed', message?: string): void;
}

const heartbeatMs = 2000;

/** @param onEvent sees every event as it is written */
export function openGlueLog(run: string, first: BenchmarkEvent, onEvent: (event: GlueEvent) => void): GlueLog {
  const file = openSync(join(run, 'events.jsonl'), 'a');
  const { pid, command } = first;
  const status: GlueStatus = { v: 1, pid, state: 'running', current: null, command, heartbeat: '' };
  const writeStatus = () => replaceJson(join(run, 'status.json'), { ...status, heartbeat: new Date().toISOString() });
  const write = (event: AnyGlueEvent) => {
    const stamped: GlueEvent = { v: 1, time: new Date().toISOString(), ...event };
    writeSync(file, `${JSON.stringify(stamped)}\n`);
    onEvent(stamped);
  };
  write(first);
  writeStatus();
  const timer = setInterval(writeStatus, heartbeatMs);
  timer.unref();
  return {
    event(event) {
      write(event);
      if (event.type === 'trial-chosen') return;
      status.current = event.type === 'run-started' ? event.folder : null;
      writeStatus();
    },
    end(reason, message) {
      clearInterval(timer);
      write({ type: 'benchmark-ended', reason, message: message ?? null });
      status.state = reason;
      status.current = null;
      writeStatus();
      closeSync(file);
    },
  };
}
