/**
 * Values by step, in memory that does not grow: when there is no room left, neighbours are put together, two and two. A
 * bucket knows the least, the greatest and the mean of its values, so that no peak is ever lost.
 */
export interface Series {
  /** Values that it was given, numbers or not. */
  count: number;
  /** Buckets in use: the most detail there is. */
  size: number;
  readonly capacity: number;
  /** Values that a full bucket stands for. */
  perBucket: number;
  columns: Columns;
}

/** Of each bucket; there is room for more of them than are in use. */
interface Columns {
  /** x of its last value. */
  x: Float64Array;
  /** How many values it has, and how many of them are finite numbers. */
  count: Float64Array;
  finite: Float64Array;
  /** Of the finite ones; NaN where there is none. */
  min: Float64Array;
  max: Float64Array;
  mean: Float64Array;
}

export interface SeriesPoint {
  /** Of the last value that the point stands for. */
  x: number;
  /** NaN, all three, where no value is a finite number. */
  min: number;
  max: number;
  mean: number;
}

/** A bucket, taken out of the columns. */
interface Bucket extends SeriesPoint {
  count: number;
  finite: number;
}

/** @param capacity buckets, at least 2; many values are never drawn from less than half of them */
export function createSeries(capacity = 2048): Series {
  const even = 2 * Math.ceil(capacity / 2);
  return { count: 0, size: 0, capacity: even, perBucket: 1, columns: columnsFor(Math.min(even, 64)) };
}

function columnsFor(length: number, from?: Columns): Columns {
  const column = (name: keyof Columns) => {
    const values = new Float64Array(length);
    if (from !== undefined) values.set(from[name].subarray(0, length));
    return values;
  };
  return {
    x: column('x'),
    count: column('count'),
    finite: column('finite'),
    min: column('min'),
    max: column('max'),
    mean: column('mean'),
  };
}

/**
 * Adds a value, in place. What is no finite number leaves a gap.
 * @param x not below the one before; a value without a place (NaN) is left out
 */
export function append(series: Series, x: number, y: number): void {
  if (Number.isNaN(x)) return;
  series.count++;
  const isNumber = Number.isFinite(y);
  const value = isNumber ? y : Number.NaN;
  const added: Bucket = { x, count: 1, finite: isNumber ? 1 : 0, min: value, max: value, mean: value };
  if (series.size === series.capacity && isFull(series, series.size - 1)) mergeNeighbours(series);
  if (series.size > 0 && !isFull(series, series.size - 1)) {
    const newest = series.size - 1;
    store(series.columns, newest, merged(bucketAt(series.columns, newest), added));
    return;
  }
  if (series.size === series.columns.x.length) {
    series.columns = columnsFor(Math.min(series.capacity, 2 * series.size), series.columns);
  }
  store(series.columns, series.size++, added);
}

const isFull = ({ columns, perBucket }: Series, at: number) => columns.count[at]! >= perBucket;

function mergeNeighbours(series: Series): void {
  const { columns } = series;
  series.size /= 2;
  series.perBucket *= 2;
  for (let i = 0; i < series.size; i++) {
    store(columns, i, merged(bucketAt(columns, 2 * i), bucketAt(columns, 2 * i + 1)));
  }
}

function bucketAt({ x, count, finite, min, max, mean }: Columns, at: number): Bucket {
  return { x: x[at]!, count: count[at]!, finite: finite[at]!, min: min[at]!, max: max[at]!, mean: mean[at]! };
}

function store(columns: Columns, at: number, bucket: Bucket): void {
  columns.x[at] = bucket.x;
  columns.count[at] = bucket.count;
  columns.finite[at] = bucket.finite;
  columns.min[at] = bucket.min;
  columns.max[at] = bucket.max;
  columns.mean[at] = bucket.mean;
}

function merged(a: Bucket, b: Bucket): Bucket {
  const sizes = { x: b.x, count: a.count + b.count, finite: a.finite + b.finite };
  if (a.finite === 0 || b.finite === 0) {
    const { min, max, mean } = a.finite === 0 ? b : a;
    return { ...sizes, min, max, mean };
  }
  // Not from a sum: that of numbers near the greatest would be infinite.
  const mean = a.mean * (a.finite / sizes.finite) + b.mean * (b.finite / sizes.finite);
  return { ...sizes, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), mean };
}

/** The values up to x, as a series of its own; of a bucket that reaches beyond x nothing is kept. */
export function cutAfter(series: Series, x: number): Series {
  const size = series.columns.x.subarray(0, series.size).findLastIndex((last) => last <= x) + 1;
  const count = series.columns.count.subarray(0, size).reduce((sum, values) => sum + values, 0);
  return { ...series, size, count, columns: columnsFor(series.columns.x.length, series.columns) };
}

/**
 * What lies from one x to another, as at most `columns` points; every value in between is in the range of one of them.
 * A bucket belongs to where its last value lies.
 * @param reach `beyond`: also the points next to them outside, so that a line reaches the edges of a plot
 */
export function view(
  series: Series,
  xFrom: number,
  xTo: number,
  columns: number,
  reach: 'within' | 'beyond' = 'within',
): SeriesPoint[] {
  const xs = series.columns.x.subarray(0, series.size);
  const first = xs.findIndex((x) => x >= xFrom);
  const from = first < 0 ? series.size : first;
  const to = xs.findLastIndex((x) => x <= xTo) + 1;
  const span = xTo - xFrom;
  const columnOf = (x: number) => (span > 0 ? Math.min(columns - 1, Math.floor(((x - xFrom) / span) * columns)) : 0);
  const points: Bucket[] = [];
  let current: number | undefined;
  for (let i = from; i < to; i++) {
    const bucket = bucketAt(series.columns, i);
    const column = columnOf(bucket.x);
    if (column === current) points[points.length - 1] = merged(points.at(-1)!, bucket);
    else points.push(bucket);
    current = column;
  }
  if (reach === 'beyond' && from > 0) points.unshift(bucketAt(series.columns, from - 1));
  if (reach === 'beyond' && to < series.size) points.push(bucketAt(series.columns, to));
  return points.map(({ x, min, max, mean }) => ({ x, min, max, mean }));
}

/**
 * Exponential moving average, its start corrected as Adam's moments are (Kingma & Ba 2015, section 3). What is no finite number
 * stays as it is, and the average goes on behind it.
 * @param alpha share of what came before, from 0 (no smoothing) to below 1
 */
export function smooth(points: readonly { x: number; y: number }[], alpha: number): { x: number; y: number }[] {
  let average = 0;
  let weight = 1;
  return points.map(({ x, y }) => {
    if (!Number.isFinite(y)) return { x, y };
    average = alpha * average + (1 - alpha) * y;
    weight *= alpha;
    return { x, y: average / (1 - weight) };
  });
}
