import type { Role, Theme } from '../theme.ts';
import type { Range } from './axis.ts';
import { linePlot, type Mark } from './line-plot.ts';

export interface ScatterPlotOptions {
  /** Cells. */
  width: number;
  height: number;
  theme: Theme;
  points: readonly { x: number; y: number }[];
  role: Role;
  x: Range;
  y: Range;
  /** A dashed line where y is x. */
  isDiagonalShown?: boolean;
}

/** Points as dots, with axes. */
export function scatterPlot({ points, role, isDiagonalShown = false, ...plot }: ScatterPlotOptions): string[] {
  const { x, y, theme } = plot;
  const ends = [Math.max(x.min, y.min), Math.min(x.max, y.max)];
  const diagonal = ends[0]! < ends[1]! ? ends.map((value) => ({ x: value, y: value })) : [];
  // One glyph a point: a single dot of braille is easily taken for dirt.
  const marks = points.map((point): Mark => ({ ...point, glyph: theme.charset === 'ascii' ? 'o' : '•', role }));
  return linePlot({
    ...plot,
    series: isDiagonalShown ? [{ name: '', points: diagonal, style: 'dashed', role: 'dim' }] : [],
    marks,
    yScale: 'linear',
  });
}
