import { median } from './statistics.mjs';

/**
 * Runs some work again and again.
 * @template Given, Result
 * @param {(given: Given) => Result} work
 * @param {object} options
 * @param {number} options.seconds it goes on until so many have passed, what is not measured included,
 * @param {number} options.atLeast and it has run so often; two more runs before are not counted
 * @param {() => Given} [options.before] makes what a run uses up; not measured
 * @param {(result: Result) => void} [options.after] not measured
 * @returns seconds of one run: median and least
 */
export function timed(work, { seconds, atLeast, before = () => undefined, after = () => {} }) {
  const times = [];
  let began = 0;
  for (let run = -2; run < atLeast || performance.now() - began < seconds * 1000; run++) {
    if (run === 0) began = performance.now();
    const given = before();
    const start = performance.now();
    const result = work(given);
    if (run >= 0) times.push((performance.now() - start) / 1000);
    after(result);
  }
  return { median: median(times), least: times.reduce((a, b) => Math.min(a, b)), runs: times.length };
}
