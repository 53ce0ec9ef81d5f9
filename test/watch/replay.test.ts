import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StampedEvent } from '../../cli/run/events.ts';
import { replayRun } from '../../cli/watch/replay.ts';
import { linesOf, step, steps, writtenRun } from './log-file.ts';

const forever = new AbortController().signal;

async function all(source: ReturnType<typeof replayRun>, onBatch: (batch: StampedEvent[]) => void = () => {}) {
  const events: StampedEvent[] = [];
  for await (const batch of source.events(forever)) {
    events.push(...batch);
    onBatch(batch);
  }
  return events;
}

test('at any speed all events come in their order; then it has ended', async () => {
  const run = writtenRun(linesOf(steps(1, 5000)));
  const source = replayRun(run.folder, { speed: Number.POSITIVE_INFINITY });
  expect(source.liveness().state).toBe('alive');
  const sizes: number[] = [];
  expect(await all(source, ({ length }) => sizes.push(length))).toEqual(steps(1, 5000));
  expect(Math.max(...sizes)).toBe(1000);
  expect(source.liveness()).toEqual({
    state: 'ended',
    heartbeat: new Date(step(5000).time),
    lastCheckpoint: null,
    resume: null,
  });
  expect([source.control, source.detach]).toEqual([undefined, undefined]);
});

test('events are as far apart as they were, divided by the speed', async () => {
  const run = writtenRun(linesOf([step(1, 0), step(2, 40), step(3, 40.001), step(4, 100)]));
  const at: [number[], number][] = [];
  const began = performance.now();
  await all(replayRun(run.folder, { speed: 200 }), (batch) => {
    at.push([batch.map((event) => ('step' in event ? event.step : 0)), performance.now() - began]);
  });
  expect(at.map(([numbers]) => numbers)).toEqual([[1], [2, 3], [4]]);
  // A timer may come late, but not early.
  expect(at[1]![1]).toBeGreaterThan(195);
  expect(at[2]![1]).toBeGreaterThan(495);
});

test('a long time without events is cut short', async () => {
  const run = writtenRun(linesOf([step(1, 0), step(2, 3600 * 24)]));
  expect(await all(replayRun(run.folder, { speed: 1 }))).toHaveLength(2);
});

test('paused it waits; it jumps to a step and goes on from there; the speed may change meanwhile', async () => {
  const run = writtenRun(linesOf(steps(1, 60)));
  const source = replayRun(run.folder, { speed: 0.001 });
  const { playback } = source;
  playback.pause();
  const events: StampedEvent[] = [];
  const reading = all(source, (batch) => {
    events.push(...batch);
    if (events.length === 49) {
      expect(playback.isPaused).toBe(true);
      playback.resume();
      playback.speed = Number.POSITIVE_INFINITY;
    }
  });
  // By then it waits; were it later, nothing would be other.
  await sleep(50);
  playback.jumpTo(50);
  expect(await reading).toEqual(steps(1, 60));
  expect([playback.isPaused, playback.speed]).toEqual([false, Number.POSITIVE_INFINITY]);
});

test('aborting ends it while it waits', async () => {
  const run = writtenRun(linesOf(steps(1, 3)));
  const source = replayRun(run.folder, { speed: 0.001 });
  const stop = new AbortController();
  const events: StampedEvent[] = [];
  for await (const batch of source.events(stop.signal)) {
    events.push(...batch);
    setTimeout(() => stop.abort(), 10);
  }
  expect(events).toEqual(steps(1, 1));
  expect(source.liveness().state).toBe('alive');
});
