import { Worker } from 'node:worker_threads';

/** Longer than any input takes on the slowest machine: the reader hangs. */
const hangSeconds = 60;

/** Ends the process, with the number of beats so far, where one beat takes a minute: what hangs cannot be asked to stop. */
export function watchdog(): { beat(): void; end(): Promise<unknown> } {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
    let last = -1;
    setInterval(() => {
      const now = Atomics.load(workerData.beats, 0);
      if (now === last && now > 0) {
        require('node:fs').writeSync(2, 'hangs at input ' + (now - 1) + ' of this run\\n');
        process.kill(process.pid, 'SIGKILL');
      }
      last = now;
    }, workerData.seconds * 1000);`,
    { eval: true, workerData: { beats, seconds: hangSeconds } },
  );
  worker.unref();
  return { beat: () => void Atomics.add(beats, 0, 1), end: () => worker.terminate() };
}
