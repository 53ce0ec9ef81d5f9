import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { beforeAll, expect, test } from 'vitest';
import { glueMetrics } from '../../tasks/glue/metrics.ts';
import type { GlueReport, TaskReport } from '../../tasks/glue/report.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';
import { runCli } from '../cli/run-cli.ts';
import { startCli } from '../cli/train-fixtures.ts';
import { glueWorkplace, tinySettings } from './glue-workplace.ts';

let folder = '';
const settings = [...tinySettings, 'epochs=8', 'dropout=0'];
const tasks = ['--tasks', 'cola,mrpc,stsb'];
const glue = (...args: string[]) => runCli(['glue', ...args], { cwd: folder });
const run = (...args: string[]) => glue('run', ...settings, ...args);
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
const reportOf = (name: string): GlueReport => json(name, 'report.json');
const taskOf = (report: GlueReport, name: string): TaskReport => report.tasks.find(({ task }) => task === name)!;

/** A report without what depends on the machine's pace. */
const story = ({ tasks: all, means }: GlueReport) => ({
  means,
  tasks: all.map(({ seconds, examplesPerSecond, runs, ...rest }) => ({
    ...rest,
    runs: runs.map(({ seconds: _, examplesPerSecond: __, ...each }) => each),
  })),
});

beforeAll(async () => {
  folder = await glueWorkplace();
  const { code, stderr } = await run(...tasks, '--seeds', '2', '-o', 'whole', 'checkpoint.everySteps=6');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
});

test('every row is measured once, by the official metrics; a last batch is not filled up', () => {
  const report = reportOf('whole');
  const rows = { cola: 37, mrpc: 31 };
  for (const name of ['cola', 'mrpc'] as const) {
    const { confusion, shownSeed } = taskOf(report, name);
    expect(confusion!.counts.flat().reduce((a, b) => a + b, 0)).toBe(rows[name]);
    const path = join(folder, `whole/${name}/seed-${shownSeed}`);
    const text = readFileSync(join(path, 'predictions-validation.csv'), 'utf8').trimEnd();
    const predictions = Papa.parse<Record<string, string>>(text, { header: true }).data;
    expect(predictions.length).toBe(rows[name]);
    const { metrics } = taskOf(report, name);
    const numbers = (column: string) => predictions.map((row) => Number(row[column]));
    const expected = glueMetrics(glueTask(name), numbers('label'), numbers('predicted_label'));
    const seed42 = json('whole', name, `seed-${shownSeed}`, 'results.json').metrics.validation;
    for (const { metric } of metrics)
      expect([metric, seed42[metric]]).toEqual([metric, expect.closeTo(expected[metric]!)]);
  }
});

test('the same command again keeps what is finished; more seeds add to it', async () => {
  const before = readFileSync(join(folder, 'whole/cola/seed-42/results.json'), 'utf8');
  const { code, stderr } = await run('--tasks', 'cola', '--seeds', '42,43,7', '-o', 'whole', 'checkpoint.everySteps=6');
  expect(code).toBe(0);
  expect(stderr).toContain('kept: whole/cola/seed-42');
  expect(readFileSync(join(folder, 'whole/cola/seed-42/results.json'), 'utf8')).toBe(before);
  const report = reportOf('whole');
  expect(taskOf(report, 'cola').runs.map(({ seed }) => seed)).toEqual([7, 42, 43]);
  expect(taskOf(report, 'cola').score!.count).toBe(3);
  expect(report.tasks.map(({ task }) => task)).toEqual(['cola', 'stsb', 'mrpc']);
  expect(existsSync(join(folder, 'whole/cola/seed-42/checkpoints'))).toBe(false);
});

test('killed in the middle of the third task, the same command finishes with the same numbers', async () => {
  const long = [...tasks, '--seeds', '1', 'epochs=20', 'checkpoint.everySteps=10'];
  expect((await run(...long, '-o', 'unbroken')).code).toBe(0);
  const broken = startCli(['glue', 'run', ...settings, ...long, '-o', 'broken'], folder);
  await broken.until('STS-B (3/3)');
  await broken.until('saved broken/stsb/seed-42/checkpoints/step-10');
  process.kill(-broken.child.pid!, 'SIGKILL');
  await broken.ended;
  expect(existsSync(join(folder, 'broken/stsb/seed-42/results.json'))).toBe(false);
  const { code, stderr } = await run(...long, '-o', 'broken');
  expect(code).toBe(0);
  expect(stderr).toContain('kept: broken/cola/seed-42');
  expect(stderr).toMatch(/resumed +after step \d+, from broken\/stsb\/seed-42\/checkpoints/);
  expect(story(reportOf('broken'))).toEqual(story(reportOf('unbroken')));
});

