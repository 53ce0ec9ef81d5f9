import type { Format } from './format.ts';
import { maxRowLength, shownLimit } from './limits.ts';
import { lineTooLong, readLines } from './lines.ts';
import type { RefusedRow, TableRow } from './types.ts';

export type TextUnit = 'line' | 'paragraph';

/**
 * Plain text as a table of one column: a row for each line, or for each run of lines without a blank one between them
 * (joined by `\n`). Blank lines are no rows.
 */
export function plainTextFormat(unit: TextUnit): Format {
  return {
    format: 'text',
    delimiter: null,
    quotes: null,
    header: null,
    columns: ['text'],
    batches: unit === 'line' ? lineBatches : paragraphBatches,
  };
}

const withNul = 'a NUL character';

async function* lineBatches(
  texts: AsyncIterable<string>,
  onRefused: (row: RefusedRow) => void,
  isCut: boolean,
): AsyncGenerator<TableRow[]> {
  for await (const lines of readLines(texts, isCut)) {
    const batch: TableRow[] = [];
    for (const { line, text } of lines) {
      if (text === null) onRefused({ line, reason: lineTooLong });
      else if (text.trim() === '') continue;
      else if (text.includes('\0')) onRefused({ line, reason: withNul });
      else batch.push({ line, cells: [text] });
    }
    if (batch.length > 0) yield batch;
  }
}

async function* paragraphBatches(
  texts: AsyncIterable<string>,
  onRefused: (row: RefusedRow) => void,
  isCut: boolean,
): AsyncGenerator<TableRow[]> {
  let first = 0;
  let pieces: string[] = [];
  let length = 0;
  let problem: string | null = null;
  const take = (batch: TableRow[]) => {
    if (problem !== null) onRefused({ line: first, reason: problem });
    else if (pieces.length > 0) batch.push({ line: first, cells: [pieces.join('\n')] });
    pieces = [];
    length = 0;
    first = 0;
    problem = null;
  };
  for await (const lines of readLines(texts, isCut)) {
    const batch: TableRow[] = [];
    for (const { line, text } of lines) {
      if (text !== null && text.trim() === '') {
        take(batch);
        continue;
      }
      first ||= line;
      length += (text?.length ?? 0) + 1;
      if (text === null) problem ??= lineTooLong;
      else if (text.includes('\0')) problem ??= withNul;
      else if (length > maxRowLength) problem ??= paragraphTooLong;
      // Of a paragraph that is refused nothing is kept.
      if (problem === null) pieces.push(text!);
      else pieces = [];
    }
    if (batch.length > 0) yield batch;
  }
  if (isCut) return;
  const batch: TableRow[] = [];
  take(batch);
  if (batch.length > 0) yield batch;
}

const paragraphTooLong = `the paragraph is longer than ${shownLimit(maxRowLength)} characters: a blank line ends one`;
