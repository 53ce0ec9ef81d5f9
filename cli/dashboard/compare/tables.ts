import picocolors from 'picocolors';
import stringWidth from 'string-width';
import type { Comparison } from '../../runs/compare.ts';
import { figureLines, settingLines } from '../../runs/compare-lines.ts';
import { row, wrapped } from '../run/text.ts';
import type { Theme } from '../theme.ts';

/** Metrics, then what the runs took; the differences where there is room for them. */
export function figureRows(comparison: Comparison, width: number, theme: Theme): string[] {
  const style = { colors: picocolors.createColors(theme.colors), width };
  const lines = (options: { withDifferences: boolean; withSplits: boolean }) => {
    const metrics = figureLines('metric', comparison.metrics, comparison, style, options);
    const cost = figureLines('cost', comparison.cost, comparison, style, options);
    return metrics.length > 0 && cost.length > 0 ? [...metrics, '', ...cost] : [...metrics, ...cost];
  };
  const fits = (all: readonly string[]) => all.every((line) => stringWidth(line) <= width);
  const whole = lines({ withDifferences: true, withSplits: true });
  const narrow = lines({ withDifferences: false, withSplits: true });
  const shown = [whole, narrow].find(fits) ?? lines({ withDifferences: false, withSplits: false });
  return shown.map((line) => padded(line, width));
}

/** Settings that differ. */
export function settingRows(comparison: Comparison, width: number, theme: Theme): string[] {
  const style = { colors: picocolors.createColors(theme.colors), width };
  return settingLines(comparison, style).map((line) => padded(line, width));
}

/** What has to be known to compare fairly. */
export function noteRows({ notes }: Comparison, width: number, theme: Theme): string[] {
  return notes.flatMap((note) =>
    wrapped(`${theme.glyphs.warning} ${note}`, width, 4, theme).map((line) => row([['warn', line]], width, theme)),
  );
}

/** A canvas cuts what is longer. */
const padded = (line: string, width: number) => line + ' '.repeat(Math.max(0, width - stringWidth(line)));
