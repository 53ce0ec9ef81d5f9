/** A running sum that carries the rounding error of each addition along (Neumaier 1974, doi:10.1002/zamm.19740540106). */
export interface RunningSum {
  total: number;
  lost: number;
}

export function emptySum(): RunningSum {
  return { total: 0, lost: 0 };
}

/** Adds one term. */
export function addTo(running: RunningSum, value: number): void {
  const next = running.total + value;
  running.lost +=
    Math.abs(running.total) >= Math.abs(value) ? running.total - next + value : value - next + running.total;
  running.total = next;
}

/** Adds what another sum holds. */
export function mergeInto(running: RunningSum, other: RunningSum): void {
  addTo(running, other.total);
  running.lost += other.lost;
}

export function totalOf(running: RunningSum): number {
  // What an infinite total has lost is NaN.
  return Number.isFinite(running.total) ? running.total + running.lost : running.total;
}

/** The sum of `term(i)` for i below `count`; its error does not grow with the number of terms. */
export function sum(count: number, term: (i: number) => number): number {
  const running = emptySum();
  for (let i = 0; i < count; i++) addTo(running, term(i));
  return totalOf(running);
}

/** The arithmetic mean of `term(i)` for i below `count`. */
export function mean(count: number, term: (i: number) => number): number {
  return sum(count, term) / count;
}
