import { count } from '../../plain/table.ts';
import { metricText } from '../../plain/train-lines.ts';
import { etaOf, isOver, statusOf, throughput } from '../state/derive.ts';
import { column } from './column.ts';
import { shortBytes, shortCount } from './figures.ts';
import { footer, helpLines } from './footer.ts';
import { fractionOf, header, remainingText, statusPiece, titleOf } from './header.ts';
import type { Panel } from './panel.ts';
import type { PanelId } from './panel-id.ts';
import { classBars } from './panels/classes.ts';
import { newestEvaluations } from './panels/evaluations.ts';
import { logTail, noticeRow } from './panels/log.ts';
import { shortFacts } from './panels/summary.ts';
import { panels, panelsOf } from './panels.ts';
import type { Scene } from './scene.ts';
import { tabs } from './tabs.ts';
import { beside, box, cut, filled, type Piece, row, signs } from './text.ts';

export interface Size {
  columns: number;
  rows: number;
}

export interface Frame {
  /** As many as the screen has, each as wide as it is. */
  rows: string[];
  /** How far the list of the chosen panel can be scrolled, and the lines that it shows at once. */
  mostScroll: number;
  page: number;
}

/** A list below 60 x 16; sections below each other where it is narrow and tall; more panels where there is room for them. */
export function layoutOf({ columns, rows }: Size): 'list' | 'stack' | 'standard' | 'large' {
  if (columns >= 110 && rows >= 34) return 'large';
  if (columns >= 60 && rows >= 16) return 'standard';
  return columns >= 36 && rows >= 30 ? 'stack' : 'list';
}

/** The whole screen of a run. */
export function frameOf(scene: Scene, size: Size): Frame {
  const { columns, rows } = size;
  if (columns < 1 || rows < 1) return { rows: [], mostScroll: 0, page: 1 };
  const drawn = { list: listFrame, stack: stackFrame, standard: standardFrame, large: largeFrame }[layoutOf(size)];
  const frame = drawn(scene, columns, rows);
  return { ...frame, rows: filled(frame.rows, columns, rows) };
}

/** What is chosen, in its place; the help covers it. */
function main(scene: Scene, width: number, height: number): Frame {
  const { view, theme } = scene;
  const panel = chosen(scene);
  if (view.overlay === 'help') {
    return { rows: filled(helpLines(scene, width), width, height), mostScroll: 0, page: height };
  }
  if (panel.shows !== 'list')
    return { rows: filled(panel.draw(scene, width, height), width, height), mostScroll: 0, page: height };
  const { head, rows } = panel.list(scene, width);
  const page = Math.max(1, height - head.length);
  const mostScroll = Math.max(0, rows.length - page);
  const from = Math.min(view.scroll, mostScroll);
  const shown = rows.slice(from, from + page);
  if (mostScroll > 0) {
    const place = `${from + 1}${signs(theme).between}${from + shown.length} of ${rows.length}`;
    const last = head.length > 0 ? head.length - 1 : -1;
    if (last >= 0) head[last] = withRight(scene, panel, width, place, last);
  }
  return { rows: filled([...head, ...shown], width, height), mostScroll, page };
}

/** The head of a list again, with its place at the right. */
function withRight(
  scene: Scene,
  panel: Extract<Panel, { shows: 'list' }>,
  width: number,
  place: string,
  index: number,
): string {
  const { head } = panel.list(scene, width - place.length - 1);
  return `${head[index]} ${row([['dim', place]], place.length, scene.theme)}`;
}

function chosen({ view }: Scene): Panel {
  return panels[view.panel];
}

function standardFrame(scene: Scene, width: number, height: number): Frame {
  const evaluationRows = height >= 22 ? 4 : height >= 18 ? 3 : 2;
  const logRows = height >= 20 ? 2 : 1;
  const isCovered = scene.view.overlay === 'help';
  const below = isCovered ? 0 : evaluationRows + logRows;
  const mainHeight = height - 4 - below;
  const sideWidth = width >= 72 && !isCovered && chosen(scene).shows === 'plot' ? 22 : 0;
  const body = main(scene, width - sideWidth, mainHeight);
  const rows = [...header(scene, width), tabs(scene, panelsOf(scene.state), width)];
  rows.push(...(sideWidth === 0 ? body.rows : beside(body.rows, side(scene, sideWidth, mainHeight))));
  if (!isCovered) {
    rows.push(
      ...filled(labelled('eval', newestEvaluations(scene, width - 5, evaluationRows), scene), width, evaluationRows),
    );
    rows.push(...filled(labelled('log ', logTail(scene, width - 5, logRows), scene), width, logRows));
  }
  rows.push(footer(scene, chosen(scene).shows, width));
  return { ...body, rows };
}

function labelled(name: string, rows: readonly string[], { theme }: Scene): string[] {
  return rows.map((text, i) => `${row([['accent', i === 0 ? name : '']], 5, theme)}${text}`);
}

/** Beside a plot: the classes, or what else the task has; below them what is best. */
function side(scene: Scene, width: number, height: number): string[] {
  const { state, theme } = scene;
  const { best } = state;
  const bestRows: string[] = [];
  if (best !== null) {
    bestRows.push(row([['good', `${theme.glyphs.best} `], `${metricText(best.value)}`], width - 5, theme));
    bestRows.push(row([['dim', cut(`step ${best.step}`, width - 5, theme)]], width - 5, theme));
  }
  const inner = width - 5;
  const bestHeight = best === null ? 0 : 4;
  const top = height - bestHeight;
  const classes = classBars(scene, inner, top - 2);
  const upper =
    classes.length > 0
      ? box('F1 by class', classes, width - 1, top, theme)
      : box('run', shortFacts(scene, inner), width - 1, top, theme);
  const lower = best === null ? [] : box(`best ${best.metric}`, bestRows, width - 1, bestHeight, theme);
  return [...upper, ...lower].map((text) => ` ${text}`);
}

