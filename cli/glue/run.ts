import { mkdirSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { DataError, UsageError } from '../../src/errors.ts';
import { findAxFiles, findTaskFiles } from '../../tasks/glue/folder.ts';
import { prepareTask } from '../../tasks/glue/prepare.ts';
import { recipeSettings, type Trial, trialName, trialsOf } from '../../tasks/glue/recipes.ts';
import { runScore } from '../../tasks/glue/report.ts';
import { type GlueTask, type GlueTaskName, glueTask } from '../../tasks/glue/tasks.ts';
import type { Given } from '../config/fields.ts';
import { ofArgument, type Resolved, resolveSettings } from '../config/resolve.ts';
import type { Context } from '../context.ts';
import { shellLine } from '../dashboard/start/shell.ts';
import { plural, printable } from '../plain/table.ts';
import { packageVersion } from '../program.ts';
import { exitCodeOf, spawnEngineProcess } from '../run/engine-process.ts';
import type { StampedEvent } from '../run/events.ts';
import { wordsToGoOn } from './command.ts';
import { glueData } from './data.ts';
import type { BenchmarkEvent, GlueEvent, RunEndedEvent } from './events.ts';
import { type GlueLog, openGlueLog } from './log.ts';
import { parseOwnFiles, parseSeeds, parseTasks, type RunFlags } from './options.ts';
import { folderOf, type GlueRecord, hasRecord, readRecord, readRun, type TaskRecord, writeRecord } from './record.ts';
import { reportGlue, writeReport } from './report.ts';
import { createRunRows } from './rows.ts';
import { refuseLiveBenchmark } from './status.ts';
import { filesOf, type OneOutcome, type Stopped, trainOne } from './train-one.ts';

/** Tasks that `--from-mnli` is for. */
const startFromMnli: readonly GlueTaskName[] = ['mrpc', 'stsb', 'rte'];

/** Trains every task with every seed, one after the other, and reports. The same command again goes on where it was. */
export async function runGlue(settings: string[], flags: RunFlags, context: Context): Promise<void> {
  refuseOwnKeys(settings);
  const tasks = inTrainingOrder(parseTasks(flags.tasks), flags);
  const seeds = parseSeeds(flags.seeds);
  const run = flags.output;
  refuseLiveBenchmark(run);
  const data = await glueData(flags.data, tasks, context);
  const record = openRecord(run, settings, { ...flags, data }, seeds);
  await prepareTasks(tasks, flags, record, context);
  writeRecord(run, record);
  const ready = tasks.filter(({ name }) => record.tasks[name] !== undefined);
  if (ready.length === 0) {
    throw new DataError('no task has its files', {
      where: data,
      fix: record.missing.map(({ task, reason }) => `${task}: ${reason}`).join('; '),
    });
  }
  const view = viewOf(flags, context);
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

/** Keys that the benchmark decides itself. */
function refuseOwnKeys(settings: readonly string[]): void {
  const own = settings.find((text) => /^(model|task|seed|data\.[^=]*)=/.test(text));
  if (own !== undefined) {
    throw new UsageError(`${own} is no setting of the benchmark`, {
      fix: 'use --model, --tasks, --seeds, --train-file and --dev-file',
    });
  }
  const other = settings.find((text) => !text.includes('='));
  if (other !== undefined)
    throw new UsageError(`${other} is no key=value`, { fix: 'name the folder of the data with --data' });
}

/** As they were named; MNLI first where others start from it. */
function inTrainingOrder(tasks: readonly GlueTask[], { fromMnli }: RunFlags): GlueTask[] {
  if (fromMnli !== true) return [...tasks];
  return [...tasks].sort((a, b) => Number(b.name === 'mnli') - Number(a.name === 'mnli'));
}

/** @throws UsageError when the folder has a benchmark run that was asked for otherwise */
function openRecord(
  run: string,
  settings: string[],
  { model, recipe, earlyStopping, data }: RunFlags & { data: string },
  seeds: number[],
): GlueRecord {
  const [cpu] = cpus();
  const machine = `${cpu?.model.trim() ?? arch()}, ${plural(availableParallelism(), 'core')}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()}, Node ${process.versions.node}`;
  const asked = {
    version: packageVersion(),
    model,
    recipe,
    settings,
    earlyStopping: earlyStopping ?? null,
    seeds,
    data,
    machine,
  };
  if (!hasRecord(run)) {
    mkdirSync(run, { recursive: true });
    return { v: 1, ...asked, tasks: {}, missing: [] };
  }
  const known = readRecord(run);
  for (const key of ['model', 'recipe', 'settings', 'earlyStopping'] as const) {
    if (JSON.stringify(known[key]) === JSON.stringify(asked[key])) continue;
    throw new UsageError(`the folder has a benchmark run with another ${key}: ${JSON.stringify(known[key])}`, {
      where: run,
      fix: 'name another folder with -o',
    });
  }
  return { ...known, ...asked };
}

/** Reads the files of every task before the first is trained: what is wrong with them is known at once. */
async function prepareTasks(
  tasks: readonly GlueTask[],
  flags: RunFlags,
  record: GlueRecord,
  context: Context,
): Promise<void> {
  const own = parseOwnFiles(flags);
  const names = tasks.map(({ name }) => name);
  const unused = [...own.keys()].find((name) => !names.includes(name));
  if (unused !== undefined)
    throw new UsageError(`there is a file for ${unused}, which is not among the tasks`, { fix: 'see --tasks' });
  record.missing = record.missing.filter(({ task }) => !names.includes(task));
  for (const task of tasks) {
    const { name, title } = task;
    const folder = join(flags.output, 'data', name);
    const prepared = await prepareTask(task, await findTaskFiles(record.data, task), own.get(name) ?? {}, folder);
    if ('missing' in prepared) {
      delete record.tasks[name];
      record.missing.push({ task: name, reason: prepared.missing });
      context.note(`${context.stderr.colors.yellow('!')} ${title} is left out: ${prepared.missing}`);
      continue;
    }
    for (const { source, refused } of [prepared.train, ...prepared.dev]) {
      if (refused.count === 0) continue;
      const [first] = refused.first;
      context.note(
        `${context.stderr.colors.yellow('!')} ${printable(source)}: ${plural(refused.count, 'row')} left out, the first on line ${first!.line}: ${printable(first!.reason)}`,
      );
    }
    const start = startOf(task, flags);
    if (start !== flags.model)
      prepared.notes.push(start === ownMnli ? 'started from the model of MNLI' : `started from ${start}`);
    record.tasks[name] = { ...prepared, model: start, chosen: record.tasks[name]?.chosen ?? null };
  }
  if (
    flags.fromMnli === true &&
    names.some((name) => startFromMnli.includes(name)) &&
    record.tasks.mnli === undefined
  ) {
    throw new UsageError('--from-mnli needs a model of MNLI', {
      fix: 'add mnli to --tasks, or name a model: --from-mnli FOLDER',
    });
  }
}

/** Stands for the model of the same seed. */
const ownMnli = 'MNLI of this run';

function startOf({ name }: GlueTask, { model, fromMnli }: RunFlags): string {
  if (fromMnli === undefined || !startFromMnli.includes(name)) return model;
  return fromMnli === true ? ownMnli : fromMnli;
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

/** Shows what happens. */
interface View {
  ofBenchmark(event: GlueEvent): void;
  ofRun(event: StampedEvent): void;
  /** A line between the runs' own. */
  note(text: string): void;
}

function viewOf({ ui }: RunFlags, context: Context): View {
  const nothing = () => {};
  if (ui === 'jsonl') {
    const print = (event: GlueEvent | StampedEvent) => context.stdout.line(JSON.stringify(event));
    return { ofBenchmark: print, ofRun: print, note: nothing };
  }
  if (ui === 'none' || context.quiet) return { ofBenchmark: nothing, ofRun: nothing, note: nothing };
  return { ofBenchmark: nothing, ofRun: createRunRows(context), note: context.note };
}

/** The diagnostic set is for models of MNLI; it needs an engine, and so a process of its own. */
async function diagnose(tasks: readonly GlueTask[], { run, record, context }: Bench): Promise<void> {
  if (!tasks.includes(glueTask('mnli')) || (await findAxFiles(record.data)).labelled === null) return;
  const child = spawnEngineProcess(context, ['glue', 'diagnose', run, '--quiet'], { stdio: ['ignore', 2, 2] });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  if (code !== 0) context.note(`${context.stderr.colors.yellow('!')} the diagnostic set was not measured`);
}
