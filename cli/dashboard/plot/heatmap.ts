import stringWidth from 'string-width';
import { printable, shorten } from '../../plain/table.ts';
import type { Theme } from '../theme.ts';

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
 * A confusion matrix: numbers where they find room, shades else, each as dark as its share of its row. What is right stands on the
 * diagonal. At most `height` rows of exactly `width` cells; columns have the numbers of the labels.
 */
export function heatmap({ labels, counts, width, height, theme }: HeatmapOptions): string[] {
  const size = labels.length;
  if (width < 1 || height < 1 || size === 0) return [];
  const digits = String(size).length;
  const names = labels.map((label, i) => `${String(i + 1).padStart(digits)} ${printable(label)}`);
  const longest = Math.max(...names.map((name) => stringWidth(name)));
  const widest = Math.max(...counts.flat().map((count) => String(count).length), digits);
  const roomFor = (cell: number) => width - size * cell - 1;
  const hasNumbers = roomFor(widest + 1) >= Math.min(longest, digits + 6);
  const cell = hasNumbers ? widest + 1 : Math.max(1, Math.min(2, Math.floor((width - digits - 3) / size)));
  const nameWidth = Math.max(0, Math.min(longest, roomFor(cell)));
  const columns = Math.min(size, Math.max(0, Math.floor((width - nameWidth - 1) / cell)));
  const fitted = (text: string) => {
    const short = stringWidth(text) <= nameWidth ? text : shorten(text, nameWidth);
    const plain = theme.charset === 'ascii' ? short.replaceAll('…', '~') : short;
    return stringWidth(plain) <= nameWidth ? plain + ' '.repeat(nameWidth - stringWidth(plain)) : ' '.repeat(nameWidth);
  };
  const whole = (text: string, used: number) => (used <= width ? text + ' '.repeat(width - used) : ' '.repeat(width));
  const used = nameWidth + 1 + columns * cell;
  const head = Array.from({ length: columns }, (_, j) => {
    const number = String(j + 1);
    return number.length <= cell ? number.padStart(cell) : ' '.repeat(cell);
  });
  const rows = counts.slice(0, height - 1).map((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.slice(0, columns).map((count, j) => {
      const share = total > 0 ? count / total : 0;
      const text = hasNumbers ? String(count).padStart(cell) : shade(share, cell, theme);
      if (count === 0) return theme.paint('dim', text);
      if (i === j) return theme.paint('good', text);
      return share >= 0.1 ? theme.paint('bad', text) : text;
    });
    return whole(`${fitted(names[i]!)} ${cells.join('')}`, used);
  });
  return [whole(theme.paint('dim', `${' '.repeat(nameWidth + 1)}${head.join('')}`), used), ...rows];
}

/** Nothing is blank; the least of something is not. */
function shade(share: number, cell: number, theme: Theme): string {
  const { shades } = theme.glyphs;
  const level = share === 0 ? 0 : Math.max(1, Math.round(share * (shades.length - 1)));
  return shades[level]!.repeat(cell);
}
