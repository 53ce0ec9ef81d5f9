import { basename } from 'node:path';
import { metricText } from '../../plain/train-lines.ts';
import type { Liveness } from '../../watch/source.ts';
import { type Binding, footerItems, helpRows, keysText } from '../keys.ts';
import { progressBar } from '../plot/bars.ts';
import { shortDuration, shortMetric } from '../run/figures.ts';
import { fractionOf, remainingText, statusPiece } from '../run/header.ts';
import { panels } from '../run/panels.ts';
import type { Notice, Scene } from '../run/scene.ts';
import { beside, box, cut, ends, filled, type Piece, row, signs, wrapped } from '../run/text.ts';
import { shellLineRows } from '../start/shell.ts';
import { statusOf } from '../state/derive.ts';
import type { ScreenSize } from '../terminal/screen.ts';
import type { Role, Theme } from '../theme.ts';
import { type Board, boardRows, runsDone, secondsLeft } from './board.ts';
import { askKeys, bindingsOf } from './keys.ts';
import { boardTable } from './table.ts';

/** The plots of the run of the moment, in the order of the key that changes them. */
export const plots = ['loss', 'metric', 'rate', 'gradient', 'speed'] as const;

/** Everything that a frame of the benchmark's screen is drawn from. */
export interface BoardScene {
  board: Board;
  liveness: Liveness;
  /** Of the run of the moment; null: there is none. */
  run: Scene | null;
  /** Seconds that the run of the moment has taken and still takes; null: not known. */
  pace: { taken: number; left: number } | null;
  theme: Theme;
  commandLine: string;
  canSteer: boolean;
  overlay: 'none' | 'ask' | 'help';
  notice: Notice | null;
  /** Index in `plots`. */
  plot: number;
  /** Tasks above those that are shown. */
  scroll: number;
  /** Why the events cannot be read, in rows. */
  problem: readonly string[];
}

export interface BoardFrame {
  rows: string[];
  /** How far the table can be scrolled. */
  mostScroll: number;
}

/** The whole screen: the table, beneath it the run of the moment. */
export function boardFrame(scene: BoardScene, { columns: width, rows: height }: ScreenSize): BoardFrame {
  const { theme, overlay, board, commandLine, problem } = scene;
  const foot = [...commandRows(commandLine, width, height, theme), footer(scene, width)];
  const head = header(scene, width);
  const room = Math.max(0, height - head.length - foot.length);
  if (overlay === 'help') {
    const body = filled(helpBody(scene, width), width, room);
    return { rows: filled([...head, ...body, ...foot], width, height), mostScroll: 0 };
  }
  const table = boardTable(
    { rows: boardRows(board), seeds: board.benchmark?.seeds ?? [], fraction: fractionOfRun(scene) },
    width,
    theme,
  );
  const told = [...problem, ...wordsOfEnd(scene, width)];
  const least = 2 + table.means.length + told.length;
  // The plot gives way to the table, as long as the table can use the rows.
  const page = Math.max(1, Math.min(table.rows.length, room - least));
  const mostScroll = Math.max(0, table.rows.length - page);
  const from = Math.min(scene.scroll, mostScroll);
  const upper = [table.head, ...table.rows.slice(from, from + page), ...table.means, ...told];
  const lower = runRows(scene, width, room - upper.length);
  return { rows: filled([...head, ...filled([...upper, ...lower], width, room), ...foot], width, height), mostScroll };
}

