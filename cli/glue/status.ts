import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { shellLine } from '../dashboard/start/shell.ts';
import { stateOf } from '../watch/liveness.ts';

/** What `status.json` of a benchmark's folder says. */
export interface GlueStatus {
  v: 1;
  pid: number;
  state: 'running' | 'finished' | 'stopped' | 'failed';
  /** Folder of the run that is being trained, relative to the benchmark's; null: none is. */
  current: string | null;
  /** The command that goes on with it. */
  command: string;
  /** When this was written; a running process writes it every 2 seconds. */
  heartbeat: string;
}

export function readGlueStatus(run: string): GlueStatus | undefined {
  try {
    return JSON.parse(readFileSync(join(run, 'status.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @throws UsageError when a process is at work in the folder */
export function refuseLiveBenchmark(run: string): void {
  const status = readGlueStatus(run);
  if (status === undefined || stateOf(() => readGlueStatus(run)) !== 'alive') return;
  throw new UsageError(`the benchmark in this folder is going on (process ${status.pid})`, {
    where: run,
    fix: `look at it: ${shellLine(['distiltune', 'watch', run])}`,
  });
}
