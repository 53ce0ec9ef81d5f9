import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';

export interface UnzipOptions {
  /** Where an entry is to go, relative to the folder; undefined leaves it out. */
  select: (entry: string) => string | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes written so far, of all that is to be written. */
  onBytes?: (written: number, total: number) => void;
}

/**
 * Writes the chosen entries of a zip file into a folder, streaming, whatever their size.
 * @returns size and SHA-256 of each file written, by its path within the folder
 * @throws where the zip is broken or an entry's length or CRC-32 is not what the zip says
 */
export async function unzip(
  zip: string,
  folder: string,
  { select, signal, onBytes }: UnzipOptions,
): Promise<Record<string, { bytes: number; sha256: string }>> {
  const written: Record<string, { bytes: number; sha256: string }> = {};
  const archive = await openPromise(zip, { autoClose: false }); // refuses names that lead out of the folder
  try {
    const chosen: { entry: Entry; target: string }[] = [];
    for await (const entry of archive.eachEntry()) {
      const target = entry.fileName.endsWith('/') ? undefined : select(entry.fileName);
      if (target !== undefined) chosen.push({ entry, target });
    }
    const total = chosen.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const { entry, target } of chosen) {
      const file = path.join(folder, target);
      await mkdir(path.dirname(file), { recursive: true });
      const sha256 = createHash('sha256');
      let crc = 0;
      let bytes = 0;
      const check = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          crc = zlib.crc32(chunk, crc);
          sha256.update(chunk);
          bytes += chunk.length;
          done += chunk.length;
          onBytes?.(done, total);
          next(null, chunk);
        },
      });
      const content = await archive.openReadStreamPromise(entry);
      await pipeline(content, check, createWriteStream(file), signal ? { signal } : {});
      if (bytes !== entry.uncompressedSize || crc !== entry.crc32) {
        throw new Error(`${entry.fileName} is damaged inside ${path.basename(zip)}`);
      }
      written[target] = { bytes, sha256: sha256.digest('hex') };
    }
  } finally {
    archive.close();
  }
  return written;
}
