import { basename, dirname } from 'node:path';
import { progressBar } from '../plot/bars.ts';
import { etaOf, isOver, preparation, type Status, statusOf, throughput } from '../state/derive.ts';
import type { DashboardState } from '../state/state.ts';
import type { Role } from '../theme.ts';
import { shortBytes, shortCount, shortDuration } from './figures.ts';
import type { Scene } from './scene.ts';
import { cut, ends, type Piece, piecesWidth, row, signs } from './text.ts';

/** Two rows: what runs and how far it is; the bar and how fast. */
export function header(scene: Scene, width: number): string[] {
  const { theme, state } = scene;
  const { dot } = signs(theme);
  const position = positionPieces(scene, width);
  const room = width - piecesWidth(position) - 1;
  const parts = ['distiltune', ...titleOf(state)];
  while (parts.length > 2 && parts.join(` ${dot} `).length > room)
    parts.splice(parts.length === 3 ? 0 : parts.length - 1, 1);
  // A word or nothing of the model's name: a lone dot says nothing.
  if (state.model !== null && parts.length === 2 && room < parts[0]!.length + leastOfName) parts.pop();
  const title = cut(parts.join(` ${dot} `), Math.max(0, room), theme);
  return [ends([['bold', title]], position, width, theme), progressRow(scene, width)];
}

/** Of the model's name, with the dot before it. */
const leastOfName = 8;

/** `sst2` of runs/sst2; `rte/seed-42` of a benchmark's rte/seed-42. */
function runName(folder: string): string {
  const name = basename(folder);
  return name.startsWith('seed-') ? `${basename(dirname(folder))}/${name}` : name;
}

/** The run's name and the model's. */
export function titleOf({ folder, data, model }: DashboardState): string[] {
  const run = folder === null ? (data === null ? 'a run' : basename(data)) : runName(folder);
  return model === null ? [run] : [run, basename(model.name)];
}

/** Sign, word and colour of what a run is doing. */
export function statusPiece(status: Status, scene: Scene): Piece {
  const sign = signs(scene.theme);
  const [mark, word, role] = statusWords[status];
  return [role, `${sign[mark]} ${word}`];
}

const statusWords: Readonly<Record<Status, readonly ['running' | 'busy' | 'paused' | 'good' | 'bad', string, Role]>> = {
  preparing: ['busy', 'PREP', 'accent'],
  'warming up': ['running', 'WARMUP', 'good'],
  training: ['running', 'RUN', 'good'],
  evaluating: ['busy', 'EVAL', 'accent'],
  saving: ['busy', 'SAVE', 'accent'],
  paused: ['paused', 'PAUSED', 'warn'],
  finished: ['good', 'DONE', 'good'],
  'stopped early': ['good', 'STOPPED EARLY', 'good'],
  stopped: ['good', 'STOPPED', 'warn'],
  diverged: ['bad', 'DIVERGED', 'bad'],
  failed: ['bad', 'FAILED', 'bad'],
  aborted: ['bad', 'ABORTED', 'bad'],
  died: ['bad', 'DIED', 'bad'],
};

/** `RUN ep 2/3 step 4294/6315 ETA 19m±2m`; less where it is narrow. */
function positionPieces(scene: Scene, width: number): Piece[] {
  const { state } = scene;
  const status = statusOf(state, scene.liveness);
  const { start } = state;
  if (start === null) return [statusPiece(status, scene)];
  const epochs = Math.ceil(Number(start.epochs.toFixed(6)));
  const epoch = Math.min(epochs, Math.floor(state.epoch) + 1);
  return [
    statusPiece(status, scene),
    width >= 50 ? ` ep ${epoch}/${epochs}` : '',
    ` step ${state.step}/${start.totalSteps}`,
    isOver(status) || width < 44 ? '' : ` ETA ${remainingText(scene, width >= 70)}`,
  ];
}

/** `19m±2m`; `--` where nothing can be said yet. */
export function remainingText({ state, now, theme }: Scene, withSpread: boolean): string {
  const eta = etaOf(state, now);
  if (eta === null) return '--';
  const seconds = shortDuration(eta.seconds);
  return withSpread ? `${seconds}${signs(theme).plusMinus}${spreadText(eta.seconds, eta.spread)}` : seconds;
}

/** No finer than what it is the spread of. */
function spreadText(seconds: number, spread: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(spread))}s`;
  if (seconds < 600 && spread < 60) return `${Math.max(1, Math.round(spread))}s`;
  return `${Math.max(1, Math.round(spread / 60))}m`;
}

/** Share of the steps that are done. */
export function fractionOf({ step, start }: DashboardState): number {
  return start === null ? 0 : Math.min(1, step / start.totalSteps);
}

function progressRow(scene: Scene, width: number): string {
  const { state, theme, liveness } = scene;
  const { bar } = signs(theme);
  const status = statusOf(state, liveness);
  if (state.start === null && !isOver(status)) {
    return row([['dim', cut(preparation(state), width, theme)]], width, theme);
  }
  const fraction = fractionOf(state);
  const figures: string[] = [];
  const speed = throughput(state);
  if (speed !== null) figures.push(`${shortCount(speed.examples)} ex/s`, `${shortCount(speed.tokens)} tok/s`);
  if (state.resources !== null) {
    figures.push(`RSS ${shortBytes(state.resources.rssBytes)}`, `CPU ${Math.round(state.resources.cpuPercent)}%`);
  }
  const percent = `${String(Math.floor(100 * fraction)).padStart(3)}%`;
  const least = 10;
  const text = () => [percent, ...figures].join(` ${bar} `);
  // Tokens matter less than memory where there is no room for all.
  if (width - 1 - text().length < least * 2) figures.splice(1, 1);
  while (figures.length > 0 && width - 1 - text().length < least) figures.pop();
  const barWidth = Math.max(0, Math.min(40, width - 1 - text().length));
  const blocks = barWidth > 0 ? progressBar(fraction, barWidth, theme) : '';
  return `${blocks}${row([` ${text()}`], width - barWidth, theme)}`;
}
