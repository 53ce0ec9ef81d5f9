import { linePlot, type Mark, type PlotSeries } from '../../plot/line-plot.ts';
import { type Series, smooth, view as viewSeries } from '../../series.ts';
import { plannedRates } from '../../state/derive.ts';
import type { DashboardState } from '../../state/state.ts';
import type { Role, Theme } from '../../theme.ts';
import { rate, shortCount } from '../figures.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { ends, type Piece, row } from '../text.ts';
import { windowOf } from '../view.ts';
import { shortName } from './evaluations.ts';

/** Loss of training as a faint band with a smoothed line; the loss of evaluations and the checkpoints at their steps. */
export const lossPanel: Panel = {
  title: () => 'loss',
  shows: 'plot',
  draw(scene, width, height) {
    const { state, theme } = scene;
    const { glyphs } = theme;
    const measured = state.evaluations.flatMap(({ step, metrics: { loss } }): Mark[] =>
      loss === undefined || !Number.isFinite(loss)
        ? []
        : [{ x: step, y: loss, glyph: glyphs.evaluation, role: 'series2' }],
    );
    const kept = state.checkpoints.map(({ step }): Mark => ({ x: step, glyph: glyphs.checkpoint, role: 'series3' }));
    return trace(scene, width, height, {
      series: state.curves.loss,
      name: 'train',
      role: 'series1',
      marks: [...kept, ...measured],
      marked: [
        ...(measured.length > 0 ? [{ glyph: glyphs.evaluation, role: 'series2' as const, name: 'eval' }] : []),
        ...(kept.length > 0 ? [{ glyph: glyphs.checkpoint, role: 'series3' as const, name: 'ckpt' }] : []),
      ],
      formatY: metricText3,
      empty: 'no step yet',
    });
  },
};

/** A metric over the evaluations, each at its step. */
export function metricPanel(which: 'metric' | 'other'): Panel {
  return {
    title: ({ state, view }) => shortName(metricName(state, which, view.metric) ?? which),
    shows: 'plot',
    draw(scene, width, height) {
      const { state, view, theme } = scene;
      const name = metricName(state, which, view.metric);
      const series = name === null ? undefined : state.curves.metrics.get(name);
      if (name === null || series === undefined) return [row([['dim', 'no evaluation yet']], width, theme)];
      const best = state.best !== null && state.best.metric === name ? state.best.step : null;
      const marks = state.evaluations.flatMap(({ step, metrics: { [name]: y } }): Mark[] =>
        y === undefined || !Number.isFinite(y) ? [] : [{ x: step, y, ...markOf(theme, step === best) }],
      );
      const x = windowOf(view, state.step);
      return linePlot({
        width,
        height,
        theme,
        series: [{ name, points: pointsOf(series, x, width), style: 'solid', role: 'series2' }],
        marks,
        x,
        yScale: view.isLog ? 'log' : 'linear',
        formatY: metricText3,
      });
    },
  };
}

/** The metric of a panel: the deciding one, or one of the others in turn; null where there is no such. */
export function metricName(state: DashboardState, which: 'metric' | 'other', turn: number): string | null {
  const deciding = state.start?.metric ?? null;
  if (which === 'metric') return deciding;
  const others = otherMetrics(state);
  return others[turn % Math.max(1, others.length)] ?? null;
}

/** What evaluations measure beside the deciding metric and the loss, which has a panel of its own. */
export function otherMetrics({ start, curves }: DashboardState): string[] {
  const names = [...curves.metrics.keys()].filter((name) => name !== start?.metric && name !== 'loss');
  const first = ['f1', 'macro_f1', 'micro_f1', 'accuracy', 'exact_match', 'pearson'].find((name) =>
    names.includes(name),
  );
  return first === undefined ? names : [first, ...names.filter((name) => name !== first)];
}

/** The learning rate that was, and dashed the one that is planned. */
export const ratePanel: Panel = {
  title: () => 'lr',
  shows: 'plot',
  draw(scene, width, height) {
    const { state, view, theme } = scene;
    const x = windowOf(view, state.start?.totalSteps ?? state.step);
    const series: PlotSeries[] = [
      { name: 'planned', points: plannedRates(state, x.min, x.max, width * 2), style: 'dashed', role: 'dim' },
      { name: 'done', points: pointsOf(state.curves.learningRate, x, width), style: 'solid', role: 'series1' },
    ];
    if (series.every(({ points }) => points.length === 0)) return [row([['dim', 'no step yet']], width, theme)];
    const yScale = view.isLog ? 'log' : 'linear';
    return linePlot({ width, height, theme, series, marks: [], x, yScale, formatY: rate });
  },
};

