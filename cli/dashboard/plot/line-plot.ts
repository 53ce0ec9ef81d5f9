import stringWidth from 'string-width';
import type { Role, Theme } from '../theme.ts';
import { place, type Range, rangeOf, type Scale, shortNumber, ticks } from './axis.ts';
import { type Canvas, createCanvas } from './canvas.ts';

export interface PlotSeries {
  name: string;
  /** By rising x. A gap is left where y is not finite, or not positive on a log scale. */
  points: readonly { x: number; y: number }[];
  /** Least and greatest value at each x, drawn as scattered dots. */
  band?: readonly { x: number; min: number; max: number }[] | undefined;
  /** With a band, `faint` draws the band alone. */
  style: 'solid' | 'faint' | 'dashed';
  role: Role;
}

export interface Mark {
  x: number;
  /** Absent: at the bottom of the plot. */
  y?: number;
  /** One cell. */
  glyph: string;
  role: Role;
}

export interface LinePlotOptions {
  /** Cells. */
  width: number;
  height: number;
  theme: Theme;
  /** Later ones are drawn over earlier ones. */
  series: readonly PlotSeries[];
  marks: readonly Mark[];
  x: Range;
  /** Absent: what the series and marks take. */
  y?: Range;
  yScale: Scale;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
}

const leastWidth = 16;
const leastHeight = 4;
const rowsForLegend = 9;

/**
 * Curves with axes and a legend, as `height` rows of `width` cells. Below 16 x 4 the curves alone; the legend takes a row from 9
 * rows on, where there are several curves.
 */
export function linePlot(options: LinePlotOptions): string[] {
  const { width, height, theme, series } = options;
  if (width < 1 || height < 1) return [];
  const y = options.y ?? rangeOf(valuesOf(options), options.yScale);
  if (width < leastWidth || height < leastHeight) return plotted(options, width, height, y);
  const hasLegend = height >= rowsForLegend && series.filter(({ name }) => name !== '').length > 1;
  const rows = height - 1 - (hasLegend ? 1 : 0);
  const labels = sideLabels(y, rows, options);
  const side = Math.min(Math.max(...labels.map((label) => label?.length ?? 0)), Math.floor(width / 3));
  const inner = width - side - 1;
  const { axis } = theme.glyphs;
  const body = plotted(options, inner, rows, y).map((line, i) => {
    const label = labels[i];
    const text = (label ?? '').slice(0, side).padStart(side);
    return theme.paint('dim', text + (label === undefined ? axis.side : axis.tick)) + line;
  });
  const floor = theme.paint('dim', `${' '.repeat(side)}${axis.corner}${floorOf(options, inner)}`);
  return [...(hasLegend ? [legend(series, width, theme)] : []), ...body, floor];
}

function* valuesOf({ series, marks, x }: LinePlotOptions): Generator<number> {
  const isShown = (at: number) => at >= x.min && at <= x.max;
  for (const { points, band = [] } of series) {
    for (const point of points) if (isShown(point.x)) yield point.y;
    for (const point of band) {
      if (!isShown(point.x)) continue;
      yield point.min;
      yield point.max;
    }
  }
  for (const mark of marks) if (mark.y !== undefined && isShown(mark.x)) yield mark.y;
}

/** Rows of the plot that have a label: the ends, and round values between them where there is room. */
function sideLabels(
  y: Range,
  rows: number,
  { yScale, formatY = shortNumber }: LinePlotOptions,
): (string | undefined)[] {
  const labels: (string | undefined)[] = new Array(rows).fill(undefined);
  labels[0] = formatY(y.max);
  labels[rows - 1] = formatY(y.min);
  for (const value of ticks(y, Math.floor(rows / 3), yScale)) {
    const row = Math.round((1 - place(value, y, yScale)) * (rows - 1));
    const isFree = [row - 1, row, row + 1].every((near) => labels[near] === undefined);
    if (isFree && row > 0 && row < rows - 1) labels[row] = formatY(value);
  }
  return labels;
}

/** The line below a plot with its labels: the ends, and round values between them where there is room. */
function floorOf({ x, theme, formatX = shortNumber }: LinePlotOptions, width: number): string {
  const cells = theme.glyphs.axis.floor.repeat(width).split('');
  const free = new Array(width).fill(true);
  const put = (value: number, start: number) => {
    const label = formatX(value);
    const end = start + label.length;
    if (start < 0 || end > width || !free.slice(Math.max(0, start - 1), end + 1).every(Boolean)) return;
    for (let i = start; i < end; i++) {
      cells[i] = label[i - start]!;
      free[i] = false;
    }
  };
  if (!(x.max > x.min)) {
    put(x.min, 0);
    return cells.join('');
  }
  put(x.min, 0);
  put(x.max, width - formatX(x.max).length);
  for (const value of ticks(x, Math.floor(width / 12))) {
    put(value, Math.round(place(value, x, 'linear') * (width - 1)) - Math.floor(formatX(value).length / 2));
  }
  return cells.join('');
}

