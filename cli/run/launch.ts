import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DistiltuneError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import { engineVariables, exitCodeOf } from './engine-process.ts';
import type { StampedEvent } from './events.ts';
import type { FromWorker, SentError, ToWorker, TrainJob, TrainOutcome } from './job.ts';
import { endStatus } from './run-folder.ts';

export interface LaunchHandlers {
  onEvent(event: StampedEvent): void;
  /** A signal asks to stop. `again`: for the second time, and the run is given up. */
  onStop(signal: NodeJS.Signals, again: boolean): void;
}

export interface Launched {
  /** Null where it was stopped before the first step, given up, or a dry run. */
  outcome: TrainOutcome;
  /** The signal that stopped it, if any. */
  signal: NodeJS.Signals | null;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Trains in a process of its own. The first SIGINT, SIGTERM or SIGHUP has it finish its step, save and end; the second
 * ends it at once.
 * @throws what the training throws
 */
export async function launchTraining(job: TrainJob, context: Context, handlers: LaunchHandlers): Promise<Launched> {
  // TypeScript rewrites the ends of imports, not of other paths.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(fileURLToPath(new URL(`./worker.${extension}`, import.meta.url)), {
    env: engineVariables(context.environment),
    // What a library prints is no result.
    stdio: ['inherit', 2, 2, 'ipc'],
  });
  const tell = (message: ToWorker) => {
    if (child.connected) child.send(message, () => {});
  };
  let stoppedBy: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    const again = stoppedBy !== null;
    handlers.onStop(signal, again);
    if (again) child.kill('SIGKILL');
    else tell({ type: 'stop' });
    stoppedBy ??= signal;
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    tell({ type: 'train', job });
    let folder: string | undefined;
    const end = await ending(child, (event) => {
      if (event.type === 'run') folder = event.folder;
      handlers.onEvent(event);
    });
    if (end.type === 'died' && folder !== undefined) endStatus(folder, stoppedBy === null ? 'failed' : 'aborted');
    if (end.type === 'done') return { outcome: end.outcome, signal: stoppedBy };
    if (end.type === 'failed') throw errorOf(end.error);
    if (end.type === 'stopped' || stoppedBy !== null) return { outcome: null, signal: stoppedBy };
    throw died(end);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

type Ending =
  | Exclude<FromWorker, { type: 'event' }>
  | { type: 'died'; code: number | null; signal: NodeJS.Signals | null };

function ending(child: ChildProcess, onEvent: LaunchHandlers['onEvent']): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let last: Ending | undefined;
    child.on('message', (message: FromWorker) => {
      if (message.type === 'event') onEvent(message.event);
      else last = message;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(last ?? { type: 'died', code, signal }));
  });
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

function died({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }): DistiltuneError {
  const how = signal === null ? `with code ${code}` : `by ${signal} (${exitCodeOf(signal)})`;
  return new DistiltuneError(`the training process ended unexpectedly, ${how}`, {
    fix:
      signal === 'SIGKILL'
        ? 'the system may have run out of memory: try accumulate=2, a smaller --batch-size or --max-length'
        : 'run it again with -v; `distiltune engine info` tries the engine out',
  });
}
