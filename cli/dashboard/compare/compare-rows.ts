import { metricDirections } from '../../../src/eval/metric-names.ts';
import { formatMetric } from '../../plain/report.ts';
import type { Comparison } from '../../runs/compare.ts';
import { letterOf, rowName, stepsText } from '../../runs/compare-lines.ts';
import { layoutOf } from '../run/frame.ts';
import { cell, cut, ends, filled, type Piece, row } from '../run/text.ts';
import type { ScreenSize } from '../terminal/screen.ts';
import type { Theme } from '../theme.ts';
import type { Axis, RunCurves } from './curves.ts';
import { comparePlot, type Plotted, roleOf, styleOf } from './plot.ts';
import { figureRows, noteRows, settingRows } from './tables.ts';

/** What is shown beneath the runs. */
export type Panel = { title: string; plotted: Plotted } | { title: string; table: 'figures' | 'settings' };

export interface CompareView {
  comparison: Comparison;
  curves: readonly RunCurves[];
  panels: readonly Panel[];
  panel: number;
  axis: Axis;
  smoothing: number;
  isLog: boolean;
  /** Rows of a table above those shown. */
  scroll: number;
}

export interface CompareBody {
  rows: string[];
  /** How far the table can be scrolled, and the rows that it shows at once. */
  mostScroll: number;
  page: number;
}

/** Curves, the deciding metric first, then tables; runs without curves have tables alone, and so has a small screen. */
export function panelsOf({ metrics }: Comparison, curves: readonly RunCurves[], size: ScreenSize): Panel[] {
  const tables: Panel[] = [
    { title: 'figures', table: 'figures' },
    { title: 'settings', table: 'settings' },
  ];
  if (layoutOf(size) === 'list' || curves.every(({ at }) => at.step === 0)) return tables;
  const shown = metrics.filter(({ split }) => split === 'validation').map(({ name }) => name);
  const measured = [...new Set([...shown, ...curves.flatMap((run) => [...run.metrics.keys()])])];
  const named = measured
    .filter((name) => curves.some((run) => run.metrics.has(name)))
    .map((name): Panel => ({ title: name === 'loss' ? 'eval loss' : name, plotted: { metric: name } }));
  return [{ title: 'loss', plotted: 'loss' }, ...tables, ...named, { title: 'lr', plotted: 'learning rate' }];
}

/** Rows of the whole screen but its title, command line and footer. */
export function compareBody(view: CompareView, width: number, height: number, theme: Theme): CompareBody {
  const runs = runRows(view, width, Math.max(2, Math.floor(height / 4)), theme);
  const room = Math.max(0, height - runs.length - 1);
  const panel = view.panels[view.panel]!;
  if ('table' in panel) {
    const table = tableOf(panel.table, view, width, theme);
    const mostScroll = Math.max(0, table.length - room);
    const from = Math.min(view.scroll, mostScroll);
    const shown = filled(table.slice(from, from + room), width, room);
    const place = mostScroll === 0 ? '' : `${from + 1}-${from + room} of ${table.length}`;
    return { rows: [...runs, tabRow(view, place, width, theme), ...shown], mostScroll, page: room };
  }
  const plotted = { ...view, plotted: panel.plotted };
  const isTall = room >= 24;
  const plotHeight = isTall ? Math.max(12, Math.floor(room * 0.55)) : room;
  const plot = filled(comparePlot(plotted, width, plotHeight, theme), width, plotHeight);
  const below = isTall ? tablesBelow(view, width, room - plotHeight - 1, theme) : [];
  return {
    rows: [...runs, tabRow(view, plotOptions(view, panel.plotted, theme), width, theme), ...plot, ...below],
    mostScroll: 0,
    page: 1,
  };
}

/** Beneath a plot where there is room: the tables, beside each other on a wide screen. */
function tablesBelow(view: CompareView, width: number, height: number, theme: Theme): string[] {
  const blank = row([], width, theme);
  const half = Math.floor((width - 3) / 2);
  const notes = noteRows(view.comparison, width, theme).slice(0, 3);
  const room = height - notes.length;
  if (width >= 100) {
    const left = filled(figureRows(view.comparison, half, theme), half, room);
    const right = filled(settingRows(view.comparison, width - half - 3, theme), width - half - 3, room);
    return [blank, ...left.map((line, i) => `${line}   ${right[i]}`), ...notes];
  }
  const settings = settingRows(view.comparison, width, theme);
  const figures = figureRows(view.comparison, width, theme);
  return [blank, ...filled([...figures, blank, ...settings], width, room), ...notes];
}

