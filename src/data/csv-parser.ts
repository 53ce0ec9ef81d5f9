import { maxColumns, maxRowLength, shownLimit } from './limits.ts';

/** How cells are told apart. */
export interface Dialect {
  /** `''`: a line is one cell. */
  delimiter: string;
  /** Whether `"` quotes. */
  quotes: boolean;
}

export interface CsvRecord {
  /** 1-based line on which the record begins, and the one on which it ends. */
  line: number;
  lastLine: number;
  /** `maxColumns + 1` at most. */
  cells: string[];
  /** Why the record cannot be trusted. */
  problem?: string;
}

/** Parses a text that comes in pieces, each character once. It holds the record that is not yet whole, and no more. */
export interface CsvParser {
  /** The records that end in the next piece of the text, blank lines included. */
  read(text: string): CsvRecord[];
  /** The rest, at the end of the text. */
  end(): CsvRecord[];
  /** The line of the quote that is open, or was at the end; null: none is. A cell with an open quote grows without bounds. */
  openQuote(): number | null;
  /** Characters of the record that is not yet whole. */
  pendingLength(): number;
  /** Records whose quotes do not follow the grammar. */
  quoteErrors(): number;
}

/** Where in a cell the text is. */
type Place =
  | 'start'
  | 'plain'
  | 'quoted'
  /** Behind a quote inside a quoted cell: it closes the cell, or is the first of a pair, or a stray one. */
  | 'behind-quote'
  /** In a record that is too long, whose end is the next line end. */
  | 'skipped';

const wide = `the row has more than ${shownLimit(maxColumns)} cells`;
const long = `the row is longer than ${shownLimit(maxRowLength)} characters`;

/**
 * The grammar is RFC 4180's, and what spreadsheets and people write besides: line ends are `\n`, `\r\n`, a lone `\r` or a
 * mixture; blanks between a closing quote and what follows are dropped; a quote inside a cell that is not quoted is text, as
 * is one in a quoted cell that neither closes it nor is doubled.
 */
