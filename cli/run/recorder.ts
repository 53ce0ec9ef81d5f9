import type { AnyEvent, StampedEvent } from './events.ts';
import type { RunLog } from './run-folder.ts';

/** Stamps events and hands them on; writes them to the run folder, those of before it existed too. */
export function createRecorder(onEvent: (event: StampedEvent) => void) {
  const early: StampedEvent[] = [];
  let log: RunLog | undefined;
  let isOver = false;
  let step = 0;
  return {
    emit(event: AnyEvent) {
      const stamped: StampedEvent = { v: 1, time: new Date().toISOString(), ...event };
      if (event.type === 'step' || event.type === 'resume') step = event.step;
      onEvent(stamped);
      if (event.type === 'progress' || isOver) return;
      if (log === undefined) early.push(stamped);
      else log.event(stamped);
    },
    /** The last step that was done. */
    step: () => step,
    /** @param isResumed the log has those of before already */
    writeTo(opened: RunLog, isResumed: boolean) {
      log = opened;
      if (!isResumed) for (const event of early) log.event(event);
    },
    /** The last words of the log; what is still to come goes to `onEvent` only. */
    end(state: Parameters<RunLog['end']>[0]) {
      isOver = true;
      log?.end(state);
    },
  };
}
