import { type Piece, row } from '../run/text.ts';
import { type TextField, typed } from '../start/text-field.ts';
import type { Key } from '../terminal/key.ts';
import type { Theme } from '../theme.ts';
import { type Cell, cellsOf, wrapCells } from './text-layout.ts';

/** Characters that a field takes. More than any model reads at once; a person is told where a text is longer. */
export const mostCharacters = 20_000;

/** The field after a key, and how many characters did not fit into it. */
export function typedText(field: TextField, key: Key): { field: TextField; dropped: number } {
  const next = typed(field, key);
  const dropped = Math.max(0, next.text.length - mostCharacters);
  if (dropped === 0) return { field: next, dropped };
  const text = next.text.slice(0, mostCharacters);
  return { field: { text, cursor: Math.min(next.cursor, text.length) }, dropped };
}

/** A field's text in at most `most` rows: the rows around the cursor, which is an inverse cell, or without colours a bar. */
export function fieldRows(
  { text, cursor }: TextField,
  isActive: boolean,
  width: number,
  most: number,
  theme: Theme,
): string[] {
  const cells = cellsOf(text);
  const behind = cells.findIndex(({ start }) => start >= cursor);
  const at = behind < 0 ? cells.length : behind;
  if (isActive && !theme.colors) {
    cells.splice(at, 0, { text: theme.charset === 'ascii' ? '|' : '▏', width: 1, start: cursor, end: cursor });
  } else if (isActive && at === cells.length) {
    cells.push({ text: ' ', width: 1, start: cursor, end: cursor });
  }
  const pointed = isActive ? cells[at] : undefined;
  const lines = wrapCells(cells, width);
  const line = Math.max(
    0,
    lines.findIndex((each) => each.includes(pointed as Cell)),
  );
  const from = Math.max(0, Math.min(line - Math.floor(most / 2), lines.length - most));
  return lines.slice(from, from + most).map((each) => {
    const pieces = each.map((cell): Piece => (cell === pointed ? ['inverse', cell.text] : cell.text));
    return row(pieces, width, theme);
  });
}
