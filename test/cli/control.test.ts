import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import {
  eventsOf,
  filesOf,
  lossesOf,
  type Running,
  readJson,
  sha256,
  startCli,
  tiny,
  tinyWorkplace,
} from './train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

const cli = (...args: string[]) => runCli(args, { cwd: folder });
const control = (...args: string[]) => cli('control', ...args);

/** A run that goes on until it is stopped, past its first steps. */
async function longRun(name: string, ...args: string[]): Promise<Running> {
  const running = startCli(
    ['train', 'answers.csv', '-o', name, '--epochs', '100000', '--ui', 'jsonl', ...tiny, ...args],
    folder,
  );
  await running.until('"type":"step","step":3,');
  return running;
}

/** What was asked of a run and came of it, in order. */
const controlsOf = (name: string) =>
  eventsOf(join(folder, name)).flatMap(({ type, command, state, reason }) =>
    type === 'control' ? [`${command} ${state}${reason === undefined ? '' : `: ${reason}`}`] : [],
  );

const stepOf = ({ stdout }: { stdout: string }) => Number(/step (\d+)/.exec(stdout)![1]);

describe('a run that goes on in another process', () => {
  test('is paused, saved, evaluated, resumed and stopped; it all is told and recorded', async () => {
    const run = await longRun('steered');
    const socket = statSync(join(folder, 'steered/control.sock'));
    expect([socket.isSocket(), socket.mode & 0o777]).toEqual([true, 0o600]);
    const paused = await control('steered', 'pause');
    const step = stepOf(paused);
    expect(paused).toEqual({ code: 0, stdout: `paused after step ${step}\n`, stderr: '' });
    expect(await control('steered', 'save')).toMatchObject({ code: 0, stdout: `saved after step ${step}\n` });
    expect(await control('steered', 'evaluate')).toMatchObject({ code: 0, stdout: `evaluated after step ${step}\n` });
    // Nothing has moved meanwhile.
    expect(readJson(folder, 'steered/status.json')).toMatchObject({ state: 'running', phase: 'paused', step });
    expect(lossesOf(join(folder, 'steered'))).toHaveLength(step);
    const resumed = await control('steered', 'resume', '--json');
    expect(JSON.parse(resumed.stdout)).toEqual({ run: 'steered', command: 'resume', step });
    await run.until(`"type":"step","step":${step + 1},`);
    const stopped = await control('steered', 'stop');
    const last = stepOf(stopped);
    expect(stopped).toMatchObject({ code: 0, stdout: `stopped after step ${last}, and saved\n` });
    expect(await run.ended).toBe(0);
    expect(readJson(folder, 'steered/results.json')).toMatchObject({ reason: 'stopped', steps: last });
    expect(controlsOf('steered')).toEqual(
      ['pause', 'save', 'evaluate', 'resume', 'stop'].flatMap((command) => [`${command} asked`, `${command} done`]),
    );
    const saved = filesOf(join(folder, 'steered')).filter((path) => path.endsWith('state.json'));
    expect(saved.sort()).toEqual([step, last].map((at) => `checkpoints/step-${at}/state.json`).sort());
    expect(existsSync(join(folder, 'steered/control.sock'))).toBe(false);
    const late = await control('steered', 'pause');
    expect([late.code, late.stderr]).toEqual([
      2,
      'error: the run has ended\n   in: steered\n   do: go on with it: distiltune train --resume steered\n',
    ]);
  });

  test('comes to the same, to the bit, as one that was left alone, also resumed from what was saved', async () => {
    const settings = [...tiny, '--epochs', '16', 'accumulate=2', 'evaluate.everySteps=5'];
    expect((await cli('train', 'answers.csv', '-o', 'whole', '-q', ...settings)).code).toBe(0);
    const run = startCli(['train', 'answers.csv', '-o', 'broken', '--ui', 'jsonl', ...settings], folder);
    await run.until('"type":"step","step":3,');
    const step = stepOf(await control('broken', 'pause'));
    expect(step).toBeLessThan(112);
    for (const command of ['save', 'resume']) expect((await control('broken', command)).code).toBe(0);
    await run.until(`"type":"step","step":${step + 4},`);
    process.kill(-run.child.pid!, 'SIGKILL');
    await run.ended;
    const resumed = await cli('train', '--resume', 'broken');
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining(`resumed    after step ${step}, from`)]);
    expect(lossesOf(join(folder, 'broken'))).toEqual(lossesOf(join(folder, 'whole')));
    const weights = (name: string) => sha256(join(folder, name, 'model/model.safetensors'));
    expect(weights('broken')).toBe(weights('whole'));
  });

  test('is aborted at once, with what had been saved before', async () => {
    const run = await longRun('aborted', 'checkpoint.everySteps=2');
    const aborted = await control('aborted', 'abort');
    const step = stepOf(aborted);
    expect(aborted).toMatchObject({ code: 0, stdout: `aborted after step ${step}: the last checkpoint is kept\n` });
    expect(await run.ended).toBe(130);
    expect(readJson(folder, 'aborted/status.json')).toMatchObject({ state: 'aborted', step });
    expect(existsSync(join(folder, 'aborted/results.json'))).toBe(false);
    expect(eventsOf(join(folder, 'aborted')).at(-1)).toMatchObject({ type: 'end', reason: 'aborted', step });
    const newest = 2 * Math.floor((step - 1) / 2);
    expect(readJson(folder, `aborted/checkpoints/step-${newest}/state.json`).step).toBe(newest);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it while it is paused, saved', async (signal, code) => {
    const name = `paused-${signal}`;
    const run = await longRun(name);
    const step = stepOf(await control(name, 'pause'));
    process.kill(run.child.pid!, signal);
    expect(await run.ended).toBe(code);
    expect(readJson(folder, name, `checkpoints/step-${step}/state.json`)).toMatchObject({ step });
    expect(readJson(folder, name, 'results.json')).toMatchObject({ reason: 'stopped', steps: step });
  });
});

