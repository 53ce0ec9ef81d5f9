import { footerItems, helpRows, keysText } from '../keys.ts';
import { isOver, statusOf } from '../state/derive.ts';
import type { Theme } from '../theme.ts';
import { askKeys, bindingsOf, helpKey, keysOf, listKeys, panelKeys, plotKeys } from './keys.ts';
import type { Shows } from './panel-id.ts';
import type { Scene } from './scene.ts';
import { beside, filled, type Piece, row, wrapped } from './text.ts';

/** The last row: the keys that matter now. Its last cell stays blank, which not every terminal can fill without scrolling. */
export function footer(scene: Scene, shows: Shows, columns: number): string {
  return `${keysRow(scene, shows, Math.max(0, columns - 1))} `;
}

function keysRow(scene: Scene, shows: Shows, width: number): string {
  const { theme, view, steers, state, liveness, playback } = scene;
  if (view.overlay === 'ask') return askRow(scene, width);
  if (view.overlay === 'help') return row([['dim', 'any key closes the help']], width, theme);
  const pieces: Piece[] = [];
  if (isOver(statusOf(state, liveness))) pieces.push(['accent', 'any other key leaves']);
  else if (steers !== 'run') pieces.push(['accent', 'q'], ' leave');
  const used = pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece : piece[1]).length, 0);
  const gap = used > 0 ? 2 : 0;
  const bindings = bindingsOf({ steers, shows });
  const goesOn = playback?.isPaused ?? state.paused;
  const items = footerItems(bindings, width - used - gap).flatMap(({ keys, text }, i): Piece[] => [
    i === 0 ? ' '.repeat(gap) : '  ',
    ['accent', keys],
    ` ${plain(keys === 'space' && goesOn ? 'resume' : text, theme)}`,
  ]);
  return row([...pieces, ...items], width, theme);
}

/** How is it to end? In the place of the footer, so that the plot stays in sight. */
function askRow({ theme }: Scene, width: number): string {
  const items = footerItems(askKeys, width);
  const needed = items.reduce((sum, { keys, text }) => sum + keys.length + text.length + 3, 0);
  const question = 'End it?   ';
  const pieces = items.flatMap(({ keys, text }): Piece[] => [
    ['warn', keys],
    ` ${needed <= width ? text : (shortAnswers[text] ?? text)}  `,
  ]);
  return row(needed + question.length <= width ? [['bold', question], ...pieces] : pieces, width, theme);
}

const shortAnswers: Readonly<Record<string, string>> = {
  'stop and save': 'save+stop',
  'stop now': 'now',
  cancel: 'back',
};

const plain = (text: string, { charset }: Theme) => (charset === 'ascii' ? text.replace('…', '?') : text);

/** All keys with what they do, in two columns where there is room, and the command line that shows the same. */
export function helpLines(scene: Scene, width: number): string[] {
  const { theme, steers, commandLine } = scene;
  const left = [
    ...(steers === 'nothing' ? [] : [{ title: `the ${steers}`, bindings: keysOf[steers] }]),
    { title: 'panels', bindings: [...panelKeys, ...helpKey] },
  ];
  const right = [
    { title: 'plots', bindings: plotKeys },
    { title: 'lists', bindings: listKeys },
  ];
  const keysWidth =
    2 + Math.max(...[...left, ...right].flatMap(({ bindings }) => bindings.map((b) => keysText(b).length)));
  const linesOf = (sections: typeof left, columns: number) =>
    sections.flatMap(({ title, bindings }) => [
      row([['bold', title]], columns, theme),
      ...helpRows(bindings).map(
        ({ keys, text }) => `${row([['accent', keys.padEnd(keysWidth)], text], columns - 1, theme)} `,
      ),
    ]);
  const half = Math.floor(width / 2);
  const keys =
    half >= 36
      ? beside(padded(linesOf(left, half), linesOf(right, half).length, half), linesOf(right, width - half))
      : linesOf([...left, ...right], width);
  const same = wrapped(commandLine, Math.max(10, width), 3, theme);
  const title = row([['bold', 'the same on the command line']], width, theme);
  return [title, ...same.map((text) => row([text], width, theme)), row([], width, theme), ...keys];
}

const padded = (rows: string[], height: number, width: number) => filled(rows, width, Math.max(rows.length, height));
