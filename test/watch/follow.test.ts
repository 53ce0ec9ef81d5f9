import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StampedEvent } from '../../cli/run/events.ts';
import { followRun } from '../../cli/watch/follow.ts';
import { lineOf, linesOf, step, steps, writtenRun } from './log-file.ts';

const forever = new AbortController().signal;

/** Reads along, and gives what has come when there are so many events, or all of it at the end. */
function reader(source: ReturnType<typeof followRun>) {
  const events: StampedEvent[] = [];
  const batches: number[] = [];
  const waiting = new Set<() => void>();
  const told = () => {
    for (const check of [...waiting]) check();
  };
  let restarts = 0;
  source.onRestart?.(() => {
    restarts++;
    events.length = 0;
  });
  const ended = (async () => {
    for await (const batch of source.events(forever)) {
      batches.push(batch.length);
      events.push(...batch);
      told();
    }
  })();
  const until = (count: number) =>
    new Promise<StampedEvent[]>((resolve) => {
      const check = () => {
        if (events.length < count) return;
        waiting.delete(check);
        resolve([...events]);
      };
      waiting.add(check);
      check();
    });
  return { until, ended: ended.then(() => events), batches, restarts: () => restarts };
}

test('a log is read from its beginning, then as it grows; a line half written is waited for', async () => {
  const run = writtenRun(linesOf(steps(1, 3)));
  const read = reader(followRun(run.folder));
  expect(await read.until(3)).toEqual(steps(1, 3));
  const fourth = lineOf(step(4));
  run.append(fourth.slice(0, 20));
  run.append(fourth.slice(20) + lineOf(step(5)).slice(0, 5));
  expect(await read.until(4)).toEqual(steps(1, 4));
  run.append(lineOf(step(5)).slice(5));
  run.status({ state: 'finished' });
  expect(await read.ended).toEqual(steps(1, 5));
  expect(read.restarts()).toBe(0);
});

test('texts of several bytes a character are whole where a chunk ends within one', async () => {
  const warnings = Array.from({ length: 3000 }, (_, i) => {
    return { v: 1, time: step(i).time, type: 'warning', step: i, message: '\u{1f600}é'.repeat(1 + (i % 40)) };
  });
  const run = writtenRun(linesOf(warnings));
  run.status({ state: 'finished' });
  const read = reader(followRun(run.folder));
  expect(await read.ended).toEqual(warnings);
});

test('a long log comes in batches of bounded size', async () => {
  const run = writtenRun(linesOf(steps(1, 20_000)));
  run.status({ state: 'finished' });
  const read = reader(followRun(run.folder));
  expect(await read.ended).toEqual(steps(1, 20_000));
  expect(read.batches.length).toBeGreaterThan(10);
  expect(Math.max(...read.batches)).toBeLessThan(2500);
});

test('a log that was cut back, or is another run, begins anew', async () => {
  const run = writtenRun(linesOf(steps(1, 9)));
  const read = reader(followRun(run.folder));
  await read.until(9);
  const again = [...steps(1, 4), { ...step(4), type: 'resume' as const, from: 'checkpoints/step-4' }, step(5, 99)];
  run.replace(linesOf(again));
  run.status({ state: 'stopped' });
  expect(await read.ended).toEqual(again);
  expect(read.restarts()).toBe(1);
});

test('damaged lines and kinds of another version are left out and counted', async () => {
  const odd = ['{"v":1,"type":"step"', '', 'null', '{"v":2,"time":"2026-01-01","type":"step"}', '[]'];
  const later = lineOf({ v: 1, time: step(2).time, type: 'hologram' });
  const run = writtenRun(`${lineOf(step(1))}${odd.join('\n')}\n${later}${lineOf(step(2))}`);
  run.status({ state: 'finished' });
  const source = followRun(run.folder);
  expect(await reader(source).ended).toEqual(steps(1, 2));
  expect(source.skipped()).toBe(6);
});

test('a log that is not there yet is waited for', async () => {
  const run = writtenRun();
  rmSync(join(run.folder, 'events.jsonl'));
  const read = reader(followRun(run.folder));
  run.append(linesOf(steps(1, 2)));
  expect(await read.until(2)).toEqual(steps(1, 2));
  run.status({ state: 'finished' });
  await read.ended;
});

test.skipIf(process.getuid?.() === 0)('one that cannot be read is an error that says so', async () => {
  const run = writtenRun();
  chmodSync(join(run.folder, 'events.jsonl'), 0);
  await expect(reader(followRun(run.folder)).ended).rejects.toThrow('the events cannot be read');
});

test('aborting ends it quietly', async () => {
  const run = writtenRun(linesOf(steps(1, 2)));
  const stop = new AbortController();
  const read: StampedEvent[] = [];
  for await (const batch of followRun(run.folder).events(stop.signal)) {
    read.push(...batch);
    stop.abort();
  }
  expect(read).toEqual(steps(1, 2));
});

async function sleeper() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

test('a run whose process was killed has died; it names what is saved and how to go on', async () => {
  const run = writtenRun(linesOf(steps(1, 7)));
  const child = await sleeper();
  run.status({ pid: child.pid! });
  for (const name of ['checkpoints/step-5', 'checkpoints/step-10', 'checkpoints/.step-12.tmp']) {
    mkdirSync(join(run.folder, name), { recursive: true });
    writeFileSync(join(run.folder, name, 'state.json'), '{}');
  }
  const source = followRun(run.folder);
  const read = reader(source);
  await read.until(7);
  expect(source.liveness().state).toBe('alive');
  expect(source.control).toBeTypeOf('function');
  child.kill('SIGKILL');
  expect(await read.ended).toEqual(steps(1, 7));
  expect(source.liveness()).toEqual({
    state: 'died',
    heartbeat: expect.any(Date),
    lastCheckpoint: join(run.folder, 'checkpoints/step-10'),
    resume: `distiltune train --resume ${run.folder}`,
  });
  expect(source.control).toBeUndefined();
});

test('where its parent noted that it failed, a run that said nothing itself has died all the same', async () => {
  const silent = writtenRun(linesOf(steps(1, 2)));
  silent.status({ state: 'failed' });
  const source = followRun(silent.folder);
  await reader(source).ended;
  expect(source.liveness().state).toBe('died');
  const spoken = writtenRun(linesOf([step(1), { v: 1, time: step(2).time, type: 'failure', message: 'no' }]));
  spoken.status({ state: 'failed' });
  const other = followRun(spoken.folder);
  await reader(other).ended;
  expect(other.liveness().state).toBe('ended');
});

test('one that has ended well has nothing to go on with', () => {
  const run = writtenRun();
  mkdirSync(join(run.folder, 'model'));
  writeFileSync(join(run.folder, 'model/config.json'), '{}');
  run.status({ state: 'finished', heartbeat: '2026-01-01T00:00:00.000Z' });
  expect(followRun(run.folder).liveness()).toEqual({
    state: 'ended',
    heartbeat: new Date('2026-01-01T00:00:00.000Z'),
    lastCheckpoint: join(run.folder, 'model'),
    resume: null,
  });
});

test.runIf(process.platform === 'linux')('a later process that was given its number is not the run', () => {
  const run = writtenRun();
  run.status({ pid: process.pid, heartbeat: '2020-01-01T00:00:00.000Z' });
  expect(followRun(run.folder).liveness().state).toBe('died');
  run.status({ pid: process.pid });
  expect(followRun(run.folder).liveness().state).toBe('alive');
});
