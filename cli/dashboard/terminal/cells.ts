import stringWidth from 'string-width';
import { styleAfter } from './style.ts';

/** One row of the screen: what each of its cells shows, and the SGR parameters it is shown with ('' for none). */
export interface Row {
  /** A grapheme; '' in the cells that a wide one to the left covers. */
  texts: string[];
  styles: string[];
}

/** Stands in Ink's frame where a canvas shows. A noncharacter, which no text has. */
export const canvasCell = '\ufdd0';

export function blankRow(columns: number): Row {
  return { texts: new Array<string>(columns).fill(' '), styles: new Array<string>(columns).fill('') };
}

/**
 * A styled text as a row of exactly `columns` cells: what exceeds it is cut, a wide character that would stand half outside
 * becomes a blank. Colours and attributes (SGR) are kept; whatever else would move the cursor or change the terminal is left out.
 */
export function parseRow(text: string, columns: number): Row {
  const row = blankRow(columns);
  let style = '';
  let x = 0;
  let i = 0;
  const put = (grapheme: string, width: number) => {
    if (x + width > columns) {
      x = columns;
      return;
    }
    row.texts[x] = grapheme;
    row.styles[x] = style;
    for (let covered = x + 1; covered < x + width; covered++) {
      row.texts[covered] = '';
      row.styles[covered] = style;
    }
    x += width;
  };
  while (i < text.length && x < columns) {
    const code = text.charCodeAt(i);
    if (code === 0x1b) {
      const end = escapeEnd(text, i);
      if (text[i + 1] === '[' && text[end - 1] === 'm') style = styleAfter(style, text.slice(i + 2, end - 1));
      i = end;
    } else if (isControl(code)) {
      i++;
    } else if (isPlain(code) && (i + 1 === text.length || isPlainOrEnd(text.charCodeAt(i + 1)))) {
      put(text[i]!, 1);
      i++;
    } else {
      let end = i + 1;
      while (end < text.length && !isControl(text.charCodeAt(end))) end++;
      for (const { segment } of segmenter.segment(text.slice(i, end))) {
        const width = graphemeWidth(segment);
        if (width > 0) put(segment, width);
      }
      i = end;
    }
  }
  return row;
}

/** One row of a canvas, and where it stands in the screen's row. */
export interface PlacedCanvas {
  left: number;
  width: number;
  text: string;
}

/**
 * Ink's row with the canvases filled in where nothing stands in front of them.
 * @param columns cells that may be used; the rest, up to `width`, stays blank
 */
export function composeRow(line: string, canvases: readonly PlacedCanvas[], columns: number, width: number): Row {
  const row = parseRow(line, columns);
  for (const { left, width: canvasWidth, text } of canvases) {
    const source = parseRow(text, canvasWidth);
    for (let i = 0; i < canvasWidth; i++) {
      const x = left + i;
      if (row.texts[x] !== canvasCell) continue;
      let end = i + 1;
      while (end < canvasWidth && source.texts[end] === '') end++;
      const isWhole = source.texts[i] !== '' && row.texts.slice(x, left + end).every((cell) => cell === canvasCell);
      for (; i < end; i++) {
        if (row.texts[left + i] !== canvasCell) continue;
        row.texts[left + i] = isWhole ? source.texts[i]! : ' ';
        row.styles[left + i] = source.styles[i]!;
      }
      i--;
    }
  }
  for (let x = 0; x < columns; x++) if (row.texts[x] === canvasCell) row.texts[x] = ' ';
  for (let x = columns; x < width; x++) {
    row.texts.push(' ');
    row.styles.push('');
  }
  return row;
}

/** Whether all terminals agree on how many cells the grapheme takes: they do for ASCII, lines, braille, and Chinese characters. */
export function hasSureWidth(grapheme: string): boolean {
  if (grapheme.length !== 1) return false;
  const code = grapheme.charCodeAt(0);
  return isPlain(code) || (code >= 0x3041 && code < 0xa000) || (code >= 0xac00 && code < 0xd7a4);
}

const segmenter = new Intl.Segmenter();
const widths = new Map<string, number>();

function graphemeWidth(grapheme: string): number {
  let width = widths.get(grapheme);
  if (width === undefined) {
    width = stringWidth(grapheme);
    if (widths.size >= 4096) widths.clear();
    widths.set(grapheme, width);
  }
  return width;
}

// ASCII, Latin without the soft hyphen, lines and blocks, braille, and the cell of a canvas.
function isPlain(code: number): boolean {
  return (
    (code >= 0x20 && code < 0x7f) ||
    (code > 0xa0 && code < 0x300 && code !== 0xad) ||
    (code >= 0x2500 && code < 0x25a0) ||
    (code >= 0x2800 && code < 0x2900) ||
    code === 0xfdd0
  );
}

function isPlainOrEnd(code: number): boolean {
  return isPlain(code) || isControl(code);
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** Index behind the escape sequence that begins at `start`. */
function escapeEnd(text: string, start: number): number {
  const kind = text[start + 1];
  let i = start + 2;
  if (kind === '[') {
    while (i < text.length && text.charCodeAt(i) >= 0x20 && text.charCodeAt(i) < 0x40) i++;
    return Math.min(i + 1, text.length);
  }
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^' || kind === 'X') {
    for (; i < text.length; i++) {
      if (text[i] === '\x07') return i + 1;
      if (text[i] === '\x1b' && text[i + 1] === '\\') return i + 2;
    }
    return text.length;
  }
  return Math.min(i, text.length);
}
