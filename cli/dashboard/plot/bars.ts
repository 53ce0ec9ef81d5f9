import stringWidth from 'string-width';
import { printable, shorten } from '../../plain/table.ts';
import type { Role, Theme } from '../theme.ts';

export interface BarsOptions {
  rows: readonly { label: string; value: number; text: string; role?: Role }[];
  /** Cells. */
  width: number;
  /** The value of a full bar. */
  max: number;
  theme: Theme;
}

/** A row a value: its label, a bar, its text; each row exactly `width` cells. */
export function bars({ rows, width, max, theme }: BarsOptions): string[] {
  if (width < 1) return rows.map(() => '');
  const textWidth = Math.max(0, ...rows.map(({ text }) => stringWidth(text)));
  const room = Math.max(0, width - (textWidth > 0 ? textWidth + 1 : 0));
  const labels = rows.map(({ label }) => printable(label));
  const longest = Math.max(0, ...labels.map((label) => stringWidth(label)));
  const labelWidth = longest === 0 ? 0 : Math.min(longest, Math.max(1, Math.floor(room / 2)));
  const barWidth = Math.max(0, room - (labelWidth > 0 ? labelWidth + 1 : 0));
  return rows.map(({ value, text, role = 'series1' }, i) => {
    const short = cells(labels[i]!, labelWidth, theme);
    const name = labelWidth === 0 ? '' : `${short} `;
    const fraction = max > 0 && Number.isFinite(value) ? value / max : 0;
    const end = textWidth === 0 ? '' : ` ${text.padStart(textWidth)}`;
    const used = stringWidth(name) + barWidth + stringWidth(end);
    const row = `${name}${theme.paint(role, filled(fraction, barWidth, theme))}${end}`;
    return used <= width ? row + ' '.repeat(width - used) : ' '.repeat(width);
  });
}

/** How much is done. */
export function progressBar(fraction: number, width: number, theme: Theme): string {
  if (width < 1) return '';
  const bar = filled(fraction, width, theme).trimEnd();
  const empty = theme.charset === 'ascii' ? '.' : '░';
  return theme.paint('accent', bar) + theme.paint('dim', empty.repeat(width - stringWidth(bar)));
}

const sparks = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.-=*#' };

/** The last `width` values, each as a column between the least and the greatest of them; a blank for what is not finite. */
export function sparkline(values: readonly number[], width: number, theme: Theme): string {
  const shown = values.slice(Math.max(0, values.length - width));
  const finite = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const heights = theme.charset === 'ascii' ? sparks.ascii : sparks.unicode;
  const line = shown.map((value) => {
    if (!Number.isFinite(value)) return ' ';
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return heights[Math.min(heights.length - 1, Math.floor(share * heights.length))]!;
  });
  return line.join('').padEnd(Math.max(0, width));
}

function filled(fraction: number, width: number, theme: Theme): string {
  const { bar } = theme.glyphs;
  const steps = bar.length - 1;
  const total = Math.round(Math.max(0, Math.min(1, Number.isFinite(fraction) ? fraction : 0)) * width * steps);
  const whole = Math.floor(total / steps);
  const rest = total % steps;
  return (bar[steps]!.repeat(whole) + (rest > 0 ? bar[rest]! : '')).padEnd(width);
}

function cells(text: string, width: number, theme: Theme): string {
  const short = stringWidth(text) <= width ? text : shorten(text, width);
  const fitting = stringWidth(short) <= width ? short : (theme.charset === 'ascii' ? '~' : '…').slice(0, width);
  const plain = theme.charset === 'ascii' ? fitting.replaceAll('…', '~') : fitting;
  return plain + ' '.repeat(Math.max(0, width - stringWidth(plain)));
}
