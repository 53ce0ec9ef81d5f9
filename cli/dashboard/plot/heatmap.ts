import stringWidth from 'string-width';
import { printable } from '../../plain/table.ts';
import type { Theme } from '../theme.ts';
import { shortNumber } from './axis.ts';
import { fitted } from './fitted.ts';

export interface HeatmapOptions {
  labels: readonly string[];
  /** Rows by true label, columns by predicted label. */
  counts: readonly (readonly number[])[];
  /** Cells. */
  width: number;
  height: number;
  theme: Theme;
}

/**
 * A confusion matrix, at most `height` rows of exactly `width` cells: numbers where all of them find room, else shades of their
 * share of the row. What is right stands on the diagonal. Columns have the names of the labels where these fit, else their
 * numbers. Where there is no room for all labels the last row says how many more there are.
 */
export function heatmap({ labels, counts, theme, ...size }: HeatmapOptions): string[] {
  const [width, height] = [Math.floor(size.width), Math.floor(size.height)];
  if (!(width >= 1) || !(height >= 1) || labels.length === 0) return [];
  const all = labels.map((_, i) => labels.map((_, j) => counts[i]?.[j] ?? 0));
  const names = labels.map(printable);
  const { shown, cellWidth, hasNumbers, areNamed } = layOut(names, widest(all.flat().map(numberText)), width, height);
  const digits = areNamed ? 0 : String(shown).length + 1;
  const cellsWidth = shown * cellWidth;
  const nameWidth = Math.max(0, Math.min(digits + widest(names.slice(0, shown)), width - 1 - cellsWidth));
  const gap = nameWidth > 0 ? ' ' : '';
  const toRow = (name: string, cells: string) =>
    fitted(name, nameWidth, theme) + gap + cells + ' '.repeat(width - nameWidth - gap.length - cellsWidth);
  const rows = names.slice(0, shown).map((name, i) => {
    const total = all[i]!.reduce((sum, count) => sum + count, 0);
    const cells = all[i]!.slice(0, shown).map((count, j) => {
      const share = total > 0 ? count / total : 0;
      const text = hasNumbers ? numberText(count).padStart(cellWidth) : shade(share, theme).repeat(cellWidth);
      if (count === 0) return theme.paint('dim', text);
      return theme.paint(i === j ? 'good' : share >= 0.1 ? 'bad' : 'text', text);
    });
    return toRow(areNamed ? name : `${String(i + 1).padEnd(digits)}${name}`, cells.join(''));
  });
  const head = areNamed
    ? names
        .slice(0, shown)
        .map((name) => fitted(name, cellWidth, theme, 'right'))
        .join('')
    : numbered(shown, cellWidth).padEnd(cellsWidth);
  const top = toRow('', theme.paint('dim', head));
  const others = labels.length - shown;
  const note = others === 0 ? [] : [theme.paint('dim', fitted(`and ${others} more`, width, theme))];
  return [top, ...rows, ...note].slice(0, height);
}

/** Cells that a name has at least, where it has more. */
const leastName = 8;
/** A column is not made wider than this for the sake of its name. */
const widestColumn = 14;

function layOut(names: readonly string[], numberWidth: number, width: number, height: number) {
  const longest = widest(names);
  const digits = String(names.length).length;
  const room = width - 1 - Math.min(longest + digits + 1, leastName);
  const cellFor = (count: number) => Math.floor(room / count);
  const hasNumbers = cellFor(names.length) > numberWidth;
  const named = Math.max(longest, numberWidth) + 1;
  const areNamed = hasNumbers && named <= Math.min(widestColumn, Math.floor((width - 1 - longest) / names.length));
  const narrow = Math.max(1, Math.min(2, cellFor(names.length)));
  const cellWidth = areNamed ? named : hasNumbers ? numberWidth + 1 : narrow;
  const rows = height - 1 >= names.length ? names.length : height - 2;
  // Of a matrix, as many rows as columns.
  const columns = Math.min(names.length, Math.floor((room > 0 ? room : width) / cellWidth));
  return { shown: Math.max(1, Math.min(rows, columns)), cellWidth: Math.min(cellWidth, width), hasNumbers, areNamed };
}

const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, stringWidth(text)), 0);

const numberText = (count: number) => (count < 100_000 ? String(count) : shortNumber(count));

/** The numbers of the columns, right above them; where they are narrow of every fifth one. */
function numbered(count: number, cellWidth: number): string {
  let text = '';
  const areAllShown = cellWidth > String(count).length;
  for (let i = 1; i <= count; i++) {
    const number = String(i);
    const blanks = i * cellWidth - text.length - number.length;
    if ((areAllShown || i === 1 || i % 5 === 0) && blanks >= 0) text += ' '.repeat(blanks) + number;
  }
  return text;
}

/** Nothing is blank; the least of something is not. */
function shade(share: number, { glyphs: { shades } }: Theme): string {
  const level = share > 0 ? Math.max(1, Math.round(share * (shades.length - 1))) : 0;
  return shades[Math.min(level, shades.length - 1)]!;
}
