import stringWidth from 'string-width';
import type { Role, Theme } from '../theme.ts';
import { fitted } from './fitted.ts';

export interface BarsOptions {
  rows: readonly { label: string; value: number; text: string; role?: Role }[];
  /** Cells. */
  width: number;
  /** The value of a full bar. */
  max: number;
  theme: Theme;
}

/** A row a value: its label, a bar, its text; each row exactly `width` cells. Where it is narrow labels are cut, then bars go. */
export function bars({ rows, width, max, theme }: BarsOptions): string[] {
  const textWidth = Math.min(width, widest(rows.map(({ text }) => text)));
  const room = width - (textWidth > 0 ? textWidth + 1 : 0);
  const labelWidth = Math.max(0, Math.min(widest(rows.map(({ label }) => label.slice(0, width))), Math.ceil(room / 2)));
  const barWidth = Math.max(0, room - (labelWidth > 0 ? labelWidth + 1 : 0));
  return rows.map(({ label, value, text, role = 'series1' }) => {
    const parts = [];
    if (labelWidth > 0) parts.push(fitted(label, labelWidth, theme));
    if (barWidth > 0) parts.push(theme.paint(role, filled(value / max, barWidth, theme).padEnd(barWidth)));
    if (textWidth > 0) parts.push(fitted(text, textWidth, theme, 'right'));
    const used = stringWidth(parts.join(' '));
    return used <= width
      ? parts.join(' ') + ' '.repeat(width - used)
      : fitted(text, Math.max(0, width), theme, 'right');
  });
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => stringWidth(text)));

/** How much is done, in `width` cells. */
export function progressBar(fraction: number, width: number, theme: Theme): string {
  const bar = filled(fraction, width, theme);
  return theme.paint('accent', bar) + theme.paint('dim', theme.glyphs.rest.repeat(Math.max(0, width - bar.length)));
}

/** The filled part of a bar. What is more than nothing shows; less than all leaves something. */
function filled(fraction: number, width: number, { glyphs }: Theme): string {
  if (!(fraction > 0) || width < 1) return '';
  const steps = glyphs.bar.length - 1;
  const all = width * steps;
  const total = fraction >= 1 ? all : Math.max(1, Math.min(all - 1, Math.round(fraction * all)));
  const rest = total % steps;
  return glyphs.bar[steps]!.repeat(Math.floor(total / steps)) + (rest > 0 ? glyphs.bar[rest]! : '');
}
