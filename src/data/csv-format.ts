import { DataError } from '../errors.ts';
import type { CsvRecord, Dialect } from './csv-parser.ts';
import { readRecords } from './csv-records.ts';
import { delimiterName, detectDialect, parseSample } from './dialect.ts';
import type { Format } from './format.ts';
import { detectHeader } from './header.ts';
import { maxColumns, maxNameLength, shownLimit } from './limits.ts';
import type { TableRow } from './types.ts';

export interface CsvOptions {
  /** A character, or comma, semicolon, tab, pipe, none; null or absent: detected, as the next two. */
  delimiter?: string | null;
  quotes?: boolean | null;
  header?: boolean | null;
}

const sampleLength = 256 << 10;

/**
 * Finds out how a delimited text is to be read.
 * @param head its first piece; `headIsAll`: there is no more.
 */
export async function detectCsv(head: string, headIsAll: boolean, name: string, options: CsvOptions): Promise<Format> {
  const { sample, isAll } = takeSample(head, headIsAll, name);
  const { delimiter, quotes } = detectDialect(sample, isAll, options);
  const dialect = { delimiter: delimiter.value, quotes: quotes.value };
  const rows = sampleRows(sample, dialect, isAll);
  if (rows.length === 0) {
    throw new DataError(`the first row does not end within ${sample.length.toLocaleString('en-US')} characters`, {
      where: `${name}, line 1`,
      fix: 'a quote in it may never close: give --no-quotes if quotes are text',
    });
  }
  const header = detectHeader(rows, options.header ?? null);
  const columns = nameColumns(rows, header.value);
  if (columns.length > maxColumns) throw tooManyColumns(name);
  const long = columns.findIndex((column) => column.length > maxNameLength);
  if (long >= 0) throw nameTooLong(long, name);
  return {
    format: dialect.delimiter === '\t' ? 'tsv' : 'csv',
    delimiter,
    quotes,
    header,
    columns,
    async *batches(texts, onRefused, isCut) {
      let headerIsDue = header.value;
      for await (const records of readRecords(texts, dialect, name, isCut)) {
        const batch: TableRow[] = [];
        for (const record of records) {
          if (columns.length > 1 && isBlank(record)) continue;
          if (headerIsDue) {
            // A blank line above the header is no header, in a single column neither.
            if (!isBlank(record)) headerIsDue = false;
            continue;
          }
          const reason = fitCells(record, columns, dialect.delimiter);
          if (reason === null) batch.push({ line: record.line, cells: record.cells });
          else onRefused({ line: record.line, reason });
        }
        if (batch.length > 0) yield batch;
      }
    },
  };
}

/** The beginning of the text: short, so that detection is quick, but with a whole line at least. */
function takeSample(head: string, headIsAll: boolean, name: string): { sample: string; isAll: boolean } {
  const lineEnd = head.slice(0, sampleLength).search(/[\r\n]/);
  const length = lineEnd >= 0 ? sampleLength : head.length;
  const isAll = headIsAll && length >= head.length;
  if (!isAll && lineEnd < 0 && !/[\r\n]/.test(head)) {
    throw new DataError(`the first line is longer than ${shownLimit(head.length)} characters`, {
      where: `${name}, line 1`,
      fix: 'give a file with one row per text',
    });
  }
  return { sample: head.slice(0, length), isAll };
}

function sampleRows(sample: string, dialect: Dialect, isAll: boolean): string[][] {
  return parseSample(sample, dialect, isAll)
    .records.filter((record) => !isBlank(record))
    .map(({ cells }) => cells);
}

function tooManyColumns(name: string): DataError {
  return new DataError(`the rows have more than ${shownLimit(maxColumns)} cells`, {
    where: `${name}, line 1`,
    fix: 'give a file with a column for the text and one for the label, or say what divides the cells with --delimiter',
  });
}

function nameTooLong(column: number, name: string): DataError {
  return new DataError(`the name of column ${column + 1} is longer than ${shownLimit(maxNameLength)} characters`, {
    where: `${name}, line 1`,
    fix: 'shorten it, or give --no-header if the first row is data',
  });
}

function isBlank(record: CsvRecord): boolean {
  return record.cells.length === 1 && record.problem === undefined && record.cells[0]!.trim() === '';
}

function nameColumns(rows: string[][], hasHeader: boolean): string[] {
  if (hasHeader) return rows[0]!.map((cell) => cell.trim());
  const rowsOfWidth = new Map<number, number>();
  for (const { length } of rows) rowsOfWidth.set(length, (rowsOfWidth.get(length) ?? 0) + 1);
  const [width] = [...rowsOfWidth].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [1, 0]);
  return Array.from({ length: width }, (_, index) => `column ${index + 1}`);
}

/** Cuts empty cells off a row that has too many. Returns why the row cannot be used, or null. */
function fitCells(record: CsvRecord, columns: readonly string[], delimiter: string): string | null {
  const { cells } = record;
  if (record.problem !== undefined) return record.problem;
  if (cells.length > columns.length && cells.slice(columns.length).every((cell) => cell.trim() === '')) {
    cells.length = columns.length;
  }
  if (cells.length !== columns.length) {
    const many = cells.length > columns.length ? 'too many' : 'too few';
    const hint =
      cells.length > columns.length && delimiter !== '' ? `; is a ${delimiterName(delimiter)} unquoted?` : '';
    return `${many} cells: ${cells.length}, not ${columns.length}${hint}`;
  }
  const withNul = cells.findIndex((cell) => cell.includes('\0'));
  if (withNul >= 0)
    return `a NUL character in column ${withNul + 1}${columns[withNul] ? ` ("${columns[withNul]}")` : ''}`;
  return null;
}
