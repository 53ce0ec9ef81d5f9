import { join, relative } from 'node:path';
import { DataError } from '../../src/errors.ts';
import { findAxFiles } from '../../tasks/glue/folder.ts';
import { recipeSettings, type Trial, trialName, trialsOf } from '../../tasks/glue/recipes.ts';
import { runScore } from '../../tasks/glue/report.ts';
import { type GlueTask, glueTask } from '../../tasks/glue/tasks.ts';
import type { Given } from '../config/fields.ts';
import { ofArgument, type Resolved, resolveSettings } from '../config/resolve.ts';
import type { Context } from '../context.ts';
import { shellLine } from '../dashboard/start/shell.ts';
import { exitCodeOf, spawnEngineProcess } from '../run/engine-process.ts';
import { inTrainingOrder, openRecord, ownMnli, prepareTasks, refuseOwnKeys } from './begin.ts';
import { wordsToGoOn } from './command.ts';
import { glueData } from './data.ts';
import type { BenchmarkEvent, RunEndedEvent } from './events.ts';
import { type GlueLog, openGlueLog } from './log.ts';
import { parseSeeds, parseTasks, type RunFlags } from './options.ts';
import { folderOf, type GlueRecord, readRun, type TaskRecord, writeRecord } from './record.ts';
import { reportGlue, writeReport } from './report.ts';
import { refuseLiveBenchmark } from './status.ts';
import { filesOf, type OneOutcome, type Stopped, trainOne } from './train-one.ts';
import { type View, viewOf } from './view.ts';

