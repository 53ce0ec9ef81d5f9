import type { RunSummary } from '../../runs/summary.ts';

/** A run with what takes longer to find out. */
export interface ListedRun extends RunSummary {
  /** On disk; null: not counted yet. */
  bytes: number | null;
}

export const sortings = ['time', 'score', 'name', 'duration', 'size'] as const;
export type Sorting = (typeof sortings)[number];

/** The latest, the best, the longest and the largest first; runs without a value last. */
export function sorted(runs: readonly ListedRun[], by: Sorting): ListedRun[] {
  const falling = (read: (run: ListedRun) => number | null) => (a: ListedRun, b: ListedRun) => {
    const [x, y] = [read(a) ?? Number.NEGATIVE_INFINITY, read(b) ?? Number.NEGATIVE_INFINITY];
    return x === y ? latest(a, b) : y - x;
  };
  const latest = (a: ListedRun, b: ListedRun) => b.lastSign.getTime() - a.lastSign.getTime();
  const order = {
    time: latest,
    score: falling(goodness),
    name: (a: ListedRun, b: ListedRun) => a.folder.localeCompare(b.folder),
    duration: falling(({ seconds }) => seconds),
    size: falling(({ bytes }) => bytes),
  }[by];
  return [...runs].sort(order);
}

/** Of a score of which less is better, more is worse. */
function goodness({ score }: RunSummary): number | null {
  return score === null ? null : score.direction === 'min' ? -score.value : score.value;
}

/** Runs that have every word of the filter in their name, task, model or state. */
export function filtered(runs: readonly ListedRun[], filter: string): ListedRun[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(({ folder, task, model, state }) => {
    const text = `${folder} ${task ?? ''} ${model ?? ''} ${state}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
