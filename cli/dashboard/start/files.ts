import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '../../../src/errors.ts';
import { defaultSettings } from '../../../src/trainer/settings.ts';
import { expandFolder } from '../../run/data.ts';

/** What a folder has that can be gone into or trained on. */
export interface Entry {
  name: string;
  kind: 'folder' | 'file';
  /** Bytes; null: a folder, or not known. */
  size: number | null;
  /** Whether its name is one that data has. Others can be chosen, too. */
  isLikely: boolean;
}

export interface Listing {
  /** Folders first, then files, each by name. */
  entries: Entry[];
  /** The files of a folder that can be trained on as a whole, by what they are for; null: it cannot. */
  sides: { train: string; validation: string | null; test: string | null } | null;
}

/** A path while it is typed: the folder that is listed, and the beginning or middle of a name in it. */
export interface TypedPath {
  /** '' is the working folder; others end with a slash. */
  folder: string;
  filter: string;
}

/** Sizes of more files than these are not asked for. */
const sizedAtMost = 2000;
const askedAtOnce = 64;
const collator = new Intl.Collator('en', { numeric: true });

/** Quotes around a pasted path are no part of it; `~/` is the home folder. */
export function pathOf(text: string): string {
  const bare = /^(['"])(.*)\1$/.exec(text)?.[2] ?? text;
  return bare === '~' || bare.startsWith('~/') ? homedir() + bare.slice(1) : bare;
}

export function splitTyped(text: string): TypedPath {
  const path = pathOf(text);
  const at = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, at), filter: path.slice(at) };
}

/**
 * @param folder as in `TypedPath`
 * @throws DataError when there is no such folder, or it cannot be read
 */
export async function listFolder(folder: string): Promise<Listing> {
  const path = folder === '' ? '.' : folder;
  const found = await readdir(path, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    throw new DataError(isMissing ? 'there is no such folder' : `the folder cannot be read: ${cause.message}`, {
      where: path,
      fix: isMissing ? 'check the path' : 'check its permissions',
      cause,
    });
  });
  const entries: Entry[] = [];
  for (let i = 0; i < found.length; i += askedAtOnce) {
    const asked = found.slice(i, i + askedAtOnce).map((entry) => entryOf(path, entry, i < sizedAtMost));
    for (const entry of await Promise.all(asked)) if (entry !== null) entries.push(entry);
  }
  entries.sort((a, b) => Number(a.kind === 'file') - Number(b.kind === 'file') || collator.compare(a.name, b.name));
  return { entries, sides: await sidesOf(path) };
}

async function entryOf(folder: string, entry: Dirent, isSized: boolean): Promise<Entry | null> {
  const { name } = entry;
  const isLikely = /\.(csv|tsv|tab|txt|jsonl|ndjson|json|parquet|conll\w*|iob2?|bio)$/i.test(name);
  if (entry.isDirectory()) return { name, kind: 'folder', size: null, isLikely: true };
  if (entry.isFile() && !isSized) return { name, kind: 'file', size: null, isLikely };
  const status = await stat(join(folder, name)).catch(() => null);
  if (status === null) return null;
  if (status.isDirectory()) return { name, kind: 'folder', size: null, isLikely: true };
  // A pipe may be written by a program that waits for a reader: it is for the command line.
  return status.isFile() ? { name, kind: 'file', size: status.size, isLikely } : null;
}

async function sidesOf(folder: string): Promise<Listing['sides']> {
  const asked = { ...defaultSettings, data: { ...defaultSettings.data, train: folder } };
  const found = await expandFolder(asked, () => false).catch(() => null);
  if (found === null) return null;
  const { train, validation, test } = found.data;
  const file = (value: string | number | null) => (typeof value === 'string' ? value : null);
  return { train: train!, validation: file(validation), test: file(test) };
}

/** The entries whose names have the filter in them, those that begin with it first. Hidden ones are shown where the filter begins with a dot. */
export function matching(entries: readonly Entry[], filter: string): Entry[] {
  const sought = filter.toLowerCase();
  const found = entries.filter(
    ({ name }) => (filter.startsWith('.') || !name.startsWith('.')) && name.toLowerCase().includes(sought),
  );
  if (sought === '') return found;
  const begins = ({ name }: Entry) => name.toLowerCase().startsWith(sought);
  return [...found.filter(begins), ...found.filter((entry) => !begins(entry))];
}
