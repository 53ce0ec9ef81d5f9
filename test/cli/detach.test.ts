import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveSettings } from '../../cli/config/resolve.ts';
import { runCli } from './run-cli.ts';
import { answers as answerRows, csvOf } from './tiny-run.ts';
import { eventsOf, lossesOf, readJson, tinyWorkplace, untilState } from './train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

const program = fileURLToPath(new URL('./detachable-parent.mjs', import.meta.url));
const dist = new URL('../../dist', import.meta.url).href;

// biome-ignore lint/suspicious/noExplicitAny: lines of JSON
type Told = any;

/** Starts a process that has a training of its own; see its file for what it tells and takes. */
function startParent(name: string, values: Record<string, unknown> = {}, { resume = false, env = {} } = {}) {
  const asked = { model: 'tiny', 'data.train': 'answers.csv', maxLength: 20, batchSize: 16, epochs: 100000, ...values };
  const commandLine = Object.entries(asked).map(([key, value]) => ({ key, value, origin: 'the test' }));
  const job = {
    ...resolveSettings({ commandLine, usual: false }),
    output: { folder: name, isAsked: true },
    resume,
    dryRun: false,
    requirements: [],
    version: '0.0.0',
  };
  const child = spawn(process.execPath, [program, dist, JSON.stringify(job)], {
    cwd: folder,
    env: { ...process.env, HF_HUB_OFFLINE: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const told: Told[] = [];
  let text = '';
  let stderr = '';
  let news = () => {};
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    const lines = (text + part).split('\n');
    text = lines.pop()!;
    for (const line of lines) told.push(JSON.parse(line));
    news();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (code, signal) => {
      resolve([code, signal]);
      news();
    });
  });
  return {
    child,
    told,
    ended,
    say: (line: string) => void child.stdin.write(`${line}\n`),
    /** The first thing told that is so. */
    async until(isIt: (line: Told) => boolean): Promise<Told> {
      for (;;) {
        const found = told.find(isIt);
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`ended: ${stderr}`);
        await new Promise<void>((resolve) => {
          news = resolve;
        });
      }
    },
    untilStep: (step: number) => untilStep(told, step, () => new Promise<void>((resolve) => (news = resolve))),
  };
}

async function untilStep(told: Told[], step: number, more: () => Promise<void>): Promise<void> {
  while (!told.some(({ event }) => event?.type === 'step' && event.step === step)) await more();
}

/** Waits for a run that nobody listens to. */
async function untilLater(name: string, step: number): Promise<void> {
  for (let i = 0; lossesOf(join(folder, name)).length <= step; i++) {
    if (i === 300) throw new Error(`the run stands still at step ${step}`);
    await sleep(100);
  }
}

const control = (...args: string[]) => runCli(['control', ...args], { cwd: folder });
const stateOf = (name: string): string => readJson(folder, name, 'status.json').state;

describe('a training that is looked at', () => {
  test('goes on when who looks at it is killed, and can be steered from elsewhere', async () => {
    const parent = startParent('survivor');
    await parent.untilStep(5);
    parent.child.kill('SIGKILL');
    expect(await parent.ended).toEqual([null, 'SIGKILL']);
    await untilLater('survivor', lossesOf(join(folder, 'survivor')).length + 20);
    expect(await control('survivor', 'stop')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('stopped after step'),
    });
    await untilState(join(folder, 'survivor'), 'stopped');
    expect(readJson(folder, 'survivor/results.json').reason).toBe('stopped');
  });

  test('goes on when the terminal is closed', async () => {
    const parent = startParent('hung-up');
    await parent.untilStep(5);
    parent.child.kill('SIGHUP');
    expect(await parent.ended).toEqual([0, null]);
    await untilLater('hung-up', lossesOf(join(folder, 'hung-up')).length + 20);
    expect(stateOf('hung-up')).toBe('running');
    expect((await control('hung-up', 'abort')).code).toBe(0);
  });

  test('goes on when it is left, also while paused; a SIGTERM then saves and ends it', async () => {
    const parent = startParent('left');
    await parent.untilStep(5);
    parent.say('pause');
    const { answer } = await parent.until((line) => line.answer !== undefined);
    parent.say('detach');
    expect(await parent.ended).toEqual([0, null]);
    expect(parent.told.slice(-2)).toEqual(
      expect.arrayContaining([{ done: { steps: null, signal: null, isAborted: false } }, { read: true }]),
    );
    expect(stateOf('left')).toBe('running');
    expect(await control('left', 'resume')).toMatchObject({ stdout: `going on after step ${answer.step}\n` });
    await untilLater('left', answer.step + 20);
    process.kill(readJson(folder, 'left/status.json').pid, 'SIGTERM');
    await untilState(join(folder, 'left'), 'stopped');
    expect(
      eventsOf(join(folder, 'left'))
        .filter(({ type }) => type === 'control')
        .at(-1),
    ).toMatchObject({
      command: 'stop',
      state: 'done',
    });
  });

  test('tells all its events, and what it prints as lines', async () => {
    // Node itself prints about sockets then.
    const parent = startParent('told', { epochs: 2 }, { env: { NODE_DEBUG: 'net' } });
    expect(await parent.ended).toEqual([0, null]);
    const events = parent.told.flatMap(({ event }) =>
      event === undefined || event.type === 'progress' ? [] : [event],
    );
    expect(events).toEqual(eventsOf(join(folder, 'told')));
    expect(parent.told.filter(({ log }) => log?.startsWith('NET ')).length).toBeGreaterThan(0);
    expect(parent.told).toContainEqual({ done: { steps: 14, signal: null, isAborted: false } });
  });

  test('is told from its beginning when it goes on after a checkpoint', async () => {
    const settings = { epochs: 4, 'checkpoint.everySteps': 4 };
    const first = startParent('again', settings);
    await first.untilStep(6);
    first.say('stop');
    await first.ended;
    const parent = startParent('again', settings, { resume: true });
    expect(await parent.ended).toEqual([0, null]);
    const steps = parent.told.flatMap(({ event }) => (event?.type === 'step' ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: 28 }, (_, i) => i + 1));
    const losses = parent.told.flatMap(({ event }) => (event?.type === 'step' ? [event.loss] : []));
    expect(losses).toEqual(lossesOf(join(folder, 'again')));
  });
});

