import { type Direction, metricDirections } from '../../src/eval/metric-names.ts';
import { fields } from '../config/fields.ts';
import { isMap } from '../config/values.ts';
import { plural } from '../plain/table.ts';
import { type Run, type RunConfig, taskOf, totalSeconds } from './read.ts';

/** A run, and what was measured of its best checkpoint so far. */
export interface MeasuredRun extends Pick<Run, 'folder' | 'state' | 'status' | 'config' | 'results'> {
  /** Of a run without results: its best evaluation so far; null: there was none. */
  bestSoFar: { step: number; metrics: Record<string, number | null> } | null;
  /** Lines of its log that could not be read. */
  skipped: number;
}

/** One thing of several runs. */
export interface Row<T> {
  /** Of each run; null: it has none. */
  values: (T | null)[];
}

/** A setting, or something else that a run depends on, under its key in `config.json`. */
export interface SettingRow extends Row<unknown> {
  key: string;
}

export interface FigureRow extends Row<number> {
  name: string;
  /** Of a metric: the rows it was measured on. */
  split: 'validation' | 'test' | null;
  /** null: neither more nor less is better. */
  direction: Direction | null;
  /** Each value less the first run's; null where one of them is not there. */
  differences: (number | null)[];
  /** Places of the runs that are better than all others; none where they are equal or cannot be told apart. */
  best: number[];
}

/** What `runs compare --json` prints. */
export interface Comparison {
  v: 1;
  runs: {
    run: string;
    /** `unfinished`: a benchmark whose runs have not all ended. */
    state: Run['state'] | 'unfinished';
    task: string | null;
    model: string | null;
    /** null: a benchmark. */
    step: number | null;
    totalSteps: number | null;
  }[];
  settings: { differing: SettingRow[]; equal: number };
  metrics: FigureRow[];
  cost: FigureRow[];
  /** What a reader has to know to compare fairly, in sentences. */
  notes: string[];
}

const splits = ['validation', 'test'] as const;

/** Settings that differ, metrics and cost of at least two runs; differences are to the first. */
export function compareRuns(runs: readonly MeasuredRun[]): Comparison {
  const tasks = runs.map(taskOf);
  const areOfOneTask = new Set(tasks.filter((task) => task !== null)).size <= 1;
  const measured = metricRows(runs, areOfOneTask);
  return {
    v: 1,
    runs: runs.map(({ folder, state, status, config }, i) => ({
      run: folder,
      state,
      task: tasks[i]!,
      model: typeof config?.model === 'string' ? config.model : null,
      step: status.step,
      totalSteps: status.totalSteps,
    })),
    settings: separated(settingRows(runs)),
    metrics: measured.rows,
    cost: costRows(runs),
    notes: [
      ...runs.flatMap(notesOfRun),
      ...(areOfOneTask ? [] : [taskNote(tasks, measured.leftOut)]),
      ...splits.filter((split) => areMeasuredOnOthers(runs, split)).map(otherRowsNote),
    ],
  };
}

/** What a run depends on beside its settings. */
const otherKeys = [
  'resolved.task',
  'resolved.labels',
  'examples.train',
  'examples.validation',
  'examples.test',
  'files.train.sha256',
  'files.validation.sha256',
  'files.test.sha256',
  'source.sha256',
  'versions.distiltune',
  'versions.engine',
  'versions.node',
];

/** Every setting that one of them has. */
function settingRows(runs: readonly MeasuredRun[]): SettingRow[] {
  return [...fields.map(({ key }) => key), ...otherKeys]
    .map((key) => ({ key, values: runs.map(({ config }) => settingIn(config, key)) }))
    .filter(({ values }) => values.some((value) => value !== undefined))
    .map(({ key, values }) => ({ key, values: values.map((value) => value ?? null) }));
}

/** Undefined: there is no such key. */
function settingIn(config: RunConfig | null, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (isMap(value) ? value[part] : undefined), config);
}

/** Settings that are equal are counted. */
export function separated(rows: readonly SettingRow[]): Comparison['settings'] {
  const differing = rows.filter(({ values }) => !areEqual(values));
  return { differing, equal: rows.length - differing.length };
}

const areEqual = (values: readonly unknown[]) => new Set(values.map((value) => JSON.stringify(value))).size === 1;

