import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../cli/run-cli.ts';
import { eventsOf, readJson, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { readEvents } from './read-event-file.ts';
import { headings, tableOf, textOf } from './read-page.ts';

let folder: string;
beforeAll(async () => {
  folder = await tinyWorkplace();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const train = (name: string, ...more: string[]) =>
  runCli(['train', 'answers.csv', ...tiny, '-o', name, ...more], { cwd: folder });

test('a run leaves a report, a card and files for TensorBoard that say what its results say', async () => {
  expect(await train('whole', '--epochs', '2', '--test', '0.2', '--log', 'tensorboard')).toMatchObject({ code: 0 });
  const run = join(folder, 'whole');
  const { metrics, best } = readJson(run, 'results.json');

  const page = readFileSync(join(run, 'report.html'), 'utf8');
  expect(tableOf(page, 'metrics')[1]).toEqual([
    'Accuracy chooses the best',
    metrics.validation.accuracy.toFixed(4),
    metrics.test.accuracy.toFixed(4),
  ]);
  expect(headings(page)).toContain('Test rows in detail');

  const [, yaml] = /^---\n(.*?)\n---\n/s.exec(readFileSync(join(run, 'model', 'README.md'), 'utf8'))!;
  const sets = parse(yaml!)['model-index'][0].results;
  expect(sets.map((set: { metrics: { value: number }[] }) => set.metrics[0]!.value)).toEqual(
    [metrics.validation.accuracy, metrics.test.accuracy].map((value) => Number(value.toFixed(6))),
  );

  const [name] = readdirSync(join(run, 'tensorboard'));
  const logged = readEvents(readFileSync(join(run, 'tensorboard', name!))).flatMap((event) =>
    'scalars' in event ? [{ step: event.step, ...event.scalars }] : [],
  );
  const told = eventsOf(run).filter(({ type }) => type === 'step');
  expect(logged.filter((event) => 'train/loss' in event).map((event) => [event.step, event['train/loss']])).toEqual(
    told.map(({ step, loss }) => [step, Math.fround(loss)]),
  );
  expect(logged.at(-1)).toMatchObject({ step: best.step, 'test/accuracy': Math.fround(metrics.test.accuracy) });
});

test('a run that diverges leaves a report that says so, and no files that nobody asked for', async () => {
  expect(
    await train('diverged', '--learning-rate', '1e30', 'schedule.type=constant', 'schedule.warmup=0'),
  ).toMatchObject({ code: 4 });
  const page = readFileSync(join(folder, 'diverged', 'report.html'), 'utf8');
  expect(textOf(page)).toMatch(/✗ diverged at step \d+ of \d+/);
  expect(existsSync(join(folder, 'diverged', 'tensorboard'))).toBe(false);
});

test('a log of another kind is refused', async () => {
  const { code, stderr } = await train('other', '--log', 'tensorbored');
  expect(code).toBe(2);
  expect(stderr).toContain('tensorboard');
});
