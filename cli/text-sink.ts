import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../src/errors.ts';
import { escapeControls } from './plain/controls.ts';

/** Takes a result piece by piece. */
export interface TextSink {
  write(text: string): Promise<void>;
  /** All is written. */
  close(): Promise<void>;
  /** It will not be: leaves nothing half-written behind. */
  abort(): Promise<void>;
}

const bufferLength = 64 << 10;

/**
 * Standard output; `write` waits for a reader that is slower. A terminal gets control characters escaped, a file or a pipe the
 * data as they are.
 */
export function standardOutput(): TextSink {
  const shown = process.stdout.isTTY ? escapeControls : (text: string) => text;
  return buffered({
    async write(text) {
      if (!process.stdout.write(shown(text))) await once(process.stdout, 'drain');
    },
    close: async () => {},
    abort: async () => {},
  });
}

/**
 * A file that appears, or replaces the one there, when it is whole.
 * @throws UsageError when it cannot be written there
 */
export async function fileOutput(path: string): Promise<TextSink> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new UsageError('this is a folder', { where: path, fix: 'name a file with -o' });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx').catch((cause: Error) => {
    throw new UsageError(`the file cannot be written: ${cause.message}`, {
      where: path,
      fix: 'check that the folder exists and may be written to',
      cause,
    });
  });
  return buffered({
    write: (text) => file.writeFile(text),
    async close() {
      await file.sync();
      await file.close();
      await rename(temporary, path);
    },
    async abort() {
      await file.close();
      await rm(temporary, { force: true });
    },
  });
}

function buffered(sink: TextSink): TextSink {
  let pending = '';
  const flush = async () => {
    const text = pending;
    pending = '';
    if (text !== '') await sink.write(text);
  };
  return {
    async write(text) {
      pending += text;
      if (pending.length >= bufferLength) await flush();
    },
    async close() {
      await flush();
      await sink.close();
    },
    abort: () => sink.abort(),
  };
}
