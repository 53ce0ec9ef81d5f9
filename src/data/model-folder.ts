/** Folders of models on disk: opened for reading, and written so that a half-written one never takes the place of a whole one. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError, DistiltuneError } from '../errors.ts';
import type { ModelFolder, ModelWriter } from '../files.ts';

/**
 * A folder with the files of one model.
 * @throws DataError where `path` is no folder
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const folder = await stat(path).catch(() => undefined);
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
      const bytes = await readFile(inside(path, name)).catch((error) => {
        if (error.code === 'ENOENT') return undefined;
        throw unreadable(error, join(path, name));
      });
      return bytes && new TextDecoder().decode(bytes);
    },
    open: (name) => openFile(inside(path, name)),
  };
}

/** The path of a file of `folder`; other names than those of its own files are refused. */
function inside(folder: string, name: string): string {
  if (!/^[^/\\\0]+$/.test(name) || name === '.' || name === '..') {
    throw new DataError(`"${name}" is not the name of a file of this folder.`, { where: folder });
  }
  return join(folder, name);
}

function unreadable(error: Error, where: string): DataError {
  return new DataError(`The file cannot be read: ${error.message}.`, { where, cause: error });
}

async function openFile(path: string) {
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

/**
 * Writes a model folder as a whole: into a temporary folder beside it, synced to disk, then renamed. Where `fill` throws or the
 * process dies, what was at `path` before is still there; afterwards it is replaced.
 */
export async function replaceModelFolder(path: string, fill: (writer: ModelWriter) => Promise<void>): Promise<void> {
  const target = resolve(path);
  const parent = dirname(target);
  const suffix = randomBytes(4).toString('hex');
  const temporary = join(parent, `.${basename(target)}.${suffix}.tmp`);
  const previous = join(parent, `.${basename(target)}.${suffix}.old`);
  try {
    await mkdir(temporary, { recursive: true });
    await fill({ write: (name, chunks) => writeFileSynced(inside(temporary, name), chunks) });
    await syncFolder(temporary);
    const replaces = await renameIfThere(target, previous);
    try {
      await rename(temporary, target);
    } catch (error) {
      if (replaces) await rename(previous, target);
      throw error;
    }
    await syncFolder(parent);
    if (replaces) await rm(previous, { recursive: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof DistiltuneError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new DistiltuneError(`The model could not be saved: ${error.message}.`, {
      where: path,
      fix: 'Check the free space and the permissions there, or name another folder.',
      cause: error,
    });
  }
}

/** False where there is nothing to rename. */
async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function writeFileSynced(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable; Windows, which cannot open a folder, does so by itself. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
