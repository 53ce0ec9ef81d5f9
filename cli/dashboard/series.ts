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
  if (series.size === series.capacity && isFull(series)) mergeNeighbours(series);
  if (series.size === 0 || isFull(series)) {
    if (series.size === series.columns.x.length) {
      series.columns = columnsFor(Math.min(series.capacity, 2 * series.size), series.columns);
    }
    clear(series.columns, series.size++);
  }
  const { columns } = series;
  const at = series.size - 1;
  columns.x[at] = x;
  columns.count[at]!++;
  if (!Number.isFinite(y)) return;
  const finite = ++columns.finite[at]!;
  const isFirst = finite === 1;
  columns.min[at] = isFirst ? y : Math.min(columns.min[at]!, y);
  columns.max[at] = isFirst ? y : Math.max(columns.max[at]!, y);
  // Not from a sum: that of numbers near the greatest would be infinite.
  columns.mean[at] = isFirst ? y : columns.mean[at]! * (1 - 1 / finite) + y / finite;
}

const isFull = ({ columns, size, perBucket }: Series) => columns.count[size - 1]! >= perBucket;

function clear({ count, finite, min, max, mean }: Columns, at: number): void {
  count[at] = finite[at] = 0;
  min[at] = max[at] = mean[at] = Number.NaN;
}

function mergeNeighbours(series: Series): void {
  series.size /= 2;
  series.perBucket *= 2;
  for (let i = 0; i < series.size; i++) merge(series.columns, 2 * i, 2 * i + 2, series.columns, i);
}

/** Puts the buckets from `start` to before `end` together as one of `to`, which may stand among them. */
function merge(from: Columns, start: number, end: number, to: Columns, at: number): void {
  let [count, finite, min, max, mean] = [0, 0, Number.NaN, Number.NaN, Number.NaN];
  for (let i = start; i < end; i++) {
    count += from.count[i]!;
    const more = from.finite[i]!;
    if (more === 0) continue;
    const isFirst = finite === 0;
    finite += more;
    min = isFirst ? from.min[i]! : Math.min(min, from.min[i]!);
    max = isFirst ? from.max[i]! : Math.max(max, from.max[i]!);
    mean = isFirst ? from.mean[i]! : mean * (1 - more / finite) + from.mean[i]! * (more / finite);
  }
  to.x[at] = from.x[end - 1]!;
  to.count[at] = count;
  to.finite[at] = finite;
  to.min[at] = min;
  to.max[at] = max;
  to.mean[at] = mean;
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
  const points: SeriesPoint[] = [];
  const one = columnsFor(1);
  const put = (start: number, end: number) => {
    merge(series.columns, start, end, one, 0);
    points.push({ x: one.x[0]!, min: one.min[0]!, max: one.max[0]!, mean: one.mean[0]! });
  };
  if (reach === 'beyond' && from > 0) put(from - 1, from);
  let start = from;
  for (let i = from; i < to; i++) {
    if (i + 1 < to && columnOf(xs[i]!) === columnOf(xs[i + 1]!)) continue;
    put(start, i + 1);
    start = i + 1;
  }
  if (reach === 'beyond' && to < series.size) put(to, to + 1);
  return points;
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
