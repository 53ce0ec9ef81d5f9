import { showUnseen } from './unseen.ts';

/** A text that is a text in Markdown, on one line: it neither ends a cell of a table nor is read as markup. */
export const markdownText = (text: string): string =>
  showUnseen(text)
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*_[\]<>|#~&]/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    );

/** Lines of a table; the cells are texts. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right')[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  return [line(header), `|${align.map((side) => (side === 'right' ? '---:' : '---')).join('|')}|`, ...rows.map(line)];
}
