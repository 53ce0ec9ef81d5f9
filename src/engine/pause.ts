/**
 * Lets timers, signals and messages through: native kernels hold the thread they run on, so long loops pause between
 * batches. Not `await` alone, which runs microtasks only.
 */
export function pauseForEvents(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