describe('at the socket', () => {
  /** Writes something, and reads until the other side has nothing more to say. */
  const say = (path: string, text: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(path, () => socket.write(text));
      socket.setEncoding('utf8').on('data', (part) => {
        answer += part;
      });
      socket.on('error', () => {}).on('close', () => resolve(answer));
    });

  test('what is not understood is refused, and the run goes on', async () => {
    const run = await longRun('harassed');
    const path = join(folder, 'harassed/control.sock');
    const refusal = (reason: string) => `${JSON.stringify({ id: '', ok: false, reason })}\n`;
    expect(await say(path, 'pause\n')).toBe(refusal('not understood: it is no JSON'));
    expect(await say(path, '[]\n')).toBe(refusal('not understood: it is of another version'));
    expect(await say(path, '{"v":1,"command":"pause"}\n')).toBe(refusal('not understood: it has no id'));
    expect(await say(path, '{"v":1,"id":"a","command":"__proto__"}\n')).toBe(
      refusal('there is no such command; there are pause, resume, save, evaluate, stop, abort'),
    );
    expect(await say(path, 'x'.repeat(100_000))).toBe(refusal('not understood: it has more than 1024 bytes'));
    expect(await say(path, `{"v":1,"id":"${'x'.repeat(2000)}","command":"pause"}\n`)).toBe(
      refusal('not understood: it has more than 1024 bytes'),
    );
    // Whoever asks need not wait for the answer.
    await new Promise<void>((resolve) => {
      const socket = connect(path, () => {
        socket.write('{"v":1,"id":"b","command":"save"}\n', () => resolve(void socket.destroy()));
      });
    });
    const { stdout } = await control('harassed', 'stop');
    expect(await run.ended).toBe(0);
    expect(controlsOf('harassed')).toEqual(['save asked', 'save done', 'stop asked', 'stop done']);
    expect(stepOf({ stdout })).toBe(readJson(folder, 'harassed/results.json').steps);
  });

  test.skipIf(process.getuid?.() !== 0)('no other user is heard', async () => {
    const run = await longRun('private');
    const path = join(folder, 'private/control.sock');
    for (const place of [folder, join(folder, 'private')]) chmodSync(place, 0o755);
    const program = `require('net').connect(process.argv[1]).on('connect', () => console.log('heard'))
      .on('error', ({ code }) => console.log(code))`;
    const other = spawnSync(process.execPath, ['-e', program, path], { uid: 65534, encoding: 'utf8', timeout: 20_000 });
    expect(other.stdout).toBe('EACCES\n');
    await control('private', 'stop');
    expect(await run.ended).toBe(0);
  });
});

