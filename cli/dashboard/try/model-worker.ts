/** The process that a model computes in while texts are typed: native kernels hold the thread they run on. */
import { findModel } from '../../../src/pipelines/find-model.ts';
import { readEnvironment } from '../../environment.ts';
import { describeError } from '../../report-error.ts';
import { startEngine } from '../../start-engine.ts';
import { loadTried, type Tried } from './load-tried.ts';
import type { FromModel, ToModel } from './messages.ts';

const send = (message: FromModel) => {
  if (process.connected) process.send!(message, undefined, undefined, () => {});
};
const fail = (id: number | null, error: unknown) => {
  const { message, where, fix } = describeError(error);
  send({ type: 'failure', id, error: { message, where, fix } });
};

// The parent decides what Ctrl-C means; without it there is nobody to answer.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

async function load(name: string): Promise<Tried> {
  const environment = readEnvironment();
  const found = await findModel(name, {
    ...environment.hub,
    onProgress: ({ file, done, total }) => {
      send({ type: 'progress', text: `${name}: ${file} ${Math.floor((100 * done) / total)} %` });
    },
  });
  return loadTried(found, await startEngine({ environment, note: () => {} }));
}

async function answer({ answer: compute }: Tried, { id, input }: ToModel): Promise<void> {
  try {
    const began = performance.now();
    const result = await compute(input);
    send({ type: 'answer', id, result, milliseconds: performance.now() - began });
  } catch (error) {
    fail(id, error);
  }
}

const waiting: ToModel[] = [];
let tried: Tried | null = null;
let isBusy = false;

async function work(): Promise<void> {
  if (tried === null || isBusy) return;
  isBusy = true;
  // What came while another was computed is stale but for the newest.
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    waiting.length = 0;
    await answer(tried, next);
  }
  isBusy = false;
}

process.on('message', (message: ToModel) => {
  waiting.push(message);
  void work();
});

try {
  tried = await load(process.argv[2]!);
  send({ type: 'ready', model: tried.model });
  await work();
} catch (error) {
  fail(null, error);
  process.disconnect?.();
}