function legend(series: readonly PlotSeries[], width: number, theme: Theme): string {
  let used = 0;
  let text = '';
  for (const { name, style, role } of series) {
    if (name === '') continue;
    const entry = `${theme.glyphs.line[style].repeat(2)} ${name}  `;
    if (used + stringWidth(entry) > width) break;
    used += stringWidth(entry);
    text += theme.paint(role, entry);
  }
  return ' '.repeat(width - used) + text;
}

function plotted(options: LinePlotOptions, width: number, height: number, y: Range): string[] {
  const { theme, series, marks, x, yScale } = options;
  const canvas = createCanvas(width, height, theme.charset);
  const isShown = (value: number) => Number.isFinite(value) && (yScale === 'linear' || value > 0);
  const column = (value: number) => dotAt(place(value, x, 'linear'), canvas.columns);
  const row = (value: number) => dotAt(1 - place(value, y, yScale), canvas.rows);
  for (const { points, band, style, role } of series) {
    let filled: number | null = null;
    for (const { x: bandX, min, max } of band ?? []) {
      const to = Math.max(-1, Math.min(column(bandX), canvas.columns));
      // A value stands for what lies before it, too.
      const from = filled === null ? to : Math.max(filled + 1, 0);
      filled = to;
      if (!isShown(max)) continue;
      for (let at = Math.min(from, to); at <= to; at++) {
        scattered(canvas, at, row(isShown(min) ? min : y.min), row(max), role);
      }
    }
    if (style === 'faint' && band !== undefined) continue;
    let before: { x: number; y: number } | null = null;
    for (const point of points) {
      if (!isShown(point.y) || !Number.isFinite(point.x)) {
        before = null;
        continue;
      }
      const now = { x: column(point.x), y: row(point.y) };
      line(canvas, before ?? now, now, style, role);
      before = now;
    }
  }
  for (const { x: at, y: value, glyph, role } of marks) {
    if (value !== undefined && !isShown(value)) continue;
    canvas.glyph(column(at), value === undefined ? canvas.rows - 1 : row(value), glyph, role);
  }
  return canvas.toRows(theme);
}

/** The dot of a share of the way; what is far outside stays near enough to be counted. */
function dotAt(share: number, dots: number): number {
  const far = 1e6;
  return Math.max(-far, Math.min(far, Math.round((Number.isNaN(share) ? -1 : share) * (dots - 1))));
}

/** Every second dot between two heights, like a chessboard: what is drawn over it can be told from it without colour. */
function scattered(canvas: Canvas, x: number, from: number, to: number, role: Role): void {
  const [top, bottom] = [Math.max(0, Math.min(from, to)), Math.min(canvas.rows - 1, Math.max(from, to))];
  for (let y = top; y <= bottom; y++) if ((x + y) % 2 === 0) canvas.dot(x, y, role);
}

/** Dots drawn and left out of a dashed line. */
const dash = { on: 3, off: 2 };

/** A straight line of dots (Bresenham 1965); of what lies outside only what would be seen is walked. */
function line(
  canvas: Canvas,
  from: { x: number; y: number },
  to: { x: number; y: number },
  style: PlotSeries['style'],
  role: Role,
): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  const slope = steps === 0 ? { x: 0, y: 0 } : { x: (to.x - from.x) / steps, y: (to.y - from.y) / steps };
  const { first, last } = visible(canvas, from, slope, steps);
  for (let i = first; i <= last; i++) {
    const x = Math.round(from.x + i * slope.x);
    const y = Math.round(from.y + i * slope.y);
    if (style === 'dashed' && x % (dash.on + dash.off) >= dash.on) continue;
    if (style === 'faint' && (x + y) % 2 !== 0) continue;
    canvas.dot(x, y, role);
  }
}

function visible(
  { columns, rows }: Canvas,
  from: { x: number; y: number },
  slope: { x: number; y: number },
  steps: number,
): { first: number; last: number } {
  let first = 0;
  let last = steps;
  for (const [start, change, size] of [
    [from.x, slope.x, columns],
    [from.y, slope.y, rows],
  ] as const) {
    if (change === 0) {
      if (start < 0 || start >= size) return { first: 0, last: -1 };
      continue;
    }
    const enter = (change > 0 ? 0 - start : size - 1 - start) / change;
    const leave = (change > 0 ? size - 1 - start : 0 - start) / change;
    first = Math.max(first, Math.floor(enter));
    last = Math.min(last, Math.ceil(leave));
  }
  return { first, last };
}
