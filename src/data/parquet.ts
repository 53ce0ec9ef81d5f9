import { open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadata, parquetReadObjects, type RowGroup } from 'hyparquet';
import { DataError } from '../errors.ts';
import { shorten } from '../shorten.ts';
import { compressors } from './parquet-compression.ts';
import { checkRowGroup } from './parquet-pages.ts';
import { checkSchema, type SchemaTree } from './parquet-schema.ts';
import { endOfThriftStruct } from './parquet-thrift.ts';

/** Whether a file begins as Parquet does. A text may begin with the letters PAR1 too; a Parquet file has NULs besides. */
export function isParquet(head: Uint8Array): boolean {
  return [0x50, 0x41, 0x52, 0x31].every((byte, i) => head[i] === byte) && head.includes(0);
}

/** Rows that are decoded together, where the row groups of a file are larger: each batch is found from the group's start. */
const BATCH_ROWS = 20_000;
const MOST_BATCHES = 16;
/** What is handed on together, in characters. */
const PIECE_CHARACTERS = 1 << 20;
/**
 * What the rows of a group may come to as text: always this much, and so many times what the group takes in the file. A text
 * that is in a dictionary once may stand in each row.
 */
const FREE_CHARACTERS = 2 ** 28;
const CHARACTERS_PER_BYTE = 256;
const FOOTER_END_BYTES = 8;
const MOST_FOOTER_BYTES = 64 * 1024 * 1024;

/**
 * The rows of a Parquet file as JSON Lines, so that everything that reads JSON Lines reads Parquet: tables, tagged words,
 * questions. Memory holds one row group. Numbers of classes become their names where the file has them (Hugging Face's
 * `datasets` writes them into its metadata; -1, a hidden label, becomes null); whole numbers beyond 2^53 become text.
 * @throws DataError when the file is damaged, encrypted or compressed in an unknown way, or unpacks without measure
 */
export async function* parquetLines(path: string, name = path): AsyncGenerator<string> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const file: AsyncBuffer = {
      byteLength: size,
      async slice(start, end = size) {
        const from = Math.max(0, Math.min(start, size));
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - from));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
        if (bytesRead !== bytes.length) throw new Error('it ends early');
        return bytes.buffer;
      },
    };
    yield* linesOf(file, name);
  } finally {
    await handle.close();
  }
}

/** As `parquetLines`, of bytes that may be anywhere. */
export async function* linesOf(file: AsyncBuffer, name: string): AsyncGenerator<string> {
  try {
    const metadata = await readFooter(file);
    const schema = checkSchema(metadata);
    refuseNonsense(metadata, file.byteLength);
    for (const group of metadata.row_groups) {
      if (Number(group.num_rows) > 0) yield* linesOfGroup(file, metadata, group, schema);
    }
  } catch (cause) {
    throw new DataError(`the Parquet file cannot be read: ${shorten((cause as Error).message, 300)}`, {
      where: name,
      fix: 'write it anew, or export it as CSV or JSON Lines',
      cause,
    });
  }
}

