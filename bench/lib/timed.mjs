import { median } from './statistics.mjs';

/**
 * Runs some work again and again.
 * @param {() => void} work
 * @param {{ seconds: number, atLeast: number }} limits it goes on until both are reached; two more runs before are not counted
 * @returns seconds of one run: median and least
 */
export function timed(work, { seconds, atLeast }) {
  work();
  work();
  const times = [];
  const began = performance.now();
  while (times.length < atLeast || performance.now() - began < seconds * 1000) {
    const start = performance.now();
    work();
    times.push((performance.now() - start) / 1000);
  }
  return { median: median(times), least: Math.min(...times), runs: times.length };
}
