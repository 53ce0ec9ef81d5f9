import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../src/errors.ts';
import type { Report } from '../../src/eval/evaluate.ts';
import type { PreparedTask } from '../../tasks/glue/prepare.ts';
import type { RecipeName } from '../../tasks/glue/recipes.ts';
import type { GlueRun, TaskFacts } from '../../tasks/glue/report.ts';
import type { GlueTask, GlueTaskName } from '../../tasks/glue/tasks.ts';
import type { RunResults } from '../run/results.ts';
import { replaceJson } from '../run/run-folder.ts';

/** What `glue.json` says of a benchmark run: what was asked for, and what each task was read from. */
export interface GlueRecord {
  v: 1;
  version: string;
  model: string;
  recipe: RecipeName;
  /** `key=value` in place of the recipe's. */
  settings: string[];
  earlyStopping: number | null;
  seeds: number[];
  /** Folder of the official files. */
  data: string;
  machine: string;
  tasks: Partial<Record<GlueTaskName, TaskRecord>>;
  missing: { task: GlueTaskName; reason: string }[];
}

export interface TaskRecord extends PreparedTask {
  /** Model that its runs start from. */
  model: string;
  /** The trial that was taken; null where there is one only, or none is taken yet. */
  chosen: string | null;
}

const fileName = 'glue.json';

export function hasRecord(run: string): boolean {
  return existsSync(join(run, fileName));
}

/** @throws DataError where there is no benchmark run */
export function readRecord(run: string): GlueRecord {
  try {
    return JSON.parse(readFileSync(join(run, fileName), 'utf8'));
  } catch (cause) {
    throw new DataError('there is no run of the benchmark in this folder', {
      where: run,
      fix: 'name the folder of a run of `distiltune glue run`',
      cause,
    });
  }
}

export function writeRecord(run: string, record: GlueRecord): void {
  replaceJson(join(run, fileName), record);
}

/** `RUN/cola/seed-42`, or of a grid `RUN/cola/lr-2e-5-epochs-3/seed-42`. */
export function folderOf(run: string, task: GlueTaskName, trial: string | null, seed: number): string {
  return join(run, task, ...(trial === null ? [] : [trial]), `seed-${seed}`);
}

/** Every run of a task that is in the folder, seeds ascending. */
export function runsOf(run: string, task: GlueTask, record: TaskRecord): GlueRun[] {
  const names = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);
  const home = join(run, task.name);
  const trials = names(home).filter((name) => name.startsWith('lr-'));
  const homes: [string | null, string][] = [
    [null, home],
    ...trials.map((name): [string, string] => [name, join(home, name)]),
  ];
  return homes
    .flatMap(([trial, folder]) =>
      names(folder)
        .map((name) => Number(/^seed-(\d+)$/.exec(name)?.[1]))
        .filter(Number.isInteger)
        .map((seed) => readRun(folderOf(run, task.name, trial, seed), { trial, seed, task, record })),
    )
    .sort((a, b) => a.seed - b.seed);
}

interface RunName {
  trial: string | null;
  seed: number;
  task: GlueTask;
  record: PreparedTask;
}

export function readRun(folder: string, { trial, seed, task, record }: RunName): GlueRun {
  const name = { seed, trial, folder };
  const results = readResults(folder);
  if (results === null || results.reason === 'stopped') {
    return { ...name, state: 'unfinished', sets: [], seconds: 0, examplesPerSecond: Number.NaN };
  }
  const { reports, seconds, examplesPerSecond, reason } = results;
  // The second dev set of MNLI is the test file of its runs.
  const sets = [reports.validation, reports.test].flatMap((report, i) =>
    report === undefined || record.dev[i] === undefined
      ? []
      : [{ name: record.dev[i]!.set, report: ofClassOne(report, task) }],
  );
  const total = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  // A diverged run has no score, whatever was measured before.
  return { ...name, state: reason, sets: reason === 'diverged' ? [] : sets, seconds: total, examplesPerSecond };
}

/** A report's F1 is that of the model's second label; GLUE's that of class 1, wherever a checkpoint has it. */
function ofClassOne(report: Report, task: GlueTask): Report {
  if (report.task !== 'sequence-classification' || !task.metrics.includes('f1')) return report;
  const f1 = report.classes.find(({ label }) => label === task.classes[1]!.label)?.f1;
  return f1 === undefined ? report : { ...report, metrics: { ...report.metrics, f1 } };
}

function readResults(folder: string): RunResults | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
  } catch {
    return null;
  }
}

export function factsOf({ model, chosen, train, dev, isOfficial, notes }: TaskRecord): TaskFacts {
  return {
    model,
    isOfficial,
    notes,
    chosen,
    rows: { train: train.rows, dev: dev.map(({ set, rows }) => ({ set, rows })) },
    refused: [train, ...dev]
      .filter(({ refused }) => refused.count > 0)
      .map(({ source, refused }) => ({ source, ...refused })),
  };
}
