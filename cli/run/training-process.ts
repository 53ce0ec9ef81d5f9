import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DistiltuneError } from '../../src/errors.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import type { Context } from '../context.ts';
import { engineVariables, exitCodeOf } from './engine-process.ts';
import type { FromWorker, SentError, ToWorker, TrainOutcome } from './job.ts';
import { memoryAdvice } from './out-of-memory.ts';
import { endStatus } from './run-folder.ts';

/** How a training process ended, by its last word; `died`: it left none. */
type Ending =
  | Exclude<FromWorker, { type: 'event' | 'answer' }>
  | { type: 'died'; code: number | null; signal: NodeJS.Signals | null };

export interface TrainingProcess {
  child: ChildProcess;
  /** Never waits for it. Resolves when the message is on its way, or it is gone. */
  tell(message: ToWorker): Promise<void>;
  ended: Promise<Ending>;
}

/** @param onMessage what it says before its last word */
export function startTrainingProcess(
  context: Context,
  options: { stdio: StdioOptions; detached?: boolean },
  onMessage: (message: Extract<FromWorker, { type: 'event' | 'answer' }>) => void,
): TrainingProcess {
  // TypeScript rewrites the ends of imports, not of other paths.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(fileURLToPath(new URL(`./worker.${extension}`, import.meta.url)), {
    env: engineVariables(context.environment),
    ...options,
  });
  let last: Ending | undefined;
  child.on('message', (message: FromWorker) => {
    if (message.type === 'event' || message.type === 'answer') onMessage(message);
    else last = message;
  });
  return {
    child,
    tell: (message) =>
      new Promise((resolve) => {
        if (child.connected) child.send(message, () => resolve());
        else resolve();
      }),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(last ?? { type: 'died', code, signal }));
    }),
  };
}

function errorOf({ message, where, fix, exitCode, stack, isExpected }: SentError): Error {
  const error = isExpected
    ? new DistiltuneError(message, {
        exitCode,
        ...(where === undefined ? {} : { where }),
        ...(fix === undefined ? {} : { fix }),
      })
    : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What ends a process that gets no memory: the system (SIGKILL), or the process itself (SIGABRT). */
const memorySignals: (NodeJS.Signals | null)[] = ['SIGKILL', 'SIGABRT'];

function diedError(
  { code, signal }: Ending & { type: 'died' },
  { folder, settings, rssBytes }: { folder: string | null; settings: Settings; rssBytes: number | null },
): DistiltuneError {
  const how = signal === null ? `with code ${code}` : `by ${signal} (${exitCodeOf(signal)})`;
  const held = rssBytes === null ? '' : `, it held ${gigabytes(rssBytes)} of this machine's ${gigabytes(totalmem())}`;
  return new DistiltuneError(`the training process ended unexpectedly, ${how}`, {
    fix: memorySignals.includes(signal)
      ? `the system may have run out of memory${held}: ${memoryAdvice(settings, folder)}`
      : 'run it again with -v; `distiltune engine info` tries the engine out',
  });
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** A signal asks to stop. `again`: for the second time, and the run is given up. */
export type OnStop = (signal: NodeJS.Signals, again: boolean) => void;

/** What the signals to this process mean for a training process: the first to stop, the second to give up. */
export function stopBySignals(does: { onStop: OnStop; stop(): void; kill(): void; hangUp?(): void }) {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let first: NodeJS.Signals | null = null;
  const mark = (signal: NodeJS.Signals) => {
    const again = first !== null;
    first ??= signal;
    return again;
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP' && does.hangUp !== undefined) return does.hangUp();
    const again = mark(signal);
    does.onStop(signal, again);
    if (again) does.kill();
    else does.stop();
  };
  for (const name of names) process.on(name, onSignal);
  return {
    /** The signal that came first, if any. */
    first: () => first,
    /** Counts as that signal, and does nothing. Returns whether there was one before. */
    mark,
    off() {
      for (const name of names) process.off(name, onSignal);
    },
  };
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
 * What a training process came to. Where it died, its folder is told how.
 * @throws what the training threw; that it died unasked
 */
export function launchedOf(
  end: Ending,
  asked: {
    folder: string | null;
    signal: NodeJS.Signals | null;
    isKilled?: boolean;
    settings: Settings;
    /** Bytes of memory that it held when it last told; null where it has not. */
    rssBytes: number | null;
  },
): Launched {
  const { folder, signal, isKilled = signal !== null } = asked;
  if (end.type === 'failed') throw errorOf(end.error);
  if (end.type === 'died') {
    if (folder !== null) endStatus(folder, isKilled ? 'aborted' : 'failed');
    if (!isKilled) throw diedError(end, asked);
  }
  const outcome = end.type === 'done' ? end.outcome : null;
  return { outcome, signal, isAborted: end.type === 'aborted' || end.type === 'died' };
}
