import { spawnSync } from 'node:child_process';
import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from '../../../src/engine/install/lock.ts';
import { temporaryFolder } from './fixtures.ts';

const lockFile = () => path.join(temporaryFolder(), 'deep', 'lock');

test('one holder at a time; the next one goes on when it is given back', async () => {
  const file = lockFile();
  const order: string[] = [];
  const release = await acquireLock(file);
  const second = acquireLock(file, { onWait: (holder) => order.push(`waits for ${holder}`) }).then((releaseSecond) => {
    order.push('has it');
    return releaseSecond;
  });
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  order.push('gives it back');
  await release();
  await (await second)();
  expect(order).toEqual([`waits for process ${process.pid}`, 'gives it back', 'has it']);
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  const file = path.join(temporaryFolder(), 'lock');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(file, JSON.stringify({ pid, host: os.hostname() }));
  const release = await acquireLock(file, { onWait: () => expect.unreachable('it is nobody’s') });
  await release();
});

test("another machine's lock is waited for while it is touched, and taken over when it is not", async () => {
  const file = path.join(temporaryFolder(), 'lock');
  writeFileSync(file, JSON.stringify({ pid: process.pid, host: 'elsewhere' }));
  const waits = acquireLock(file, { signal: AbortSignal.timeout(500) });
  await expect(waits).rejects.toThrow(/abort/i);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(file, longAgo, longAgo);
  const release = await acquireLock(file);
  await release();
  expect(existsSync(file)).toBe(false);
});
