import { DistiltuneError } from '../src/errors.ts';

/** Runs work that Ctrl-C, SIGTERM and a closed terminal end in good order: its signal aborts with the error to end with. */
export async function withStopSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (exitCode: number) => () => controller.abort(new DistiltuneError('stopped', { exitCode }));
  const interrupt = stop(130);
  const terminate = stop(143);
  const hangUp = stop(129);
  process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', hangUp);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp);
  }
}
