import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../src/errors.ts';
import type { Settings } from '../src/trainer/settings.ts';
import { ask } from './ask.ts';
import type { Context } from './context.ts';
import { formatMetric, renderMetrics } from './plain/report.ts';
import { type Align, alignRows, count, plural, printable, shorten } from './plain/table.ts';
import type { RunResults } from './run/results.ts';
import { isRunFolder, type RunStatus, readStatus } from './run/run-folder.ts';

interface RunConfig extends Partial<Settings> {
  resolved?: { task: string; labels: string[] };
  files?: Record<string, { name: string } | undefined>;
  examples?: Record<string, number>;
  versions?: Record<string, string>;
}

interface Run {
  folder: string;
  state: RunStatus['state'] | 'died';
  status: RunStatus;
  config: RunConfig | null;
  results: RunResults | null;
}

/** A running process writes its status every 2 seconds; a step may hold it up. */
const deadAfterMs = 120_000;

async function readRun(folder: string): Promise<Run | null> {
  const status = isRunFolder(folder) ? readStatus(folder) : undefined;
  if (status === undefined) return null;
  const isDead = status.state === 'running' && Date.now() - Date.parse(status.heartbeat) > deadAfterMs;
  const [config, results] = await Promise.all(
    ['config.json', 'results.json'].map((name) =>
      readFile(join(folder, name), 'utf8').then(
        (text) => JSON.parse(text),
        () => null,
      ),
    ),
  );
  return { folder, state: isDead ? 'died' : status.state, status, config, results };
}

async function requireRun(folder: string): Promise<Run> {
  const run = await readRun(folder);
  if (run !== null) return run;
  throw new UsageError('this is no run', { where: folder, fix: '`distiltune runs ls` lists the runs' });
}

/** The metric that the best checkpoint was chosen by: on the test rows, else on the validation rows. */
function mainMetric({ results }: Run): { name: string; value: number; split: 'test' | 'validation' } | null {
  const name = results?.best?.metric ?? 'accuracy';
  for (const split of ['test', 'validation'] as const) {
    const value = results?.metrics[split]?.[name];
    if (typeof value === 'number') return { name, value, split };
  }
  return null;
}

/** Lists the runs in a folder, the latest first. */
export async function listRuns(parent: string, { json, stdout, note }: Context): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError(`the folder cannot be read: ${error.message}`, { where: parent, cause: error });
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
  const runs = (await Promise.all(folders.map(readRun))).filter((run) => run !== null);
  runs.sort((a, b) => b.status.heartbeat.localeCompare(a.status.heartbeat));
  if (json) {
    stdout.line(
      JSON.stringify(
        runs.map((run) => ({
          run: run.folder,
          state: run.state,
          ended: run.status.heartbeat,
          metrics: run.results?.metrics ?? null,
        })),
      ),
    );
    return;
  }
  if (runs.length === 0) return note(`no runs in ${parent}; distiltune train makes one`);
  const rows = runs.map((run) => {
    const metric = mainMetric(run);
    const score = metric === null ? '' : `${metric.split} ${metric.name} ${formatMetric(metric.value)}`;
    const steps =
      run.status.totalSteps === null ? count(run.status.step) : `${run.status.step}/${run.status.totalSteps}`;
    return [shorten(run.folder, 40), run.state, steps, score, run.status.heartbeat.slice(0, 16).replace('T', ' ')];
  });
  const align: Align[] = ['left', 'left', 'right'];
  const [title = '', ...lines] = alignRows([['run', 'state', 'steps', 'score', 'last sign (UTC)'], ...rows], { align });
  stdout.line(stdout.colors.bold(title));
  for (const line of lines) stdout.line(line);
}

/** Tells what a run was trained on, with which settings, and how it did. */
export async function showRun(folder: string, { json, stdout }: Context): Promise<void> {
  const { state, status, config, results } = await requireRun(folder);
  if (json) {
    stdout.line(JSON.stringify({ run: folder, state, status, config, results }));
    return;
  }
  const rows: [string, string][] = [
    ['run', folder],
    [
      'state',
      `${state}, step ${count(status.step)}${status.totalSteps === null ? '' : ` of ${count(status.totalSteps)}`}`,
    ],
  ];
  if (config !== null) {
    const { optimizer, batchSize, maxLength, epochs, maxSteps, seed, resolved, files = {}, examples = {} } = config;
    rows.push(['model', String(config.model)], ['task', resolved?.task ?? '']);
    if (resolved !== undefined && resolved.labels.length > 0) rows.push(['labels', count(resolved.labels.length)]);
    for (const [split, rowsOfSplit] of Object.entries(examples)) {
      if (rowsOfSplit > 0)
        rows.push([split, `${plural(rowsOfSplit, 'row')}${files[split] ? ` of ${files[split].name}` : ''}`]);
    }
    const length = maxSteps ? plural(maxSteps, 'step') : plural(epochs ?? 0, 'epoch');
    const rate = `learning rate ${optimizer?.learningRate}`;
    rows.push(['settings', `${length}, batches of ${batchSize}, ${rate}, up to ${maxLength} tokens, seed ${seed}`]);
    if (config.versions)
      rows.push([
        'versions',
        Object.entries(config.versions)
          .map((pair) => pair.join(' '))
          .join(', '),
      ]);
  }
  if (results !== null) {
    const seconds = Object.values(results.seconds).reduce((sum, value) => sum + value, 0);
    const speed = `${count(Math.round(results.realTokensPerSecond))} tokens/s while training`;
    rows.push(['time', `${seconds.toFixed(0)} s, ${speed}`]);
    rows.push(['memory', `${(results.peakRssBytes / 1e9).toFixed(1)} GB at its peak`]);
  }
  for (const line of alignRows(rows.map(([name, value]) => [name, printable(value)]))) stdout.line(line);
  for (const split of ['validation', 'test'] as const) {
    const metrics = results?.metrics[split];
    if (metrics === undefined) continue;
    stdout.line();
    stdout.line(stdout.colors.bold(split));
    // JSON has no NaN: a metric that is not defined is null.
    const values = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value ?? Number.NaN]));
    for (const line of renderMetrics(values)) stdout.line(`  ${line}`);
  }
}

/** Removes run folders, after asking. Nothing else than a run is ever removed, and none that is going on. */
export async function removeRuns(folders: string[], yes: boolean, context: Context): Promise<void> {
  const runs = await Promise.all(folders.map(requireRun));
  for (const { folder, state, status } of runs) {
    if (state !== 'running') continue;
    throw new UsageError(`this run is going on (process ${status.pid})`, { where: folder, fix: 'stop it first' });
  }
  if (!yes) {
    const what = folders.length === 1 ? printable(folders[0]!) : plural(folders.length, 'run');
    if (!context.isInteractive) {
      throw new UsageError('nobody is there to be asked whether to remove it', { where: what, fix: 'give --yes' });
    }
    if (!/^y(es)?$/i.test(await ask(`Remove ${what} with its model? [y/N] `))) return;
  }
  for (const folder of folders) {
    await rm(folder, { recursive: true });
    context.note(`removed ${folder}`);
  }
  if (context.json) context.stdout.line(JSON.stringify({ removed: folders }));
}