test('where a path is too long for a socket, files do: of the owner, and gone at the end', async () => {
  const deep = join(...Array.from({ length: 6 }, () => 'twenty-letters-or-so'));
  mkdirSync(join(folder, deep), { recursive: true });
  const name = join(deep, 'run');
  const run = await longRun(name);
  const files = ['control.jsonl', 'control-answers.jsonl'].map((file) => join(folder, name, file));
  expect(existsSync(join(folder, name, 'control.sock'))).toBe(false);
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  const { appendFileSync } = await import('node:fs');
  appendFileSync(files[0]!, `nonsense\n${'x'.repeat(5000)}`);
  appendFileSync(files[0]!, `${'y'.repeat(5000)}\n`);
  const step = stepOf(await control(name, 'pause'));
  const answers = readFileSync(files[1]!, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toEqual([
    { id: '', ok: false, reason: 'not understood: it is no JSON' },
    { id: '', ok: false, reason: 'not understood: it has more than 1024 bytes' },
    { id: expect.stringMatching(/^[\da-f-]{36}$/), ok: true, step },
  ]);
  expect(await control(name, 'stop')).toMatchObject({ code: 0, stdout: `stopped after step ${step}, and saved\n` });
  expect(await run.ended).toBe(0);
  expect(files.map((file) => existsSync(file))).toEqual([false, false]);
  expect(controlsOf(name)).toEqual(['pause asked', 'pause done', 'stop asked', 'stop done']);
});

test('a run that was killed: nobody answers, and how to go on; what it left is replaced when it does', async () => {
  const run = await longRun('dead', 'checkpoint.everySteps=2');
  process.kill(-run.child.pid!, 'SIGKILL');
  await run.ended;
  for (
    let i = 0;
    i < 100 && spawnSync('kill', ['-0', String(readJson(folder, 'dead/status.json').pid)]).status === 0;
    i++
  )
    await sleep(50);
  expect(existsSync(join(folder, 'dead/control.sock'))).toBe(true);
  expect(await control('dead', 'pause')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: pause: nobody answers: the process of the run has died\n   in: dead\n   do: go on with it: distiltune train --resume dead\n',
  });
  const again = startCli(['train', '--resume', 'dead', '--ui', 'jsonl'], folder);
  await again.until('"type":"step"');
  expect((await control('dead', 'stop')).code).toBe(0);
  expect(await again.ended).toBe(0);
});

test('the one live run of runs/ need not be named; what is wrong is said', async () => {
  mkdirSync(join(folder, 'runs'));
  expect(await control('pause')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no run is going on in runs/'),
  });
  const run = await longRun('runs/only');
  const missing = await control('runs/none', 'pause');
  expect([missing.code, missing.stderr]).toEqual([
    2,
    'error: there is no run in this folder\n   in: runs/none\n   do: see distiltune runs ls\n',
  ]);
  const unknown = await control('runs/only', 'hurry');
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'error: there is no command "hurry" for a run\n   do: distiltune control RUN pause|resume|save|evaluate|stop|abort\n',
  ]);
  expect(await control('stop')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^stopped after step \d+, and saved\n$/),
  });
  expect(await run.ended).toBe(0);
});
