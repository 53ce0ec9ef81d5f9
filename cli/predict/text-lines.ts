/** The lines of a text, numbered from 1, without their ends (`\n` or `\r\n`). A last line without an end counts. */
export async function* textLines(
  texts: AsyncIterable<string>,
): AsyncGenerator<{ line: number; text: string }, undefined> {
  let line = 0;
  let pieces: string[] = [];
  const take = (last: string) => {
    pieces.push(last);
    const text = pieces.join('');
    pieces = [];
    line++;
    return { line, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  };
  for await (const piece of texts) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield take(piece.slice(start, end));
      start = end + 1;
    }
    if (start < piece.length) pieces.push(piece.slice(start));
  }
  if (pieces.length > 0) yield take('');
  return undefined;
}
