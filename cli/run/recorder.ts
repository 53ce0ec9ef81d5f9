import type { AnyEvent, StampedEvent } from './events.ts';
import type { RunLog } from './run-folder.ts';

/** Stamps events and hands them on; writes them to the run folder, those of before it existed too. */
export function createRecorder(onEvent: (event: StampedEvent) => void) {
  const early: StampedEvent[] = [];
  let log: RunLog | undefined;
  return {
    emit(event: AnyEvent) {
      const stamped: StampedEvent = { v: 1, time: new Date().toISOString(), ...event };
      onEvent(stamped);
      if (event.type === 'progress') return;
      if (log === undefined) early.push(stamped);
      else log.event(stamped);
    },
    /** @param isResumed the log has those of before already */
    writeTo(opened: RunLog, isResumed: boolean) {
      log = opened;
      if (!isResumed) for (const event of early) log.event(event);
    },
    end: (state: Parameters<RunLog['end']>[0]) => log?.end(state),
  };
}
