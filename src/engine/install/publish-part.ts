import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from './layout.ts';

/** SHA-256 of a file, in hexadecimal. */
export async function fileSha256(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, signal ? { signal } : {})) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Size and SHA-256 of the named files of a folder. */
export async function describeFiles(folder: string, names: string[]): Promise<Manifest['files']> {
  const files: Manifest['files'] = {};
  for (const name of names) {
    const file = path.join(folder, name);
    files[name] = { bytes: (await stat(file)).size, sha256: await fileSha256(file) };
  }
  return files;
}

/**
 * Gives a complete folder its manifest and its final name, in one rename: it is there whole or not at all. What had
 * that name before is removed.
 */
export async function publishPart(folder: string, destination: string, manifest: Manifest): Promise<void> {
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(destination, { recursive: true, force: true });
  await rename(folder, destination);
}

/**
 * Does the work while telling how many bytes lie below the folders: the progress of programs that do not tell their own.
 */
export async function watchFolders<T>(
  folders: string[],
  onBytes: (bytes: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  const poll = setInterval(async () => {
    const sizes = await Promise.all(folders.map(folderBytes));
    onBytes(sizes.reduce((sum, size) => sum + size, 0));
  }, 250);
  try {
    return await work();
  } finally {
    clearInterval(poll);
  }
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    bytes += await stat(path.join(entry.parentPath, entry.name)).then(
      (file) => file.size,
      () => 0, // gone meanwhile
    );
  }
  return bytes;
}
