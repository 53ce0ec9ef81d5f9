import stringWidth from 'string-width';
import { printable } from '../../plain/table.ts';

/** A character as a reader sees it, in a text that is shown in lines. */
export interface Cell {
  /** What is shown for it: never a control character. */
  text: string;
  /** Cells of the terminal. */
  width: number;
  /** Where it begins and ends in the text, in UTF-16 units. */
  start: number;
  end: number;
}

const segmenter = new Intl.Segmenter();

/** Every character of a text. White space is shown as blanks, what would move the cursor or turn the line around as a sign. */
export function cellsOf(text: string): Cell[] {
  return Array.from(segmenter.segment(text), ({ segment, index }) => {
    const shown = segment === ' ' ? ' ' : printable(segment) || ' ';
    return { text: shown, width: stringWidth(shown), start: index, end: index + segment.length };
  });
}

/**
 * Cells in lines of at most `width`, between words where that can be; the last cell of a line is for the blank after a word. There
 * is at least one line.
 */
export function wrapCells(cells: readonly Cell[], width: number): Cell[][] {
  const lines: Cell[][] = [];
  let line: Cell[] = [];
  let used = 0;
  let wordStart = 0;
  for (const cell of cells) {
    const isBlank = cell.text === ' ';
    if (line.length > 0 && used + cell.width > (isBlank ? width : Math.max(1, width - 1))) {
      const rest = wordStart > 0 ? line.splice(wordStart) : [];
      lines.push(line);
      line = rest;
      used = rest.reduce((sum, each) => sum + each.width, 0);
      wordStart = 0;
    }
    line.push(cell);
    used += cell.width;
    if (isBlank) wordStart = line.length;
  }
  return [...lines, line];
}
