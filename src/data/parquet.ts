import { open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DataError } from '../errors.ts';

/** Whether a file begins as Parquet does. A text may begin with the letters PAR1 too; a Parquet file has NULs besides. */
export function isParquet(head: Uint8Array): boolean {
  return [0x50, 0x41, 0x52, 0x31].every((byte, i) => head[i] === byte) && head.includes(0);
}

/** Rows that are decoded together, where the row groups of a file are larger. */
const batchRows = 20_000;

/**
 * The rows of a Parquet file as JSON Lines, so that everything that reads JSON Lines reads Parquet: tables, tagged words,
 * questions. Memory holds one row group. Numbers of classes become their names where the file has them (Hugging Face's
 * `datasets` writes them into its metadata; -1, a hidden label, becomes null); whole numbers beyond 2^53 become text.
 * @throws DataError when the file is damaged, encrypted or compressed in an unknown way
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
    const metadata = await parquetMetadataAsync(file);
    refuseNonsense(metadata, size);
    const namesOf = classNames(metadata);
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      for (; start < end; start += batchRows) {
        const rowEnd = Math.min(end, start + batchRows);
        const rows = await parquetReadObjects({ file, metadata, compressors, rowStart: start, rowEnd });
        if (rows.length !== rowEnd - start) throw new Error(`it has ${rows.length} of ${rowEnd - start} rows`);
        yield rows.map((row) => `${JSON.stringify(plainRow(row, namesOf))}\n`).join('');
      }
      start = end;
    }
  } catch (cause) {
    throw new DataError(`the Parquet file cannot be read: ${(cause as Error).message}`, {
      where: name,
      fix: 'write it anew, or export it as CSV or JSON Lines',
      cause,
    });
  } finally {
    await handle.close();
  }
}

/** Sizes that a damaged or hostile file claims, before anything of that size is made. */
function refuseNonsense({ row_groups: groups, num_rows: rows }: FileMetaData, size: number): void {
  let total = 0;
  for (const group of groups) {
    const count = Number(group.num_rows);
    if (!Number.isSafeInteger(count) || count < 0) throw new Error('a row group has an impossible number of rows');
    total += count;
    for (const { meta_data: column } of group.columns) {
      if (column === undefined) throw new Error('a column has no description');
      const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
      const length = Number(column.total_compressed_size);
      if (!(start >= 0 && length >= 0 && start + length <= size)) throw new Error('a column lies outside of the file');
    }
  }
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

function plainRow(row: Record<string, unknown>, namesOf: ClassNames): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
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
