import stringWidth from 'string-width';
import { printable } from '../../plain/table.ts';
import type { Theme } from '../theme.ts';

const segmenter = new Intl.Segmenter();

/** A text in exactly `width` cells: control characters are replaced, what is too long is cut and leaves a sign. */
export function fitted(text: string, width: number, theme: Theme, align: 'left' | 'right' = 'left'): string {
  // More than a row of that width has; a megabyte is not segmented.
  const longest = 20 * Math.max(0, width) + 20;
  const line = printable(text.slice(0, longest));
  const isWhole = text.length <= longest && stringWidth(line) <= width;
  const shown = isWhole ? line : head(line, width - 1) + (width > 0 ? theme.glyphs.cut : '');
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(shown)));
  return align === 'left' ? shown + blanks : blanks + shown;
}

/** As many characters, as a reader sees them, as `width` cells hold. */
function head(text: string, width: number): string {
  let result = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    result += segment;
  }
  // Characters side by side may take more cells than each by itself.
  return stringWidth(result) <= width ? result : '';
}
