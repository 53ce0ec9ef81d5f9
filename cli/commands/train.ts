import { type Command, Option } from 'commander';
import type { Settings } from '../../src/trainer/settings.ts';
import type { Given } from '../config/fields.ts';
import { addSettingFlags, settingsOfCommand, sortArguments } from '../config/flags.ts';
import { type Context, contextOf } from '../context.ts';
import { packageVersion } from '../program.ts';
import { checkRequirements, collectRequirement, type Requirement } from '../requirements.ts';
import type { StampedEvent } from '../run/events.ts';
import type { TrainJob } from '../run/job.ts';
import type { RunResults } from '../run/results.ts';
import type { Launched, OnStop } from '../run/training-process.ts';
import { isOnDashboard, type Ui } from '../ui.ts';

interface TrainFlags {
  output?: string;
  force?: boolean;
  resume?: string | true;
  dryRun?: boolean;
  require?: Requirement[];
  log?: 'tensorboard';
  ui: Ui;
}

export function register(program: Command): void {
  const command = program
    .command('train')
    .summary('fine-tune a model on your data')
    .description(
      'Fine-tune a model on a file of texts and labels, of tagged words, of questions, or of plain text, or on a folder with train, validation and test files.',
    )
    .argument(
      '[DATA|CONFIG.yaml|key=value...]',
      'a file (csv, tsv, jsonl, parquet, txt, conll, squad json), a folder, or -; a config file; settings',
    )
    .option('-o, --output <RUN>', 'folder of the run (default: runs/<name of the data>)')
    .option('--force', 'replace the run that is in that folder; with --resume, go on with changed settings or data')
    .option('--resume [RUN]', 'go on with a run that was stopped, after its newest checkpoint')
    .option('--dry-run', 'read and check everything, train nothing')
    .option(
      '--require <CONDITION>',
      'end with code 5 when the result is worse, such as accuracy>=0.9',
      collectRequirement,
    )
    .addOption(
      new Option('--log <KIND>', 'also write files that TensorBoard shows, in RUN/tensorboard').choices([
        'tensorboard',
      ]),
    )
    .addOption(
      new Option('--ui <KIND>', 'how progress is shown')
        .choices(['auto', 'dashboard', 'plain', 'jsonl', 'none'])
        .default('auto'),
    )
    .optionsGroup('Settings (key=value sets any; see distiltune config schema):');
  addSettingFlags(command)
    .addHelpText(
      'after',
      `
A setting comes from the command line, else from its variable (DISTILTUNE_OPTIMIZER_LEARNING_RATE is
optimizer.learningRate), else from the config file, else from distiltune.config.yaml here.

Examples:
  $ distiltune train tickets.csv
  $ distiltune train data/ --epochs 5 --learning-rate 3e-5 -o runs/first
  $ distiltune train tickets.csv optimizer.layerDecay=0.9 classWeights=balanced
  $ distiltune train tickets.yaml --require macro_f1>=0.8
  $ distiltune train train.conll --validation valid.conll
  $ distiltune train squad.json --tune-thresholds
  $ distiltune train letters.txt --task masked-lm -o runs/letters
  $ distiltune train --resume runs/letters`,
    )
    .action((args: string[], flags: TrainFlags, self: Command) => trainCommand(args, flags, self));
}

async function trainCommand(args: string[], flags: TrainFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const job = await jobOf(args, flags, command, context);
  const { colors } = context.stderr;
  const onStop: OnStop = (_, again) => {
    const message = again ? abortedText : 'finishing the step, then saving (again to abort)';
    context.stderr.line(`${context.stderr.isTerminal ? '\n' : ''}${colors.yellow(message)}`);
  };
  const isSeen = showsDashboard(job, flags, context);
  const launched = isSeen ? await onDashboard(job, context, onStop) : await inLines(job, flags, context, onStop);
  // It goes on without us.
  if (launched === null) return;
  const { outcome, signal, isAborted, isShown } = launched;
  if (outcome !== null) {
    if (!isShown) await showResults(outcome.folder, outcome.results, flags, context);
    const failed = await unmet(job.requirements, outcome.results);
    for (const message of failed) context.stderr.line(`${colors.red('error:')} ${message}`);
    if (failed.length > 0) process.exitCode = 5;
  }
  if (signal === null && !isAborted) return;
  const { exitCodeOf } = await import('../run/engine-process.ts');
  process.exitCode = exitCodeOf(signal ?? 'SIGINT');
}

/** `isShown`: a person has seen the results. */
type Shown = Launched & { isShown: boolean };

const abortedText = 'aborted: the last checkpoint is kept';

async function inLines(job: TrainJob, flags: TrainFlags, context: Context, onStop: OnStop): Promise<Shown> {
  const { launchTraining } = await import('../run/launch.ts');
  const launched = await launchTraining(job, context, { onEvent: await viewOf(flags, context), onStop });
  return { ...launched, isShown: false };
}

/** What reads standard input, or trains nothing, has no use for a screen. */
function showsDashboard({ settings, dryRun }: TrainJob, { ui }: TrainFlags, context: Context): boolean {
  return isOnDashboard(ui, context) && !dryRun && settings.data.train !== '-';
}