function header(scene: BoardScene, width: number): string[] {
  const { board, theme } = scene;
  const { benchmark } = board;
  const { dot, plusMinus: _, bar } = signs(theme);
  const model = benchmark === null ? [] : [basename(benchmark.model), `recipe ${benchmark.recipe}`];
  const parts = ['distiltune glue', ...model];
  const [mark, word, role] = stateOf(scene);
  const done = runsDone(board);
  const left = secondsLeft(board, scene.pace);
  const position: Piece[] = [[role, `${mark} ${word}`]];
  if (benchmark !== null) position.push(` ${done}/${benchmark.runs} runs`);
  if (board.end === null && benchmark !== null && width >= 50)
    position.push(` ETA ${left === null ? '--' : shortDuration(left)}`);
  const title = ends([['bold', parts.join(` ${dot} `)]], position, width, theme);
  const fraction = benchmark === null ? 0 : (done + (fractionOfRun(scene) ?? 0)) / Math.max(1, benchmark.runs);
  const text = ` ${String(Math.floor(100 * fraction)).padStart(3)}%${benchmark === null ? '' : ` ${bar} seeds ${benchmark.seeds.join(' ')}`}`;
  const barWidth = Math.max(0, Math.min(40, width - Math.min(text.length, 24)));
  return [title, progressBar(fraction, barWidth, theme) + row([['dim', text]], width - barWidth, theme)];
}

function stateOf({ board, liveness, run, theme }: BoardScene): [mark: string, word: string, role: Role] {
  const sign = signs(theme);
  const { end } = board;
  if (end !== null) {
    if (end.reason === 'finished') return [sign.good, 'DONE', 'good'];
    return end.reason === 'stopped' ? [sign.good, 'STOPPED', 'warn'] : [sign.bad, 'FAILED', 'bad'];
  }
  if (liveness.state === 'died') return [sign.bad, 'DIED', 'bad'];
  if (board.benchmark === null) return [sign.busy, 'PREP', 'accent'];
  return run?.state.paused ? [sign.paused, 'PAUSED', 'warn'] : [sign.running, 'RUN', 'good'];
}

/** Nothing more will come of the benchmark. */
export const isOver = ({ board, liveness }: Pick<BoardScene, 'board' | 'liveness'>): boolean =>
  board.end !== null || liveness.state !== 'alive';

/** How it ended, and what goes on with it. */
function wordsOfEnd({ board, liveness, theme }: BoardScene, width: number): string[] {
  const { end, benchmark } = board;
  if (!isOver({ board, liveness })) return [];
  const why: string[] = [];
  if (end?.message) why.push(end.message);
  if (end === null && liveness.state === 'died') why.push('the process of the benchmark is gone, without a word');
  const resume = end?.reason === 'finished' ? null : (liveness.resume ?? benchmark?.command ?? null);
  if (resume !== null) why.push(`go on with it: ${resume}`);
  const role: Role = end?.reason === 'finished' ? 'good' : 'warn';
  return why.flatMap((text) => wrapped(text, width, 3, theme).map((line) => row([[role, line]], width, theme)));
}

function fractionOfRun({ run }: BoardScene): number | null {
  return run === null || run.state.start === null ? null : fractionOf(run.state);
}

/** Of the run of the moment: what it does, and as many plots as there is room for. */
function runRows(scene: BoardScene, width: number, height: number): string[] {
  const { run, theme, board, plot, notice } = scene;
  if (height < 1) return [];
  const told =
    notice === null
      ? []
      : [row([[notice.level === 'refused' ? 'bad' : 'accent', cut(notice.text, width, theme)]], width, theme)];
  if (run === null || board.current === null) {
    const between = isOver(scene) ? '' : board.benchmark === null ? 'reading the tasks' : 'between two runs';
    return [row([['dim', between]], width, theme), ...told].slice(0, height);
  }
  const title = runTitle(scene, run, width);
  const room = height - 1 - told.length;
  if (room < 5) return [title, ...told].slice(0, height);
  return [title, ...plotBoxes(run, plot, width, room), ...told];
}

/** Two plots where there is room for them, beside each other or below each other. */
function plotBoxes(run: Scene, plot: number, width: number, height: number): string[] {
  const drawn = (next: number, cells: number, rows: number) =>
    plotBox(run, plots[(plot + next) % plots.length]!, cells, rows);
  const half = (all: number) => [Math.ceil(all / 2), Math.floor(all / 2)] as const;
  if (width >= 110) {
    const [left, right] = half(width);
    return beside(drawn(0, left, height), drawn(1, right, height));
  }
  if (height < 24) return drawn(0, width, height);
  const [upper, lower] = half(height);
  return [...drawn(0, width, upper), ...drawn(1, width, lower)];
}

