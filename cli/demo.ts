import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCsvWriter } from '../src/data/csv-writer.ts';
import { readLabelledFile } from '../src/data/labelled-file.ts';
import { readSplit } from '../src/data/split-file.ts';
import { locateEngine } from '../src/engine/locate.ts';
import { DistiltuneError } from '../src/errors.ts';
import { type Baseline, bagOfWordsBaseline, majorityClassBaseline } from '../src/eval/baselines.ts';
import { defaultSettings, type Settings } from '../src/trainer/settings.ts';
import { ask } from './ask.ts';
import type { Context } from './context.ts';
import { engineInstall } from './engine/install.ts';
import { formatMetric } from './plain/report.ts';
import { alignRows, plural } from './plain/table.ts';
import { packageVersion } from './program.ts';
import { exitCodeOf, spawnEngineProcess } from './run/engine-process.ts';
import { launchTraining } from './run/launch.ts';
import { createPlainView } from './run/plain-view.ts';
import type { RunResults } from './run/results.ts';

export interface DemoFlags {
  full?: boolean;
  text?: string;
  maxSteps?: number;
}

/** What the demo trains on, and for how long. */
interface Plan {
  /** 5: every fifth intent in alphabetical order, with all its rows. */
  everyIntent: number;
  /** Which these are, in words. */
  part: string;
  epochs: number;
  learningRate: number;
  /** Training steps between two looks at the validation rows; null: once per epoch. */
  everySteps: number | null;
  /** How long it takes, in words. */
  time: string;
}

const allIntents = { everyIntent: 1, part: 'all 77 intents' };

/** Learning rates were found by trying: the best test accuracy for the time. */
const plans: Record<'native' | 'wasm' | 'full', Plan> = {
  native: { ...allIntents, epochs: 1.2, learningRate: 5e-4, everySteps: 180, time: 'about 2 minutes on 2 cores' },
  wasm: {
    everyIntent: 5,
    part: '16 of the 77 intents, every fifth',
    epochs: 2,
    learningRate: 5e-4,
    everySteps: null,
    time: '4 to 8 minutes on one core',
  },
  full: {
    ...allIntents,
    epochs: 5,
    learningRate: 2e-4,
    everySteps: null,
    time: 'three times as long as the short demo',
  },
};

const defaultSentence = 'my card was stolen';

/** Fine-tunes the embedded model on banking77, says what that is worth, and labels a sentence. */
export async function runDemo(flags: DemoFlags, context: Context): Promise<void> {
  const { engine, cacheDir } = context.environment;
  // What it has to say is progress here.
  if (engine !== 'wasm') await engineInstall({ ...context, quiet: true, json: false, stdout: context.stderr });
  const isNative = engine !== 'wasm' && locateEngine({ cacheDir }).location !== null;
  const plan = plans[flags.full ? 'full' : isNative ? 'native' : 'wasm'];
  const settings = settingsFor(plan, await dataFiles(plan), flags);
  introduce(plan, settings, isNative, context);

  const trained = await train(settings, context);
  if (trained === null) return;
  const { folder, results } = trained;
  context.note('measuring two simpler ways on the same rows');
  const baselines = await measureBaselines(folder, settings);
  if (!context.json) showScores(results, baselines, context);

  const sentence = flags.text ?? (await askForSentence(context)) ?? defaultSentence;
  const prediction = await label(folder, sentence, context);
  if (context.json) {
    context.stdout.line(JSON.stringify({ run: folder, ...results, baselines, prediction }));
    return;
  }
  showNext(folder, settings, context);
}

interface DataFiles {
  train: string;
  test: string;
}

function settingsFor(plan: Plan, { train, test }: DataFiles, { maxSteps }: DemoFlags): Settings {
  const base = defaultSettings;
  return {
    ...base,
    data: { ...base.data, train, validation: 0.05, test },
    epochs: plan.epochs,
    maxSteps: maxSteps ?? null,
    optimizer: { ...base.optimizer, learningRate: plan.learningRate },
    evaluate: { ...base.evaluate, everySteps: plan.everySteps },
  };
}

/** The files of the package, or, of a part of the intents, files of their own beside the run. */
async function dataFiles({ everyIntent }: Plan): Promise<DataFiles> {
  const whole = { train: join(dataFolder(), 'train.csv'), test: join(dataFolder(), 'test.csv') };
  if (everyIntent === 1) return whole;
  const folder = join('runs', 'demo-data');
  const part = { train: join(folder, 'train.csv'), test: join(folder, 'test.csv') };
  await mkdir(folder, { recursive: true });
  for (const split of ['train', 'test'] as const) {
    const { examples, labels } = await readLabelledFile(whole[split]);
    const kept = new Set(labels.toSorted().filter((_, i) => i % everyIntent === 0));
    const writer = await createCsvWriter(part[split]);
    await writer.write(['text', 'category']);
    for (const { text, label } of examples) if (kept.has(label)) await writer.write([text, label]);
    await writer.close();
  }
  return part;
}