test('stopped by a signal it says so, and the same command goes on', async () => {
  const long = ['--tasks', 'cola', 'epochs=30', 'checkpoint.everySteps=10', '-o', 'stopped'];
  const stopped = startCli(['glue', 'run', ...settings, ...long], folder);
  await stopped.until('saved stopped/cola/seed-42/checkpoints/step-10');
  stopped.child.kill('SIGTERM');
  expect(await stopped.ended).toBe(143);
  expect(stopped.stderr()).toContain('stopped: the same command goes on with it');
  const again = await run(...long);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain('resumed');
});

test('when only the command is killed, the next one waits for its training process to save and goes on', async () => {
  const long = ['--tasks', 'cola', 'epochs=30', 'checkpoint.everySteps=10', '-o', 'orphan'];
  const killed = startCli(['glue', 'run', ...settings, ...long], folder);
  await killed.until('saved orphan/cola/seed-42/checkpoints/step-10');
  killed.child.kill('SIGKILL');
  const { code, stderr } = await run(...long);
  expect([code, stderr]).toEqual([0, expect.stringContaining('resumed')]);
  expect(json('orphan/cola/seed-42/results.json')).toMatchObject({ reason: 'finished', steps: 180 });
});

test('another model, recipe or setting in the same folder is refused by name', async () => {
  const { code, stderr } = await run(...tasks, '-o', 'whole', 'optimizer.weightDecay=0.5');
  expect(code).toBe(2);
  expect(stderr).toContain('the folder has a benchmark run with another settings');
});

test('MNLI is measured on both sets; MRPC and RTE start from its model where that is asked for', async () => {
  const args = ['--tasks', 'rte,mnli', '--from-mnli', '-o', 'first', '--seeds', '42,'];
  const { code, stderr } = await run(...args);
  expect(code).toBe(0);
  expect(stderr.indexOf('MNLI (1/2)')).toBeGreaterThan(-1);
  const report = reportOf('first');
  const mnli = taskOf(report, 'mnli');
  expect(mnli.metrics.map(({ metric, set }) => `${metric} ${set}`)).toEqual([
    'accuracy matched',
    'accuracy mismatched',
  ]);
  const [matched, mismatched] = mnli.metrics.map(({ summary }) => summary!.median);
  expect(mnli.score!.median).toBeCloseTo((matched! + mismatched!) / 2);
  expect(mnli.rows.dev).toEqual([
    { set: 'matched', rows: 23 },
    { set: 'mismatched', rows: 19 },
  ]);
  // Numbered as everywhere, not alphabetically: other tools go by the numbers.
  expect(json('first/mnli/seed-42/model/config.json').label2id).toEqual({
    entailment: 0,
    neutral: 1,
    contradiction: 2,
  });
  expect(json('first/rte/seed-42/model/config.json').label2id).toEqual({ entailment: 0, not_entailment: 1 });
  expect(json('first/rte/seed-42/config.json').model).toBe('first/mnli/seed-42/model');
  expect(taskOf(report, 'rte').notes).toContain('started from the model of MNLI');
  expect(taskOf(report, 'rte').differences.every(({ difference }) => difference === null)).toBe(true);
});

test('rows that were trained on are not measured on; MNLI without its train can be run on its dev sets', async () => {
  const swap = ['--tasks', 'mnli', '--train-file', 'mnli=glue/MNLI/dev_mismatched.tsv', '-o', 'swap'];
  expect((await run(...swap)).code).toBe(0);
  const mnli = taskOf(reportOf('swap'), 'mnli');
  expect([mnli.rows, mnli.isOfficial]).toEqual([{ train: 19, dev: [{ set: 'matched', rows: 23 }] }, false]);
  expect(mnli.notes).toEqual([
    'trained on glue/MNLI/dev_mismatched.tsv',
    'not measured on glue/MNLI/dev_mismatched.tsv, which it was trained on',
  ]);
});

