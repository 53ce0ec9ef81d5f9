/** Folders that are there whole or not at all: written beside their place, checked, and renamed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DistiltuneError } from '../errors.ts';
import type { ModelWriter } from '../files.ts';
import { passingName, passingNames } from './folder-names.ts';
import { checkFolder, encodeManifest, type FileRecords, manifestName } from './manifest.ts';
import { pathInside } from './model-folder.ts';

/**
 * Writes a model folder as a whole. Into a temporary folder beside it: the files, then `manifest.json` with their sizes and hashes,
 * each synced to disk, then the folder itself; all is read again and compared; then it is renamed and the folder around it synced.
 * Where `fill` throws, the disk fails or the process dies, what was at `path` before is still there, at worst under the
 * name that `recoverReplaced` and `openModelFolder` know; afterwards it is gone.
 * @throws DistiltuneError where it could not be saved
 */
export async function replaceModelFolder(path: string, fill: (writer: ModelWriter) => Promise<void>): Promise<void> {
  const target = resolve(path);
  const { temporary, previous } = passingNames(path);
  try {
    const firstMade = await makeFolder(temporary);
    const files: FileRecords = new Map();
    await fill({
      async write(name, chunks) {
        files.set(name, await writeFileSynced(pathInside(temporary, name), chunks));
      },
    });
    await writeFileSynced(join(temporary, manifestName), [new TextEncoder().encode(encodeManifest(files))]);
    await syncFolder(temporary);
    const check = await checkFolder(temporary);
    if (check.state === 'damaged') throw cannotSave(path, `what was written is read differently: ${check.what}`);
    const replaces = await renameIfThere(target, previous);
    try {
      await rename(temporary, target);
    } catch (error) {
      if (replaces) await rename(previous, target);
      throw error;
    }
    // The one around it, and those around that which had to be made.
    for (let folder = dirname(target); folder.length >= dirname(firstMade).length; folder = dirname(folder)) {
      await syncFolder(folder);
      if (folder === dirname(folder)) break;
    }
    // One that cannot be removed now is removed by `recoverReplaced`.
    if (replaces) await rm(previous, { recursive: true }).catch(() => undefined);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof DistiltuneError || !(error instanceof Error) || !('code' in error)) throw error;
    throw cannotSave(path, error.message, error);
  }
}

function cannotSave(path: string, why: string, cause?: Error): DistiltuneError {
  return new DistiltuneError(`The model could not be saved: ${why}.`, {
    where: path,
    fix: 'Check the free space and the permissions there, or name another folder.',
    cause,
  });
}

/**
 * Puts right what processes that died while they replaced folders in `parent` have left: a folder that had been moved away for
 * a new one that never came is moved back, and leftovers are removed. No other process may be writing there.
 * @returns the paths of the folders that were moved back
 */
export async function recoverReplaced(parent: string): Promise<string[]> {
  const recovered: string[] = [];
  for (const name of await readdir(parent).catch(() => [])) {
    const left = passingName(name);
    if (left === null) continue;
    const path = join(parent, name);
    const target = join(parent, left.of);
    // The new one was checked before it came there; that the disk has not lost it since is seen before its forerunner goes.
    if (left.kind === 'old' && (!existsSync(target) || (await checkFolder(target)).state === 'damaged')) {
      await rm(target, { recursive: true, force: true });
      await rename(path, target);
      await syncFolder(parent);
      recovered.push(target);
    } else await rm(path, { recursive: true, force: true });
  }
  return recovered;
}

/** Removes a folder so that a process that dies meanwhile leaves no half of it under its name. */
export async function removeFolder(path: string): Promise<void> {
  const { temporary } = passingNames(path);
  await rename(path, temporary);
  await rm(temporary, { recursive: true });
}

/**
 * Makes a folder, and those around it that are missing.
 * @returns the outermost that was made
 */
async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    // All at once says of a full disk that there is no such folder.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const outermost = await makeFolder(dirname(path));
  await mkdir(path);
  return outermost;
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

async function writeFileSynced(path: string, chunks: Iterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  try {
    for (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Windows cannot open a folder, and makes names durable by itself; some network disks cannot sync one. */
const cannotSync = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS'];

/** Makes the names in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    if (!cannotSync.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
