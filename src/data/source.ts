import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DataError, DistiltuneError } from '../errors.ts';
import { nearest } from '../nearest.ts';

/** A stream of bytes or of text, such as standard input. */
export type ByteStream = AsyncIterable<Uint8Array | string>;

/** Where a table's bytes come from. */
export interface ByteSource {
  /** What errors call it. */
  name: string;
  /** The first bytes, `headLength` at most. */
  head: Uint8Array;
  /** Whether `head` is all there is. */
  headIsAll: boolean;
  /** Whether `read` may be called more than once. */
  repeatable: boolean;
  /** The file that the bytes lie in; null: they come once. */
  path: string | null;
  /** All bytes, from the start. */
  read(): AsyncIterable<Uint8Array>;
  /** Frees what the source holds, a temporary copy included. */
  close(): Promise<void>;
}

const headLength = 1 << 20;
const chunkLength = 256 << 10;

/**
 * Opens a file or a stream. What can be read once only (a stream, a pipe named as a file) is copied to a temporary file, which
 * `close` removes, unless `once` says that one reading is enough.
 * @throws DataError when there is nothing to read.
 */
export async function openSource(
  source: string | ByteStream,
  options: { name?: string; once?: boolean } = {},
): Promise<ByteSource> {
  if (typeof source !== 'string') {
    const name = options.name ?? 'standard input';
    return options.once ? readOnce(source, name) : spool(source, name);
  }
  const name = options.name ?? source;
  const status = await stat(source).catch(async (cause: unknown) => {
    throw await cannotOpen(source, cause);
  });
  if (status.isDirectory()) {
    const files = (await readdir(source))
      .filter((file) => /\.(csv|tsv|txt|jsonl|ndjson|json|parquet|conll\w*|iob2?|bio)$/i.test(file))
      .sort();
    throw new DataError('this is a folder, not a file', {
      where: name,
      fix: files.length > 0 ? `name a file in it: ${listed(files)}` : 'name a CSV, TSV or JSON Lines file',
    });
  }
  if (!status.isFile()) {
    const stream = createReadStream(source, { highWaterMark: chunkLength });
    return options.once ? readOnce(stream, name) : spool(stream, name);
  }
  return openFile(source, name, async () => {});
}

async function openFile(path: string, name: string, close: () => Promise<void>): Promise<ByteSource> {
  const buffer = new Uint8Array(headLength);
  let length = 0;
  try {
    const file = await open(path);
    try {
      for (let more = -1; more !== 0 && length < headLength; length += more) {
        more = (await file.read(buffer, length, headLength - length)).bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw await cannotOpen(path, cause);
  }
  return {
    name,
    head: buffer.subarray(0, length),
    headIsAll: length < headLength,
    repeatable: true,
    path,
    read: () => createReadStream(path, { highWaterMark: chunkLength }),
    close,
  };
}

async function spool(stream: ByteStream, name: string): Promise<ByteSource> {
  const folder = await mkdtemp(join(tmpdir(), 'distiltune-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'rows');
    const file = await open(path, 'w');
    try {
      for await (const chunk of stream) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    return await openFile(path, name, remove);
  } catch (cause) {
    await remove();
    if (cause instanceof DistiltuneError) throw cause;
    throw new DistiltuneError('the input could not be copied to a temporary file', {
      where: `${name}, ${folder}`,
      fix: 'free some space there, or save the input to a file and name that',
      cause,
    });
  }
}

async function readOnce(stream: ByteStream, name: string): Promise<ByteSource> {
  const encoder = new TextEncoder();
  const iterator = stream[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let headIsAll = false;
  while (length < headLength) {
    const next = await iterator.next();
    if (next.done) {
      headIsAll = true;
      break;
    }
    const chunk = typeof next.value === 'string' ? encoder.encode(next.value) : next.value;
    chunks.push(chunk);
    length += chunk.length;
  }
  const head = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    head.set(chunk, offset);
    offset += chunk.length;
  }
  let taken = false;
  return {
    name,
    head,
    headIsAll,
    repeatable: false,
    path: null,
    async *read() {
      if (taken) throw new Error(`${name} was opened to be read once, and has been`);
      taken = true;
      yield head;
      if (headIsAll) return;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield typeof next.value === 'string' ? encoder.encode(next.value) : next.value;
      }
    },
    async close() {
      await iterator.return?.();
    },
  };
}

async function cannotOpen(path: string, cause: unknown): Promise<DataError> {
  const code = (cause as { code?: string }).code;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    return new DataError(`the file cannot be read: ${(cause as Error).message}`, {
      where: path,
      fix: 'check its permissions',
      cause,
    });
  }
  const siblings = await readdir(dirname(path)).catch(() => [] as string[]);
  const similar = nearest(basename(path), siblings);
  return new DataError('there is no such file', {
    where: path,
    fix: similar === undefined ? 'check the path' : `did you mean ${join(dirname(path), similar)}?`,
    cause,
  });
}

function listed(names: string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
