import stringWidth from 'string-width';
import { printable } from '../../plain/table.ts';
import type { Piece } from '../run/text.ts';
import type { Key } from '../terminal/key.ts';
import type { Theme } from '../theme.ts';

/** A line of text that is being typed. */
export interface TextField {
  text: string;
  /** Index in `text` that the next character is put at. */
  cursor: number;
}

/** A field whose text has been typed to its end. */
export const fieldOf = (text: string): TextField => ({ text, cursor: text.length });

const segmenter = new Intl.Segmenter();

/** The field after a key; the same object where the key has no meaning in it. A paste's line ends become blanks. */
export function typed(field: TextField, key: Key): TextField {
  const { text, cursor } = field;
  switch (key.name) {
    case 'backspace':
      return replaced(field, before(field), cursor, '');
    case 'delete':
      return replaced(field, cursor, after(field), '');
    case 'ctrl+u':
      return replaced(field, 0, cursor, '');
    case 'ctrl+w':
      return replaced(field, text.slice(0, cursor).search(/[^\s/]*[\s/]*$/), cursor, '');
    case 'left':
      return moved(field, before(field));
    case 'right':
      return moved(field, after(field));
    case 'home':
    case 'ctrl+a':
      return moved(field, 0);
    case 'end':
    case 'ctrl+e':
      return moved(field, text.length);
    case 'paste':
      return replaced(field, cursor, cursor, key.text.trim().replace(/\s*\n\s*/g, ' '));
    default:
      return key.text === '' ? field : replaced(field, cursor, cursor, key.text);
  }
}

function replaced(field: TextField, from: number, to: number, by: string): TextField {
  if (from === to && by === '') return field;
  return { text: field.text.slice(0, from) + by + field.text.slice(to), cursor: from + by.length };
}

function moved(field: TextField, cursor: number): TextField {
  return cursor === field.cursor ? field : { ...field, cursor };
}

/** Where the character before the cursor begins, as a reader sees characters. */
function before({ text, cursor }: TextField): number {
  const last = [...segmenter.segment(text.slice(0, cursor))].at(-1);
  return last?.index ?? 0;
}

function after({ text, cursor }: TextField): number {
  const [next] = segmenter.segment(text.slice(cursor));
  return cursor + (next?.segment.length ?? 0);
}

/** What is shown of the field in `width` cells: its part around the cursor, which is an inverse cell, or without colours a bar. */
export function fieldPieces({ text, cursor }: TextField, width: number, { colors, charset }: Theme): Piece[] {
  const shown = [...segmenter.segment(text)].map(({ segment, index }) => ({ index, text: visible(segment) }));
  const behind = shown.findIndex(({ index }) => index >= cursor);
  const place = behind < 0 ? shown.length : behind;
  const cells = shown.map((each) => each.text);
  if (!colors) cells.splice(place, 0, charset === 'ascii' ? '|' : '▏');
  else if (place === cells.length) cells.push(' ');
  let start = place;
  let used = stringWidth(cells[place]!);
  while (start > 0 && used + stringWidth(cells[start - 1]!) <= width) used += stringWidth(cells[--start]!);
  let end = place + 1;
  while (end < cells.length && used + stringWidth(cells[end]!) <= width) used += stringWidth(cells[end++]!);
  return [cells.slice(start, place).join(''), ['inverse', cells[place]!], cells.slice(place + 1, end).join('')];
}

const visible = (segment: string): string => (segment === ' ' ? ' ' : printable(segment) || '\uFFFD');
