import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { filesOf, type Running, readJson, startCli, tiny, tinyWorkplace, untilState } from './train-fixtures.ts';

const stopping = 'finishing the step, then saving (again to abort)\n';
const aborted = 'aborted: the last checkpoint is kept\n';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

/** A run that would go on for long, past its first steps. */
async function longRun(name: string, ...args: string[]): Promise<Running> {
  const running = startCli(
    ['train', 'answers.csv', '-o', name, '--epochs', '100000', '--ui', 'jsonl', ...tiny, ...args],
    folder,
  );
  await running.until('"type":"step","step":5');
  return running;
}

/** What every stopped run leaves: a result, and a checkpoint of its last step to resume from. */
function expectSaved(name: string): void {
  const { reason, steps } = readJson(folder, name, 'results.json');
  expect(reason).toBe('stopped');
  expect(steps).toBeGreaterThanOrEqual(5);
  expect(readJson(folder, name, 'status.json')).toMatchObject({ state: 'stopped', step: steps });
  expect(readJson(folder, name, `checkpoints/step-${steps}/state.json`)).toMatchObject({ step: steps });
  expect(filesOf(join(folder, name, 'model'))).toContain('model.safetensors');
  expect(filesOf(join(folder, name)).filter((path) => path.includes('.tmp'))).toEqual([]);
}

describe('one signal finishes the step, saves and ends', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i', async (signal, code) => {
    const run = await longRun(signal);
    // As a terminal or a service manager does: the whole group gets it.
    process.kill(-run.child.pid!, signal);
    expect(await run.ended).toBe(code);
    expect(run.stderr()).toBe(stopping);
    expectSaved(signal);
  });
});

test('a second one aborts, and the last checkpoint is whole', async () => {
  // Steps of some seconds on long batches, so that the second comes while the first is being obeyed.
  const name = 'twice';
  const run = await longRun(name, 'checkpoint.everySteps=1', 'batchSize=120', 'accumulate=120');
  process.kill(run.child.pid!, 'SIGINT');
  // Two that are pending at once are handled in no certain order.
  await run.until(stopping.trim());
  process.kill(run.child.pid!, 'SIGTERM');
  expect(await run.ended).toBe(130);
  expect(run.stderr()).toBe(stopping + aborted);
  expect(existsSync(join(folder, name, 'results.json'))).toBe(false);
  expect(readJson(folder, name, 'status.json').state).toBe('aborted');
  const steps = filesOf(join(folder, name)).filter((path) => /^checkpoints\/step-\d+\/state\.json$/.test(path));
  expect(steps.length).toBeGreaterThanOrEqual(1);
  for (const path of steps) {
    const step = Number(/step-(\d+)/.exec(path)![1]);
    expect(readJson(folder, name, path).step).toBe(step);
    expect(existsSync(join(folder, name, `checkpoints/step-${step}/optimizer.safetensors`))).toBe(true);
  }
});

test('before the first step there is nothing to save', async () => {
  const run = startCli(['train', 'answers.csv', '-o', 'early', '--ui', 'jsonl', ...tiny], folder);
  await run.until('"phase":"preparing"');
  process.kill(-run.child.pid!, 'SIGINT');
  expect(await run.ended).toBe(130);
  expect(run.stderr()).toBe(stopping);
  expect(existsSync(join(folder, 'early/model'))).toBe(false);
});

test('a run whose parent was killed saves and ends by itself', async () => {
  const run = await longRun('orphan');
  process.kill(run.child.pid!, 'SIGKILL');
  await untilState(join(folder, 'orphan'), 'stopped');
  expectSaved('orphan');
});

test('a run whose process was killed says so', async () => {
  const run = await longRun('killed', 'checkpoint.everySteps=2');
  process.kill(readJson(folder, 'killed/status.json').pid, 'SIGKILL');
  expect(await run.ended).toBe(1);
  expect(run.stderr()).toMatch(
    /^error: the training process ended unexpectedly, by SIGKILL \(137\)\n {3}do: .*out of memory.*\n$/,
  );
  expect(readJson(folder, 'killed/status.json').state).toBe('failed');
});

test('a reader that has seen enough ends it quietly, and the run saves', async () => {
  const run = await longRun('closed');
  run.child.stdout!.destroy();
  expect(await run.ended).toBe(0);
  expect(run.stderr()).toBe('');
  await untilState(join(folder, 'closed'), 'stopped');
  expectSaved('closed');
});
