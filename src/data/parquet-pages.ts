/**
 * A look at the pages of a Parquet file before hyparquet reads them. It believes what they say of themselves: a page of
 * twenty bytes can make it fill the memory, or never end.
 */
import type { AsyncBuffer, ColumnMetaData, RowGroup, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import { compressors } from './parquet-compression.ts';
import { checkRuns, countLevels, endOfDeltas, readLengths } from './parquet-runs.ts';
import { endOfThriftStruct } from './parquet-thrift.ts';

/**
 * What the pages of a row group may unpack to: always this much, and so many times what they take in the file. Texts are
 * packed to a third or less, hardly ever to a thirtieth; what is repeated in a column is in its dictionary once.
 */
const FREE_BYTES = 64 * 1024 * 1024;
const BYTES_PER_BYTE = 32;
/** The same for values, of which an unpacked one takes some 30 bytes. */
const FREE_VALUES = 2 ** 21;
const VALUES_PER_BYTE = 4;
/** Of a page's head, which may hold the smallest and the largest of its texts. */
const MOST_HEAD_BYTES = 4 * 1024 * 1024;
/** Of a column in a row group. Writers begin a new one every megabyte, or every 20,000 rows. */
const MOST_PAGES = 2 ** 16;

type PageHead = ReturnType<typeof parquetHeader>;

/** A page's head and the place of its bytes in the file. */
interface Page {
  head: PageHead;
  start: number;
  length: number;
}

/** What it takes to unpack a column's pages. */
interface Column {
  meta: ColumnMetaData;
  path: SchemaTree[];
}

/**
 * Refuses a row group that would not be read as it says: pages outside of their column or of sizes that cannot be, more
 * rows, bytes or values than the file has room for, and packed values without end.
 * @throws Error that says what is wrong
 */
export async function checkRowGroup(file: AsyncBuffer, group: RowGroup, schema: SchemaTree): Promise<void> {
  const columns = columnsOf(group, schema);
  const packed = columns.reduce((sum, { meta }) => sum + Number(meta.total_compressed_size), 0);
  const room = { bytes: FREE_BYTES + BYTES_PER_BYTE * packed, values: FREE_VALUES + VALUES_PER_BYTE * packed };
  for (const column of columns) {
    const pages = await pagesOf(file, column.meta);
    let values = 0;
    for (const { head } of pages) {
      room.bytes -= head.uncompressed_page_size;
      if (head.type !== 'DICTIONARY_PAGE') values += valuesOf(head);
    }
    room.values -= values;
    if (room.bytes < 0 || room.values < 0)
      throw new Error('it unpacks to far more than its size: it is made to fill the memory');
    const rows = Number(group.num_rows);
    const isFlat = isFlatColumn(column.path);
    const isUneven = ({ head: { data_page_header_v2: v2 } }: Page) => v2 !== undefined && v2.num_rows !== v2.num_values;
    if (isFlat ? values !== rows || pages.some(isUneven) : values < rows) {
      throw new Error(`a column has ${values} values for ${rows} rows`);
    }
    for (const page of pages) await checkPage(file, page, column);
  }
}

/** The columns of a row group, one for each that the file describes. */
function columnsOf(group: RowGroup, schema: SchemaTree): Column[] {
  const leaves = leafPaths(schema).map(String);
  const found = group.columns.map(({ meta_data: meta }) => String(meta?.path_in_schema));
  if (String(leaves) !== String(found)) throw new Error('a row group has other columns than the file');
  return group.columns.map(({ meta_data: meta }) => ({ meta: meta!, path: getTreePath(schema, meta!.path_in_schema) }));
}

function leafPaths(node: SchemaTree): string[][] {
  return node.children.length === 0 ? [node.path] : node.children.flatMap(leafPaths);
}

/** The pages of a column, one behind the other to its end. */
async function pagesOf(file: AsyncBuffer, meta: ColumnMetaData): Promise<Page[]> {
  const begin = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const end = begin + Number(meta.total_compressed_size);
  const pages: Page[] = [];
  for (let at = begin; at < end - 1; ) {
    const { head, length } = await readHead(file, at, end);
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = head;
    if (!(packed >= 0 && unpacked >= 0 && at + length + packed <= end)) {
      throw new Error(`a page of ${packed} bytes, unpacked ${unpacked}, does not fit into its column`);
    }
    if (pages.length === MOST_PAGES) throw new Error(`a column has more than ${MOST_PAGES} pages`);
    pages.push({ head, start: at + length, length: packed });
    at += length + packed;
  }
  return pages;
}

async function readHead(file: AsyncBuffer, at: number, end: number): Promise<{ head: PageHead; length: number }> {
  for (let size = 1024; ; size *= 16) {
    const bytes = new Uint8Array(await file.slice(at, Math.min(at + size, end)));
    try {
      endOfThriftStruct(bytes, 0);
    } catch (error) {
      if (at + size < end && size < MOST_HEAD_BYTES) continue;
      throw error;
    }
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const head = parquetHeader(reader);
    return { head, length: reader.offset };
  }
}

/** How many values a page of data says it has, empty ones included. */
function valuesOf({ data_page_header: v1, data_page_header_v2: v2 }: PageHead): number {
  const { num_values: values } = v1 ?? v2 ?? {};
  if (values === undefined || !(values >= 0)) throw new Error('a page does not say how many values it has');
  if (
    v2 !== undefined &&
    v1 === undefined &&
    !(v2.num_nulls >= 0 && v2.num_nulls <= values && v2.num_rows >= 0 && v2.num_rows <= values)
  ) {
    throw new Error('a page has more rows or empty values than values');
  }
  return values;
}

async function checkPage(file: AsyncBuffer, { head, start, length }: Page, column: Column): Promise<void> {
  const bytes = new Uint8Array(await file.slice(start, start + length));
  const unpack = (packed: Uint8Array, size: number) => {
    if (column.meta.codec === 'UNCOMPRESSED') return packed;
    const compressor = compressors[column.meta.codec];
    if (compressor === undefined) throw new Error(`it is compressed by ${column.meta.codec}, which is not known`);
    return compressor(packed, size);
  };
  if (head.type === 'DICTIONARY_PAGE') {
    const values = head.dictionary_page_header?.num_values ?? -1;
    // Each of them takes a byte at least: there is no dictionary of true and false.
    if (!(values >= 0 && values <= head.uncompressed_page_size)) throw new Error(`a dictionary has ${values} values`);
  } else if (head.type === 'DATA_PAGE' && head.data_page_header !== undefined) {
    const page = unpack(bytes, head.uncompressed_page_size);
    const { num_values: values, encoding } = head.data_page_header;
    const repetition = getMaxRepetitionLevel(column.path);
    const definition = getMaxDefinitionLevel(column.path);
    let at = 0;
    let filled = values;
    if (repetition > 0) at = checkSizedLevels(page, at, repetition, values).end;
    if (definition > 0) ({ end: at, full: filled } = checkSizedLevels(page, at, definition, values));
    checkValues(page, at, encoding, filled, column, false);
  } else if (head.type === 'DATA_PAGE_V2' && head.data_page_header_v2 !== undefined) {
    const v2 = head.data_page_header_v2;
    const { repetition_levels_byte_length: repetitionBytes, definition_levels_byte_length: definitionBytes } = v2;
    const levelBytes = repetitionBytes + definitionBytes;
    if (
      !(repetitionBytes >= 0 && definitionBytes >= 0 && levelBytes <= Math.min(length, head.uncompressed_page_size))
    ) {
      throw new Error('the levels of a page do not fit into it');
    }
    const repetition = getMaxRepetitionLevel(column.path);
    const definition = getMaxDefinitionLevel(column.path);
    // hyparquet goes by the lengths only where there are levels.
    if ((repetition === 0 && repetitionBytes > 0) || (definition === 0 && definitionBytes > 0))
      throw new Error('a page has levels that its column has not');
    if (repetition > 0) checkRuns(bytes, 0, bitsOf(repetition), v2.num_values);
    if (definition > 0) checkRuns(bytes, repetitionBytes, bitsOf(definition), v2.num_values);
    const packed = bytes.subarray(levelBytes);
    const page = v2.is_compressed === false ? packed : unpack(packed, head.uncompressed_page_size - levelBytes);
    checkValues(page, 0, v2.encoding, v2.num_values - v2.num_nulls, column, true);
  } else {
    throw new Error(`a page is of the kind ${head.type}`);
  }
}

/** Levels that begin with their length in four bytes: where they end, and how many are `highest`. */
function checkSizedLevels(page: Uint8Array, at: number, highest: number, count: number): { end: number; full: number } {
  const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true);
  const full = countLevels(page, at + 4, bitsOf(highest), count, highest);
  return { end: at + 4 + length, full };
}

