import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { RunScreen } from '../../cli/dashboard/run/run-screen.tsx';
import type { StampedEvent } from '../../cli/run/events.ts';
import { replayRun } from '../../cli/watch/replay.ts';
import type { RunSource } from '../../cli/watch/source.ts';
import { linesOf, writtenRun } from '../watch/log-file.ts';
import { openFrames } from './frames.ts';
import { at, diagnostics, startEvent, stepEvent } from './sample-run.ts';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** Megabytes that are held once all garbage is gone. */
function held(): number {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

/** What a run tells that goes on for long: every thousandth step is evaluated, with what went wrong. */
function* longRun(steps: number): Generator<StampedEvent> {
  yield at(0, { type: 'run', folder: 'runs/long', taken: null });
  yield at(0, { ...(startEvent as object), totalSteps: steps } as typeof startEvent);
  for (let step = 1; step <= steps; step++) {
    yield at(step / 10, stepEvent(step));
    if (step % 50 === 0) yield at(step / 10, { type: 'resources', step, rssBytes: 2 ** 30, cpuPercent: 180 });
    if (step % 1000 !== 0) continue;
    const metrics = { accuracy: 0.5 + step / steps / 4, loss: 0.5 };
    yield at(step / 10, { type: 'evaluation', step, epoch: 1, metrics, best: true, seconds: 1 });
    const texts = Array.from({ length: 20 }, (_, i) => `mistake ${i} of step ${step} `.repeat(12));
    const mistakes = texts.map((text) => ({ text, gold: 'positive', predicted: 'negative', score: 0.9 }));
    yield at(step / 10, {
      type: 'diagnostics',
      step,
      split: 'validation',
      diagnostics: { ...diagnostics, mistakes } as typeof diagnostics,
    });
    yield at(step / 10, { type: 'warning', step, message: `warning of step ${step} `.repeat(20) });
  }
}

test('a long log is played back in memory that does not grow with it', async () => {
  const steps = 100_000;
  const { folder, append } = writtenRun();
  let part: StampedEvent[] = [];
  for (const event of longRun(steps)) {
    part.push(event);
    if (part.length < 5000) continue;
    append(linesOf(part));
    part = [];
  }
  append(linesOf(part));
  const replay = replayRun(folder, { speed: Number.POSITIVE_INFINITY });
  const megabytes: number[] = [];
  let last = 0;
  const source: RunSource = {
    ...replay,
    async *events(signal) {
      for await (const batch of replay.events(signal)) {
        yield batch;
        last = batch.findLast((event) => event.type === 'step')?.step ?? last;
        if (last >= ((megabytes.length + 1) * steps) / 10) megabytes.push(held());
      }
    },
  };
  const screen = createElement(RunScreen, { source, commandLine: 'distiltune watch runs/long', onLeave: () => {} });
  const frames = openFrames(screen, { columns: 120, rows: 40 });
  try {
    await frames.until(/step 100000\/100000/, 60_000);
    expect(last).toBe(steps);
    expect(megabytes).toHaveLength(10);
    // The events between take a hundred megabytes.
    expect(Math.max(...megabytes.slice(2)) - megabytes[1]!).toBeLessThan(10);
    await frames.press('9');
    expect(frames.frame().join('\n')).toContain('mistake 0 of step 100000');
  } finally {
    await frames.close();
  }
});
