import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { benchmarkMean } from '../../tasks/glue/report.ts';
import { hasRecord } from '../glue/record.ts';
import { type GlueStatus, readGlueStatus } from '../glue/status.ts';
import { stateOf } from '../watch/liveness.ts';
import { readBenchmark } from './benchmark.ts';
import { type MainMetric, mainMetric, type Run, readRun, runFolders, taskOf, totalSeconds } from './read.ts';

/** What a list tells of a run, or of a run of the benchmark. */
export interface RunSummary {
  folder: string;
  kind: 'run' | 'benchmark';
  state: Run['state'] | GlueStatus['state'];
  /** Of a process that is going on. */
  pid: number | null;
  /** null: not known. */
  task: string | null;
  model: string | null;
  score: MainMetric | null;
  /** Of a run. */
  steps: { done: number; total: number | null } | null;
  /** When the process last gave a sign, or the folder was written. */
  lastSign: Date;
  /** Wall-clock seconds so far; null: not known. */
  seconds: number | null;
  metrics: NonNullable<Run['results']>['metrics'] | null;
}

/**
 * Summaries of what lies in a folder's folders, the latest first; none where the folder is not there.
 * @throws UsageError when it cannot be read
 */
export async function summarizeAll(parent: string): Promise<RunSummary[]> {
  const found = await Promise.all((await runFolders(parent)).map(summarize));
  return latestFirst(found.filter((summary) => summary !== null));
}

export const latestFirst = (summaries: readonly RunSummary[]): RunSummary[] =>
  [...summaries].sort((a, b) => b.lastSign.getTime() - a.lastSign.getTime());

/** null: the folder holds neither a run nor a run of the benchmark. */
export async function summarize(folder: string): Promise<RunSummary | null> {
  if (hasRecord(folder)) return summarizeBenchmark(folder);
  const run = await readRun(folder);
  return run === null ? null : summarizeRun(run);
}

/** @throws UsageError for a folder that holds neither a run nor a run of the benchmark */
export async function requireSummary(folder: string): Promise<RunSummary> {
  const summary = await summarize(folder);
  if (summary !== null) return summary;
  throw new UsageError('this is no run', { where: folder, fix: '`distiltune runs ls` lists the runs' });
}

async function summarizeRun(run: Run): Promise<RunSummary> {
  const { folder, state, status, config, results } = run;
  const lastSign = new Date(status.heartbeat);
  return {
    folder,
    kind: 'run',
    state,
    pid: state === 'running' ? status.pid : null,
    task: taskOf(run),
    model: typeof config?.model === 'string' ? config.model : null,
    score: mainMetric(run),
    steps: { done: status.step, total: status.totalSteps },
    lastSign,
    seconds: results === null ? secondsBetween(await beganAt(folder), lastSign) : totalSeconds(results),
    metrics: results?.metrics ?? null,
  };
}

/** A record that cannot be read leaves a summary with what is known. */
async function summarizeBenchmark(folder: string): Promise<RunSummary> {
  const status = readGlueStatus(folder);
  const benchmark = await readBenchmark(folder).catch(() => null);
  const process = status === undefined ? 'ended' : stateOf(() => readGlueStatus(folder));
  const tasks = benchmark?.tasks ?? [];
  const mean = benchmarkMean(tasks, true).score;
  const lastSign = status === undefined ? (await stat(join(folder, 'glue.json'))).mtime : new Date(status.heartbeat);
  return {
    folder,
    kind: 'benchmark',
    state: process === 'died' ? 'died' : (status?.state ?? 'finished'),
    pid: process === 'alive' ? status!.pid : null,
    task: 'glue',
    model: benchmark?.record.model ?? null,
    score: Number.isFinite(mean) ? { name: 'mean', value: mean, split: 'validation', direction: 'max' } : null,
    steps: null,
    lastSign,
    seconds: tasks.reduce((sum, { seconds }) => sum + seconds, 0),
    metrics: null,
  };
}

/** When the first event of a run happened; null: there is none. */
async function beganAt(folder: string): Promise<Date | null> {
  const file = await open(join(folder, 'events.jsonl')).catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    const [, time] = /"time":"([^"]+)"/.exec(buffer.toString('utf8', 0, bytesRead)) ?? [];
    return time === undefined ? null : new Date(time);
  } finally {
    await file.close();
  }
}

function secondsBetween(from: Date | null, to: Date): number | null {
  const seconds = from === null ? Number.NaN : (to.getTime() - from.getTime()) / 1000;
  return seconds >= 0 ? seconds : null;
}

/** Bytes of all files in a folder, links not followed; what vanishes meanwhile counts nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderBytes(path);
    else if (entry.isFile())
      bytes += await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return bytes;
}
