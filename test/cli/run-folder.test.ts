import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { runCli } from './run-cli.ts';
import { eventsOf, filesOf, readJson, rowsOf, sha256, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

describe('a run on a file that is split', () => {
  let run = '';
  beforeAll(async () => {
    const { code, stderr } = await runCli(
      [
        'train',
        'answers.csv',
        '--test',
        '0.2',
        '--epochs',
        '2',
        'checkpoint.everySteps=2',
        'checkpoint.keep=3',
        ...tiny,
      ],
      { cwd: folder },
    );
    if (code !== 0) throw new Error(stderr);
    run = join(folder, 'runs/answers');
  });

  test('leaves these files', () => {
    const checkpoint = [
      'config.json',
      'manifest.json',
      'model.safetensors',
      'optimizer.safetensors',
      'special_tokens_map.json',
      'state.json',
    ];
    const model = [
      'config.json',
      'manifest.json',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ];
    const tokenizer = model.slice(4);
    // 12 steps, a checkpoint after every second one but the last; three are kept.
    const checkpoints = [10, 6, 8].flatMap((step) =>
      [...checkpoint, ...tokenizer].map((name) => `checkpoints/step-${step}/${name}`),
    );
    expect(filesOf(run)).toEqual([
      ...checkpoints,
      'config.json',
      'events.jsonl',
      ...['README.md', ...model].map((name) => `model/${name}`),
      'predictions-test.csv',
      'predictions-validation.csv',
      'report.html',
      'results.json',
      'split.csv',
      'status.json',
    ]);
  });

  test('config.json has every setting, and what else the run depends on', () => {
    const { versions, origins, source, ...config } = readJson(run, 'config.json');
    expect(config).toEqual({
      v: 1,
      ...defaultSettings,
      model: 'tiny',
      data: { ...defaultSettings.data, train: 'answers.csv', test: 0.2 },
      maxLength: 20,
      batchSize: 16,
      epochs: 2,
      optimizer: { ...defaultSettings.optimizer, learningRate: 0.01 },
      checkpoint: { everySteps: 2, keep: 3 },
      resolved: { task: 'sequence-classification', labels: ['no', 'yes'] },
      columns: { text: 'text', pair: null, label: 'answer', labels: null },
      files: {
        train: {
          name: 'answers.csv',
          sha256: sha256(join(folder, 'answers.csv')),
          format: 'csv',
          encoding: 'utf-8',
          delimiter: ',',
          quotes: true,
          header: true,
          columns: { text: 1, pair: null, label: 2, labels: null },
          textUnit: null,
        },
      },
      examples: { train: 84, validation: 12, test: 24 },
    });
    expect(source).toEqual({
      folder: 'tiny',
      sha256: { 'model.safetensors': sha256(join(folder, 'tiny/model.safetensors')) },
    });
    expect(origins).toMatchObject({
      'data.test': '--test',
      'checkpoint.keep': 'checkpoint.keep=3 on the command line',
      seed: 'default',
    });
    expect(versions).toEqual({
      distiltune: readJson('package.json').version,
      engine: expect.stringMatching(/^(tensorflow|wasm) \d+\.\d+/),
      node: process.versions.node,
    });
  });

  test('split.csv has every row once, each label with its share', () => {
    const rows = rowsOf(join(run, 'split.csv'));
    const labels = rowsOf(join(folder, 'answers.csv')).map(({ answer }) => answer);
    const counts: Record<string, number> = {};
    for (const { line, split } of rows) {
      const key = `${split} ${labels[Number(line) - 2]}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(rows.map(({ line }) => Number(line))).toEqual(Array.from({ length: 120 }, (_, i) => i + 2));
    expect(counts).toEqual({
      'train no': 56,
      'train yes': 28,
      'validation no': 8,
      'validation yes': 4,
      'test no': 16,
      'test yes': 8,
    });
  });

  test('results.json has the scores that the predictions have', () => {
    const results = readJson(run, 'results.json');
    for (const split of ['validation', 'test']) {
      const rows = rowsOf(join(run, `predictions-${split}.csv`));
      const data = rowsOf(join(folder, 'answers.csv'));
      const right = rows.filter((row) => row.answer === row.label).length;
      expect(results.metrics[split].accuracy).toBeCloseTo(right / rows.length, 12);
      expect(results.reports[split].examples).toBe(rows.length);
      for (const { line, id, text, answer, label, score, ...probabilities } of rows) {
        expect({ id, text, answer }).toEqual(data[Number(line) - 2]);
        const [no, yes] = [Number(probabilities['probability:no']), Number(probabilities['probability:yes'])];
        expect(no + yes).toBeCloseTo(1, 4);
        expect([label, Number(score)]).toEqual(no > yes ? ['no', no] : ['yes', yes]);
      }
    }
    const evaluations = eventsOf(run).filter(({ type }) => type === 'evaluation');
    const accuracies: number[] = evaluations.map(({ metrics }) => metrics.accuracy);
    expect(results.best).toEqual({
      step: evaluations[accuracies.indexOf(Math.max(...accuracies))].step,
      epoch: evaluations[accuracies.indexOf(Math.max(...accuracies))].epoch,
      metric: 'accuracy',
      value: Math.max(...accuracies),
    });
    expect(results.metrics.validation).toEqual(evaluations.find(({ step }) => step === results.best.step).metrics);
    expect(results.steps).toBe(12);
    expect(results.reason).toBe('finished');
    expect(Object.keys(results.seconds)).toEqual(['engine', 'tokenize', 'train', 'evaluate', 'save']);
    const steps = eventsOf(run).filter(({ type }) => type === 'step');
    const sum = (key: string) => steps.reduce((total, step) => total + step[key], 0);
    expect(results.seconds.train).toBeCloseTo(sum('seconds'), 6);
    expect(results.examplesPerSecond).toBeCloseTo(sum('examples') / sum('seconds'), 6);
    expect(results.realTokensPerSecond).toBeCloseTo(sum('tokens') / sum('seconds'), 6);
  });

  test('events.jsonl tells the run in order, status.json its end', () => {
    const events = eventsOf(run);
    const order = events
      .map(({ type }) => type)
      .filter((type) => !['step', 'phase', 'checkpoint', 'resources'].includes(type));
    const evaluated = ['evaluation', 'diagnostics'];
    const expected = ['data', 'model', 'run', 'start', ...evaluated, ...evaluated, 'end', 'diagnostics', 'results'];
    expect(order).toEqual(expected);
    expect(events.every(({ v, time }) => v === 1 && !Number.isNaN(Date.parse(time)))).toBe(true);
    expect(events.find(({ type }) => type === 'model')).toMatchObject({
      name: 'tiny',
      newlyInitialized: ['pre_classifier.weight', 'pre_classifier.bias', 'classifier.weight', 'classifier.bias'],
      unexpected: [],
    });
    expect(readJson(run, 'status.json')).toMatchObject({ v: 1, state: 'finished', step: 12, totalSteps: 12 });
  });

  test('a checkpoint has what an exact resume takes', () => {
    const state = readJson(run, 'checkpoints/step-8/state.json');
    const { best } = eventsOf(run).find(({ type }) => type === 'end');
    expect(state).toEqual({
      v: 2,
      reason: 'periodic',
      step: 8,
      evaluationPending: false,
      best: expect.objectContaining({ metric: 'accuracy', step: 6 }),
      bestDue: state.best.value,
      evaluationsWithoutImprovement: 0,
      totalSteps: 12,
      data: { epoch: 1, stepOfEpoch: 2, stepsPerEpoch: 6 },
    });
    expect(best.step).toBeGreaterThanOrEqual(6);
    const names = tensorNames(join(run, 'checkpoints/step-8/model.safetensors'));
    const moments = tensorNames(join(run, 'checkpoints/step-8/optimizer.safetensors'));
    expect(moments).toEqual(names.flatMap((name) => [`${name}.exp_avg`, `${name}.exp_avg_sq`]).sort());
  });

  test('the model folder is one that Hugging Face loads: its labels, its task', () => {
    expect(readJson(run, 'model/config.json')).toMatchObject({
      architectures: ['DistilBertForSequenceClassification'],
      model_type: 'distilbert',
      id2label: { 0: 'no', 1: 'yes' },
      label2id: { no: 0, yes: 1 },
      problem_type: 'single_label_classification',
    });
  });
});

function tensorNames(path: string): string[] {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
  return Object.keys(header)
    .filter((name) => name !== '__metadata__')
    .sort();
}
