/** The names that a folder has while it is being replaced: `.model.1f2e3d4c.tmp` is coming, `.model.1f2e3d4c.old` is going. */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Names beside `path` that nothing has yet. */
export function passingNames(path: string): { temporary: string; previous: string } {
  const target = resolve(path);
  const stem = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}`);
  return { temporary: `${stem}.tmp`, previous: `${stem}.old` };
}

/** What a name says of a replacement; null for every other name. */
export function passingName(name: string): { of: string; kind: 'old' | 'tmp' } | null {
  const [, of, kind] = /^\.(.+)\.[\da-f]{8}\.(old|tmp)$/.exec(name) ?? [];
  return of === undefined ? null : { of, kind: kind as 'old' | 'tmp' };
}

/** Where what was at `path` was moved to for a new one that has not come; undefined where it was not. */
export async function movedAway(path: string): Promise<string | undefined> {
  const target = resolve(path);
  const isIt = (name: string) => {
    const passing = passingName(name);
    return passing?.of === basename(target) && passing.kind === 'old';
  };
  const found = (await readdir(dirname(target)).catch(() => [])).find(isIt);
  return found === undefined ? undefined : join(dirname(path), found);
}
