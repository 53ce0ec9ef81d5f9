/** Values by step in bounded memory: neighbours are put together as they become many. */
export interface Series {
  /** How many values it was given. */
  count: number;
  buckets: Bucket[];
  /** Values that a bucket stands for. */
  perBucket: number;
}

interface Bucket {
  x: number;
  min: number;
  max: number;
  sum: number;
  count: number;
}

const mostBuckets = 2048;

export const createSeries = (): Series => ({ count: 0, buckets: [], perBucket: 1 });

/** What is no finite number (JSON has null for it) is left out. */
export function append(series: Series, x: number, y: number | null): void {
  if (y === null || !Number.isFinite(y)) return;
  series.count++;
  const last = series.buckets.at(-1);
  if (last !== undefined && last.count < series.perBucket) {
    merge(last, { x, min: y, max: y, sum: y, count: 1 });
    return;
  }
  series.buckets.push({ x, min: y, max: y, sum: y, count: 1 });
  if (series.buckets.length <= mostBuckets) return;
  series.buckets = pairwise(series.buckets);
  series.perBucket *= 2;
}

function merge(into: Bucket, more: Bucket): void {
  into.x = more.x;
  into.min = Math.min(into.min, more.min);
  into.max = Math.max(into.max, more.max);
  into.sum += more.sum;
  into.count += more.count;
}

function pairwise(buckets: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  buckets.forEach((bucket, i) => {
    if (i % 2 === 0) merged.push({ ...bucket });
    else merge(merged.at(-1)!, bucket);
  });
  return merged;
}

/** At most so many points, each of the last x of what it stands for. */
export function view(series: Series, columns: number): { x: number; min: number; max: number; mean: number }[] {
  let { buckets } = series;
  while (buckets.length > columns) buckets = pairwise(buckets);
  return buckets.map(({ x, min, max, sum, count }) => ({ x, min, max, mean: sum / count }));
}

/**
 * Exponential moving average, its start corrected as Adam's moments are (Kingma & Ba 2015).
 * @param alpha share of what came before, from 0 to below 1
 */
export function smooth(points: readonly { x: number; y: number }[], alpha: number): { x: number; y: number }[] {
  let average = 0;
  return points.map(({ x, y }, i) => {
    average = alpha * average + (1 - alpha) * y;
    return { x, y: average / (1 - alpha ** (i + 1)) };
  });
}