/** The norm of the gradients before clipping; the line that they are clipped at is dashed. */
export const gradientPanel: Panel = {
  title: () => 'grad',
  shows: 'plot',
  draw: (scene, width, height) =>
    trace(scene, width, height, {
      series: scene.state.curves.gradientNorm,
      name: 'norm',
      role: 'series4',
      level: scene.state.settings?.optimizer.clipNorm || null,
      marks: [],
      formatY: metricText3,
      empty: 'no step yet',
    }),
};

/** Real tokens per second of training. */
export const speedPanel: Panel = {
  title: () => 'speed',
  shows: 'plot',
  draw: (scene, width, height) =>
    trace(scene, width, height, {
      series: scene.state.curves.tokensPerSecond,
      name: 'tokens/s',
      role: 'series5',
      marks: [],
      formatY: shortCount,
      empty: 'no step yet',
    }),
};

interface Trace {
  series: Series;
  name: string;
  role: Role;
  marks: Mark[];
  /** What the marks are. */
  marked?: { glyph: string; role: Role; name: string }[];
  /** A value with a dashed line of its own. */
  level?: number | null;
  formatY(value: number): string;
  empty: string;
}

/** A noisy curve: all of it as a faint band, smoothed as a line; above it what is what. */
function trace(scene: Scene, width: number, height: number, of: Trace): string[] {
  const { state, view, theme } = scene;
  if (of.series.count === 0) return [row([['dim', of.empty]], width, theme)];
  const x = windowOf(view, state.step);
  const band = viewSeries(of.series, x.min, x.max, width * 2);
  // Smoothed in all its detail and from the first step on, so that the line neither lags nor moves with the zoom.
  const all = viewSeries(of.series, 0, state.step, of.series.size).map(({ x: at, mean }) => ({ x: at, y: mean }));
  const points = smooth(all, view.smoothing).filter((point) => point.x >= x.min && point.x <= x.max);
  const series: PlotSeries[] = [
    { name: '', points: [], band, style: 'faint', role: 'dim' },
    { name: '', points, style: 'solid', role: of.role },
  ];
  if (of.level != null) {
    const level = of.level;
    series.push({ name: '', points: [x.min, x.max].map((at) => ({ x: at, y: level })), style: 'dashed', role: 'warn' });
  }
  const { marks, formatY } = of;
  const hasLegend = height >= rowsForLegend;
  const yScale = view.isLog ? 'log' : 'linear';
  const plot = linePlot({
    width,
    height: height - (hasLegend ? 1 : 0),
    theme,
    series,
    marks,
    x,
    yScale,
    formatY,
  });
  return hasLegend ? [legend(scene, of, width), ...plot] : plot;
}

const rowsForLegend = 9;

function legend({ theme, view }: Scene, of: Trace, width: number): string {
  const { line } = theme.glyphs;
  const smoothed = view.smoothing === 0 ? of.name : `smoothed`;
  const items: Piece[] = [
    ['dim', `${line.faint.repeat(2)} ${of.name}`],
    [of.role, `  ${line.solid.repeat(2)} ${smoothed}`],
    ...(of.level == null ? [] : [['warn', `  ${line.dashed.repeat(2)} clipped above`] as const]),
    ...(of.marked ?? []).map(({ glyph, role, name }): Piece => [role, `  ${glyph} ${name}`]),
  ];
  return ends([], items, width, theme);
}

/** The best evaluation has a mark of its own. */
const markOf = ({ glyphs }: Theme, isBest: boolean): Pick<Mark, 'glyph' | 'role'> =>
  isBest ? { glyph: glyphs.best, role: 'good' } : { glyph: glyphs.evaluation, role: 'series2' };

function pointsOf(series: Series, x: { min: number; max: number }, width: number) {
  return viewSeries(series, x.min, x.max, width * 2, 'beyond').map(({ x: at, mean }) => ({ x: at, y: mean }));
}

/** Three digits: what an axis has room for. */
function metricText3(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1000) return shortCount(value);
  return value.toPrecision(3).slice(0, 6);
}
