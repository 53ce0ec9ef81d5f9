/** The process that trains: takes a job from its parent, tells what happens, and ends. */

import { DistiltuneError } from '../../src/errors.ts';
import { createControl } from '../../src/trainer/control.ts';
import { readEnvironment } from '../environment.ts';
import type { FromWorker, SentError, ToWorker } from './job.ts';

const controller = new AbortController();
const control = createControl(controller);
const stop = () => controller.abort(new DistiltuneError('stopped'));
const send = (message: FromWorker) => {
  // A parent that is gone is told of by `disconnect`, which may come after the first failed message.
  if (process.connected) process.send!(message, undefined, undefined, () => {});
};

let isDetachable = false;
// A terminal sends Ctrl-C to the whole group, and a service manager its signals: the parent decides what they mean. A run that has
// lost its parent decides itself; the end of a login that it has outlived is not meant for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (process.connected || signal === 'SIGHUP') return;
    void control.ask(controller.signal.aborted ? 'abort' : 'stop');
  });
}
// A parent that is gone can neither ask for more nor stop anything: save and end, unless it is to go on alone.
const onDisconnect = () => {
  if (!isDetachable) stop();
};
process.on('disconnect', onDisconnect);
process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') stop();
  else if (message.type === 'train') {
    isDetachable = message.isDetachable;
    void work(message.job);
  } else {
    const { id } = message;
    void control.ask(message.command).then((answer) => send({ type: 'answer', id, answer }));
  }
});
// What libraries print goes to a parent that may be gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

async function work(job: (ToWorker & { type: 'train' })['job']): Promise<void> {
  try {
    const { runTraining } = await import('./train-run.ts');
    const { startEngine } = await import('../start-engine.ts');
    const environment = readEnvironment();
    const outcome = await runTraining(job, {
      environment,
      // The parent tells which engine it is.
      startEngine: (options) => startEngine({ environment, note: () => {} }, options),
      onEvent: (event) => send({ type: 'event', event }),
      signal: controller.signal,
      control,
    });
    send(outcome === 'aborted' ? { type: 'aborted' } : { type: 'done', outcome });
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) {
      stoppedEarly();
      send({ type: 'stopped' });
    } else send({ type: 'failed', error: sentError(error) });
  }
  control.close(0);
  process.off('disconnect', onDisconnect);
  // Lets the last messages go out first.
  setImmediate(() => {
    if (process.connected) process.disconnect();
  });
}

/** Who asked for the end before there was a loop to answer has it. */
function stoppedEarly(): void {
  for (let request = control.take(); request !== undefined; request = control.take()) {
    const isEnd = request.command === 'stop' || request.command === 'abort';
    request.answer(isEnd ? { ok: true, step: 0 } : { ok: false, reason: 'the run was stopped' });
  }
}

function sentError(error: unknown): SentError {
  if (error instanceof DistiltuneError) {
    const { message, where, fix, exitCode, stack } = error;
    return { message, where, fix, exitCode, stack, isExpected: true };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack, exitCode: 1, isExpected: false };
}
