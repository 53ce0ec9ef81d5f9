import { DataError } from '../errors.ts';
import { createColumnProfiler } from './column-profile.ts';
import { type CsvOptions, detectCsv } from './csv-format.ts';
import type { Format } from './format.ts';
import { detectJsonLines, isJsonLines } from './json-format.ts';
import { maxSampleLength } from './limits.ts';
import type { ByteStream } from './source.ts';
import { openText, type TextSource, type TextSourceOptions } from './text-source.ts';
import type { ColumnProfile, RefusedRow, Table, TableRow } from './types.ts';

export interface TableOptions extends TextSourceOptions, CsvOptions {}

/** Detection reads until there are this many characters, or it has looked at this many cells. */
const profiledCharacters = 64 << 20;
const profiledCells = 1_500_000;
/** Rows that are all looked at; of those after them every tenth is. */
const profiledWhole = 20_000;
const sampleLength = 100;
/** Cells that are held of them: rows of thousands of columns would outlast the rest, and memory grow by what is read after. */
const sampleCells = 200_000;

/**
 * Opens a CSV, TSV or JSON Lines file and finds out how it is to be read. Every choice has its reason and the flag that
 * overrides it. Memory does not grow with the file.
 * @param source a path, or a stream of bytes or text. A stream is copied to a temporary file, removed by `Table.close`, unless
 *   `once` is set.
 * @throws DataError when it is no table: missing, a folder, empty, binary, with a quote that never closes, without a row
 *   that can be used.
 * @throws UsageError when an option is wrong.
 */
export async function openTable(source: string | ByteStream, options: TableOptions = {}): Promise<Table> {
  const text = await openText(source, options);
  try {
    const isJson = isJsonLines(text.head, text.name);
    return await tableOf(text, await (isJson ? jsonFormat(text) : csvFormat(text, options)));
  } catch (error) {
    await text.close();
    throw error;
  }
}

/** How a delimited text is to be read. */
export function csvFormat({ head, headIsAll, name }: TextSource, options: CsvOptions): Promise<Format> {
  return detectCsv(head, headIsAll, name, options);
}

/** How JSON Lines are to be read. */
export function jsonFormat(text: TextSource): Promise<Format> {
  return detectJsonLines(readSample(text), isSampleCut(text), text.name);
}

/**
 * A text as a table, once it is known how its rows are told apart.
 * @throws DataError when no row can be used
 */
export async function tableOf(text: TextSource, format: Format): Promise<Table> {
  const { name, encoding } = text;
  const { profiles, sample } = await profileColumns(format, readSample(text), isSampleCut(text), name);
  const ignore = () => {};
  return {
    ...format,
    name,
    encoding,
    profiles,
    sample,
    async *rows(onRefused = ignore) {
      for await (const batch of format.batches(text.read(), onRefused, false)) yield* batch;
    },
    batches: (onRefused = ignore) => format.batches(text.read(), onRefused, false),
    close: () => text.close(),
  };
}

/** What may be looked at before the rows are read: all, or the beginning of what can be read once only. */
function readSample({ repeatable, read, head }: TextSource): AsyncIterable<string> {
  return repeatable ? read() : once(head);
}

function isSampleCut({ repeatable, headIsAll }: TextSource): boolean {
  return !repeatable && !headIsAll;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function profileColumns(
  format: Format,
  texts: AsyncIterable<string>,
  isCut: boolean,
  name: string,
): Promise<{ profiles: ColumnProfile[]; sample: TableRow[] }> {
  const profilers = format.columns.map((column, index) => createColumnProfiler(index, column));
  const sample: TableRow[] = [];
  let firstRefused: RefusedRow | null = null;
  let rows = 0;
  let characters = 0;
  let cells = 0;
  const onRefused = (row: RefusedRow) => {
    firstRefused ??= row;
  };
  for await (const batch of format.batches(texts, onRefused, isCut)) {
    for (const row of batch) {
      for (const cell of row.cells) characters += cell.length;
      const isWithinLimits = sample.length < sampleLength && characters <= maxSampleLength && cells < sampleCells;
      if (sample.length === 0 || isWithinLimits) sample.push(row);
      if (rows++ >= profiledWhole && rows % 10 !== 0) continue;
      const nested = new Set(row.nested);
      row.cells.forEach((cell, index) => {
        profilers[index]!.add(cell, nested.has(index));
      });
      cells += row.cells.length;
    }
    if (characters > profiledCharacters || cells > profiledCells) break;
  }
  if (rows === 0 && firstRefused !== null) {
    const { line, reason } = firstRefused as RefusedRow;
    throw new DataError(`no row can be used; the first: ${reason}`, {
      where: `${name}, line ${line}`,
      fix: 'see --delimiter, --no-quotes, --header and --no-header',
    });
  }
  return { profiles: profilers.map((profiler) => profiler.result()), sample };
}