describe('its end', () => {
  test('a signal saves and ends it; so does an interrupt', async () => {
    for (const [name, stop] of [
      ['by-signal', (parent: ReturnType<typeof startParent>) => void parent.child.kill('SIGINT')],
      ['by-key', (parent: ReturnType<typeof startParent>) => parent.say('interrupt')],
    ] as const) {
      const parent = startParent(name);
      await parent.untilStep(5);
      stop(parent);
      expect(await parent.ended).toEqual([0, null]);
      const { steps } = readJson(folder, name, 'results.json');
      expect(parent.told).toContainEqual({ done: { steps, signal: 'SIGINT', isAborted: false } });
      expect(readJson(folder, name, `checkpoints/step-${steps}/state.json`).step).toBe(steps);
      if (name === 'by-signal') expect(parent.told).toContainEqual({ stop: 'SIGINT', again: false });
      else expect(parent.told).toContainEqual({ answer: { ok: true, step: steps } });
    }
  });

  // All rows in one step, which takes seconds.
  const slow = { 'data.train': 'many.csv', batchSize: 1000, accumulate: 400, 'checkpoint.everySteps': 1 };

  test.each(['abort', 'interrupt twice'])('%s ends it though a step holds its thread, and is recorded', async (how) => {
    const name = how.replace(' ', '-');
    writeFileSync(join(folder, 'many.csv'), csvOf([['id', 'text', 'answer'], ...answerRows(200_000)]));
    const parent = startParent(name, slow);
    await parent.until(({ event }) => event?.type === 'checkpoint');
    if (how === 'abort') parent.say('abort');
    else for (let i = 0; i < 2; i++) parent.say('interrupt');
    expect(await parent.ended).toEqual([0, null]);
    expect(parent.told).toContainEqual({
      done: { steps: null, signal: how === 'abort' ? null : 'SIGINT', isAborted: true },
    });
    expect(stateOf(name)).toBe('aborted');
    expect(
      eventsOf(join(folder, name))
        .filter(({ type }) => type === 'control')
        .at(-1),
    ).toMatchObject({
      command: how === 'abort' ? 'abort' : expect.any(String),
    });
    // A stop that the abort overtook may be refused, before or after.
    const answers = parent.told.flatMap(({ answer }) => answer ?? []);
    expect(answers).toHaveLength(how === 'abort' ? 1 : 2);
    expect(answers).toContainEqual({ ok: true, step: expect.any(Number) });
  });

  test('killed, it is told to have died, with what is left and how to go on', async () => {
    const parent = startParent('killed', { 'checkpoint.everySteps': 2 });
    await parent.untilStep(5);
    parent.say('liveness');
    expect(await parent.until((line) => line.liveness !== undefined)).toMatchObject({
      liveness: { state: 'alive', resume: null, heartbeat: expect.stringMatching(/^\d{4}-/) },
    });
    process.kill(readJson(folder, 'killed/status.json').pid, 'SIGKILL');
    const { failed } = await parent.until((line) => line.failed !== undefined);
    expect(failed).toBe('the training process ended unexpectedly, by SIGKILL (137)');
    expect(await parent.ended).toEqual([0, null]);
    expect(stateOf('killed')).toBe('failed');
  });

  test('stopped before its first step, there is nothing to save', async () => {
    const parent = startParent('early');
    parent.say('stop');
    expect(await parent.ended).toEqual([0, null]);
    expect(parent.told).toContainEqual({ answer: { ok: true, step: 0 } });
    expect(parent.told).toContainEqual({ done: { steps: null, signal: null, isAborted: false } });
  });
});

test('the dashboard is refused where there is no terminal, before anything begins', async () => {
  const refused = await runCli(['train', 'answers.csv', '--model', 'tiny', '-o', 'unseen', '--ui', 'dashboard'], {
    cwd: folder,
  });
  expect(refused).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: the dashboard needs a terminal\n   in: --ui\n   do: use --ui plain\n',
  });
  expect(existsSync(join(folder, 'unseen'))).toBe(false);
});