function tableOf(table: 'figures' | 'settings', { comparison }: CompareView, width: number, theme: Theme): string[] {
  const rows = table === 'figures' ? figureRows(comparison, width, theme) : settingRows(comparison, width, theme);
  const notes = noteRows(comparison, width, theme);
  return notes.length === 0 ? rows : [...rows, row([], width, theme), ...notes];
}

/** A run a row: its line, letter, folder, state, and its best metric; the last row says how many more there are. */
function runRows({ comparison, curves }: CompareView, width: number, most: number, theme: Theme): string[] {
  const { runs, metrics } = comparison;
  const main = metrics.find(({ name }) => name in metricDirections && name !== 'loss') ?? metrics[0];
  const shown = runs.length <= most ? runs : runs.slice(0, most - 1);
  const nameWidth = Math.min(
    width - 6,
    Math.max(...runs.map(({ run }) => run.length)),
    Math.max(10, Math.floor(width / 2) - 6),
  );
  const hasLine = curves.some(({ at }) => at.step > 0);
  const facts = (run: (typeof runs)[number]) =>
    [run.state, stepsText(run)].slice(0, width < 60 ? 0 : width < 72 ? 1 : 2);
  const rows = shown.map((run, i) => {
    const value = main?.values[i] ?? null;
    const score: Piece[] =
      main === undefined || value === null ? [] : [`${width < 60 ? main.name : rowName(main)} ${formatMetric(value)}`];
    const isBest = main?.best.includes(i) ?? false;
    const line: Piece = hasLine ? [roleOf(i), `${theme.glyphs.line[styleOf(i)]} `] : '';
    const left: Piece[] = [
      line,
      [roleOf(i), `${letterOf(i)} `],
      cell(run.run, nameWidth, theme),
      [
        'dim',
        facts(run)
          .map((text) => `  ${text}`)
          .join(''),
      ],
    ];
    return ends(left, [...score, ['good', isBest ? ` ${theme.glyphs.best}` : '  ']], width, theme);
  });
  const rest = runs.length - shown.length;
  return rest === 0 ? rows : [...rows, row([['dim', `and ${rest} more`]], width, theme)];
}

/** How a plot is drawn: `ema .9 · lin · by step`. */
function plotOptions({ axis, smoothing, isLog }: CompareView, plotted: Plotted, theme: Theme): string {
  const ema = plotted === 'loss' ? [smoothing === 0 ? 'raw' : `ema ${String(smoothing).slice(1)}`] : [];
  const over = `by ${axis === 'seconds' ? 'time' : axis}`;
  return [...ema, isLog ? 'log' : 'lin', over].join(` ${theme.glyphs.dot} `);
}

/** The panels with their digits, the chosen one marked; at the right what is said of it. */
function tabRow({ panels, panel }: CompareView, right: string, width: number, theme: Theme): string {
  const names = panels.map(({ title }, i) => {
    const text = i < 9 ? `${i + 1} ${cut(title, 16, theme)}` : cut(title, 16, theme);
    return i === panel ? `[${text}]` : ` ${text} `;
  });
  // Those around the chosen one, as many as fit.
  let from = panel;
  let to = panel + 1;
  let used = names[panel]!.length;
  const room = width - right.length - 3;
  while (from > 0 && used + names[from - 1]!.length <= room) used += names[--from]!.length;
  while (to < names.length && used + names[to]!.length <= room) used += names[to++]!.length;
  const left: Piece[] = [
    ['dim', from > 0 ? theme.glyphs.arrow.left : ''],
    ...names.slice(from, to).map((name, i): Piece => (from + i === panel ? ['inverse', name] : ['dim', name])),
    ['dim', to < names.length ? theme.glyphs.arrow.right : ''],
  ];
  return ends(left, [['dim', right]], width, theme);
}
