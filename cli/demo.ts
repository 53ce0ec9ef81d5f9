import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLabelledFile } from '../src/data/labelled-file.ts';
import { readSplit } from '../src/data/split-file.ts';
import { locateEngine } from '../src/engine/locate.ts';
import { DistiltuneError } from '../src/errors.ts';
import { type Baseline, bagOfWordsBaseline, majorityClassBaseline } from '../src/eval/baselines.ts';
import { defaultSettings, type Settings } from '../src/trainer/settings.ts';
import { ask } from './ask.ts';
import type { DemoFlags } from './commands/demo.ts';
import type { Context } from './context.ts';
import { engineInstall } from './engine/install.ts';
import { formatMetric } from './plain/report.ts';
import { alignRows, count, plural } from './plain/table.ts';
import { packageVersion } from './program.ts';
import { exitCodeOf, spawnEngineProcess } from './run/engine-process.ts';
import { launchTraining } from './run/launch.ts';
import { createPlainView } from './run/plain-view.ts';
import type { RunResults } from './run/results.ts';

/** How long the demo trains. `rows` of the training file are looked at, each once, unless it goes through the file `epochs` times. */
interface Plan {
  length: Partial<Pick<Settings, 'maxSteps' | 'epochs'>>;
  learningRate: number;
  /** Training steps between two looks at the validation rows; null: once per epoch. */
  everySteps: number | null;
  /** In words, on 2 cores. */
  time: string;
}

/** Found by trying: the best test accuracy for the time. */
const plans: Record<'native' | 'wasm' | 'full', Plan> = {
  native: { length: { maxSteps: 480 }, learningRate: 5e-4, everySteps: 120, time: '1 to 2 minutes' },
  wasm: { length: { maxSteps: 160 }, learningRate: 1e-3, everySteps: 80, time: '4 to 8 minutes' },
  full: { length: { epochs: 5 }, learningRate: 2e-4, everySteps: null, time: 'several times as long as the short one' },
};

const batchSize = 32;
const maxLength = 64;
const defaultSentence = 'my card was stolen';

/** Fine-tunes the embedded model on banking77, says what that is worth, and labels a sentence. */
export async function runDemo(flags: DemoFlags, context: Context): Promise<void> {
  // Results of the installation are progress here.
  await engineInstall({ ...context, quiet: true, json: false, stdout: context.stderr });
  const { engine, cacheDir } = context.environment;
  const isNative = engine !== 'wasm' && locateEngine({ cacheDir }).location !== null;
  const plan = plans[flags.full ? 'full' : isNative ? 'native' : 'wasm'];
  const data = dataFolder();
  const settings = settingsFor(plan, data);
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
  showNext(folder, context);
}

function settingsFor(plan: Plan, data: string): Settings {
  const base = defaultSettings;
  return {
    ...base,
    ...plan.length,
    data: { ...base.data, train: join(data, 'train.csv'), validation: 0.05, test: join(data, 'test.csv') },
    maxLength,
    batchSize,
    optimizer: { ...base.optimizer, learningRate: plan.learningRate },
    evaluate: { ...base.evaluate, everySteps: plan.everySteps },
  };
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
  return near.startsWith('..') || near === '' ? found : near;
}

function introduce(plan: Plan, settings: Settings, isNative: boolean, { note, stderr }: Context): void {
  const { maxSteps, epochs, model } = settings;
  const seen = maxSteps === null ? `all rows, ${plural(epochs, 'time')}` : `${count(maxSteps * batchSize)} rows`;
  note(stderr.colors.bold(`fine-tuning ${model} on banking77: real questions to a bank, 77 intents`));
  note(`  it looks at ${seen} with ${isNative ? 'native TensorFlow' : 'wasm'}: ${plan.time} on 2 cores`);
}

async function train(settings: Settings, context: Context): Promise<{ folder: string; results: RunResults } | null> {
  const { outcome, signal } = await launchTraining(
    {
      settings,
      origins: {},
      output: { folder: join('runs', 'demo'), isAsked: false },
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
  if (signal !== null) process.exitCode = exitCodeOf(signal);
  return signal === null ? outcome : null;
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

function showNext(folder: string, { note, quiet, stderr }: Context): void {
  if (quiet) return;
  note('');
  note(stderr.colors.bold('next'));
  const commands = [
    ['label more', `npx distiltune predict ${folder} "where is my refund?"`],
    [
      'see where it is wrong',
      `npx distiltune evaluate ${folder} ${relative(process.cwd(), join(dataFolder(), 'test.csv'))}`,
    ],
    ['your own data', 'npx distiltune train tickets.csv'],
  ];
  for (const line of alignRows(commands, { indent: 2 })) note(line);
}