/** Looks at how the values of a page are packed, as far as hyparquet would not stop by itself. */
function checkValues(
  page: Uint8Array,
  at: number,
  encoding: string | undefined,
  count: number,
  { meta, path }: Column,
  isV2: boolean,
): void {
  const isBoolean = meta.type === 'BOOLEAN';
  if (encoding === 'RLE' || encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
    if (isV2 ? encoding === 'RLE' : isBoolean) {
      checkRuns(page, at + 4, 1, count);
      return;
    }
    if (at >= page.length && count > 0) throw new Error('a page ends early');
    const width = page[at] ?? 0;
    // Without a width, every value is the first.
    if (isV2 || width > 0) checkRuns(page, at + 1, width, count);
  } else if (encoding === 'DELTA_BINARY_PACKED') {
    endOfDeltas(page, at, count);
  } else if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') {
    readLengths(page, at, count);
  } else if (encoding === 'DELTA_BYTE_ARRAY') {
    const prefixes = readLengths(page, at, count);
    const suffixes = readLengths(page, prefixes.end, count);
    if (prefixes.sum + suffixes.sum > FREE_BYTES + BYTES_PER_BYTE * page.length) {
      throw new Error('it unpacks to far more than its size: it is made to fill the memory');
    }
  } else if (encoding === 'BYTE_STREAM_SPLIT') {
    const width = path.at(-1)!.element.type_length ?? 8;
    if (meta.type === 'FIXED_LEN_BYTE_ARRAY' && !(width > 0 && width * count <= page.length))
      throw new Error('a page ends early');
  }
}

/** Bits that it takes to tell levels up to `highest`. */
const bitsOf = (highest: number): number => 32 - Math.clz32(highest);
