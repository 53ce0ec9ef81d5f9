import type { Playback } from './source.ts';

/** How fast a replay goes, and whether it goes at all: what a person changes while it is waited for. */
export interface Pace {
  playback: Playback;
  /** Waits until that many milliseconds of the run have passed, at the speed of the moment. Pausing stops the clock, jumping ends it. */
  pass(ms: number, step: number, signal: AbortSignal): Promise<void>;
  /** That many milliseconds of the run, in seconds of the replay: 0 while it jumps over `step`. */
  seconds(ms: number, step: number): number;
  isHeld(step: number): boolean;
  /** The step that it jumps to. */
  target(): number;
}

export function createPace(initialSpeed: number): Pace {
  let speed = initialSpeed;
  let isPaused = false;
  let target = 0;
  const sleepers = new Set<() => void>();
  const change = () => {
    for (const wake of [...sleepers]) wake();
  };

  /** Until something changes, or the time has passed. */
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        sleepers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = Number.isFinite(ms) ? setTimeout(wake, ms) : undefined;
      sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });

  const isHeld = (step: number) => isPaused && step >= target;
  return {
    isHeld,
    target: () => target,
    seconds: (ms, step) => (step < target ? 0 : ms / speed / 1000),
    async pass(ms, step, signal) {
      let left = ms;
      while (!signal.aborted && step >= target && (isPaused || left > 0)) {
        const began = performance.now();
        const pace = isPaused ? 0 : speed;
        await sleep(left / pace, signal);
        left -= (performance.now() - began) * pace;
      }
    },
    playback: {
      get isPaused() {
        return isPaused;
      },
      get speed() {
        return speed;
      },
      set speed(value) {
        speed = value;
        change();
      },
      pause() {
        isPaused = true;
        change();
      },
      resume() {
        isPaused = false;
        change();
      },
      jumpTo(step) {
        target = step;
        change();
      },
    },
  };
}
