import { UsageError } from '../errors.ts';
import { type CsvRecord, createCsvParser, type Dialect } from './csv-parser.ts';
import type { Choice } from './types.ts';

const delimiterNames: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  '': 'none',
};
/** In the order in which a tie is decided. */
const candidates = ['\t', ',', ';', '|'];

export interface DialectChoice {
  delimiter: Choice<string>;
  quotes: Choice<boolean>;
}

/** How well a reading of the sample holds together. */
interface Reading {
  dialect: Dialect;
  rows: number;
  /** The most frequent number of cells in a row, and the share of rows that have it. */
  width: number;
  share: number;
  /** Cells of the first row. */
  firstWidth: number;
  /** Rows whose quotes do not follow the grammar, or a quote that is still open at the end. */
  quoteErrors: number;
}

/**
 * Decides what delimits cells and whether `"` quotes, by reading the sample every way and keeping the one in which most rows
 * have equally many cells.
 * @param text the beginning of the file.
 * @param isAll whether the file ends where the text does.
 */
export function detectDialect(
  text: string,
  isAll: boolean,
  asked: { delimiter?: string | null; quotes?: boolean | null },
): DialectChoice {
  const read = (delimiter: string, quotes: boolean) => readSample(text, { delimiter, quotes }, isAll);
  const lines = text.replace(/\r\n?/g, '\n');
  const quoted = asked.quotes ?? true;
  if (asked.delimiter !== undefined && asked.delimiter !== null) {
    const value = parseDelimiter(asked.delimiter);
    const delimiter = { value, reason: 'as asked', flag: '--delimiter' };
    return { delimiter, quotes: chooseQuotes(read(value, quoted), () => read(value, false), lines, asked.quotes) };
  }
  const readings = candidates.map((delimiter) => {
    const withQuotes = read(delimiter, quoted);
    if (withQuotes.quoteErrors === 0 || asked.quotes === true) return withQuotes;
    const literal = read(delimiter, false);
    return literal.width > 1 && literal.share > withQuotes.share ? literal : withQuotes;
  });
  const usable = readings.filter(isTable);
  const best = usable.reduce<Reading | null>((a, b) => (a !== null && a.share >= b.share ? a : b), null);
  if (best === null) {
    const reason = 'no comma, semicolon, tab or pipe divides the rows evenly: one column';
    return {
      delimiter: { value: '', reason, flag: '--delimiter' },
      quotes: chooseQuotes(read('', quoted), () => read('', false), lines, asked.quotes),
    };
  }
  const { delimiter } = best.dialect;
  return {
    delimiter: { value: delimiter, reason: describeReading(best), flag: '--delimiter' },
    quotes: chooseQuotes(read(delimiter, quoted), () => read(delimiter, false), lines, asked.quotes),
  };
}

/** The delimiter's name for messages: `comma`, `tab`, ... */
export function delimiterName(delimiter: string): string {
  return Object.hasOwn(delimiterNames, delimiter) ? delimiterNames[delimiter]! : `"${delimiter}"`;
}