test('a share of the training rows is the same one for every seed', async () => {
  const args = ['--tasks', 'rte', '--dev-file', 'rte=0.25', '--seeds', '2', '-o', 'share'];
  expect((await run(...args)).code).toBe(0);
  const rte = taskOf(reportOf('share'), 'rte');
  expect([rte.rows, rte.notes]).toEqual([
    { train: 30, dev: [{ set: '', rows: 10 }] },
    ['measured on 10 held-out rows of glue/RTE/train.tsv'],
  ]);
  const hashes = [42, 43].map((seed) => json(`share/rte/seed-${seed}/config.json`).files.validation.sha256);
  expect(hashes[0]).toBe(hashes[1]);
});

test('a grid is tried with the first seed, the best of it goes on with the others, and all of it is told', async () => {
  const args = ['--tasks', 'rte', '--recipe', 'tuned', '--seeds', '2', '-o', 'grid'];
  const { code } = await glue('run', ...tinySettings.slice(0, 4), 'maxLength=20', ...args);
  expect(code).toBe(0);
  const rte = taskOf(reportOf('grid'), 'rte');
  expect(rte.tried.map(({ trial }) => trial)).toEqual(
    ['2e-5', '3e-5', '5e-5'].flatMap((rate) => [3, 5].map((epochs) => `lr-${rate}-epochs-${epochs}`)),
  );
  const best = Math.max(...rte.tried.map(({ score }) => score));
  expect(rte.tried.find(({ trial }) => trial === rte.chosen)!.score).toBe(best);
  expect(rte.runs.map(({ seed }) => seed)).toEqual([42, 43]);
});

test('a task without its files is named, and the rest runs; none at all is an error', async () => {
  const { code, stderr } = await run('--tasks', 'qnli,cola', '-o', 'some');
  expect(code).toBe(0);
  expect(stderr).toContain('QNLI is left out: there is no train.tsv');
  expect(reportOf('some').missing).toEqual([{ task: 'qnli', reason: 'there is no train.tsv' }]);
  const none = await run('--tasks', 'qnli', '-o', 'none');
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('no task has its files')]);
});

test('wrong usage', async () => {
  const wrong: [string[], string][] = [
    [['--tasks', 'colla'], 'did you mean cola?'],
    [['--seeds', 'many'], '--seeds many is neither a number nor a list'],
    [['--train-file', 'qqp'], '--train-file qqp names no task and file'],
    [['--tasks', 'cola', '--train-file', 'rte=a.tsv'], 'there is a file for rte, which is not among the tasks'],
    [['seed=7'], 'seed=7 is no setting of the benchmark'],
    [['--tasks', 'rte', '--from-mnli', '-o', 'alone'], '--from-mnli needs a model of MNLI'],
    [['--tasks', 'cola', 'epochs=-1', '-o', 'alone'], 'epochs'],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await run(...args);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining(message)]);
  }
});

test('the submission has the predictions of the best seed in the order of the rows, and baselines that are named', async () => {
  const args = ['--tasks', 'rte', '--seeds', '2', '-o', 'sent'];
  expect((await run(...args)).code).toBe(0);
  const { code, stdout } = await glue('submit', 'sent', '--json');
  expect(code).toBe(0);
  const { files } = JSON.parse(stdout);
  const scores = taskOf(reportOf('sent'), 'rte').runs;
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a)).seed;
  expect(files.find(({ name }: { name: string }) => name === 'RTE.tsv').model).toBe(`sent/rte/seed-${best}`);
  expect(files.filter(({ model }: { model: string | null }) => model === null).length).toBe(10);
  expect((await glue('report', 'sent')).stdout).toContain('SST-2.tsv, CoLA.tsv');
  writeFileSync(join(folder, 'glue/RTE/test.tsv'), 'index\tsentence1\tsentence2\n0\ta\tb\n');
  const short = await glue('submit', 'sent', '-o', 'short.zip');
  expect(short.stderr).toContain('test.tsv has 1 row, the server wants 3000');
});
