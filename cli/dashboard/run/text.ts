import stringWidth from 'string-width';
import { printable } from '../../plain/table.ts';
import type { Role, Theme } from '../theme.ts';

/** A part of a row: plain text, or text in a role. */
export type Piece = string | readonly [role: Role | 'bold' | 'inverse', text: string];

/** Signs that are not of a plot, in the theme's character set. */
export function signs({ charset }: Theme) {
  return charset === 'ascii' ? asciiSigns : unicodeSigns;
}

const unicodeSigns = {
  cut: '…',
  dot: '·',
  bar: '│',
  plusMinus: '±',
  between: '–',
  arrow: '→',
  line: '─',
  corners: ['┌', '┐', '└', '┘'],
  running: '●',
  paused: '‖',
  busy: '◌',
  good: '✓',
  bad: '✗',
} as const;

const asciiSigns = {
  cut: '~',
  dot: '-',
  bar: '|',
  plusMinus: '+-',
  between: '-',
  arrow: '->',
  line: '-',
  corners: ['+', '+', '+', '+'],
  running: '*',
  paused: '=',
  busy: 'o',
  good: '+',
  bad: 'x',
} as const;

const segmenter = new Intl.Segmenter();

/** One line of a text in at most `width` cells; what is cut off leaves a sign. */
export function cut(text: string, width: number, theme: Theme): string {
  // More than a row of that width has; a megabyte is not segmented.
  const longest = Math.max(0, width) * 20 + 20;
  const line = printable(text.slice(0, longest));
  if (text.length <= longest && stringWidth(line) <= width) return line;
  if (width <= 0) return '';
  const mark = signs(theme).cut;
  let result = '';
  let used = 0;
  for (const { segment } of segmenter.segment(line)) {
    const cells = stringWidth(segment);
    if (used + cells > width - mark.length) break;
    result += segment;
    used += cells;
  }
  return result + mark;
}

/** A text in exactly `width` cells. */
export function cell(text: string, width: number, theme: Theme, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, width, theme);
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(short)));
  return align === 'left' ? short + blanks : blanks + short;
}

/** Words of a text in rows of at most `width` cells, at most `most` of them; the last one is cut where there are more. */
export function wrapped(text: string, width: number, most: number, theme: Theme): string[] {
  const rows: string[] = [];
  let rest = printable(text);
  while (rest !== '' && rows.length < most - 1 && stringWidth(rest) > width) {
    let at = 0;
    let used = 0;
    let blank = 0;
    for (const { segment } of segmenter.segment(rest)) {
      const cells = stringWidth(segment);
      if (used + cells > width) break;
      used += cells;
      at += segment.length;
      if (segment === ' ') blank = at;
    }
    if (at === 0) break;
    const end = blank > 0 ? blank : at;
    rows.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return rest === '' ? rows : [...rows, cut(rest, width, theme)];
}

/** Pieces as a styled row of exactly `width` cells. Blanks at the pieces' ends are kept. */
export function row(pieces: readonly Piece[], width: number, theme: Theme): string {
  let left = width;
  let result = '';
  for (const piece of pieces) {
    const [role, text] = typeof piece === 'string' ? [null, piece] : piece;
    const cells = stringWidth(text);
    const shown = cells <= left ? text : cutKeepingBlanks(text, left, theme);
    left -= Math.min(cells, left);
    if (shown !== '') result += role === null ? shown : styled(role, shown, theme);
    if (left <= 0) break;
  }
  return result + ' '.repeat(Math.max(0, left));
}

/** What is right of a row is kept whole; what is left of it is cut. */
export function ends(left: readonly Piece[], right: readonly Piece[], width: number, theme: Theme): string {
  const rightWidth = Math.min(width, piecesWidth(right));
  const leftWidth = width - rightWidth;
  return row(left, Math.max(0, leftWidth - 1), theme) + (leftWidth > 0 ? ' ' : '') + row(right, rightWidth, theme);
}

export function piecesWidth(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + stringWidth(typeof piece === 'string' ? piece : piece[1]), 0);
}

function styled(role: Role | 'bold' | 'inverse', text: string, theme: Theme): string {
  if (role === 'bold') return theme.bold(text);
  if (role === 'inverse') return theme.inverse(text);
  return theme.paint(role, text);
}

function cutKeepingBlanks(text: string, width: number, theme: Theme): string {
  const lead = text.length - text.trimStart().length;
  if (lead >= width) return ' '.repeat(width);
  return ' '.repeat(lead) + cell(text.trimStart(), width - lead, theme);
}

/** Rows in a frame with a title, `width` x `height` cells in all. */
export function box(title: string, content: readonly string[], width: number, height: number, theme: Theme): string[] {
  const { corners, line, bar } = signs(theme);
  const [topLeft, topRight, bottomLeft, bottomRight] = corners;
  const name = cut(title, width - 6, theme);
  const rule = (count: number) => line.repeat(Math.max(0, count));
  const side = theme.paint('dim', bar);
  const top =
    theme.paint('dim', `${topLeft}${line} `) +
    theme.paint('text', name) +
    theme.paint('dim', ` ${rule(width - 5 - stringWidth(name))}${topRight}`);
  const blank = ' '.repeat(Math.max(0, width - 4));
  const rows = Array.from({ length: Math.max(0, height - 2) }, (_, i) => `${side} ${content[i] ?? blank} ${side}`);
  return [top, ...rows, theme.paint('dim', `${bottomLeft}${rule(width - 2)}${bottomRight}`)];
}

/** Blocks of rows next to each other. */
export function beside(...blocks: readonly (readonly string[])[]): string[] {
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, i) => blocks.map((block) => block[i] ?? '').join(''));
}

/** Exactly `height` rows: blank ones are added, those that are too many left out. */
export function filled(rows: readonly string[], width: number, height: number): string[] {
  const blank = ' '.repeat(Math.max(0, width));
  return Array.from({ length: Math.max(0, height) }, (_, i) => rows[i] ?? blank);
}
