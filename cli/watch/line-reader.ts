import { type FileHandle, open, stat } from 'node:fs/promises';

/** What came of a file of lines since it was last asked. */
export interface NewLines {
  /** The file is another one, or shorter than what was read of it: these lines are its first. */
  isNew: boolean;
  lines: string[];
  /** Lines that were too long to be one. */
  skipped: number;
}

/** Reads the lines of a file that another process writes. */
export interface LineReader {
  /** A part of what has come, of bounded size; null: nothing has. A line that is half written waits for its end. */
  read(): Promise<NewLines | null>;
  close(): Promise<void>;
}

const chunkBytes = 256 * 1024;
/** No event is as long; what is, is no line. */
const mostLineBytes = 64 * 1024 * 1024;
const lineEnd = 0x0a;

/**
 * A file that is not there yet is waited for, and one that is replaced by another, or cut, is read anew.
 * @param path of the file
 */
export function openLines(path: string): LineReader {
  let file: FileHandle | null = null;
  let inode = 0n;
  let offset = 0;
  /** Begun lines, in parts. */
  let rest: Buffer[] = [];
  let restBytes = 0;
  let isTooLong = false;
  const chunk = Buffer.alloc(chunkBytes);

  const forget = async () => {
    await file?.close();
    file = null;
    offset = restBytes = 0;
    rest = [];
    isTooLong = false;
  };
  /** @returns whether it is the file that was read before, and has not lost what was read. */
  const isSame = async () => {
    const [now, opened] = await Promise.all([
      stat(path, { bigint: true }).catch(() => null),
      file!.stat({ bigint: true }),
    ]);
    // One that was removed may still have lines that were not read.
    return now === null || (now.ino === inode && opened.size >= offset);
  };

  return {
    async read() {
      let isNew = false;
      if (file !== null && !(await isSame())) {
        await forget();
        isNew = true;
      }
      if (file === null) {
        file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return null;
          throw error;
        });
        if (file === null) return isNew ? { isNew, lines: [], skipped: 0 } : null;
        inode = (await file.stat({ bigint: true })).ino;
      }
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, offset);
      const bytes = chunk.subarray(0, bytesRead);
      offset += bytesRead;
      const found: NewLines = { isNew, lines: [], skipped: 0 };
      let start = 0;
      for (let end = bytes.indexOf(lineEnd); end >= 0; end = bytes.indexOf(lineEnd, start)) {
        const part = bytes.subarray(start, end);
        if (isTooLong) found.skipped++;
        else found.lines.push((rest.length === 0 ? part : Buffer.concat([...rest, part])).toString('utf8'));
        rest = [];
        restBytes = 0;
        isTooLong = false;
        start = end + 1;
      }
      if (start < bytesRead && !isTooLong) {
        // The chunk is read into again.
        rest.push(Buffer.from(bytes.subarray(start)));
        restBytes += bytesRead - start;
        isTooLong = restBytes > mostLineBytes;
        if (isTooLong) rest = [];
      }
      return bytesRead === 0 && !isNew ? null : found;
    },
    close: forget,
  };
}
