import type { AnyEvent, StampedEvent } from './events.ts';
import type { RunStatus } from './run-folder.ts';
import type { RunLog } from './run-log.ts';

export type Recorder = ReturnType<typeof createRecorder>;

/** Stamps events and hands them on; writes them to the run folder, those of before it existed too. */
export function createRecorder(onEvent: (event: StampedEvent) => void) {
  const early: StampedEvent[] = [];
  let log: RunLog | undefined;
  let isOver = false;
  let step = 0;
  const end = (state: RunStatus['state']) => {
    isOver = true;
    log?.end(state);
  };
  return {
    emit(event: AnyEvent) {
      const stamped: StampedEvent = { v: 1, time: new Date().toISOString(), ...event };
      if (event.type === 'step' || event.type === 'resume') step = event.step;
      // Nobody is told what the log does not have.
      if (event.type !== 'progress' && !isOver) {
        if (log === undefined) early.push(stamped);
        else log.event(stamped);
      }
      onEvent(stamped);
    },
    /** The last step that was done. */
    step: () => step,
    /** @param isResumed the log has those of before already */
    writeTo(opened: RunLog, isResumed: boolean) {
      log = opened;
      if (!isResumed) for (const event of early) log.event(event);
    },
    /** The last words of the log; what is still to come goes to `onEvent` only. @throws where the log could not be written */
    end,
    /** The same of a run that has failed, which says what is worse. */
    fail(state: RunStatus['state']) {
      if (isOver) return;
      try {
        end(state);
      } catch {}
    },
  };
}