/** Every metric that one run has; of runs of different tasks, those that all have. */
function metricRows(runs: readonly MeasuredRun[], areOfOneTask: boolean): { rows: FigureRow[]; leftOut: string[] } {
  const all = splits.flatMap((split) => {
    const metrics = runs.map((run) => metricsOf(run, split));
    const names = [...new Set(metrics.flatMap((values) => Object.keys(values)))];
    return names.map((name) => ({
      row: figure(
        name,
        split,
        areOfOneTask ? ((metricDirections as Record<string, Direction>)[name] ?? null) : null,
        metrics.map((values) => finite(values[name])),
      ),
      isCommon: metrics.every((values) => name in values),
    }));
  });
  const kept = all.filter(({ isCommon }) => areOfOneTask || isCommon);
  const left = all.filter((entry) => !kept.includes(entry));
  return { rows: kept.map(({ row }) => row), leftOut: [...new Set(left.map(({ row }) => row.name))] };
}

function metricsOf(
  { results, bestSoFar }: MeasuredRun,
  split: 'validation' | 'test',
): Record<string, number | null | undefined> {
  if (results !== null) return results.metrics[split] ?? {};
  return split === 'validation' ? (bestSoFar?.metrics ?? {}) : {};
}

/** What the runs took. A run without results has none of it. */
function costRows(runs: readonly MeasuredRun[]): FigureRow[] {
  const row = (name: string, direction: Direction | null, read: (run: MeasuredRun) => number | undefined) =>
    figure(
      name,
      null,
      direction,
      runs.map((run) => finite(read(run))),
    );
  return [
    row('seconds', 'min', ({ results }) => (results === null ? undefined : totalSeconds(results))),
    row('tokens/s', 'max', ({ results }) => results?.realTokensPerSecond),
    row('examples/s', 'max', ({ results }) => results?.examplesPerSecond),
    row('peak memory', 'min', ({ results }) => results?.peakRssBytes),
    row('steps', null, ({ results, status }) => results?.steps ?? status.step),
    row('best step', null, ({ results, bestSoFar }) => results?.best?.step ?? bestSoFar?.step),
  ].filter(({ values }) => values.some((value) => value !== null));
}

/** Values with their differences and the best of them. */
export function figure(
  name: string,
  split: FigureRow['split'],
  direction: Direction | null,
  values: (number | null)[],
): FigureRow {
  const first = values[0] ?? null;
  return {
    name,
    split,
    direction,
    values,
    differences: values.map((value) => (value === null || first === null ? null : value - first)),
    best: bestOf(values, direction),
  };
}

function bestOf(values: readonly (number | null)[], direction: Direction | null): number[] {
  const known = values.filter((value) => value !== null);
  if (direction === null || new Set(known).size < 2) return [];
  const best = direction === 'max' ? Math.max(...known) : Math.min(...known);
  return values.flatMap((value, i) => (value === best ? [i] : []));
}

const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

function notesOfRun({ folder, state, status, config, results, bestSoFar, skipped }: MeasuredRun): string[] {
  const notes: string[] = [];
  if (skipped > 0) notes.push(`${folder}: ${plural(skipped, 'line')} of events.jsonl could not be read`);
  if (config === null) notes.push(`${folder} has no config.json: its settings are not known`);
  if (state === 'diverged') notes.push(`${folder} diverged at step ${results?.steps ?? status.step}`);
  if (state === 'stopped') notes.push(`${folder} was stopped at step ${results?.steps ?? status.step}`);
  if (results !== null) return notes;
  const how = { running: 'is going on', died: 'died', failed: 'failed', aborted: 'was aborted' }[state as string];
  const measured =
    bestSoFar === null
      ? 'nothing was measured yet'
      : `its metrics are those of its best evaluation so far, at step ${bestSoFar.step}`;
  return [...notes, `${folder} ${how ?? 'has no results'} (step ${status.step}): ${measured}`];
}

function taskNote(tasks: readonly (string | null)[], leftOut: readonly string[]): string {
  const names = [...new Set(tasks.map((task) => task ?? 'an unknown task'))].join(', ');
  const absent = leftOut.length === 0 ? '' : `; left out: ${leftOut.join(', ')}`;
  return `the runs are of different tasks (${names}): metrics that all have are shown, and none is called better${absent}`;
}

/** Whether metrics of that split are of rows that differ, as far as the configs tell. */
function areMeasuredOnOthers(runs: readonly MeasuredRun[], split: 'validation' | 'test'): boolean {
  const measured = runs.filter((run) => run.config !== null && Object.keys(metricsOf(run, split)).length > 0);
  return measured.length > 1 && !areEqual(measured.map(({ config }) => rowsKey(config!, split)));
}

/** A file is known by its hash; a share by what it is taken of, and the seed. */
function rowsKey(config: RunConfig, split: 'validation' | 'test'): unknown {
  const { files = {}, data, seed } = config;
  const own = files[split]?.sha256;
  return own ?? [files.train?.sha256 ?? null, data?.validation ?? null, data?.test ?? null, seed ?? null];
}

const otherRowsNote = (split: string) =>
  `the ${split} rows are not the same: their metrics do not measure the same thing`;
