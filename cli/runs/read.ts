import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, UsageError } from '../../src/errors.ts';
import { type Direction, metricDirections } from '../../src/eval/metric-names.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import { isMap } from '../config/values.ts';
import { hasRecord } from '../glue/record.ts';
import type { RunResults } from '../run/results.ts';
import { isRunFolder, type RunStatus, readStatus } from '../run/run-folder.ts';
import { stateOf } from '../watch/liveness.ts';

/** What `config.json` of a run holds, as far as commands show it. A run of another version may lack any of it. */
export interface RunConfig extends Partial<Settings> {
  resolved?: { task: string; labels: string[] };
  files?: Record<string, { name: string; sha256?: string } | undefined>;
  examples?: Record<string, number>;
  source?: { sha256?: Record<string, string> };
  versions?: Record<string, string>;
}

/** A run as its folder tells of it. */
export interface Run {
  folder: string;
  /** `died`: its process is gone without a word. */
  state: RunStatus['state'] | 'died';
  status: RunStatus;
  /** null: not written yet, or not to be read. */
  config: RunConfig | null;
  results: RunResults | null;
  /** Files of the run that are there and cannot be read, by name. */
  damaged: string[];
}

/** The run in a folder; null where there is none, or one of the benchmark. */
export async function readRun(folder: string): Promise<Run | null> {
  if (hasRecord(folder)) return null;
  const status = isRunFolder(folder) ? readStatus(folder) : undefined;
  if (!isMap(status) || typeof status.heartbeat !== 'string') return null;
  const isDead = stateOf(() => readStatus(folder)) === 'died';
  const [config, results] = await Promise.all([
    readJson<RunConfig>(folder, 'config.json', []),
    readJson<RunResults>(folder, 'results.json', ['metrics', 'seconds']),
  ]);
  return {
    folder,
    state: isDead ? 'died' : status.state,
    status,
    config: config.value,
    results: results.value,
    damaged: [config, results].flatMap(({ damaged }) => damaged ?? []),
  };
}

/**
 * The folders in a folder; none where it is not there.
 * @throws UsageError when it cannot be read
 */
export async function runFolders(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError(`the folder cannot be read: ${error.message}`, { where: parent, cause: error });
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
}

/**
 * The runs in a folder's folders, the latest first.
 * @throws UsageError when it cannot be read
 */
export async function readRuns(parent: string): Promise<Run[]> {
  const runs = (await Promise.all((await runFolders(parent)).map(readRun))).filter((run) => run !== null);
  return runs.sort((a, b) => b.status.heartbeat.localeCompare(a.status.heartbeat));
}

/** @throws UsageError where there is no run in the folder */
export async function requireRun(folder: string): Promise<Run> {
  const run = await readRun(folder);
  if (run !== null) return run;
  if (hasRecord(folder)) {
    throw new UsageError('this is a run of the benchmark', { where: folder, fix: `distiltune glue report ${folder}` });
  }
  throw new UsageError('this is no run', { where: folder, fix: '`distiltune runs ls` lists the runs' });
}

/** @throws DataError for a run with a file that cannot be read */
export function refuseDamaged({ folder, damaged }: Run): void {
  if (damaged.length === 0) return;
  throw new DataError('the file is damaged: it is no JSON of a run', {
    where: join(folder, damaged[0]!),
    fix: 'train the run again, or leave it out',
  });
}

/** @param maps names of what it must hold, each a map, to be whole */
async function readJson<T>(
  folder: string,
  name: string,
  maps: readonly string[],
): Promise<{ value: T | null; damaged?: string }> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch {
    return { value: null };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isMap(value) && maps.every((key) => isMap(value[key]))) return { value: value as T };
  } catch {
    // Told by its name.
  }
  return { value: null, damaged: name };
}

/** What a run was trained for; null: not known. */
export function taskOf({ config, results }: Pick<Run, 'config' | 'results'>): string | null {
  const task = config?.resolved?.task ?? results?.reports?.validation?.task ?? results?.reports?.test?.task;
  if (task !== undefined) return task;
  return config?.task === undefined || config.task === 'auto' ? null : config.task;
}

/** A score that tells how good a run is. */
export interface MainMetric {
  name: string;
  value: number;
  split: 'test' | 'validation';
  direction: Direction;
}

/** The metric that the best checkpoint was chosen by: on the test rows, else on the validation rows. */
export function mainMetric({ results }: Pick<Run, 'results'>): MainMetric | null {
  const name = results?.best?.metric ?? 'accuracy';
  for (const split of ['test', 'validation'] as const) {
    const value = results?.metrics[split]?.[name];
    if (typeof value === 'number')
      return { name, value, split, direction: (metricDirections as Record<string, Direction>)[name] ?? 'max' };
  }
  return null;
}

/** Wall-clock seconds of a run that has ended, all its parts together. */
export function totalSeconds({ seconds }: Pick<RunResults, 'seconds'>): number {
  return Object.values(seconds).reduce((sum, value) => sum + value, 0);
}
