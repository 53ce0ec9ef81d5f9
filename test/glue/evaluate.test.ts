import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { type NamedTensor, readHeader, readTensor, writeSafetensors } from '../../src/encoder/safetensors.ts';
import { runCli } from '../cli/run-cli.ts';
import { glueWorkplace, tinySettings } from './glue-workplace.ts';

let folder = '';
const run = (...args: string[]) => runCli(args, { cwd: folder, env: { HF_HUB_CACHE: join(folder, 'no-cache') } });
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
const evaluated = async (model: string, task: string) => {
  const { code, stdout, stderr } = await run('evaluate', model, task, '--data', 'glue', '--json');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout);
};

beforeAll(async () => {
  folder = await glueWorkplace();
  const settings = ['epochs=20', 'dropout=0', 'optimizer.learningRate=0.02'];
  const { code } = await run('glue', 'run', ...tinySettings, ...settings, '--tasks', 'mnli,stsb,mrpc', '-o', 'runs/a');
  expect(code).toBe(0);
  // So that an order of labels shows, the classes must differ in how often they are predicted.
  const { confusionMatrix } = json('runs/a/mnli/seed-42/results.json').reports.validation;
  expect(confusionMatrix.filter((row: number[]) => row.some((count) => count > 0)).length).toBe(3);
});

/** The model of MNLI as another release would have it: classes in another order, their names in another case. */
async function renumbered(name: string, order: number[], labels: (old: string[]) => string[]): Promise<string> {
  const from = join(folder, 'runs/a/mnli/seed-42/model');
  const to = join(folder, name);
  mkdirSync(to);
  const source = await openModelFolder(from);
  for (const file of await source.list()) writeFileSync(join(to, file), readFileSync(join(from, file)));
  const weights = await source.open('model.safetensors');
  const tensors: NamedTensor[] = [];
  for (const entry of (await readHeader(weights, name)).tensors.values()) {
    const data = await readTensor(weights, entry, name);
    const width = entry.shape[1] ?? 1;
    const isHead = entry.name.startsWith('classifier.');
    const rows = order.flatMap((row) => Array.from(data.subarray(row * width, (row + 1) * width)));
    tensors.push({ name: entry.name, shape: [...entry.shape], data: isHead ? Float32Array.from(rows) : data });
  }
  await weights.close();
  writeFileSync(
    join(to, 'model.safetensors'),
    Buffer.concat([...writeSafetensors(tensors)].map((part) => part.slice())),
  );
  const config = JSON.parse(readFileSync(join(from, 'config.json'), 'utf8'));
  const old = order.map((id) => config.id2label[id]);
  config.id2label = Object.fromEntries(labels(old).map((label, id) => [id, label]));
  config.label2id = Object.fromEntries(labels(old).map((label, id) => [label, id]));
  writeFileSync(join(to, 'config.json'), JSON.stringify(config));
  return name;
}

test('a run scores what it scored when it was trained, on both sets', async () => {
  const { sets, score, labelsByName } = await evaluated('runs/a/mnli/seed-42', 'MNLI');
  const { metrics } = json('runs/a/mnli/seed-42/results.json');
  expect(sets.map(({ set, rows }: { set: string; rows: number }) => [set, rows])).toEqual([
    ['matched', 23],
    ['mismatched', 19],
  ]);
  expect(sets.map((each: { metrics: object }) => each.metrics)).toEqual([
    { accuracy: metrics.validation.accuracy },
    { accuracy: metrics.test.accuracy },
  ]);
  expect(score).toBeCloseTo((metrics.validation.accuracy + metrics.test.accuracy) / 2);
  expect(labelsByName).toBe(true);
});

test('a checkpoint that numbers its classes otherwise scores the same; by bare numbers it would not', async () => {
  const { score, sets } = await evaluated('runs/a/mnli/seed-42', 'mnli');
  const upper = await renumbered('upper', [2, 0, 1], (names) => names.map((name) => name.toUpperCase()));
  expect(await evaluated(upper, 'mnli')).toMatchObject({ score, sets, labelsByName: true });
  const bare = await renumbered('bare', [2, 0, 1], (names) => names.map((_, id) => `LABEL_${id}`));
  const wrong = await evaluated(bare, 'mnli');
  expect(wrong.labelsByName).toBe(false);
  expect(wrong.score).not.toBeCloseTo(score, 2);
  const { stderr } = await run('evaluate', bare, 'mnli', '--data', 'glue');
  expect(stderr).toContain('the model names its labels by numbers only');
});

test('a regression, and two metrics', async () => {
  const stsb = json('runs/a/stsb/seed-42/results.json').metrics.validation;
  const { metrics } = (await evaluated('runs/a/stsb/seed-42', 'sts-b')).sets[0];
  expect(metrics).toEqual({ pearson: expect.closeTo(stsb.pearson, 6), spearman: expect.closeTo(stsb.spearman, 6) });
  const mrpc = json('runs/a/mrpc/seed-42/results.json').metrics.validation;
  expect((await evaluated('runs/a/mrpc/seed-42', 'mrpc')).sets[0].metrics).toEqual({
    accuracy: mrpc.accuracy,
    f1: mrpc.f1,
  });
});

test('a model of another task, a task that is none, and data that is not there', async () => {
  const wrong: [string[], number, string][] = [
    [['runs/a/mnli/seed-42', 'rte', '--data', 'glue'], 3, "the model's labels are not those of RTE"],
    [['runs/a/mnli/seed-42', 'stsb', '--data', 'glue'], 3, 'STS-B takes a model for regression'],
    [['runs/a/mnli/seed-42', 'mnlj', '--data', 'glue'], 2, 'GLUE has no task "mnlj"'],
    [['runs/a/mnli/seed-42', 'mnli'], 1, 'The dataset "nyu-mll/glue" is not in the cache'],
    [['runs/a/mnli/seed-42', 'qnli', '--data', 'glue'], 3, 'there is no dev set of QNLI'],
  ];
  for (const [args, code, message] of wrong) {
    const ended = await run('evaluate', ...args);
    expect([args, ended.code, ended.stderr]).toEqual([args, code, expect.stringContaining(message)]);
  }
});

test('the diagnostic set: each model of MNLI by coarse category, in the report', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => {
    const labels = ['entailment', 'neutral', 'contradiction'];
    return `${i % 2 ? 'x' : ''}\t\t${i % 3 ? 'y' : ''}\t\tNews\ta b ${'cdefghijklmn'[i]}\tn o\t${labels[i % 3]}`;
  });
  const header =
    'Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\tHypothesis\tLabel';
  mkdirSync(join(folder, 'glue/AX'));
  writeFileSync(join(folder, 'glue/AX/diagnostic-full.tsv'), `${[header, ...rows].join('\n')}\n`);
  expect((await run('glue', 'diagnose', 'runs/a')).stdout).toMatch(/seed 42\n {2}all: -?[\d.]+ \(12 rows\)\n/);
  expect((await run('glue', 'report', 'runs/a')).stdout).toContain('AX, seed 42, Matthews: all ');
  const [{ scores }] = json('runs/a/report.json').diagnostic;
  expect(Object.entries<{ rows: number }>(scores).map(([name, { rows: count }]) => [name, count])).toEqual([
    ['all', 12],
    ['Lexical Semantics', 6],
    ['Predicate-Argument Structure', 0],
    ['Logic', 8],
    ['Knowledge', 0],
  ]);
});