/** Trains every task with every seed, one after the other, and reports. The same command again goes on where it was. */
export async function runGlue(settings: string[], flags: RunFlags, context: Context): Promise<void> {
  refuseOwnKeys(settings);
  const tasks = inTrainingOrder(parseTasks(flags.tasks), flags);
  const seeds = parseSeeds(flags.seeds);
  const run = flags.output;
  refuseLiveBenchmark(run);
  const data = await glueData(flags.data, tasks, context);
  const record = openRecord(run, settings, { ...flags, data }, seeds);
  await prepareTasks(tasks, { ...flags, data }, record, context);
  writeRecord(run, record);
  const ready = tasks.filter(({ name }) => record.tasks[name] !== undefined);
  if (ready.length === 0) {
    throw new DataError('no task has its files', {
      where: data,
      fix: record.missing.map(({ task, reason }) => `${task}: ${reason}`).join('; '),
    });
  }
  const view = viewOf(flags.ui, context);
  const log = openGlueLog(run, benchmarkOf(ready, { record, flags, seeds }), view.ofBenchmark);
  const bench: Bench = { run, flags, settings, seeds, record, context, log, view };
  const signals = stopBetweenRuns(bench);
  try {
    const stopped = await runTasks(ready, bench);
    if (stopped === null) {
      await diagnose(ready, bench);
      if (flags.ui !== 'jsonl' && flags.ui !== 'none') await reportGlue(run, context);
      else await writeReport(run);
      log.end('finished');
      return;
    }
    log.end('stopped');
    context.stderr.line('stopped: the same command goes on with it');
    if (stopped.stoppedBy !== null) process.exitCode = exitCodeOf(stopped.stoppedBy);
  } catch (error) {
    log.end('failed', error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    signals.off();
  }
}

async function runTasks(tasks: readonly GlueTask[], bench: Bench): Promise<Stopped | null> {
  for (const [index, task] of tasks.entries()) {
    const stopped = await runTask(task, bench, `${index + 1}/${tasks.length}`);
    if (stopped !== null) return stopped;
  }
  return null;
}

/** While a run is trained, signals are its own; between two, they end the benchmark, which has nothing to save then. */
function stopBetweenRuns({ log, context }: Bench): { off(): void } {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals) => {
    if (process.listenerCount(signal) > 1) return;
    log.end('stopped');
    context.stderr.line('stopped: the same command goes on with it');
    process.exit(exitCodeOf(signal));
  };
  for (const name of names) process.on(name, onSignal);
  return {
    off() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

function benchmarkOf(
  tasks: readonly GlueTask[],
  { record, flags, seeds }: Pick<Bench, 'record' | 'flags' | 'seeds'>,
): BenchmarkEvent {
  const told = tasks.map((task) => {
    const trials = trialsOf(flags.recipe, task);
    return { name: task.name, title: task.title, trials: trials.length === 1 ? [] : trials.map(trialName) };
  });
  return {
    type: 'benchmark',
    pid: process.pid,
    model: flags.model,
    recipe: flags.recipe,
    seeds,
    tasks: told,
    missing: record.missing,
    runs: told.reduce((sum, { trials }) => sum + Math.max(1, trials.length) + seeds.length - 1, 0),
    command: shellLine(['distiltune', ...wordsToGoOn(process.argv.slice(2))]),
  };
}

interface Bench {
  run: string;
  flags: RunFlags;
  settings: string[];
  seeds: number[];
  record: GlueRecord;
  context: Context;
  log: GlueLog;
  view: View;
}

/** All seeds of a task; of a grid first all trials with the first seed, then the best with the others. */
async function runTask(task: GlueTask, bench: Bench, place: string): Promise<Stopped | null> {
  const { flags, seeds, record, run } = bench;
  const entry = record.tasks[task.name]!;
  const trials = trialsOf(flags.recipe, task);
  const nameOf = (trial: Trial) => (trials.length === 1 ? null : trialName(trial));
  const [firstSeed, ...otherSeeds] = seeds;
  const train = async (trial: Trial, seed: number) => {
    const what = [task.title, `(${place})`, `seed ${seed}`, ...(trials.length === 1 ? [] : [trialName(trial)])].join(
      ' ',
    );
    return trainNamed({ task, trial, name: nameOf(trial), seed, entry, what }, bench);
  };
  for (const trial of trials) {
    const outcome = await train(trial, firstSeed!);
    if (typeof outcome === 'object') return outcome;
  }
  const score = (trial: Trial) => {
    const folder = folderOf(run, task.name, nameOf(trial), firstSeed!);
    const value = runScore(task, readRun(folder, { trial: nameOf(trial), seed: firstSeed!, task, record: entry }));
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  const best = trials.reduce((found, trial) => (score(trial) > score(found) ? trial : found));
  entry.chosen = nameOf(best);
  writeRecord(run, record);
  if (entry.chosen !== null) bench.log.event({ type: 'trial-chosen', task: task.name, trial: entry.chosen });
  for (const seed of otherSeeds) {
    const outcome = await train(best, seed);
    if (typeof outcome === 'object') return outcome;
  }
  return null;
}

interface NamedRun {
  task: GlueTask;
  trial: Trial;
  /** Of the trial; null: the only one. */
  name: string | null;
  seed: number;
  entry: TaskRecord;
  what: string;
}

async function trainNamed({ task, trial, name, seed, entry, what }: NamedRun, bench: Bench): Promise<OneOutcome> {
  const { run, context, record, log, view } = bench;
  const folder = folderOf(run, task.name, name, seed);
  const mnli = record.tasks.mnli;
  const start =
    entry.model === ownMnli ? join(folderOf(run, 'mnli', mnli?.chosen ?? null, seed), 'model') : entry.model;
  const resolved = settingsOf({ task, trial, seed, entry, start }, bench);
  const labels = task.classes.map(({ label }) => label);
  const { bold } = context.stderr.colors;
  view.note(bold(what));
  const told = { task: task.name, seed, trial: name, folder: relative(run, folder).replaceAll('\\', '/') };
  const end = (outcome: RunEndedEvent['outcome']) => {
    const isWhole = outcome === 'trained' || outcome === 'kept';
    const ended = readRun(folder, { trial: name, seed, task, record: entry });
    const score = isWhole ? runScore(task, ended) : Number.NaN;
    log.event({
      type: 'run-ended',
      ...told,
      outcome,
      score: Number.isNaN(score) ? null : score,
      seconds: ended.seconds,
    });
  };
  try {
    const outcome = await trainOne({ folder, resolved, data: entry, labels }, context, {
      onStart: () => log.event({ type: 'run-started', ...told }),
      onEvent: view.ofRun,
    });
    end(typeof outcome === 'object' ? 'stopped' : outcome);
    if (outcome === 'kept') view.note(`  kept: ${folder}`);
    if (outcome === 'diverged') view.note('  diverged: it has no score');
    return outcome;
  } catch (error) {
    end('failed');
    throw error;
  }
}

function settingsOf(
  { task, trial, seed, entry, start }: { task: GlueTask; trial: Trial; seed: number; entry: TaskRecord; start: string },
  { flags, settings, context }: Bench,
): Resolved {
  const files = filesOf(entry);
  const given = (values: Record<string, unknown>, origin: string): Given[] =>
    Object.entries(values).map(([key, value]) => ({ key, value, origin }));
  return resolveSettings({
    usual: false,
    variables: context.environment.settings,
    commandLine: [
      ...given(recipeSettings(task, trial, flags.earlyStopping ?? null), `the recipe ${flags.recipe}`),
      ...settings.map(ofArgument),
      ...given(
        {
          model: start,
          seed,
          'data.train': files.train,
          'data.validation': files.validation,
          'data.test': files.test,
          'data.textColumn': 'text',
          'data.pairColumn': task.train.pair === null ? null : 'text_pair',
          'data.labelColumn': 'label',
        },
        'glue run',
      ),
    ],
  });
}

/** The diagnostic set is for models of MNLI; it needs an engine, and so a process of its own. */
async function diagnose(tasks: readonly GlueTask[], { run, record, context }: Bench): Promise<void> {
  if (!tasks.includes(glueTask('mnli')) || (await findAxFiles(record.data)).labelled === null) return;
  const child = spawnEngineProcess(context, ['glue', 'diagnose', run, '--quiet'], { stdio: ['ignore', 2, 2] });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  if (code !== 0) context.note(`${context.stderr.colors.yellow('!')} the diagnostic set was not measured`);
}
