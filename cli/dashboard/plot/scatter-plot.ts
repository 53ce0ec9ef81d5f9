import type { Role } from '../theme.ts';
import type { Dot } from './canvas.ts';
import { createFrame, type Frame, type FrameOptions } from './frame.ts';

export interface ScatterPlotOptions extends Omit<FrameOptions, 'yScale'> {
  points: readonly { x: number; y: number }[];
  role: Role;
  /** A dashed line where y is x. */
  isDiagonalShown?: boolean;
}

/** Up to so many a point has a cell of its own: a single dot of braille is easily taken for dirt. */
const fewPoints = 60;
/** One point of a cell in ASCII, a few, many. */
const densities = ['.', 'o', 'O', '@'];

/** Points with axes, as `height` rows of `width` cells. Of many points in ASCII a cell tells how many it has: `.`, `o`, `O`, `@`. */
export function scatterPlot({ points, role, isDiagonalShown = false, ...options }: ScatterPlotOptions): string[] {
  const [width, height] = [Math.floor(options.width), Math.floor(options.height)];
  if (!(width >= 1) || !(height >= 1)) return [];
  const { theme, x, y } = options;
  const frame = createFrame({ ...options, width, height, yScale: 'linear' });
  const { canvas } = frame;
  if (isDiagonalShown) drawDiagonal(frame, Math.max(x.min, y.min), Math.min(x.max, y.max));
  const counts = new Map<string, number>();
  for (const point of points) {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) continue;
    const at: Dot = { x: frame.column(point.x), y: frame.row(point.y) };
    if (points.length <= fewPoints) {
      canvas.glyph(at, theme.glyphs.bullet, role);
    } else if (theme.charset === 'ascii') {
      const cell = `${Math.round(at.x)} ${Math.floor((Math.round(at.y) * canvas.height) / canvas.rows)}`;
      const count = (counts.get(cell) ?? 0) + 1;
      counts.set(cell, count);
      canvas.glyph(at, densities[Math.min(densities.length - 1, Math.floor(Math.log2(count)))]!, role);
    } else {
      canvas.dot(at, role);
    }
  }
  return frame.toRows();
}

/** A dashed line where y is x. */
export function drawDiagonal({ canvas, column, row }: Frame, from: number, to: number): void {
  if (!(from < to)) return;
  const unit = canvas.columns / canvas.width;
  const isDrawn = (at: number) => at % (3 * unit) < 2 * unit;
  canvas.line({ x: column(from), y: row(from) }, { x: column(to), y: row(to) }, 'dim', isDrawn);
}
