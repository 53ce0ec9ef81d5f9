import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DistiltuneError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import { engineVariables, exitCodeOf } from './engine-process.ts';
import type { FromWorker, SentError, ToWorker } from './job.ts';

/** How a training process ended, by its last word; `died`: it left none. */
export type Ending =
  | Exclude<FromWorker, { type: 'event' | 'answer' }>
  | { type: 'died'; code: number | null; signal: NodeJS.Signals | null };

export interface TrainingProcess {
  child: ChildProcess;
  /** Does nothing when it is gone. Never waits for it. */
  tell(message: ToWorker): void;
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
    tell(message) {
      if (child.connected) child.send(message, () => {});
    },
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(last ?? { type: 'died', code, signal }));
    }),
  };
}

export function errorOf({ message, where, fix, exitCode, stack, isExpected }: SentError): Error {
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

export function diedError({ code, signal }: Ending & { type: 'died' }): DistiltuneError {
  const how = signal === null ? `with code ${code}` : `by ${signal} (${exitCodeOf(signal)})`;
  return new DistiltuneError(`the training process ended unexpectedly, ${how}`, {
    fix:
      signal === 'SIGKILL'
        ? 'the system may have run out of memory: try accumulate=2, a smaller --batch-size or --max-length'
        : 'run it again with -v; `distiltune engine info` tries the engine out',
  });
}
