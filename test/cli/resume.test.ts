import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { csvOf } from './tiny-run.ts';
import { eventsOf, lossesOf, readJson, readLines, sha256, startCli, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
const cli = (...args: string[]) => runCli(args, { cwd: folder });
/** Dropout on, steps in parts, an epoch of 7 steps, evaluations that do not fall together with checkpoints. */
const settings = [...tiny, '--epochs', '6', 'accumulate=2', 'evaluate.everySteps=5', 'checkpoint.everySteps=4'];

beforeAll(async () => {
  folder = await tinyWorkplace();
});

/** What must be the same: what was learnt and measured, and when. */
const story = (run: string) =>
  eventsOf(run).flatMap((event) => {
    if (event.type === 'step') return [[event.step, event.loss, event.learningRate, event.gradientNorm]];
    if (event.type === 'evaluation') return [[event.step, event.metrics, event.best]];
    return [];
  });

test('a run that was killed goes on after its newest checkpoint, the same to the bit', async () => {
  expect((await cli('train', 'answers.csv', '-o', 'whole', '-q', ...settings)).code).toBe(0);
  const running = startCli(['train', 'answers.csv', '-o', 'broken', '--ui', 'jsonl', ...settings], folder);
  await running.until('"type":"step","step":11,');
  process.kill(-running.child.pid!, 'SIGKILL');
  await running.ended;
  const before = lossesOf(join(folder, 'broken')).length;
  expect(before).toBeGreaterThanOrEqual(11);
  expect(before).toBeLessThan(42);
  const { code, stderr } = await cli('train', '--resume', 'broken');
  expect(code).toBe(0);
  expect(stderr).toMatch(/resumed +after step \d+, from broken\/checkpoints\/step-\d+/);
  const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')];
  expect(sha256(join(broken, 'model/model.safetensors'))).toBe(sha256(join(whole, 'model/model.safetensors')));
  expect(story(broken)).toEqual(story(whole));
  expect(readJson(broken, 'results.json').metrics).toEqual(readJson(whole, 'results.json').metrics);
  expect(readFileSync(join(broken, 'predictions-validation.csv'), 'utf8')).toBe(
    readFileSync(join(whole, 'predictions-validation.csv'), 'utf8'),
  );
  const again = await cli('train', '--resume', 'broken');
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('the run has ended')]);
});

test('a run that was stopped goes on; a best evaluation of before still counts', async () => {
  const few = [...tiny, '--epochs', '6', 'evaluate.everySteps=2', 'evaluate.metric=loss', 'optimizer.learningRate=1'];
  // The rate of the first step is 0: the first evaluation stays the best.
  const all = [...few, 'schedule.warmup=3', 'dropout=0'];
  expect((await cli('train', 'answers.csv', '-o', 'one', '-q', ...all)).code).toBe(0);
  const running = startCli(['train', 'answers.csv', '-o', 'two', '--ui', 'jsonl', ...all], folder);
  await running.until('"type":"step","step":9,');
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(130);
  expect((await cli('train', 'answers.csv', '--resume=two', '-q', ...all)).code).toBe(0);
  expect(story(join(folder, 'two'))).toEqual(story(join(folder, 'one')));
  expect(readJson(folder, 'two/results.json')).toMatchObject({
    best: readJson(folder, 'one/results.json').best,
    metrics: readJson(folder, 'one/results.json').metrics,
  });
});

test('the same with and without gradient checkpointing, which may change when a run goes on', async () => {
  const plain = [...settings, '--dropout', '0.2'];
  expect((await cli('train', 'answers.csv', '-o', 'kept', '-q', ...plain)).code).toBe(0);
  const running = startCli(['train', 'answers.csv', '-o', 'again', '--ui', 'jsonl', ...plain], folder);
  await running.until('"type":"step","step":9,');
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(130);
  const { code } = await cli('train', 'answers.csv', '--resume', 'again', '-q', ...plain, '--gradient-checkpointing');
  expect(code).toBe(0);
  expect(readJson(folder, 'again/config.json')).toMatchObject({ gradientCheckpointing: true });
  expect(story(join(folder, 'again'))).toEqual(story(join(folder, 'kept')));
  const weights = ['kept', 'again'].map((run) => sha256(join(folder, run, 'model/model.safetensors')));
  expect(weights[1]).toBe(weights[0]);
});

test('other settings, other data, or nothing to go on with: refused, by name', async () => {
  writeFileSync(
    join(folder, 'mine.csv'),
    csvOf([
      ['text', 'answer'],
      ...readLines(folder, 'answers.csv')
        .slice(1)
        .map((line) => line.split(',').slice(1)),
    ]),
  );
  const running = startCli(['train', 'mine.csv', '-o', 'third', '--ui', 'jsonl', ...settings], folder);
  await running.until('"type":"checkpoint","step":4,');
  running.child.kill('SIGINT');
  await running.ended;
  const changed = await cli('train', 'mine.csv', '--resume', 'third', ...settings, '--seed', '7');
  expect(changed.code).toBe(2);
  expect(changed.stderr).toContain('the run cannot go on with other settings or data: seed was 42');
  writeFileSync(join(folder, 'mine.csv'), 'text,answer\na,yes\nb,no\nc,yes\nd,no\n');
  const other = await cli('train', '--resume', 'third');
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('mine.csv has changed')]);
  const none = await cli('train', '--resume', 'nowhere');
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('nowhere/config.json')]);
  rmSync(join(folder, 'third/checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'third/status.json'), JSON.stringify({ state: 'running', pid: process.pid }));
  const alive = await cli('train', '--resume', 'third');
  expect([alive.code, alive.stderr]).toEqual([2, expect.stringContaining('the run is going on')]);
});
