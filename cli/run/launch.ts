import type { Context } from '../context.ts';
import type { StampedEvent } from './events.ts';
import type { TrainJob, TrainOutcome } from './job.ts';
import { endStatus } from './run-folder.ts';
import { diedError, type Ending, errorOf, startTrainingProcess } from './training-process.ts';

export interface LaunchHandlers {
  onEvent(event: StampedEvent): void;
  /** A signal asks to stop. `again`: for the second time, and the run is given up. */
  onStop(signal: NodeJS.Signals, again: boolean): void;
}

export interface Launched {
  /** Null where it was stopped before the first step, aborted, left, or a dry run. */
  outcome: TrainOutcome;
  /** The signal that stopped it, if any. */
  signal: NodeJS.Signals | null;
  /** It was asked to end at once: what had been saved before is there. */
  isAborted: boolean;
}

/**
 * Trains in a process of its own. The first SIGINT, SIGTERM or SIGHUP has it finish its step, save and end; the second
 * ends it at once.
 * @throws what the training throws
 */
export async function launchTraining(job: TrainJob, context: Context, handlers: LaunchHandlers): Promise<Launched> {
  let folder: string | null = null;
  // What a library prints is no result.
  const training = startTrainingProcess(context, { stdio: ['inherit', 2, 2, 'ipc'] }, (message) => {
    if (message.type !== 'event') return;
    if (message.event.type === 'run') folder = message.event.folder;
    handlers.onEvent(message.event);
  });
  const signals = stopBySignals({
    onStop: handlers.onStop,
    stop: () => training.tell({ type: 'stop' }),
    kill: () => training.child.kill('SIGKILL'),
  });
  try {
    training.tell({ type: 'train', job, isDetachable: false });
    return launchedOf(await training.ended, { folder, signal: signals.first() });
  } finally {
    signals.off();
  }
}

/** What the signals to this process mean for a training process: the first to stop, the second to give up. */
export function stopBySignals(does: { onStop: LaunchHandlers['onStop']; stop(): void; kill(): void }) {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let first: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    const again = first !== null;
    does.onStop(signal, again);
    if (again) does.kill();
    else does.stop();
    first ??= signal;
  };
  for (const name of names) process.on(name, onSignal);
  return {
    /** The signal that came first, if any. */
    first: () => first,
    off() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/**
 * What a training process came to. Where it died, its folder is told how.
 * @throws what the training threw; that it died unasked
 */
export function launchedOf(
  end: Ending,
  asked: { folder: string | null; signal: NodeJS.Signals | null; isKilled?: boolean },
): Launched {
  const { folder, signal, isKilled = signal !== null } = asked;
  if (end.type === 'failed') throw errorOf(end.error);
  if (end.type === 'died') {
    if (folder !== null) endStatus(folder, isKilled ? 'aborted' : 'failed');
    if (!isKilled) throw diedError(end);
  }
  const outcome = end.type === 'done' ? end.outcome : null;
  return { outcome, signal, isAborted: end.type === 'aborted' || end.type === 'died' };
}
