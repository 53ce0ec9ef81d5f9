/**
 * Values by step, in memory that does not grow: when there is no room left, neighbours are put together, two and two. A
 * bucket knows where its values lie, the least, the greatest, and their sum, so that no peak is ever lost.
 */
export interface Series {
  /** Values that it was given. */
  count: number;
  /** Buckets in use. */
  size: number;
  /** Values that a whole bucket stands for. */
  perBucket: number;
  /** Of each bucket: the x of its first and last value, ... */
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  /** ... and how many values it has. */
  readonly values: Float64Array;
}

export interface SeriesPoint {
  /** Of the last value that the point stands for. */
  x: number;
  min: number;
  max: number;
  mean: number;
}

/** @param capacity buckets, at least 2; a curve is never coarser than half of them */
export function createSeries(capacity = 2048): Series {
  const buckets = 2 * Math.ceil(capacity / 2);
  const column = () => new Float64Array(buckets);
  return {
    count: 0,
    size: 0,
    perBucket: 1,
    first: column(),
    last: column(),
    min: column(),
    max: column(),
    sum: column(),
    values: column(),
  };
}

/** Adds a value, in place. What is no finite number is left out; x must not fall. */
export function append(series: Series, x: number, y: number): void {
  if (!Number.isFinite(y) || !Number.isFinite(x)) return;
  series.count++;
  const newest = series.size - 1;
  if (newest >= 0 && series.values[newest]! < series.perBucket) {
    series.last[newest] = x;
    series.min[newest] = Math.min(series.min[newest]!, y);
    series.max[newest] = Math.max(series.max[newest]!, y);
    series.sum[newest]! += y;
    series.values[newest]!++;
    return;
  }
  if (series.size === series.first.length) mergeNeighbours(series);
  // Merging may have left the last bucket half full.
  if (series.values[series.size - 1]! < series.perBucket) {
    series.count--;
    append(series, x, y);
    return;
  }
  const at = series.size++;
  series.first[at] = series.last[at] = x;
  series.min[at] = series.max[at] = series.sum[at] = y;
  series.values[at] = 1;
}

function mergeNeighbours(series: Series): void {
  const { first, last, min, max, sum, values } = series;
  const half = series.size / 2;
  for (let i = 0; i < half; i++) {
    const [a, b] = [2 * i, 2 * i + 1];
    first[i] = first[a]!;
    last[i] = last[b]!;
    min[i] = Math.min(min[a]!, min[b]!);
    max[i] = Math.max(max[a]!, max[b]!);
    sum[i] = sum[a]! + sum[b]!;
    values[i] = values[a]! + values[b]!;
  }
  series.size = half;
  series.perBucket *= 2;
}

/** The values up to x, as a series of its own; of a bucket that reaches beyond x nothing is kept. */
export function cutAfter(series: Series, x: number): Series {
  const kept = createSeries(series.first.length);
  const size = series.last.subarray(0, series.size).findLastIndex((last) => last <= x) + 1;
  for (const column of ['first', 'last', 'min', 'max', 'sum', 'values'] as const) {
    kept[column].set(series[column].subarray(0, size));
  }
  kept.size = size;
  kept.perBucket = series.perBucket;
  for (let i = 0; i < size; i++) kept.count += series.values[i]!;
  return kept;
}

/**
 * What lies from one x to another, as at most `columns` points; every value in between is in the range of one of them.
 * A bucket belongs to where its last value lies.
 */
export function view(series: Series, xFrom: number, xTo: number, columns: number): SeriesPoint[] {
  const points: SeriesPoint[] = [];
  const span = xTo - xFrom;
  let current = -1;
  let values = 0;
  let sum = 0;
  for (let i = 0; i < series.size; i++) {
    const x = series.last[i]!;
    if (x < xFrom || x > xTo) continue;
    const column = span > 0 ? Math.min(columns - 1, Math.floor(((x - xFrom) / span) * columns)) : 0;
    if (column !== current) {
      current = column;
      values = sum = 0;
      points.push({ x, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, mean: 0 });
    }
    const point = points.at(-1)!;
    values += series.values[i]!;
    sum += series.sum[i]!;
    point.x = x;
    point.min = Math.min(point.min, series.min[i]!);
    point.max = Math.max(point.max, series.max[i]!);
    point.mean = sum / values;
  }
  return points;
}

/**
 * Exponential moving average, its start corrected as Adam's moments are (Kingma & Ba 2015, section 3).
 * @param alpha share of what came before, from 0 (no smoothing) to below 1
 */
export function smooth(points: readonly { x: number; y: number }[], alpha: number): { x: number; y: number }[] {
  let average = 0;
  let weight = 1;
  return points.map(({ x, y }) => {
    average = alpha * average + (1 - alpha) * y;
    weight *= alpha;
    return { x, y: average / (1 - weight) };
  });
}