function largeFrame(scene: Scene, width: number, height: number): Frame {
  const { theme, state, view } = scene;
  const isCovered = view.overlay === 'help';
  const rightWidth = isCovered ? 0 : Math.min(60, Math.floor(width * 0.37));
  const leftWidth = width - rightWidth;
  const logRows = 5;
  const bodyHeight = height - 4 - (isCovered ? 0 : logRows + 2);
  const evaluationHeight = isCovered ? 0 : Math.max(6, Math.floor(bodyHeight * 0.28));
  const mainHeight = bodyHeight - evaluationHeight;
  const body = main(scene, leftWidth, mainHeight);
  const top = [...header(scene, width), tabs(scene, panelsOf(state), width)];
  const bottom = footer(scene, chosen(scene).shows, width);
  if (isCovered) return { ...body, rows: [...top, ...body.rows, bottom] };
  const evaluations = box(
    'evaluations',
    newestEvaluations(scene, leftWidth - 4, evaluationHeight - 2),
    leftWidth,
    evaluationHeight,
    theme,
  );
  const left = [...body.rows, ...evaluations];
  const right = column(scene, others(scene), rightWidth - 1, bodyHeight).map((text) => ` ${text}`);
  const log = box('log', logTail(scene, width - 4, logRows), width, logRows + 2, theme);
  return { ...body, rows: [...top, ...beside(left, right), ...log, bottom] };
}

/** What is shown beside or below the chosen panel, the most telling first. */
function others({ state, view }: Scene): PanelId[] {
  const wanted: PanelId[] =
    state.diagnostics === null
      ? ['summary', 'rate', 'gradient']
      : ['confusion', 'scatter', 'answers', 'classes', 'mistakes', 'calibration', 'summary'];
  const there = panelsOf(state);
  return wanted.filter((id) => there.includes(id) && id !== view.panel);
}

/** Sections below each other, for a narrow and tall screen. */
function stackFrame(scene: Scene, width: number, height: number): Frame {
  const { state, theme, view } = scene;
  const isCovered = view.overlay === 'help';
  const top = [...header(scene, width), tabs(scene, panelsOf(state), width)];
  const logRows = 4;
  const rest = height - top.length - 1;
  const mainHeight = isCovered ? rest : Math.max(10, Math.floor(rest * 0.38));
  const body = main(scene, width, mainHeight);
  const rows = [...top, ...body.rows];
  if (!isCovered) {
    const room = rest - mainHeight - logRows - 2;
    const evaluationHeight = Math.min(7, Math.floor(room / 2));
    rows.push(
      ...box('evaluations', newestEvaluations(scene, width - 4, evaluationHeight - 2), width, evaluationHeight, theme),
    );
    rows.push(...column(scene, others(scene), width, room - evaluationHeight));
    rows.push(...box('log', logTail(scene, width - 4, logRows), width, logRows + 2, theme));
  }
  rows.push(footer(scene, chosen(scene).shows, width));
  return { ...body, rows };
}

/** Names and values, for a screen that is too small for a plot. */
function listFrame(scene: Scene, width: number, height: number): Frame {
  const { state, theme, view } = scene;
  const bottom = footer(scene, 'figure', width);
  if (view.overlay === 'help') {
    return { rows: [...filled(helpLines(scene, width), width, height - 1), bottom], mostScroll: 0, page: 1 };
  }
  const status = statusOf(state, scene.liveness);
  const lines: [string, Piece][] = [['status', statusPiece(status, scene)]];
  const { start, best, resources, last } = state;
  if (start !== null) {
    lines.push(['step', `${state.step} of ${start.totalSteps}, ${Math.floor(100 * fractionOf(state))}%`]);
    if (!isOver(status) && etaOf(state, scene.now) !== null) {
      lines.push(['left', remainingText(scene, true)]);
    }
  }
  if (last !== null) lines.push(['loss', metricText(last.loss)]);
  if (best !== null) lines.push([`best`, `${best.metric} ${metricText(best.value)} at ${best.step}`]);
  const speed = throughput(state);
  if (speed !== null) lines.push(['speed', `${shortCount(speed.examples)} ex/s, ${shortCount(speed.tokens)} tok/s`]);
  if (last !== null) lines.push(['lr', last.learningRate.toExponential(1)], ['grad', metricText(last.gradientNorm)]);
  if (resources !== null) {
    lines.push(['memory', `${shortBytes(resources.rssBytes)}, CPU ${Math.round(resources.cpuPercent)}%`]);
  }
  if (start !== null) lines.push(['rows', count(start.trainExamples)]);
  const title = row(
    [['bold', cut(['distiltune', ...titleOf(state)].join(` ${signs(theme).dot} `), width, theme)]],
    width,
    theme,
  );
  const facts = lines.map(([name, value]) => row([['dim', name.padEnd(8)], value], width, theme));
  const room = height - 3;
  const rows = [
    title,
    ...filled(facts, width, room),
    scene.notice === null ? (logTail(scene, width, 1)[0] ?? row([], width, theme)) : noticeRow(scene, width),
    bottom,
  ];
  return { rows: height < 4 ? rows.slice(0, height) : rows, mostScroll: 0, page: 1 };
}
