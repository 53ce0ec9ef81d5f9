/**
 * The CSV grammar knows one line end at a time; files have `\n`, `\r\n` and a lone `\r`, sometimes all three. So every line
 * end is made to end in `\n` before the cells are parsed, in a way that can be undone for those inside quoted cells:
 *
 * - `\r\n` stays. Outside quotes its `\r` is left at the end of the row's last cell, where no other `\r` can be.
 * - A lone `\r` becomes `mark \n`. Outside quotes the mark is left at the end of the row's last cell.
 * - A mark that was in the text becomes `mark escape`.
 *
 * Both are blanks to the parser, which drops blanks between a closing quote and the line end.
 */
const mark = '\u2029';
const markEscape = '\u2028';

/** Rewrites the line ends of a stream of text. */
export async function* markLineEnds(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let heldBack = '';
  for await (const piece of texts) {
    let text = heldBack + piece;
    // Whether a final \r is alone shows in the next piece.
    heldBack = text.endsWith('\r') ? '\r' : '';
    if (heldBack !== '') text = text.slice(0, -1);
    if (text !== '') yield marked(text);
  }
  if (heldBack !== '') yield marked(heldBack);
}

function marked(text: string): string {
  if (!text.includes('\r') && !text.includes(mark)) return text;
  return text.replace(/\r(?!\n)|\u2029/g, (found) => (found === mark ? mark + markEscape : `${mark}\n`));
}

/** Undoes the rewriting in the cells of one row, in place. */
export function restoreLineEnds(cells: string[]): void {
  const last = cells.length - 1;
  const end = cells[last]!;
  // The common case: the line end alone, and quickly.
  if (end.endsWith('\r') || end.indexOf(mark) === end.length - 1) cells[last] = end.slice(0, -1);
  for (let i = 0; i <= last; i++) {
    if (!cells[i]!.includes(mark)) continue;
    cells[i] = cells[i]!.replace(/\u2029(\n|\u2028|$)/g, (_, next) =>
      next === '\n' ? '\r' : next === markEscape ? mark : '',
    );
  }
}
