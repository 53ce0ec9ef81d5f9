import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import type { Ask, ControlAnswer } from '../control/protocol.ts';
import { livenessOf } from '../watch/liveness.ts';
import type { RunSource } from '../watch/source.ts';
import { createEventQueue } from './event-queue.ts';
import type { StampedEvent } from './events.ts';
import type { TrainJob } from './job.ts';
import { recordAbort } from './run-folder.ts';
import { type Launched, launchedOf, type OnStop, startTrainingProcess, stopBySignals } from './training-process.ts';

export type { Launched } from './training-process.ts';

export interface LaunchHandlers {
  onEvent(event: StampedEvent): void;
  onStop: OnStop;
}

/**
 * Trains in a process of its own. The first SIGINT, SIGTERM or SIGHUP has it finish its step, save and end; the second
 * ends it at once.
 * @throws what the training throws
 */
export async function launchTraining(job: TrainJob, context: Context, handlers: LaunchHandlers): Promise<Launched> {
  let folder: string | null = null;
  let rssBytes: number | null = null;
  // What a library prints is no result.
  const training = startTrainingProcess(context, { stdio: ['inherit', 2, 2, 'ipc'] }, (message) => {
    if (message.type !== 'event') return;
    if (message.event.type === 'run') folder = message.event.folder;
    if (message.event.type === 'resources') rssBytes = message.event.rssBytes;
    handlers.onEvent(message.event);
  });
  const signals = stopBySignals({
    onStop: handlers.onStop,
    stop: () => training.tell({ type: 'stop' }),
    kill: () => training.child.kill('SIGKILL'),
  });
  try {
    training.tell({ type: 'train', job, isDetachable: false });
    const { settings } = job;
    return launchedOf(await training.ended, { folder, signal: signals.first(), settings, rssBytes });
  } finally {
    signals.off();
  }
}

/** A training in a process of its own, to be looked at and steered. */
export interface DetachableRun extends RunSource {
  readonly control: Ask;
  /** As SIGINT to this process: the first stops the run with all saved, the second ends it at once. `done` tells the signal. */
  interrupt: () => Promise<ControlAnswer>;
  /** Leaves it going on without us; `done` resolves. */
  detach: () => void;
  /** Whether it has told how it ended, or that is about to be told. */
  isEnding: () => boolean;
  /** What it came to. Rejects with what the training throws. */
  done: Promise<Launched>;
}

/** A run that is asked to end at once has so much time to do so by itself. */
const abortMs = 1000;
const left: Launched = { outcome: null, signal: null, isAborted: false };

/**
 * Trains in a process that goes on when this one detaches or is killed. Signals to this process mean what they mean to
 * `launchTraining`'s, but for SIGHUP: a terminal that is closed leaves the run going on. Nothing here waits for the training process, whose steps hold its thread.
 */
export function launchDetachable(job: TrainJob, context: Context, { onStop }: { onStop: OnStop }): DetachableRun {
  const queue = createEventQueue();
  const unanswered = new Map<number, (answer: ControlAnswer) => void>();
  let ids = 0;
  let folder: string | null = null;
  let step = 0;
  let rssBytes: number | null = null;
  let isEnding = false;
  let isKilled = false;
  let ended: 'ended' | 'died' | null = null;

  // A group of its own: Ctrl-C at the terminal, and the terminal's end, are for this process.
  const training = startTrainingProcess(
    context,
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true },
    (message) => {
      if (message.type === 'answer') return answered(message.id, message.answer);
      const { event } = message;
      if (event.type === 'run') folder = event.folder;
      if (event.type === 'resources') rssBytes = event.rssBytes;
      if (event.type === 'step' || event.type === 'resume') step = event.step;
      if (event.type === 'results' || event.type === 'failure') isEnding = true;
      if (event.type === 'end' && (event.reason === 'aborted' || event.reason === 'diverged')) isEnding = true;
      queue.push(event);
    },
  );
  const { child } = training;
  const answered = (id: number, answer: ControlAnswer) => {
    unanswered.get(id)?.(answer);
    unanswered.delete(id);
  };
  const kill = () => {
    isKilled = true;
    child.kill('SIGKILL');
  };
  const control: Ask = (command) => {
    if (ended !== null) return Promise.resolve({ ok: false, reason: 'the run has ended' });
    if (command === 'abort') setTimeout(kill, abortMs).unref();
    return new Promise((resolve) => {
      unanswered.set(ids, resolve);
      training.tell({ type: 'control', id: ids++, command });
    });
  };
  const signals = stopBySignals({ onStop, stop: () => void control('stop'), kill, hangUp: () => detach() });
  const log = createLog([child.stdout!, child.stderr!]);
  const leaving = new AbortController();
  const close = () => {
    signals.off();
    queue.end();
  };
  const sent = training.tell({ type: 'train', job, isDetachable: true });

  const done = training.ended
    .then((end) => {
      const isAsked = isKilled || signals.first() !== null;
      ended = end.type === 'died' && !isAsked ? 'died' : 'ended';
      if (isKilled && folder !== null) recordAbort(folder, step);
      for (const id of unanswered.keys()) {
        answered(id, isKilled ? { ok: true, step } : { ok: false, reason: 'the run has ended' });
      }
      const { settings } = job;
      return launchedOf(end, { folder, signal: signals.first(), isKilled: isAsked, settings, rssBytes });
    })
    .finally(close);
  const leave = new Promise<Launched>((resolve) => leaving.signal.addEventListener('abort', () => resolve(left)));
  const doneOrLeft = Promise.race([done, leave]);
  // Who looks at the run only need not ask.
  doneOrLeft.catch(() => {});
  const detach = () => {
    close();
    leaving.abort();
    for (const stream of [child.stdout!, child.stderr!]) stream.destroy();
    child.unref();
    void sent.then(() => {
      if (child.connected) child.disconnect();
    });
  };

  return {
    control,
    interrupt: () => control(signals.mark('SIGINT') ? 'abort' : 'stop'),
    events: queue.batches,
    log: log.listen,
    folder: () => folder,
    isEnding: () => isEnding || ended !== null,
    liveness() {
      const state = ended ?? 'alive';
      if (folder === null) return { state, heartbeat: null, lastCheckpoint: null, resume: null };
      return { ...livenessOf(folder), state };
    },
    detach,
    done: doneOrLeft,
  };
}

const mostLines = 500;

/** Lines of streams: the last ones of before somebody listened, then all. */
function createLog(streams: Readable[]) {
  const early: string[] = [];
  let listener: ((line: string) => void) | undefined;
  for (const input of streams) {
    createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      if (listener !== undefined) return listener(line);
      early.push(line);
      if (early.length > mostLines) early.shift();
    });
  }
  return {
    listen(onLine: (line: string) => void) {
      listener = onLine;
      for (const line of early.splice(0)) onLine(line);
    },
  };
}
