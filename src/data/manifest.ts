/** What a saved folder consists of, so that damage to it is seen: `manifest.json`, written after everything else. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSha256 } from '../engine/install/publish-part.ts';

export const manifestName = 'manifest.json';

/** Size and SHA-256 (hexadecimal) of each file, by name. */
export type FileRecords = Map<string, { bytes: number; sha256: string }>;

/** `unlisted`: it has no manifest, so nothing can be said. `what`: the file, and what is wrong with it. */
export type FolderCheck = { state: 'whole' } | { state: 'unlisted' } | { state: 'damaged'; what: string };

/** The text of a manifest. */
export function encodeManifest(files: FileRecords): string {
  return `${JSON.stringify({ v: 1, files: Object.fromEntries(files) }, null, 2)}\n`;
}

/** Reads every file of a folder and compares it with the manifest. Files that the manifest does not name may be there. */
export async function checkFolder(folder: string): Promise<FolderCheck> {
  const damaged = (what: string): FolderCheck => ({ state: 'damaged', what });
  let text: string;
  try {
    text = await readFile(join(folder, manifestName), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { state: 'unlisted' } : damaged(`${manifestName} cannot be read: ${message}`);
  }
  const files = decodeManifest(text);
  if (files === null) return damaged(`${manifestName} is no manifest`);
  for (const [name, { bytes, sha256 }] of files) {
    const path = join(folder, name);
    try {
      const { size } = await stat(path);
      if (size !== bytes) return damaged(`${name} has ${size} bytes instead of ${bytes}`);
      if ((await fileSha256(path)) !== sha256) return damaged(`the contents of ${name} have changed`);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return damaged(code === 'ENOENT' ? `${name} is missing` : `${name} cannot be read: ${message}`);
    }
  }
  return { state: 'whole' };
}

/** @returns null for what `encodeManifest` does not write */
function decodeManifest(text: string): FileRecords | null {
  try {
    const { v, files } = JSON.parse(text);
    const records: FileRecords = new Map(Object.entries(files));
    const isWhole = ([name, { bytes, sha256 }]: [string, { bytes: unknown; sha256: unknown }]) =>
      /^[^/\\\0]+$/.test(name) && Number.isSafeInteger(bytes) && typeof sha256 === 'string';
    // As it is written and not otherwise, so that no byte of it can change unseen.
    return v === 1 && [...records].every(isWhole) && encodeManifest(records) === text ? records : null;
  } catch {
    return null;
  }
}
