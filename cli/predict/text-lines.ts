import { maxRowLength } from '../../src/data/limits.ts';

/**
 * The lines of a text, numbered from 1, without their ends (`\n` or `\r\n`). A last line without an end counts. `text` is null
 * where a line is longer than `maxRowLength`.
 */
export async function* textLines(
  texts: AsyncIterable<string>,
): AsyncGenerator<{ line: number; text: string | null }, undefined> {
  let line = 0;
  let pieces: string[] = [];
  let length = 0;
  const hold = (piece: string) => {
    length += piece.length;
    // Of a line that is too long only the length is needed.
    if (length <= maxRowLength) pieces.push(piece);
    else pieces = [];
  };
  const take = (last: string) => {
    hold(last);
    const text = length > maxRowLength ? null : pieces.join('');
    pieces = [];
    length = 0;
    line++;
    return { line, text: text?.endsWith('\r') ? text.slice(0, -1) : text };
  };
  for await (const piece of texts) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield take(piece.slice(start, end));
      start = end + 1;
    }
    if (start < piece.length) hold(piece.slice(start));
  }
  if (length > 0) yield take('');
  return undefined;
}
