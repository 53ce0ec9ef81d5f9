import type { Theme } from '../theme.ts';

/** The last `width` values, each as a column between the least and the greatest of them; a blank for what is not finite. */
export function sparkline(values: readonly number[], width: number, theme: Theme): string {
  const { sparks } = theme.glyphs;
  const shown = width < 1 ? [] : values.slice(-width);
  const finite = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const columns = shown.map((value) => {
    if (!Number.isFinite(value)) return ' ';
    // Halves, because the difference of two numbers near the greatest is infinite.
    const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
    return sparks[Math.min(sparks.length - 1, Math.floor(share * sparks.length))] ?? sparks[0];
  });
  return columns.join('').padEnd(Math.max(0, width));
}