function plotBox(run: Scene, id: (typeof plots)[number], width: number, height: number): string[] {
  const panel = panels[id];
  const content = panel.shows === 'list' ? [] : panel.draw(run, width - 4, height - 2);
  return box(panel.title(run), content, width, height, run.theme);
}

/** `SST-2 seed 43  ● RUN step 100/6000 ETA 12m  loss .231  accuracy 0.91`. */
function runTitle({ board, theme }: BoardScene, run: Scene, width: number): string {
  const current = board.current!;
  const { state } = run;
  const title = board.benchmark?.tasks.find(({ name }) => name === current.task)?.title ?? current.task;
  const trial = current.trial === null ? '' : ` ${current.trial}`;
  const pieces: Piece[] = [
    ['bold', `${title} seed ${current.seed}${trial}`],
    '  ',
    statusPiece(statusOf(state, run.liveness), run),
  ];
  if (state.start !== null) {
    pieces.push(` step ${state.step}/${state.start.totalSteps} ETA ${remainingText(run, false)}`);
  }
  if (state.last !== null) pieces.push(`  loss ${shortMetric(state.last.loss)}`);
  const measured = state.evaluations.at(-1);
  const [metric] = Object.entries(measured?.metrics ?? {}).filter(([name]) => name !== 'loss');
  if (metric !== undefined) pieces.push(`  ${metric[0]} ${metricText(metric[1])}`);
  return row(pieces, width, theme);
}

function commandRows(commandLine: string, width: number, height: number, theme: Theme): string[] {
  const most = height < 20 ? 1 : 2;
  const rows = shellLineRows(commandLine, width - 2);
  const shown = rows.length <= most ? rows : [...rows.slice(0, most - 1), `${rows[most - 1]} ${signs(theme).cut}`];
  return shown.map((text, i) => row([['dim', `${i === 0 ? '$' : ' '} ${text}`]], width, theme));
}

function footer(scene: BoardScene, width: number): string {
  const { theme, overlay, canSteer, run } = scene;
  const plain = (text: string) => (theme.charset === 'ascii' ? text.replace('…', '...') : text);
  if (overlay === 'help') return row([['dim', 'any key closes the help']], width, theme);
  const first: Piece[] = [];
  if (overlay === 'ask') first.push(['bold', 'End it? ']);
  else if (isOver(scene)) first.push(['accent', 'any other key'], ' leaves  ');
  else if (!canSteer) first.push(['accent', 'q'], ' leave  ');
  const used = first.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece : piece[1]).length, 0);
  const bindings = (overlay === 'ask' ? askKeys : bindingsOf(canSteer)).map(
    ({ footer: text, ...binding }): Binding<string> => ({
      ...binding,
      ...(text === undefined ? {} : { footer: plain(text) }),
    }),
  );
  const items = footerItems(bindings, width - 1 - used).flatMap(({ keys, text }): Piece[] => [
    [overlay === 'ask' ? 'warn' : 'accent', keys],
    ` ${keys === 'space' && run?.state.paused ? 'go on' : text}  `,
  ]);
  return row([...first, ...items], width, theme);
}

function helpBody({ canSteer, commandLine, theme }: BoardScene, width: number): string[] {
  const bindings = bindingsOf(canSteer);
  const keysWidth = Math.max(...bindings.map((binding) => keysText(binding).length)) + 2;
  return [
    ...helpRows(bindings).map(({ keys, text }) => row([['accent', keys.padEnd(keysWidth)], text], width, theme)),
    row([], width, theme),
    row([['bold', 'the command line that does the same']], width, theme),
    ...shellLineRows(commandLine, width - 2).map((text) => row([`  ${text}`], width, theme)),
  ];
}