function parseDelimiter(asked: string): string {
  if (asked === '\\t') return '\t';
  const named = Object.entries(delimiterNames).find(([, name]) => name === asked.toLowerCase());
  if (named !== undefined) return named[0];
  if (asked === '' || /["\r\n\uFEFF]/.test(asked)) {
    throw new UsageError(`${JSON.stringify(asked)} cannot delimit cells`, {
      fix: '--delimiter takes comma, semicolon, tab, pipe, none, or the character itself',
    });
  }
  return asked;
}

/**
 * The records of the beginning of a file, and what is odd about its quotes.
 * @param isAll whether the file ends where the text does; if not, the record at its end is left out, as it may go on
 */
export function parseSample(
  text: string,
  dialect: Dialect,
  isAll: boolean,
): { records: CsvRecord[]; quoteErrors: number } {
  const parser = createCsvParser(dialect);
  const records = parser.read(text);
  if (isAll) records.push(...parser.end());
  // Text that no record takes in: a quote opened in it and did not close.
  const leftOver = !isAll && parser.pendingLength() > text.length / 2 ? 1 : 0;
  return { records, quoteErrors: parser.quoteErrors() + leftOver };
}

function readSample(text: string, dialect: Dialect, isAll: boolean): Reading {
  const { records, quoteErrors } = parseSample(text, dialect, isAll);
  const rows = records.map(({ cells }) => cells).filter((cells) => cells.length > 1 || cells[0]!.trim() !== '');
  const firstWidth = rows[0]?.length ?? 0;
  const width = commonWidth(rows, firstWidth);
  // Empty cells at the end of a row are no fault: spreadsheets write them.
  const fits = rows.filter((cells) => cells.length === width || isFilledUp(cells, width)).length;
  return {
    dialect,
    rows: rows.length,
    width,
    share: rows.length === 0 ? 0 : fits / rows.length,
    firstWidth,
    quoteErrors,
  };
}

/** The most frequent number of cells; of several the first row's, else the largest. */
function commonWidth(rows: string[][], firstWidth: number): number {
  const rowsOfWidth = new Map<number, number>();
  for (const { length } of rows) rowsOfWidth.set(length, (rowsOfWidth.get(length) ?? 0) + 1);
  let width = firstWidth;
  let most = rowsOfWidth.get(firstWidth) ?? 0;
  for (const [cells, count] of rowsOfWidth) {
    if (count > most || (count === most && width !== firstWidth && cells > width)) {
      width = cells;
      most = count;
    }
  }
  return width;
}

function isFilledUp(cells: string[], width: number): boolean {
  return cells.length > width && cells.slice(width).every((cell) => cell.trim() === '');
}

/** Some rows may be ragged; but where most are, the character is part of the text. */
function isTable({ width, share, firstWidth }: Reading): boolean {
  return width > 1 && (share >= 0.8 || (share >= 0.5 && firstWidth === width));
}

function describeReading({ dialect, rows, width, share }: Reading): string {
  const name = delimiterName(dialect.delimiter);
  const which = share === 1 ? 'every row' : `${Math.floor(share * 1000) / 10} % of the rows`;
  return `a ${name} divides ${which} of the first ${rows} into ${width} cells`;
}

/**
 * Comma-separated files quote, unless only the literal reading holds together. Tab-separated files mostly do not quote (a `"`
 * in them is text): they are taken to only where the sample shows that they do.
 */
function chooseQuotes(
  quoted: Reading,
  readLiteral: () => Reading,
  text: string,
  asked: boolean | null | undefined,
): Choice<boolean> {
  const flag = '--no-quotes';
  if (asked !== undefined && asked !== null) return { value: asked, reason: 'as asked', flag };
  if (!text.includes('"')) {
    const value = quoted.dialect.delimiter !== '\t';
    return { value, reason: 'no quotes in the first rows', flag: value ? '--no-quotes' : '--quotes' };
  }
  const { delimiter } = quoted.dialect;
  if (delimiter === '\t' || delimiter === '') {
    const evidence = quoted.quoteErrors === 0 && showsQuoting(text, delimiter) && quoted.share >= readLiteral().share;
    return evidence
      ? { value: true, reason: 'cells are quoted, with line ends, delimiters or doubled quotes inside', flag }
      : { value: false, reason: 'quotes stand inside the text, unpaired or unescaped', flag: '--quotes' };
  }
  if (quoted.quoteErrors === 0) return { value: true, reason: 'quotes enclose cells', flag };
  const literal = readLiteral();
  const isWholeWithout = literal.share === 1 && literal.width > 1 && literal.rows > quoted.rows;
  return isWholeWithout && countEnclosed(text, delimiter) < quoted.quoteErrors
    ? { value: false, reason: 'quotes are unpaired, and every row is whole without them', flag: '--quotes' }
    : { value: true, reason: 'quotes enclose cells', flag };
}

/** Cells that begin and end with a quote and have none inside. */
function countEnclosed(text: string, delimiter: string): number {
  const edge = delimiter.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const enclosed = new RegExp(`(?:^|${edge})"[^"\\n]*"\\s*(?=$|${edge})`, 'gm');
  let count = 0;
  for (const _ of text.matchAll(enclosed)) count++;
  return count;
}

/** Whether some quoted cell needs its quotes (it holds a doubled quote, the delimiter or a line end), or all lines have them. */
function showsQuoting(text: string, delimiter: string): boolean {
  if (/(?:^|\t|\n)"[^"\t\n]*""/.test(text)) return true;
  // In a single column the comma is what a writer of CSV quotes for.
  const special = new RegExp(`[\n${delimiter === '' ? ',' : delimiter}]`);
  const quotedCell = /(?:^|\t|\n)"([^"]*)"(?=\t|\s*\n)/g;
  for (const [, cell] of text.matchAll(quotedCell)) if (special.test(cell!)) return true;
  const lines = text.split('\n', 1000).filter((line) => line.trim() !== '');
  const quotedLines = lines.filter((line) => /(?:^|\t)"[^\t]*"\s*(?:\t|$)/.test(line));
  return quotedLines.length >= Math.max(1, lines.length - 1);
}
