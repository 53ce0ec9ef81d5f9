import { letterOf } from '../../runs/compare-lines.ts';
import { type LineStyle, linePlot, type Mark, type PlotSeries } from '../plot/line-plot.ts';
import { rate, shortCount, shortDuration } from '../run/figures.ts';
import { row } from '../run/text.ts';
import { smooth, view as viewSeries } from '../series.ts';
import type { Role, Theme } from '../theme.ts';
import type { Axis, Curve, RunCurves } from './curves.ts';

/** Of training, or the metric of that name of evaluations. */
export type Plotted = 'loss' | 'learning rate' | { metric: string };

export interface PlotOptions {
  curves: readonly RunCurves[];
  plotted: Plotted;
  axis: Axis;
  smoothing: number;
  isLog: boolean;
}

const styles: readonly LineStyle[] = ['solid', 'dashed', 'dotted'];

/** How a run's line looks; its letter stands at its end, so that colour never tells alone. */
export const roleOf = (i: number): Role => `series${(i % 7) + 1}` as Role;
export const styleOf = (i: number): LineStyle => styles[i % styles.length]!;

/** The curves of all runs over each other. */
export function comparePlot(options: PlotOptions, width: number, height: number, theme: Theme): string[] {
  const { curves, plotted, axis, isLog } = options;
  const last = Math.max(0, ...curves.map(({ at }) => at[axis]));
  const series: PlotSeries[] = [];
  const marks: Mark[] = [];
  for (const [i, run] of curves.entries()) {
    const curve = curveOf(run, plotted);
    if (curve === undefined || curve[axis].count === 0) continue;
    const points = pointsOf(curve, options, last, width);
    series.push({ name: '', points, style: styleOf(i), role: roleOf(i) });
    const measured = typeof plotted === 'string' ? [] : points;
    for (const { x, y } of measured.slice(0, -1)) {
      if (Number.isFinite(y)) marks.push({ x, y, glyph: theme.glyphs.evaluation, role: roleOf(i) });
    }
    const end = points.findLast(({ y }) => Number.isFinite(y));
    if (end !== undefined) marks.push({ x: end.x, y: end.y, glyph: letterOf(i).slice(0, 1), role: roleOf(i) });
  }
  if (series.length === 0)
    return [row([['dim', typeof plotted === 'string' ? 'no step yet' : 'no evaluation yet']], width, theme)];
  return linePlot({
    width,
    height,
    theme,
    series,
    marks,
    x: { min: 0, max: last },
    yScale: isLog ? 'log' : 'linear',
    formatX: formatOf[axis],
    ...(plotted === 'learning rate' ? { formatY: rate } : {}),
  });
}

const formatOf: Readonly<Record<Axis, (value: number) => string>> = {
  step: shortCount,
  epoch: (value) => String(Number(value.toFixed(1))),
  seconds: shortDuration,
};

function curveOf(run: RunCurves, plotted: Plotted): Curve | undefined {
  if (typeof plotted === 'object') return run.metrics.get(plotted.metric);
  return plotted === 'loss' ? run.loss : run.learningRate;
}

/** The training loss is smoothed in all its detail; the rest is drawn as it is. */
function pointsOf(curve: Curve, { plotted, axis, smoothing }: PlotOptions, last: number, width: number) {
  const of = curve[axis];
  const columns = plotted === 'loss' ? of.size : 2 * width;
  const points = viewSeries(of, 0, last, columns).map(({ x, mean }) => ({ x, y: mean }));
  return plotted === 'loss' ? smooth(points, smoothing) : points;
}
