import { DataError } from '../errors.ts';
import { refuseBinary } from './binary.ts';
import { createColumnProfiler } from './column-profile.ts';
import { detectCsv } from './csv-format.ts';
import { decodeText, detectEncoding } from './encoding.ts';
import type { Format } from './format.ts';
import { detectJsonLines, isJsonLines } from './json-format.ts';
import { type ByteSource, type ByteStream, openSource } from './source.ts';
import type { ColumnProfile, RefusedRow, Table, TableRow } from './types.ts';

export interface TableOptions {
  /** A character, or comma, semicolon, tab, pipe, none; null or absent: detected, as the next three. */
  delimiter?: string | null;
  /** A label of the WHATWG Encoding Standard. */
  encoding?: string | null;
  quotes?: boolean | null;
  header?: boolean | null;
  /** What errors call the data. Default: the path, or `standard input`. */
  name?: string;
  /** The rows are wanted once only: a stream need not be copied to a temporary file. */
  once?: boolean;
}

/** Detection reads until there are this many characters, or it has looked at this many cells. */
const profiledCharacters = 64 << 20;
const profiledCells = 1_500_000;
/** Rows that are all looked at; of those after them every tenth is. */
const profiledWhole = 20_000;
const sampleLength = 100;

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
  const bytes = await openSource(source, options);
  try {
    return await describe(bytes, options);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function describe(bytes: ByteSource, options: TableOptions): Promise<Table> {
  const { name } = bytes;
  refuseBinary(bytes.head, name);
  const encoding = await detectEncoding(bytes, options.encoding ?? null);
  const head = new TextDecoder(encoding.value).decode(bytes.head, { stream: !bytes.headIsAll });
  if (bytes.headIsAll && head.trim() === '') {
    throw new DataError(head === '' ? 'the file is empty' : 'the file holds nothing but blanks', {
      where: name,
      fix: 'give a file with one row per text',
    });
  }
  const read = () => decodeText(bytes.read(), encoding.value);
  const readSample = () => (bytes.repeatable ? read() : once(head));
  const sampleIsCut = !bytes.repeatable && !bytes.headIsAll;
  const format = isJsonLines(head, name)
    ? await detectJsonLines(readSample(), sampleIsCut, name)
    : await detectCsv(head, bytes.headIsAll, name, options);
  const { profiles, sample } = await profileColumns(format, readSample(), sampleIsCut, name);
  const ignore = () => {};
  return {
    ...format,
    name,
    encoding,
    profiles,
    sample,
    async *rows(onRefused = ignore) {
      for await (const batch of format.batches(read(), onRefused, false)) yield* batch;
    },
    batches: (onRefused = ignore) => format.batches(read(), onRefused, false),
    close: () => bytes.close(),
  };
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
      if (sample.length < sampleLength) sample.push(row);
      for (const cell of row.cells) characters += cell.length;
      if (rows++ >= profiledWhole && rows % 10 !== 0) continue;
      row.cells.forEach((cell, index) => {
        profilers[index]!.add(cell, row.nested?.includes(index) ?? false);
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
