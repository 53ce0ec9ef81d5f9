import { join } from 'node:path';
import type { StampedEvent } from '../run/events.ts';
import { feedOf } from './follow-events.ts';
import { lastSaved } from './liveness.ts';
import { createPace } from './pace.ts';
import { parseRunEvent } from './parse-event.ts';
import type { Playback, RunSource } from './source.ts';

/** However long nothing happened, it is no longer waited for. */
const mostGapMs = 2000;
/** What happens within this is told at once. */
const togetherMs = 30;
/** Batches are bounded, so that a screen can look at its keys. */
const mostAtOnce = 1000;

/**
 * A run that has ended, as it went: its events as far apart as they were, divided by `speed` (Infinity: all at once), but no
 * further than 2 seconds. Of a run that goes on, what has happened so far.
 */
export function replayRun(
  folder: string,
  { speed }: { speed: number },
): RunSource & { playback: Playback; skipped(): number } {
  const feed = feedOf(join(folder, 'events.jsonl'), { parse: parseRunEvent, isOver: () => true });
  const pace = createPace(speed);
  let isDone = false;
  let heartbeat: Date | null = null;

  async function* events(signal: AbortSignal): AsyncGenerator<StampedEvent[]> {
    isDone = false;
    let batch: StampedEvent[] = [];
    let last = Number.POSITIVE_INFINITY;
    let step = 0;
    /** Milliseconds of the run that are still to be waited for. */
    let owed = 0;
    for await (const found of feed.events(signal)) {
      for (const event of found) {
        const time = Date.parse(event.time);
        if ('step' in event) step = event.step;
        owed += Math.min(Math.max(0, time - last), mostGapMs * pace.playback.speed);
        last = time;
        const waits = pace.isHeld(step) || pace.seconds(owed, step) * 1000 >= togetherMs;
        if (batch.length > 0 && (waits || batch.length === mostAtOnce)) {
          yield batch;
          batch = [];
        }
        if (waits) await pace.pass(owed, step, signal);
        if (waits || step < pace.target()) owed = 0;
        if (signal.aborted) return;
        batch.push(event);
        heartbeat = new Date(time);
      }
    }
    if (batch.length > 0) yield batch;
    isDone = !signal.aborted;
  }

  return {
    events,
    skipped: feed.skipped,
    liveness: () => ({
      state: isDone ? 'ended' : 'alive',
      heartbeat,
      lastCheckpoint: lastSaved(folder),
      resume: null,
    }),
    folder: () => folder,
    playback: pace.playback,
  };
}
