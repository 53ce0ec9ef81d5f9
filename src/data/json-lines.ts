import { beginScan, scanJson } from './json-scan.ts';
import { maxRowLength, shownLimit } from './limits.ts';
import { shorten } from './shorten.ts';
import type { RefusedRow, TableRow } from './types.ts';

/** One line of a JSON Lines file: its object, or why it cannot be used. */
export type JsonLine = { line: number; value: Record<string, unknown> } | RefusedRow;

/**
 * Streams the objects of a JSON Lines text, a block at a time. Blank lines are skipped.
 * @param isCut the text ends in the middle: what follows the last line end is left out.
 * @param wanted an object as it should be, for messages.
 */
export async function* readJsonLines(
  texts: AsyncIterable<string>,
  isCut: boolean,
  wanted = '{"text": ..., "label": ...}',
): AsyncGenerator<JsonLine[]> {
  let line = 0;
  let pieces: string[] = [];
  let length = 0;
  for await (const text of texts) {
    const lines: JsonLine[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      pieces.push(text.slice(start, end));
      length += end - start;
      line++;
      addLine(lines, pieces, length, line, wanted);
      pieces = [];
      length = 0;
      start = end + 1;
    }
    length += text.length - start;
    // Of a line that is too long only the length is needed.
    if (length <= maxRowLength) pieces.push(text.slice(start));
    else pieces = [];
    if (lines.length > 0) yield lines;
  }
  if (length === 0 || isCut) return;
  const lines: JsonLine[] = [];
  addLine(lines, pieces, length, line + 1, wanted);
  yield lines;
}

/** Longer lines are looked through before they are parsed: millions of lists in each other take the parser many seconds. */
const longLine = 100_000;
const mostLevels = 1000;

function isNestedDeeply(text: string): boolean {
  const scan = beginScan();
  scanJson(text, 0, scan);
  return scan.deepest > mostLevels;
}

function addLine(lines: JsonLine[], pieces: string[], length: number, line: number, wanted: string): void {
  if (length > maxRowLength) {
    lines.push({ line, reason: `the line is longer than ${shownLimit(maxRowLength)} characters` });
    return;
  }
  const text = pieces.length === 1 ? pieces[0]! : pieces.join('');
  if (text.trim() === '') return;
  if (text.length > longLine && isNestedDeeply(text)) {
    lines.push({ line, reason: `nested more than ${shownLimit(mostLevels)} levels deep` });
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    lines.push({ line, reason: `not JSON: ${shorten((error as Error).message, 120)}` });
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    lines.push({ line, reason: `not an object but ${found}: write ${wanted}` });
    return;
  }
  lines.push({ line, value: value as Record<string, unknown> });
}

/**
 * What turns objects into cells. A key that is missing or null is an empty cell; an object or list is its JSON, and listed in
 * `nested`. The work goes by the keys that an object has, not by the columns.
 */
export function createRowMaker(
  columns: readonly string[],
): (line: number, value: Record<string, unknown>) => TableRow | RefusedRow {
  const places = new Map(columns.map((column, index) => [column, index]));
  const empty = columns.map(() => '');
  return (line, value) => {
    const cells = empty.slice();
    const nested: number[] = [];
    for (const [key, cell] of Object.entries(value)) {
      const index = places.get(key);
      if (index === undefined) return { line, reason: `the key "${shorten(key)}" is in none of the first rows` };
      if (cell === null) continue;
      if (typeof cell === 'object') {
        const json = toJson(cell);
        if (json === null) return { line, reason: `"${shorten(key)}" is nested too deeply` };
        nested.push(index);
        cells[index] = json;
      } else cells[index] = String(cell);
    }
    // In the order of the columns, whatever that of the keys is.
    return nested.length > 0 ? { line, cells, nested: nested.sort((a, b) => a - b) } : { line, cells };
  };
}

/** null: nested more deeply than can be written. */
function toJson(value: object): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
