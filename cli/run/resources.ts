import type { ResourcesEvent } from './events.ts';

const everyMs = 3000;

/** Tells every few seconds what this process takes of the machine. */
export interface ResourceMeter {
  /** Steps hold the thread, and timers wait for them: to be called after each. */
  after(step: number): void;
  stop(): void;
}

/** @param first the last step that was done */
export function startResourceMeter(emit: (event: ResourcesEvent) => void, first: number): ResourceMeter {
  let step = first;
  let at = performance.now();
  let used = process.cpuUsage();
  const look = () => {
    const now = performance.now();
    if (now - at < everyMs) return;
    const { user, system } = process.cpuUsage(used);
    const cpuPercent = Math.round((100 * (user + system)) / 1000 / (now - at));
    emit({ type: 'resources', step, rssBytes: process.memoryUsage.rss(), cpuPercent });
    at = now;
    used = process.cpuUsage();
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    after(done) {
      step = done;
      look();
    },
    stop: () => clearInterval(timer),
  };
}
