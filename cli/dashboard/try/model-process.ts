import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DistiltuneError } from '../../../src/errors.ts';
import type { Context } from '../../context.ts';
import { engineVariables } from '../../run/engine-process.ts';
import type { FromModel, ToldError, ToModel, TriedInput, TriedModel, TriedResult } from './messages.ts';

export interface ModelHandlers {
  /** How far the model is fetched, in words. */
  onProgress(text: string): void;
  onReady(model: TriedModel): void;
  /** What the model says of the input asked for with that number. */
  onAnswer(id: number, result: TriedResult, milliseconds: number): void;
  /** `id` null: the model cannot be used. */
  onFailure(id: number | null, error: Error): void;
}

/** A model that is loaded in a process of its own. */
export interface ModelProcess {
  /** Of inputs that wait, the newest alone is computed. @returns its number */
  ask(input: TriedInput): number;
  close(): void;
}

/** @param name a run's folder, a model's, or a name of the hub */
export type StartModel = (name: string, context: Pick<Context, 'environment'>, handlers: ModelHandlers) => ModelProcess;

export const startModelProcess: StartModel = (name, { environment }, handlers) => {
  // TypeScript rewrites the ends of imports, not of other paths.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(fileURLToPath(new URL(`./model-worker.${extension}`, import.meta.url)), [name], {
    env: engineVariables(environment),
    // What libraries print would be written across the screen.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let asked = 0;
  let hasFailed = false;
  let isClosed = false;
  const fail = (error: Error) => {
    if (isClosed || hasFailed) return;
    hasFailed = true;
    handlers.onFailure(null, error);
  };
  child.on('message', (message: FromModel) => {
    if (isClosed) return;
    if (message.type === 'progress') handlers.onProgress(message.text);
    else if (message.type === 'ready') handlers.onReady(message.model);
    else if (message.type === 'answer') handlers.onAnswer(message.id, message.result, message.milliseconds);
    else if (message.id === null) fail(errorOf(message.error));
    else handlers.onFailure(message.id, errorOf(message.error));
  });
  child.once('error', fail);
  child.once('close', (code, signal) => {
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    fail(new DistiltuneError(`the model's process ended, ${how}`, { fix: 'choose the model again' }));
  });
  return {
    ask(input) {
      const message: ToModel = { type: 'ask', id: ++asked, input };
      if (child.connected) child.send(message, () => {});
      return asked;
    },
    close() {
      isClosed = true;
      child.kill('SIGKILL');
    },
  };
};

function errorOf({ message, where, fix }: ToldError): Error {
  return new DistiltuneError(message, {
    ...(where === null ? {} : { where }),
    ...(fix === null ? {} : { fix }),
  });
}
