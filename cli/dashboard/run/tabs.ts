import { shortCount } from './figures.ts';
import type { PanelId } from './panel-id.ts';
import { panels } from './panels.ts';
import type { Scene } from './scene.ts';
import { ends, type Piece, piecesWidth, signs } from './text.ts';
import { windowOf } from './view.ts';

/** The panels with their digits, the chosen one marked; at the right how a plot is drawn. Those that fit around the chosen one. */
export function tabs(scene: Scene, ids: readonly PanelId[], width: number): string {
  const { view, theme } = scene;
  const right = chosenOptions(scene);
  const room = width - piecesWidth(right) - 1;
  const all = ids.map((id, i): { piece: Piece; width: number } => {
    const digit = i < 9 ? `${i + 1} ` : i === 9 ? '0 ' : '';
    const name = `${digit}${panels[id].title(scene)}`;
    const text = id === view.panel ? `[${name}]` : ` ${name} `;
    return { piece: id === view.panel ? ['inverse', text] : ['dim', text], width: text.length };
  });
  const at = Math.max(0, ids.indexOf(view.panel));
  let from = at;
  let to = at + 1;
  let used = all[at]!.width;
  // Those before it first, so that the numbers begin with 1 where they can.
  while (from > 0 && used + all[from - 1]!.width <= room - 2) used += all[--from]!.width;
  while (to < all.length && used + all[to]!.width <= room - 2) used += all[to++]!.width;
  const left: Piece[] = [
    ...(from > 0 ? [['dim', '<'] as const] : []),
    ...all.slice(from, to).map(({ piece }) => piece),
    ...(to < all.length ? [['dim', '>'] as const] : []),
  ];
  return ends(left, right, width, theme);
}

/** `ema .9 · log · last 500`. */
function chosenOptions(scene: Scene): Piece[] {
  const { view, theme, state } = scene;
  const panel = panels[view.panel];
  if (panel.shows !== 'plot' || view.overlay === 'help') return [];
  const { dot, between } = signs(theme);
  const isSmooth = view.panel === 'loss' || view.panel === 'gradient' || view.panel === 'speed';
  const smoothing = view.smoothing === 0 ? 'raw' : `ema ${String(view.smoothing).replace(/^0/, '')}`;
  const x = windowOf(view, state.step);
  const window =
    view.span === null
      ? 'full'
      : view.end === null
        ? `last ${shortCount(x.max - x.min)}`
        : `${shortCount(x.min)}${between}${shortCount(x.max)}`;
  const parts = [...(isSmooth ? [smoothing] : []), view.isLog ? 'log' : 'lin', window];
  return [['dim', parts.join(` ${dot} `)]];
}
