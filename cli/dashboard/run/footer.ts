import { footerItems, helpRows, keysText } from '../keys.ts';
import { isOver, statusOf } from '../state/derive.ts';
import type { Theme } from '../theme.ts';
import { askKeys, bindingsOf, helpKey, listKeys, panelKeys, plotKeys, steeringKeys } from './keys.ts';
import type { Panel } from './panel.ts';
import type { Scene } from './scene.ts';
import { cut, type Piece, row, wrapped } from './text.ts';

/** The last row: the keys that matter now. */
export function footer(scene: Scene, shows: Panel['shows'], width: number): string {
  const { theme, view, canSteer, state, liveness } = scene;
  if (view.overlay === 'ask') return askRow(scene, width);
  if (view.overlay === 'help') return row([['dim', 'any key closes the help']], width, theme);
  const pieces: Piece[] = [];
  if (isOver(statusOf(state, liveness))) pieces.push(['accent', 'any other key leaves']);
  else if (!canSteer) pieces.push(['accent', 'q'], ' leave');
  const used = pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece : piece[1]).length, 0);
  const gap = used > 0 ? 2 : 0;
  const bindings = bindingsOf({ canSteer, shows });
  const items = footerItems(bindings, width - used - gap).flatMap(({ keys, text }, i): Piece[] => [
    i === 0 ? ' '.repeat(gap) : '  ',
    ['accent', keys],
    ` ${plain(keys === 'space' && state.paused ? 'resume' : text, theme)}`,
  ]);
  return row([...pieces, ...items], width, theme);
}

/** How is it to end? In the place of the footer, so that the plot stays in sight. */
function askRow({ theme }: Scene, width: number): string {
  const isShort = width < 66;
  const items = footerItems(askKeys, width - (isShort ? 0 : 11)).flatMap(({ keys, text }): Piece[] => [
    ['warn', keys],
    ` ${text}  `,
  ]);
  return row([...(isShort ? [] : [['bold', 'End it?'] as const, '    ']), ...items], width, theme);
}

const plain = (text: string, { charset }: Theme) => (charset === 'ascii' ? text.replace('…', '?') : text);

/** All keys with what they do, and the command line that shows the same. */
export function helpLines(scene: Scene, width: number): string[] {
  const { theme, canSteer, commandLine } = scene;
  const sections = [
    ...(canSteer ? [{ title: 'the run', bindings: steeringKeys }] : []),
    { title: 'panels', bindings: [...panelKeys, ...helpKey] },
    { title: 'plots', bindings: plotKeys },
    { title: 'lists', bindings: listKeys },
  ];
  const keysWidth = Math.max(...sections.flatMap(({ bindings }) => bindings.map((b) => keysText(b).length))) + 2;
  const keyRow = ({ keys, text }: { keys: string; text: string }) =>
    row([['accent', keys.padEnd(keysWidth)], cut(text, width - keysWidth, theme)], width, theme);
  const lines = sections.flatMap(({ title, bindings }) => [
    row([['bold', title]], width, theme),
    ...helpRows(bindings).map(keyRow),
  ]);
  const same = wrapped(commandLine, Math.max(10, width - 2), 3, theme);
  return [
    ...lines,
    row([['bold', 'the command line that does the same']], width, theme),
    ...same.map((text) => row([`  ${text}`], width, theme)),
  ];
}
