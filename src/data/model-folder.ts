/** Folders of models on disk, opened for reading. */
import type { Stats } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import type { ModelFolder } from '../files.ts';
import { movedAway } from './folder-names.ts';

/** Of configurations, vocabularies and the like; the largest vocabularies take 20 MB. */
export const MOST_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * A folder with the files of one model. Where a process died between moving it away and putting a new one in its place, the one
 * that was moved away.
 * @throws DataError where `path` is no folder
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const folder = await stat(path).catch(() => undefined);
  if (folder === undefined) {
    const previous = await movedAway(path);
    if (previous !== undefined) return openModelFolder(previous);
  }
  if (!folder?.isDirectory()) {
    throw new DataError(
      folder === undefined ? 'There is no such folder.' : 'A model is a folder, and this is a file.',
      {
        where: path,
        fix: 'Name the folder that holds config.json and model.safetensors.',
      },
    );
  }
  return {
    where: path,
    // In a hub cache the files are links.
    list: async () => {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    },
    readText: async (name) => {
      const file = pathInside(path, name);
      const found = await stat(file).catch((error) => {
        if (error.code === 'ENOENT') return undefined;
        throw unreadable(error, file);
      });
      if (found === undefined) return undefined;
      refuseOthers(found, file);
      if (found.size > MOST_TEXT_BYTES) {
        throw new DataError(
          `The file has ${found.size} bytes, and ${MOST_TEXT_BYTES} is the limit for one of its kind.`,
          {
            where: file,
            fix: 'Take the model again from where it comes from.',
          },
        );
      }
      const bytes = await readFile(file).catch((error) => {
        throw unreadable(error, file);
      });
      return new TextDecoder().decode(bytes);
    },
    open: (name) => openFile(pathInside(path, name)),
  };
}

/** The path of a file of `folder`; other names than those of its own files are refused. */
export function pathInside(folder: string, name: string): string {
  if (!/^[^/\\\0]+$/.test(name) || name === '.' || name === '..') {
    throw new DataError(`"${name}" is not the name of a file of this folder.`, { where: folder });
  }
  return join(folder, name);
}

function unreadable(error: Error, where: string): DataError {
  return new DataError(`The file cannot be read: ${error.message}.`, { where, cause: error });
}

/** What is no file may have no end, as a device, or never begin, as a pipe. */
function refuseOthers(found: Stats, where: string): void {
  if (found.isFile()) return;
  throw new DataError(
    found.isDirectory()
      ? 'This is a folder, and should be a file.'
      : 'This is a device or a pipe, and should be a file.',
    {
      where,
      fix: 'Name the folder of a model as it was saved.',
    },
  );
}

async function openFile(path: string) {
  const found = await stat(path).catch((error) => {
    throw unreadable(error, path);
  });
  refuseOthers(found, path);
  const file = await open(path, 'r').catch((error) => {
    throw unreadable(error, path);
  });
  const { size } = await file.stat();
  return {
    size,
    async read(offset: number, length: number): Promise<Uint8Array> {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new DataError(`The file ends at byte ${offset + done}.`, { where: path });
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}