/** The data in the package: one folder above the sources, two above their compiled form. */
function dataFolder(): string {
  const candidates = ['../examples/data/banking77', '../../examples/data/banking77'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) {
    throw new DistiltuneError('the data of the demo is missing', {
      where: candidates[1]!,
      fix: 'install distiltune again',
    });
  }
  const near = relative(process.cwd(), found);
  return near.startsWith('..') ? found : near;
}

function introduce(
  plan: Plan,
  { model, epochs, maxSteps }: Settings,
  isNative: boolean,
  { note, stderr }: Context,
): void {
  const length = maxSteps === null ? `${plural(epochs, 'pass', 'passes')}: ${plan.time}` : plural(maxSteps, 'step');
  note(stderr.colors.bold(`fine-tuning ${model} on banking77, questions to a bank`));
  note(`  ${plan.part}, ${isNative ? 'native TensorFlow' : 'wasm'}, ${length}`);
}

async function train(settings: Settings, context: Context): Promise<{ folder: string; results: RunResults } | null> {
  const { outcome, signal, isAborted } = await launchTraining(
    {
      settings,
      origins: {},
      output: { folder: join('runs', 'demo'), isAsked: false },
      resume: false,
      dryRun: false,
      requirements: [],
      version: packageVersion(),
    },
    context,
    {
      onEvent: context.quiet ? () => {} : createPlainView(context, { dryRun: false }),
      onStop: (_, again) => context.stderr.line(again ? 'aborted' : 'finishing the step (again to abort)'),
    },
  );
  if (signal === null && !isAborted) return outcome;
  process.exitCode = exitCodeOf(signal ?? 'SIGINT');
  return null;
}

/** On the rows that were trained on, and tested on the same rows as the model. */
async function measureBaselines(run: string, { data }: Settings): Promise<Baseline[]> {
  const { examples } = await readLabelledFile(data.train!);
  const test = (await readLabelledFile(String(data.test))).examples;
  const lines = examples.map(({ line }) => line);
  const sides = await readSplit(join(run, 'split.csv'), lines);
  const train = examples.filter((_, i) => sides[i] === 0);
  return [majorityClassBaseline(train, test), bagOfWordsBaseline(train, test)];
}

function showScores({ metrics, reports }: RunResults, baselines: Baseline[], { stdout }: Context): void {
  const { bold } = stdout.colors;
  const [majority, words] = baselines.map((baseline) => baseline.metrics.accuracy ?? Number.NaN);
  const rows = [
    ['always the most frequent intent', formatMetric(majority!)],
    ['a linear model on bags of words', formatMetric(words!)],
    [bold('the fine-tuned model'), bold(formatMetric(metrics.test?.accuracy ?? Number.NaN))],
  ];
  stdout.line();
  stdout.line(bold(`accuracy on ${plural(reports.test?.examples ?? 0, 'test row')}`));
  for (const line of alignRows(rows, { indent: 2, align: ['left', 'right'] })) stdout.line(line);
}

async function askForSentence(context: Context): Promise<string | null> {
  if (!context.isInteractive || context.json) return null;
  return (await ask(`\nAsk the bank something [${defaultSentence}]: `)) || null;
}

/** As `distiltune predict` does it, in an engine process of its own. With `--json`, what it printed. */
async function label(run: string, sentence: string, context: Context): Promise<unknown> {
  const { stdout, json } = context;
  if (!json) {
    stdout.line();
    stdout.line(stdout.colors.bold(sentence));
  }
  const args = ['predict', run, '--texts', ...(json ? ['--json'] : []), '--', sentence];
  const child = spawnEngineProcess(context, args, { stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'] });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? exitCodeOf(signal)));
  });
  if (code !== 0) throw new DistiltuneError('the sentence could not be labelled', { exitCode: code, where: run });
  return json ? JSON.parse(printed)[0] : null;
}

function showNext(folder: string, { data }: Settings, { note, stderr }: Context): void {
  note('');
  note(stderr.colors.bold('next'));
  const commands = [
    ['label more', `npx distiltune predict ${folder} "where is my refund?"`],
    ['see where it is wrong', `npx distiltune evaluate ${folder} ${data.test}`],
    ['your own data', 'npx distiltune train tickets.csv'],
  ];
  for (const line of alignRows(commands, { indent: 2 })) note(line);
}
