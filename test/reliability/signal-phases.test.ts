import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { answers, csvOf } from '../cli/tiny-run.ts';
import { filesOf, type Running, readJson, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { faultyLibrary, needsLibrary, withFault } from './faulty-disk.ts';
import { leftBehind } from './left-behind.ts';

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
  writeFileSync(join(folder, 'many.csv'), csvOf([['id', 'text', 'answer'], ...answers(60_000)]));
});

const train = (data: string, run: string, args: string[], env: Record<string, string> = {}) =>
  startCli(['train', data, '-o', run, '--ui', 'jsonl', ...tiny, ...args], folder, env);

/** As a terminal, its end or a service manager does it: to all processes of the command. */
function signalGroup({ child }: Running, signal: NodeJS.Signals): void {
  process.kill(-child.pid!, signal);
}

function expectNoneLeft({ child }: Running): void {
  expect(() => process.kill(-child.pid!, 0)).toThrow('ESRCH');
}

/** A phase of a training: how it is entered, and what a stopped run has left. */
interface PhaseCase {
  phase: string;
  start(run: string): Running;
  /** Told on one of the streams when the phase has begun. */
  until: string;
  left: 'nothing' | 'all' | 'a finished run';
  skip?: boolean;
}

const endless = ['--epochs', '100000'];
const phases: PhaseCase[] = [
  {
    phase: 'reading',
    start: (run) => train('many.csv', run, []),
    until: 'reading many.csv',
    left: 'nothing',
  },
  { phase: 'tokenising', start: (run) => train('many.csv', run, []), until: 'tokenising: ', left: 'nothing' },
  {
    phase: 'training',
    start: (run) => train('answers.csv', run, endless),
    until: '"type":"step","step":5,',
    left: 'all',
  },
  {
    phase: 'evaluating',
    start: (run) => train('answers.csv', run, [...endless, 'data.validation=many.csv']),
    until: '"phase":"evaluating"',
    left: 'all',
  },
  {
    phase: `saving ${needsLibrary}`,
    start: (run) =>
      train(
        'answers.csv',
        run,
        [...endless, 'checkpoint.everySteps=4'],
        withFault({ paths: ['/.step-4.'], at: 9, how: 'SLEEP' }),
      ),
    until: '"phase":"saving"',
    left: 'all',
    skip: faultyLibrary === null,
  },
  {
    phase: 'testing',
    start: (run) => train('answers.csv', run, ['--max-steps', '3', '--validation', '0', 'data.test=many.csv']),
    until: '"phase":"evaluating"',
    left: 'a finished run',
  },
];

describe.each(phases)('while $phase', ({ phase, start, until, left, skip }) => {
  test.skipIf(skip).each(signals)('%s ends it with %i', async (signal, code) => {
    const run = `${phase.split(' ')[0]}-${signal}`;
    const running = start(run);
    await running.until(until);
    signalGroup(running, signal);
    expect(await running.ended).toBe(code);
    expectNoneLeft(running);
    expect(running.stderr()).toBe('finishing the step, then saving (again to abort)\n');
    const path = join(folder, run);
    if (left === 'nothing') {
      expect(readdirSync(folder)).not.toContain(run);
      return;
    }
    const results = readJson(path, 'results.json');
    expect(results.reason).toBe(left === 'all' ? 'stopped' : 'finished');
    const { whole } = await leftBehind(path);
    expect(whole).toEqual({ steps: left === 'all' ? expect.arrayContaining([results.steps]) : [], best: true });
    expect(filesOf(path).filter((name) => /\.tmp|\.old|lock$/.test(name))).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('while installing the engine (skipped but on Linux)', () => {
  test.each(signals)('%s ends it with %i, and what it had started', async (signal, code) => {
    const place = mkdtempSync(join(tmpdir(), 'distiltune-'));
    const begun = join(place, 'begun');
    // A compiler, and a pip that takes long.
    for (const [name, script] of [
      ['g++', 'exit 0'],
      ['python3', `: > "${begun}"; exec /bin/sleep 300`],
    ]) {
      writeFileSync(join(place, name!), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const running = startCli(['engine', 'install', '--force'], folder, {
      DISTILTUNE_CACHE: join(place, 'cache'),
      PATH: place,
    });
    while (!existsSync(begun)) await sleep(50);
    signalGroup(running, signal);
    expect(await running.ended).toBe(code);
    expectNoneLeft(running);
    expect(running.stderr()).toMatch(/error: the installation was stopped; the next one begins where it can\n$/);
  });
});
