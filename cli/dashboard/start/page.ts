import stringWidth from 'string-width';
import { type Binding, footerItems, helpRows } from '../keys.ts';
import { cut, ends, filled, type Piece, row, signs } from '../run/text.ts';
import type { ScreenSize } from '../terminal/screen.ts';
import type { Theme } from '../theme.ts';
import { shellRows } from './shell.ts';

/** What every screen beside a run's has: a title, rows of its own, the command line that does the same, its keys. */
export interface Page {
  title: string;
  /** At the right of the title. */
  place?: string;
  /** Rows of the screen's own, as many as fit `bodySize`. */
  body: readonly string[];
  /** The command line that does the same. */
  words: readonly string[];
  bindings: readonly Binding<string>[];
  isHelp: boolean;
}

/** Below 60 x 16 nothing but what matters. */
export const isSmall = ({ columns, rows }: ScreenSize): boolean => columns < 60 || rows < 16;

/** Room for the rows of a screen's own. */
export function bodySize(size: ScreenSize, words: readonly string[], theme: Theme): { width: number; height: number } {
  const command = commandRows(words, size, theme).length;
  const height = size.rows - headRows(size) - command - footRows(size);
  return { width: size.columns, height: Math.max(0, height) };
}

/** The whole screen: as many rows as it has, each as wide as it is. */
export function pageRows(page: Page, size: ScreenSize, theme: Theme): string[] {
  const { columns: width, rows } = size;
  const { title, place = '', body, words, bindings, isHelp } = page;
  const { dot } = signs(theme);
  const name = `distiltune ${dot} ${title}`;
  const hasRoom = stringWidth(name) + 1 + stringWidth(place) <= width;
  const head = ends([['bold', name]], [['dim', hasRoom ? place : '']], width, theme);
  const { height } = bodySize(size, words, theme);
  const content = isHelp ? helpBody(bindings, words, width, theme) : body;
  const gap = (count: number) => filled([], width, count);
  const all = [
    head,
    ...gap(headRows(size) - 1),
    ...filled(content, width, height),
    ...commandRows(words, size, theme),
    ...gap(footRows(size) - 1),
    isHelp ? row([['dim', 'any key closes the help']], width, theme) : footer(bindings, width, theme),
  ];
  return filled(all, width, rows);
}

const headRows = (size: ScreenSize): number => (isSmall(size) ? 1 : 2);
const footRows = ({ rows }: ScreenSize): number => (rows >= 30 ? 2 : 1);

function footer(bindings: readonly Binding<string>[], width: number, theme: Theme): string {
  // The last cell of the screen stays blank.
  const items = footerItems(bindings, width - 1).flatMap(({ keys, text }, i): Piece[] => [
    i === 0 ? '' : '  ',
    ['accent', keys],
    ` ${text}`,
  ]);
  return row(items, width, theme);
}

/** The command in as many rows as the screen can spare; one that is longer is whole in the help. */
function commandRows(words: readonly string[], size: ScreenSize, theme: Theme): string[] {
  const { columns: width, rows } = size;
  const most = isSmall(size) ? 1 : rows >= 30 ? 6 : 3;
  const all = shellRows(words, width - 2);
  const shown = all.length <= most ? all : [...all.slice(0, most - 1), `${all[most - 1]} ${signs(theme).cut}`];
  return shown.map((text, i) => commandRow(text, i, width, theme));
}

const commandRow = (text: string, index: number, width: number, theme: Theme): string =>
  row([['dim', index === 0 ? '$ ' : '  '], cutEnd(text, width - 2, theme)], width, theme);

/** `cut` without taking blanks away at the beginning. */
function cutEnd(text: string, width: number, theme: Theme): string {
  const lead = text.length - text.trimStart().length;
  return ' '.repeat(lead) + cut(text.slice(lead), width - lead, theme);
}

function helpBody(
  bindings: readonly Binding<string>[],
  words: readonly string[],
  width: number,
  theme: Theme,
): string[] {
  const rows = helpRows(bindings);
  const keysWidth = Math.max(0, ...rows.map(({ keys }) => keys.length)) + 2;
  return [
    ...rows.map(({ keys, text }) => row([['accent', `  ${keys.padEnd(keysWidth)}`], text], width, theme)),
    row([], width, theme),
    row([['bold', 'the command line that does the same']], width, theme),
    ...shellRows(words, width - 2).map((text, i) => commandRow(text, i, width, theme)),
  ];
}
