import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { RunScreen } from '../../cli/dashboard/run/run-screen.tsx';
import { followRun } from '../../cli/watch/follow.ts';
import { linesOf, steps, writtenRun } from '../watch/log-file.ts';
import { openFrames } from './frames.ts';
import { settings } from './sample-run.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Lets all happen that waits for nothing but its turn, or the disk. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('a process that is killed is told dead within five seconds of the clock', async () => {
  const trainer = spawn('sleep', ['600']);
  await once(trainer, 'spawn');
  const run = writtenRun(linesOf(steps(1, 90)));
  run.status({ pid: trainer.pid!, step: 90 });
  writeFileSync(join(run.folder, 'config.json'), JSON.stringify(settings));
  for (const step of [40, 80]) mkdirSync(join(run.folder, `checkpoints/step-${step}`), { recursive: true });

  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.now() });
  const source = followRun(run.folder);
  const frames = openFrames(createElement(RunScreen, { source, commandLine: 'distiltune watch', onLeave: () => {} }), {
    columns: 120,
    rows: 40,
  });
  const text = () => frames.frame().join('\n');
  const pass = async (seconds: number) => {
    for (let tick = 0; tick < 5 * seconds; tick++) {
      vi.advanceTimersByTime(200);
      await turns();
    }
  };
  try {
    while (!/step 90/.test(text())) await pass(1);
    await pass(60);
    // It has not been heard of for a minute, as in a long step, but it is there.
    expect(text()).toMatch(/● [A-Z]+/);
    expect(text()).not.toContain('DIED');
    trainer.kill('SIGKILL');
    await once(trainer, 'exit');
    await pass(5);
    expect(text()).toMatch(/✗ DIED/);
    // Long paths are broken into lines.
    const words = frames
      .frame()
      .map((row) => row.slice(0, 76))
      .join('')
      .replaceAll(' ', '');
    expect(words).toContain(`Lastcheckpoint:${join(run.folder, 'checkpoints/step-80')}Goon`);
    expect(words).toContain(`Goonwithit:distiltunetrain--resume${run.folder}folder`);
  } finally {
    trainer.kill('SIGKILL');
    vi.useRealTimers();
    await frames.close();
  }
});
