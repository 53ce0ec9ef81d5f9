/** The process that trains: takes a job from its parent, tells what happens, and ends. */
import { DistiltuneError } from '../../src/errors.ts';
import { readEnvironment } from '../environment.ts';
import type { FromWorker, SentError, ToWorker } from './job.ts';

const controller = new AbortController();
const stop = () => controller.abort(new DistiltuneError('stopped'));
const send = (message: FromWorker) => {
  // A parent that is gone is told of by `disconnect`, which may come after the first failed message.
  if (process.connected) process.send!(message, undefined, undefined, () => {});
};

// A terminal sends Ctrl-C to the whole group, and a service manager its signals: the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// A parent that is gone can neither ask for more nor stop anything: save and end.
process.on('disconnect', stop);
process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') stop();
  else void work(message.job);
});

async function work(job: (ToWorker & { type: 'train' })['job']): Promise<void> {
  try {
    const { runTraining } = await import('./train-run.ts');
    const { startEngine } = await import('../start-engine.ts');
    const environment = readEnvironment();
    const outcome = await runTraining(job, {
      environment,
      // The parent tells which engine it is.
      startEngine: () => startEngine({ environment, note: () => {} }),
      onEvent: (event) => send({ type: 'event', event }),
      signal: controller.signal,
    });
    send({ type: 'done', outcome });
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) send({ type: 'stopped' });
    else send({ type: 'failed', error: sentError(error) });
  }
  // Lets the last message go out first.
  process.off('disconnect', stop);
  if (process.connected) process.disconnect();
}

function sentError(error: unknown): SentError {
  if (error instanceof DistiltuneError) {
    const { message, where, fix, exitCode, stack } = error;
    return { message, where, fix, exitCode, stack, isExpected: true };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack, exitCode: 1, isExpected: false };
}
