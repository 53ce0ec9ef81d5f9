import { DataError } from '../errors.ts';
import { refuseBinary } from './binary.ts';
import { decodeText, detectEncoding } from './encoding.ts';
import { isParquet, parquetLines } from './parquet.ts';
import { type ByteSource, type ByteStream, openSource } from './source.ts';
import type { Choice } from './types.ts';

/** Where the text of a file comes from. */
export interface TextSource {
  /** What errors call it. */
  name: string;
  encoding: Choice<string>;
  /** The text of the first MiB; what its end cuts in two is not in it. */
  head: string;
  /** Whether `head` is all there is. */
  headIsAll: boolean;
  /** Whether `read` may be called more than once. */
  repeatable: boolean;
  /** The whole text, piece by piece, without a byte order mark. */
  read(): AsyncGenerator<string>;
  /** Frees what the source holds, a temporary copy included. */
  close(): Promise<void>;
}

export interface TextSourceOptions {
  /** What errors call the data. Default: the path, or `standard input`. */
  name?: string;
  /** The text is wanted once only: a stream need not be copied to a temporary file. */
  once?: boolean;
  /** A label of the WHATWG Encoding Standard; null or absent: detected. */
  encoding?: string | null;
}

/**
 * Opens a file or a stream of text. A Parquet file is read as the JSON Lines of its rows.
 * @throws DataError when there is none: missing, a folder, binary, empty.
 */
export async function openText(source: string | ByteStream, options: TextSourceOptions = {}): Promise<TextSource> {
  return textOf(await openSource(source, options), options.encoding ?? null);
}

/**
 * The text of bytes that are there already. Closes them where they are none.
 * @param asked as `TextSourceOptions.encoding`
 * @throws DataError as `openText`
 */
export async function textOf(bytes: ByteSource, asked: string | null): Promise<TextSource> {
  try {
    if (isParquet(bytes.head)) return await openParquet(bytes);
    const { name, headIsAll, repeatable } = bytes;
    refuseBinary(bytes.head, name);
    const encoding = await detectEncoding(bytes, asked);
    const head = new TextDecoder(encoding.value).decode(bytes.head, { stream: !headIsAll });
    if (headIsAll && head.trim() === '') {
      throw new DataError(head === '' ? 'the file is empty' : 'the file holds nothing but blanks', {
        where: name,
        fix: 'give a file with one row per text',
      });
    }
    return {
      name,
      encoding,
      head,
      headIsAll,
      repeatable,
      read: () => decodeText(bytes.read(), encoding.value),
      close: () => bytes.close(),
    };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

const headLength = 1 << 20;

async function openParquet({ name, path, close }: ByteSource): Promise<TextSource> {
  if (path === null) {
    throw new DataError('a Parquet file cannot be read from a stream', {
      where: name,
      fix: 'save it to a file, and name that',
    });
  }
  const read = () => parquetLines(path, name);
  let head = '';
  let headIsAll = true;
  for await (const lines of read()) {
    head += lines;
    headIsAll = head.length < headLength;
    if (!headIsAll) break;
  }
  if (head === '')
    throw new DataError('the file has no rows', { where: name, fix: 'give a file with one row per text' });
  const encoding = { value: 'utf-8', reason: 'a Parquet file', flag: '' };
  return { name, encoding, head, headIsAll, repeatable: true, read, close };
}