export function createCsvParser({ delimiter, quotes }: Dialect): CsvParser {
  const reach = Math.max(0, delimiter.length - 1);
  let records: CsvRecord[] = [];
  /** The end of the text so far, where the next piece may belong to a delimiter or line end that begins there. */
  let heldBack = '';
  let place: Place = 'start';
  let line = 1;
  let quoteErrors = 0;
  let isUnclosed = false;

  // The record.
  let firstLine = 1;
  let cells: string[] = [];
  let length = 0;
  let hasStrayQuote = false;

  // The cell: its text in earlier pieces, as it is written.
  let pieces: string[] = [];
  let piecesLength = 0;
  let quoteLine = 0;
  let hasPair = false;
  /** Length of a quoted cell before the quote that `behind-quote` is about, and whether blanks have followed. */
  let closedLength = 0;
  let hasBlanks = false;

  const keep = (text: string, from: number, to: number) => {
    if (from === to) return;
    length += to - from;
    if (place === 'skipped') return;
    pieces.push(from === 0 && to === text.length ? text : text.slice(from, to));
    piecesLength += to - from;
  };

  const endCell = (last: string) => {
    let cell = pieces.length === 0 ? last : pieces.join('') + last;
    if (place === 'behind-quote') {
      cell = cell.slice(0, closedLength);
      if (hasPair) cell = cell.replaceAll('""', '"');
      line += countLineEnds(cell);
    }
    if (cells.length <= maxColumns) cells.push(cell);
    pieces = [];
    piecesLength = 0;
    hasPair = false;
    place = 'start';
  };

  const endRecord = () => {
    const record: CsvRecord = { line: firstLine, lastLine: line, cells };
    if (hasStrayQuote) quoteErrors++;
    if (length > maxRowLength) record.problem = long;
    else if (cells.length > maxColumns) record.problem = wide;
    // Within a line the reading of a stray quote as text is the one a person would choose.
    else if (hasStrayQuote && line > firstLine) record.problem = runTogether(firstLine, line);
    records.push(record);
    firstLine = ++line;
    cells = [];
    length = 0;
    hasStrayQuote = false;
  };

  /** Reads what begins before `limit`, which is whole in the text. Returns where that ends. */
  const parse = (text: string, limit: number): number => {
    // Where the next of each is: looked for once.
    let [nextDelimiter, nextLf, nextCr] = [-1, -1, -1];
    const find = (what: string, from: number) => {
      const found = text.indexOf(what, from);
      return found < 0 ? Number.POSITIVE_INFINITY : found;
    };
    const lineEndFrom = (from: number) => {
      if (nextLf < from) nextLf = find('\n', from);
      if (nextCr < from) nextCr = find('\r', from);
      return Math.min(nextLf, nextCr);
    };
    const behind = (lineEnd: number) => lineEnd + (text[lineEnd] === '\r' && text[lineEnd + 1] === '\n' ? 2 : 1);
    let at = 0;
    /** Where the part of the cell begins that is not in `pieces`. */
    let from = 0;
    while (at < limit) {
      if (place === 'skipped') {
        const end = lineEndFrom(at);
        if (end >= limit) break;
        place = 'start';
        endRecord();
        at = from = behind(end);
      } else if (place === 'quoted') {
        const quote = text.indexOf('"', at);
        at = quote < 0 || quote >= limit ? limit : quote + 1;
        if (quote < 0 || quote >= limit) break;
        closedLength = piecesLength + quote - from;
        hasBlanks = false;
        place = 'behind-quote';
      } else if (place === 'behind-quote') {
        const next = text[at]!;
        if (delimiter !== '' && text.startsWith(delimiter, at)) {
          length += at + delimiter.length - from;
          endCell(text.slice(from, at));
          at = from = at + delimiter.length;
        } else if (next === '\n' || next === '\r') {
          length += at - from;
          endCell(text.slice(from, at));
          endRecord();
          at = from = behind(at);
        } else if (next === '"' && !hasBlanks) {
          hasPair = true;
          place = 'quoted';
          at++;
        } else if (/\s/.test(next)) {
          hasBlanks = true;
          at++;
        } else {
          hasStrayQuote = true;
          place = 'quoted';
        }
      } else if (place === 'start' && quotes && text[at] === '"') {
        place = 'quoted';
        quoteLine = line;
        length++;
        at = from = at + 1;
      } else {
        place = 'plain';
        if (nextDelimiter < at) nextDelimiter = delimiter === '' ? Number.POSITIVE_INFINITY : find(delimiter, at);
        const lineEnd = lineEndFrom(at);
        const end = Math.min(nextDelimiter, lineEnd);
        if (end >= limit) break;
        length += end - from;
        endCell(text.slice(from, end));
        if (lineEnd < nextDelimiter) {
          endRecord();
          at = from = behind(end);
        } else {
          length += delimiter.length;
          at = from = end + delimiter.length;
        }
      }
    }
    const end = Math.max(at, limit);
    keep(text, from, end);
    // An open quote is for the caller to judge.
    if (length > maxRowLength && !isOpen()) {
      cells = [];
      pieces = [];
      piecesLength = 0;
      place = 'skipped';
    }
    return end;
  };

  /** Behind a quote that may be the first of a pair the cell may still go on. */
  const isOpen = () => place === 'quoted' || (place === 'behind-quote' && !hasBlanks);

  const take = () => {
    const taken = records;
    records = [];
    return taken;
  };

  return {
    read(piece) {
      const text = heldBack === '' ? piece : heldBack + piece;
      // Whether a final \r is alone shows in the next piece.
      const limit = Math.max(0, text.length - Math.max(reach, text.endsWith('\r') ? 1 : 0));
      heldBack = text.slice(parse(text, limit));
      return take();
    },
    end() {
      parse(heldBack, heldBack.length);
      heldBack = '';
      if (length === 0 && cells.length === 0) return take();
      isUnclosed = place === 'quoted';
      if (isUnclosed) hasStrayQuote = true;
      if (place !== 'skipped') endCell('');
      endRecord();
      return take();
    },
    openQuote: () => (isOpen() || isUnclosed ? quoteLine : null),
    pendingLength: () => length + heldBack.length,
    quoteErrors: () => quoteErrors,
  };
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) if (text[at + 1] !== '\n') count++;
  return count;
}

function runTogether(first: number, last: number): string {
  return `a quote opens and text follows where it closes, so that lines ${first} to ${last} run together; write quotes inside a cell twice, or give --no-quotes if quotes are text`;
}