async function* linesOfGroup(file: AsyncBuffer, metadata: FileMetaData, group: RowGroup, schema: SchemaTree) {
  await checkRowGroup(file, group, schema);
  const namesOf = classNames(metadata);
  const packed = group.columns.reduce((sum, column) => sum + Number(column.meta_data!.total_compressed_size), 0);
  let room = FREE_CHARACTERS + CHARACTERS_PER_BYTE * packed;
  const groupRows = Number(group.num_rows);
  const batchRows = Math.max(BATCH_ROWS, Math.ceil(groupRows / MOST_BATCHES));
  // A group at a time: hyparquet goes through all of them to find a row.
  const alone = { ...metadata, row_groups: [group], num_rows: group.num_rows };
  let piece = '';
  for (let rowStart = 0; rowStart < groupRows; rowStart += batchRows) {
    const rowEnd = Math.min(groupRows, rowStart + batchRows);
    const rows = await parquetReadObjects({ file, metadata: alone, compressors, parsers, rowStart, rowEnd });
    if (rows.length !== rowEnd - rowStart) throw new Error(`it has ${rows.length} of ${rowEnd - rowStart} rows`);
    for (const row of rows) {
      const line = JSON.stringify(plainRow(row, namesOf, schema));
      room -= line.length;
      if (room < 0) throw new Error('it unpacks to far more than its size: it is made to fill the memory');
      piece += `${line}\n`;
      if (piece.length < PIECE_CHARACTERS) continue;
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/** Shapes on a map are no text. */
const parsers = { geometryFromBytes: () => null, geographyFromBytes: () => null } as const;

async function readFooter(file: AsyncBuffer): Promise<FileMetaData> {
  const { byteLength: size } = file;
  if (size < FOOTER_END_BYTES) throw new Error('it ends early');
  const end = new DataView(await file.slice(size - FOOTER_END_BYTES, size));
  const length = end.getUint32(0, true);
  if (end.getUint32(4, true) !== 0x31524150) throw new Error('it does not end as a Parquet file does: it is cut short');
  if (length > Math.min(size - FOOTER_END_BYTES, MOST_FOOTER_BYTES))
    throw new Error(`its description has ${length} bytes`);
  const footer = await file.slice(size - FOOTER_END_BYTES - length, size);
  endOfThriftStruct(new Uint8Array(footer, 0, length), 0);
  return parquetMetadata(footer, { geoparquet: false });
}

/** Sizes that a damaged or hostile file claims, before anything of that size is made. */
function refuseNonsense({ row_groups: groups, num_rows: rows }: FileMetaData, size: number): void {
  let total = 0;
  let packed = 0;
  for (const group of groups) {
    const count = Number(group.num_rows);
    if (!Number.isSafeInteger(count) || count < 0) throw new Error('a row group has an impossible number of rows');
    total += count;
    for (const { meta_data: column } of group.columns) {
      if (column === undefined) throw new Error('a column has no description');
      const start = Number(column.dictionary_page_offset || column.data_page_offset);
      const length = Number(column.total_compressed_size);
      packed += length;
      if (!(start >= 0 && length >= 0 && start + length <= size)) throw new Error('a column lies outside of the file');
    }
  }
  // Columns that lie over one another would each be read.
  if (packed > size) throw new Error('its columns are larger than the file');
  if (total !== Number(rows)) throw new Error('its row groups have another number of rows than the file');
}

/** Names of the classes of a column, or of each entry of its lists. */
type ClassNames = Map<string, readonly string[]>;

/** What `datasets` knows of a column. */
interface Feature {
  _type?: string;
  names?: unknown;
  feature?: Feature;
}

function classNames({ key_value_metadata: pairs = [] }: FileMetaData): ClassNames {
  const found: ClassNames = new Map();
  const text = pairs.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return found;
  let features: Record<string, Feature> | undefined;
  try {
    features = JSON.parse(text)?.info?.features;
  } catch {
    // Somebody else's metadata under this key.
  }
  for (const [column, feature] of Object.entries(features ?? {})) {
    const label = feature?._type === 'ClassLabel' ? feature : feature?.feature;
    if (label?._type !== 'ClassLabel' || !Array.isArray(label.names)) continue;
    found.set(column, label.names.map(String));
  }
  return found;
}

function plainRow(row: Record<string, unknown>, namesOf: ClassNames, schema: SchemaTree): Record<string, unknown> {
  return Object.fromEntries(
    schema.children.map(({ children, element: { name: column } }) => {
      const value = row[column];
      // An empty value is null, an empty list may be nothing; else nothing is what a column's dictionary does not have.
      if (value === undefined && children.length === 0) throw new Error(`a value of column "${column}" is not there`);
      const names = namesOf.get(column);
      return [column, names === undefined ? plain(value) : named(value, names)];
    }),
  );
}

function named(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, names));
  const id = Number(value ?? -1);
  return id === -1 ? null : (names[id] ?? plain(value));
}

/** A value as JSON has it. Bytes that are no text (images, sounds) are left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return value instanceof Uint8Array ? null : Array.from(value as Float64Array, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
