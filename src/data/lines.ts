import { maxRowLength, shownLimit } from './limits.ts';

/** A line without its end. `text` is null where it is longer than `maxRowLength`. */
export interface TextLine {
  /** 1-based. */
  line: number;
  text: string | null;
}

/** Why a line without a text cannot be used. */
export const lineTooLong = `the line is longer than ${shownLimit(maxRowLength)} characters`;

/**
 * Streams the lines of a text, those of a block at a time. Lines end with `\n`, `\r\n` or a lone `\r`; a last line without an
 * end counts.
 * @param isCut the text ends in the middle: what follows the last line end is left out.
 */
export async function* readLines(texts: AsyncIterable<string>, isCut = false): AsyncGenerator<TextLine[]> {
  let line = 0;
  let pieces: string[] = [];
  let length = 0;
  let heldBack = '';
  const hold = (piece: string) => {
    length += piece.length;
    // Of a line that is too long only the length is needed.
    if (length <= maxRowLength) pieces.push(piece);
    else pieces = [];
  };
  const take = (): TextLine => {
    const text = length > maxRowLength ? null : pieces.length === 1 ? pieces[0]! : pieces.join('');
    pieces = [];
    length = 0;
    line++;
    return { line, text };
  };
  for await (const piece of texts) {
    let text = heldBack + piece;
    // Whether a final \r is alone shows in the next piece.
    heldBack = text.endsWith('\r') ? '\r' : '';
    if (heldBack !== '') text = text.slice(0, -1);
    const parts = text.includes('\r') ? text.split(/\r\n?|\n/) : text.split('\n');
    const lines: TextLine[] = [];
    for (let i = 0; i < parts.length; i++) {
      hold(parts[i]!);
      if (i < parts.length - 1) lines.push(take());
    }
    if (lines.length > 0) yield lines;
  }
  if (heldBack !== '') yield [take()];
  if (length > 0 && !isCut) yield [take()];
}