/** @returns null when the run was left, and goes on */
async function onDashboard(job: TrainJob, context: Context, onStop: OnStop): Promise<Shown | null> {
  const { openDashboard } = await import('../dashboard/open.tsx');
  const { shellLine } = await import('../dashboard/start/shell.ts');
  const { launchDetachable } = await import('../run/launch.ts');
  let isInterrupted = false;
  const run = launchDetachable(job, context, {
    onStop(signal, again) {
      isInterrupted = true;
      onStop(signal, again);
    },
  });
  const commandLine = shellLine(['distiltune', ...process.argv.slice(2)]);
  const how = await openDashboard(run, context, { commandLine }).catch((error: unknown) => {
    // A screen that fails takes no training with it that has begun.
    if (run.folder() === null) void run.control('abort');
    else {
      run.detach();
      context.note(goesOn(run.folder()!));
    }
    throw error;
  });
  // A signal takes the screen away and lets the run end; a terminal that is gone without one leaves it going on.
  if (how === 'ended' && (isInterrupted || run.isEnding())) return { ...(await run.done), isShown: !isInterrupted };
  if (how === 'ended') run.detach();
  // Of a run that has a folder the dashboard has said it.
  if (run.folder() === null) context.note(goesOn(job.output.folder));
  return null;
}

function goesOn(folder: string): string {
  return `the run goes on; see it again with: distiltune watch ${folder}`;
}

async function jobOf(args: string[], flags: TrainFlags, command: Command, context: Context): Promise<TrainJob> {
  const { UsageError } = await import('../../src/errors.ts');
  const { expandFolder } = await import('../run/data.ts');
  const { checkOutput, checkResumable, defaultRunFolder } = await import('../run/run-folder.ts');
  const { data, configs, settings: assignments } = sortArguments(args);
  if (data.length > 1 || configs.length > 1) {
    throw new UsageError(`two files to train on: ${(data.length > 1 ? data : configs).join(' and ')}`, {
      fix: 'give one; --validation and --test name the others',
    });
  }
  const resumed = typeof flags.resume === 'string' ? flags.resume : undefined;
  const isNamed = data.length > 0 || configs.length > 0;
  const resolved = settingsOfCommand(
    command,
    {
      settings: assignments,
      config: configs[0] ?? null,
      also: [
        ...(resumed !== undefined && !isNamed ? await savedSettings(resumed) : []),
        ...data.map((value) => ({ key: 'data.train', value, origin: `${value} on the command line` })),
      ],
    },
    context.environment,
  );
  const settings = await expandFolder(resolved.settings, (key) => resolved.origins[key] !== 'default');
  const isAsked = (flags.output ?? resumed) !== undefined;
  const folder = flags.output ?? resumed ?? defaultRunFolder(nameOf(resolved.settings));
  if (flags.resume !== undefined) checkResumable(folder);
  else if (isAsked) await checkOutput(folder, flags.force ?? false);
  return {
    settings,
    origins: resolved.origins,
    output: { folder, isAsked },
    resume: flags.resume !== undefined,
    force: flags.force ?? false,
    dryRun: flags.dryRun ?? false,
    requirements: flags.require ?? [],
    log: flags.log,
    version: packageVersion(),
  };
}

/** What a run began with, as if it were given anew. */
async function savedSettings(run: string): Promise<Given[]> {
  const { savedRunConfig } = await import('../run/resume-changes.ts');
  const { fields } = await import('../config/fields.ts');
  const { settingOf } = await import('../config/resolve.ts');
  const saved = await savedRunConfig(run);
  return fields.map(({ key }) => ({ key, value: settingOf(saved, key) ?? null, origin: `${run}/config.json` }));
}

const nameOf = ({ data }: Settings): string => data.train ?? 'run';

async function viewOf({ ui, dryRun = false }: TrainFlags, context: Context): Promise<(event: StampedEvent) => void> {
  if (ui === 'jsonl') return (event) => context.stdout.line(JSON.stringify(event));
  if (ui === 'none' || context.quiet) return () => {};
  const { createPlainView } = await import('../run/plain-view.ts');
  return createPlainView(context, { dryRun: dryRun && !context.json });
}

async function showResults(folder: string, results: RunResults, { ui }: TrainFlags, context: Context): Promise<void> {
  const { stdout } = context;
  if (context.json && ui !== 'jsonl') stdout.line(JSON.stringify({ run: folder, ...results }));
  if (context.json || ui === 'jsonl' || ui === 'none') return;
  const { resultLines } = await import('../plain/train-lines.ts');
  for (const text of resultLines(folder, results, stdout)) stdout.line(text);
}

async function unmet(requirements: Requirement[], { metrics }: RunResults): Promise<string[]> {
  const { metricText } = await import('../plain/train-lines.ts');
  const split = metrics.test === undefined ? 'validation' : 'test';
  return checkRequirements(requirements, metrics[split] ?? {})
    .filter(({ met }) => !met)
    .map(({ metric, operator, value, actual }) => {
      return `${metric} on ${split} is ${metricText(actual)}, required is ${operator} ${value}`;
    });
}
