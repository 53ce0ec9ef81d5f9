import type { FrameOptions } from './frame.ts';
import { createFrame } from './frame.ts';
import { drawDiagonal } from './scatter-plot.ts';

export interface CalibrationPlotOptions extends Pick<FrameOptions, 'width' | 'height' | 'theme'> {
  /** Mean confidence, share of right answers, and rows, of each bin; bins without rows are left out. */
  bins: readonly { confidence: number; accuracy: number; count: number }[];
}

/** A bin with fewer rows says little. */
const fewRows = 10;

/**
 * Accuracy over confidence, both from 0 to 1, as `height` rows of `width` cells: on the diagonal a model is as sure as it is
 * right, below it surer. From each bin a line leads to the diagonal. Bins of fewer than ten rows are hollow.
 */
export function calibrationPlot({ bins, ...options }: CalibrationPlotOptions): string[] {
  const [width, height] = [Math.floor(options.width), Math.floor(options.height)];
  if (!(width >= 1) || !(height >= 1)) return [];
  const { theme } = options;
  const share = { min: 0, max: 1 };
  const frame = createFrame({ width, height, theme, x: share, y: share, yScale: 'linear' });
  const { canvas, column, row } = frame;
  drawDiagonal(frame, 0, 1);
  for (const { confidence, accuracy, count } of bins) {
    if (!(count > 0)) continue;
    const at = { x: column(confidence), y: row(accuracy) };
    const role = accuracy < confidence ? 'series2' : 'series1';
    const x = Math.round(at.x);
    canvas.line({ x, y: row(confidence) }, { x, y: at.y }, role);
    canvas.glyph(at, count < fewRows ? theme.glyphs.few : theme.glyphs.many, role);
  }
  return frame.toRows();
}
