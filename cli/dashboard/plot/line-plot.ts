import stringWidth from 'string-width';
import type { Role, Theme } from '../theme.ts';
import { hasPlace, rangeOf } from './axis.ts';
import type { Canvas } from './canvas.ts';
import { fitted } from './fitted.ts';
import { createFrame, type Frame, type FrameOptions } from './frame.ts';

export type LineStyle = 'solid' | 'dashed' | 'dotted' | 'faint';

export interface PlotSeries {
  /** '' is not in the legend. */
  name: string;
  /** By rising x. A gap is left where y is not finite, or not positive on a log scale. */
  points: readonly { x: number; y: number }[];
  /** Least and greatest value at each x: a faint area. */
  band?: readonly { x: number; min: number; max: number }[] | undefined;
  /** With a band, `faint` draws the band alone. */
  style: LineStyle;
  role: Role;
}

export interface Mark {
  x: number;
  /** Absent: at the foot of the plot. */
  y?: number;
  /** One cell. */
  glyph: string;
  role: Role;
  /** For the legend, where it stands once. */
  name?: string;
}

export interface LinePlotOptions extends Omit<FrameOptions, 'y'> {
  /** Later ones are drawn over earlier ones, lines over bands. */
  series: readonly PlotSeries[];
  /** Later ones hide earlier ones. */
  marks: readonly Mark[];
  /** Lines from top to bottom, behind the curves. */
  verticals?: readonly { x: number; role: Role }[];
  /** Absent: what the series and marks within x take. */
  y?: { min: number; max: number };
}

const rowsForLegend = 9;
/** Cells of a name in the legend. */
const longestName = 24;

/**
 * Curves with axes and a legend, as `height` rows of `width` cells. Below 16 x 4 the curves alone; the legend takes a row from 9
 * rows on, where several things have a name. No row for a width or height below 1.
 */
export function linePlot(options: LinePlotOptions): string[] {
  const [width, height] = [options.width, options.height].map((size) => Math.floor(size)) as [number, number];
  if (!(width >= 1) || !(height >= 1)) return [];
  const { theme, series, marks, yScale, verticals = [] } = options;
  const legend = height >= rowsForLegend ? legendOf(options, width) : null;
  const values = [...valuesOf(options)].filter(Number.isFinite);
  const y = options.y ?? rangeOf(values, yScale);
  const frame = createFrame({
    ...options,
    y,
    width,
    height: height - (legend === null ? 0 : 1),
    // Of nothing there is no range.
    ...(options.y === undefined && !values.some((value) => hasPlace(value, yScale)) ? { formatY: () => '' } : {}),
  });
  const { canvas } = frame;

  for (const { x, role } of verticals) {
    const perRow = canvas.rows / canvas.height;
    for (let row = 0; row < canvas.height; row++) {
      canvas.glyph({ x: frame.column(x), y: row * perRow }, theme.glyphs.rule, role, 'behind');
    }
  }
  for (const each of series) if (each.band !== undefined) drawBand(frame, each.band, yScale, each.role);
  for (const each of series) drawLine(frame, each, yScale, theme);
  if (!values.some((value) => hasPlace(value, yScale))) {
    write(canvas, values.length > 0 ? 'nothing above zero' : 'nothing here');
  }
  for (const { x, y: value, glyph, role } of marks) {
    if (!Number.isFinite(x)) continue;
    if (value === undefined) frame.foot(x, oneCell(glyph), role);
    else if (hasPlace(value, yScale)) canvas.glyph({ x: frame.column(x), y: frame.row(value) }, oneCell(glyph), role);
  }
  return legend === null ? frame.toRows() : [legend, ...frame.toRows()];
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

/** From each x to the next as straight as a line is. */
function drawBand(
  { canvas, column, row }: Frame,
  band: NonNullable<PlotSeries['band']>,
  yScale: 'linear' | 'log',
  role: Role,
): void {
  let before: { x: number; top: number; bottom: number } | null = null;
  for (const { x, min, max } of band) {
    if (!hasPlace(max, yScale) || !Number.isFinite(x)) {
      before = null;
      continue;
    }
    const now = { x: Math.round(column(x)), top: row(max), bottom: hasPlace(min, yScale) ? row(min) : canvas.rows - 1 };
    const from: typeof now = before ?? now;
    const span = Math.max(1, now.x - from.x);
    for (let at = Math.max(0, from.x); at <= Math.min(now.x, canvas.columns - 1); at++) {
      const share = from.x === now.x ? 1 : (at - from.x) / span;
      canvas.shade(at, between(from.top, now.top, share), between(from.bottom, now.bottom, share), role);
    }
    before = now;
  }
}

const between = (from: number, to: number, share: number) => from + (to - from) * share;

/** Cells of a line that are drawn of so many. */
const patterns: Readonly<Record<LineStyle, readonly [drawn: number, of: number]>> = {
  solid: [1, 1],
  dashed: [2, 3],
  dotted: [1, 2],
  faint: [1, 2],
};

function drawLine({ canvas, column, row }: Frame, of: PlotSeries, yScale: 'linear' | 'log', theme: Theme): void {
  const { points, band, style, role } = of;
  if (style === 'faint' && band !== undefined) return;
  const [drawn, all] = patterns[style];
  // Dots and gaps of a dotted line are as short as dots are, dashes as wide as cells.
  const unit = style === 'dashed' ? canvas.columns / canvas.width : 1;
  const isDrawn = (at: number) => at % (all * unit) < drawn * unit;
  const places = points.map(({ x, y }) =>
    hasPlace(y, yScale) && Number.isFinite(x) ? { x: column(x), y: row(y) } : null,
  );
  places.forEach((at, i) => {
    if (at === null) return;
    const before = places[i - 1] ?? null;
    if (before !== null) canvas.line(before, at, role, isDrawn);
    else if (style === 'solid' && !places[i + 1]) canvas.glyph(at, theme.glyphs.bullet, role);
    else canvas.dot(at, role);
  });
}

/** A few words in the middle, where they fit. */
function write(canvas: Canvas, text: string): void {
  if (text.length > canvas.width) return;
  const start = Math.floor((canvas.width - text.length) / 2);
  const [across, y] = [canvas.columns / canvas.width, Math.floor(canvas.rows / 2)];
  for (let i = 0; i < text.length; i++) canvas.glyph({ x: (start + i) * across, y }, text[i]!, 'dim');
}

const oneCell = (glyph: string) => (stringWidth(glyph) === 1 ? glyph : '?');

/** What the lines and marks are, to the right; null where there is but one thing. */
function legendOf({ series, marks, theme }: LinePlotOptions, width: number): string | null {
  const { line } = theme.glyphs;
  const named = new Map<string, { sample: string; role: Role }>();
  for (const { name, style, role } of series) if (name !== '') named.set(name, { sample: line[style], role });
  for (const { name, glyph, role } of marks) if (name) named.set(name, { sample: oneCell(glyph), role });
  if (named.size < 2) return null;
  let used = 0;
  let text = '';
  for (const [name, { sample, role }] of named) {
    const label = fitted(name, longestName, theme).trimEnd();
    const gap = used === 0 ? '' : '  ';
    const cells = stringWidth(`${gap}${sample} ${label}`);
    if (used + cells > width) break;
    used += cells;
    text += `${gap}${theme.paint(role, sample)} ${theme.paint('dim', label)}`;
  }
  return ' '.repeat(width - used) + text;
}
