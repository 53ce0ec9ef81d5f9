import { pauseForEvents } from '../engine/pause.ts';
import { DivergedError } from '../errors.ts';
import type { ControlAnswer, ControlRequest, TrainControl } from './control.ts';
import type { ControlEvent, TrainEvent } from './events.ts';

/** What the loop can do between two steps. */
export interface ControlActions {
  /** Steps done. */
  step: number;
  save(): AsyncGenerator<TrainEvent>;
  /** Absent: there is nothing to evaluate on. The generator returns false when it was cut short. */
  evaluate: (() => AsyncGenerator<TrainEvent, boolean>) | undefined;
}

/**
 * Carries out what was asked for, in the order of asking, and while paused waits for more. Nothing that is random is drawn, and no
 * weight changes. A wait holds no timer and no thread.
 * @param stopping ends a pause
 * @returns the request that the run is to end by; null: it goes on
 */
export async function* followControl(
  control: TrainControl,
  stopping: AbortSignal,
  { step, save, evaluate }: ControlActions,
): AsyncGenerator<TrainEvent, ControlRequest | null> {
  let isPaused = false;
  for (;;) {
    const request = control.take();
    if (request === undefined) {
      if (!isPaused || stopping.aborted) return null;
      await arrivalOrAbort(control, stopping);
      continue;
    }
    const { command } = request;
    if (command === 'stop' || command === 'abort') return request;
    let answer: ControlAnswer = { ok: true, step };
    if (command === 'pause' || command === 'resume') {
      if (isPaused !== (command === 'pause')) {
        isPaused = !isPaused;
        yield { type: 'phase', phase: isPaused ? 'paused' : 'training', step };
      }
    } else {
      answer = command === 'save' ? yield* savedAnswer(save(), step) : yield* evaluatedAnswer(evaluate?.(), step);
      yield { type: 'phase', phase: isPaused ? 'paused' : 'training', step };
    }
    yield* settle(request, answer, step);
    // Lets the answer go out: the next step may hold the thread for long.
    await pauseForEvents();
  }
}

function arrivalOrAbort(control: TrainControl, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener('abort', go);
      resolve();
    };
    signal.addEventListener('abort', go);
    void control.arrival().then(go);
  });
}

/** Tells what became of a request, to those who follow the run and to the one who asked. */
export function* settle(
  { command, answer: tell }: ControlRequest,
  answer: ControlAnswer,
  step: number,
): Generator<ControlEvent> {
  if (answer.ok) yield { type: 'control', command, state: 'done', step };
  else yield { type: 'control', command, state: 'refused', step, reason: answer.reason };
  tell(answer);
}

/** A run that could save by itself before does not end because one more copy finds no room. */
async function* savedAnswer(
  saving: AsyncGenerator<TrainEvent>,
  step: number,
): AsyncGenerator<TrainEvent, ControlAnswer> {
  try {
    yield* saving;
    return { ok: true, step };
  } catch (error) {
    if (error instanceof DivergedError) throw error;
    return { ok: false, reason: `it could not be saved: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function* evaluatedAnswer(
  evaluating: AsyncGenerator<TrainEvent, boolean> | undefined,
  step: number,
): AsyncGenerator<TrainEvent, ControlAnswer> {
  if (evaluating === undefined) return { ok: false, reason: 'there are no examples to evaluate on' };
  const isMeasured = yield* evaluating;
  return isMeasured ? { ok: true, step } : { ok: false, reason: 'the run was stopped meanwhile' };
}
