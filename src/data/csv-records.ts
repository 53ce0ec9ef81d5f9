import Papa from 'papaparse';
import { DataError } from '../errors.ts';
import { markLineEnds, restoreLineEnds } from './line-ends.ts';

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
  cells: string[];
  /** Why the record cannot be trusted. */
  problem?: string;
}

/** Longest row, in UTF-16 code units. A longer one is a quote that never closes or no table at all. */
export const maxRowLength = 10_000_000;

/** What papaparse's `Parser.parse` returns; its types leave it open. */
interface ParsedBlock {
  data: string[][];
  errors: { code: string; row: number; index: number }[];
  /** `cursor`: where the first row begins that may be incomplete. */
  meta: { cursor: number };
}

// A noncharacter: for a delimiter that never occurs.
const noDelimiter = '\uffff';

/**
 * Parses one text whose line ends are marked. Without `isLast` the row at its end is left out, as it may go on.
 * Exported for the detection of the dialect.
 */
export function parseBlock(text: string, dialect: Dialect, isLast: boolean): ParsedBlock {
  const parser = new Papa.Parser({
    delimiter: dialect.delimiter || noDelimiter,
    newline: '\n',
    quoteChar: '"',
    // Its "fast mode" splits at delimiters and takes quotes for text.
    ...(dialect.quotes ? {} : { fastMode: true }),
  });
  return parser.parse(text, 0, !isLast) as ParsedBlock;
}

/**
 * Streams the records of a CSV text, a block at a time, blank lines included. Memory does not grow with the text: a block and
 * one row of at most `maxRowLength` are held. Line ends may be `\n`, `\r\n`, `\r` or a mixture.
 * @param isCut the text ends in the middle: what follows the last complete row is left out.
 * @throws DataError when a quote never closes.
 */
export async function* readRecords(
  texts: AsyncIterable<string>,
  dialect: Dialect,
  name: string,
  isCut: boolean,
): AsyncGenerator<CsvRecord[]> {
  let line = 1;
  let pending = '';
  let skipping = false;
  /** Pieces are gathered until they are as long as the row that the last block ended in: no text is parsed over and over. */
  let gathered: string[] = [];
  let gatheredLength = 0;

  const parse = (text: string, isLast: boolean): CsvRecord[] => {
    const block = parseBlock(text, dialect, isLast);
    const unclosed = block.errors.find((error) => error.code === 'MissingQuotes');
    if (unclosed !== undefined) throw unclosedQuote(text, unclosed.index, line, name);
    const records = toRecords(block, text, line);
    line = records.length > 0 ? records.at(-1)!.lastLine + 1 : line;
    pending = isLast ? '' : text.slice(block.meta.cursor);
    return records;
  };

  for await (let piece of markLineEnds(texts)) {
    if (skipping) {
      const end = piece.indexOf('\n');
      if (end < 0) continue;
      skipping = false;
      line++;
      piece = piece.slice(end + 1);
    }
    gathered.push(piece);
    gatheredLength += piece.length;
    if (gatheredLength < pending.length) continue;
    const text = pending + gathered.join('');
    gathered = [];
    gatheredLength = 0;
    const records = parse(text, false);
    if (pending.length > maxRowLength) {
      // Either a quote is open, which ends the reading, or the row's end is the next line end, which is skipped to.
      const unclosed = parseBlock(pending, dialect, true).errors.find((error) => error.code === 'MissingQuotes');
      if (unclosed !== undefined) throw unclosedQuote(pending, unclosed.index, line, name);
      const linesBefore = countLineEnds(pending);
      records.push({ line, lastLine: line + linesBefore, cells: [], problem: tooLong });
      line += linesBefore;
      pending = '';
      skipping = true;
    }
    if (records.length > 0) yield records;
  }
  let rest = pending + gathered.join('');
  if (rest === '' || isCut) return;
  if (!rest.endsWith('\n')) rest += '\n';
  const records = parse(rest, true);
  // The parser takes the end of the text after the last line end for one more, empty row.
  records.pop();
  if (records.length > 0) yield records;
}

const tooLong = `the row is longer than ${maxRowLength.toLocaleString('en-US')} characters`;

function toRecords(block: ParsedBlock, text: string, firstLine: number): CsvRecord[] {
  const restore = /[\r\u2029]/.test(text);
  const mayBreakCells = text.includes('"');
  const mayBeTooLong = text.length > maxRowLength;
  let line = firstLine;
  const records = block.data.map((cells) => {
    let lastLine = line;
    if (mayBreakCells) for (const cell of cells) lastLine += countLineEnds(cell);
    if (restore) restoreLineEnds(cells);
    const record: CsvRecord = { line, lastLine, cells };
    if (mayBeTooLong && cells.reduce((sum, cell) => sum + cell.length, 0) > maxRowLength) record.problem = tooLong;
    line = lastLine + 1;
    return record;
  });
  for (const error of block.errors) {
    const record = records[error.row];
    // Within a line the parser's reading of a stray quote, as text, is the one a person would choose.
    if (record === undefined || record.lastLine === record.line) continue;
    record.problem = `a quote opens and text follows where it closes, so that lines ${record.line} to ${record.lastLine} run together; write quotes inside a cell twice, or give --no-quotes if quotes are text`;
  }
  return records;
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function unclosedQuote(text: string, index: number, line: number, name: string): DataError {
  const openedOn = line + countLineEnds(text.slice(0, index));
  return new DataError('a quote opens and never closes: the rest of the file would become one cell', {
    where: `${name}, line ${openedOn}`,
    fix: 'close it on that line, or give --no-quotes if quotes are text',
  });
}
