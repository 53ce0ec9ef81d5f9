import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, UsageError } from '../../src/errors.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import { fields } from '../config/fields.ts';
import { settingOf } from '../config/resolve.ts';

/** What `config.json` of a run holds. */
export type SavedRunConfig = Settings & {
  files?: Record<string, { sha256: string }>;
  source?: { folder?: string; sha256?: Record<string, string> };
  versions?: Record<string, string>;
};

/** What `config.json` of a run holds of its settings, files and versions. */
export async function savedRunConfig(run: string): Promise<SavedRunConfig> {
  const where = join(run, 'config.json');
  const text = await readFile(where, 'utf8').catch(() => undefined);
  try {
    return JSON.parse(text!);
  } catch (cause) {
    throw new DataError('the settings of the run cannot be read', {
      where,
      fix: 'train it again from the beginning, with --force in place of --resume',
      cause,
    });
  }
}

/** Settings that say how long to keep what, and where files lie, or in what memory a step is computed; not what it gives. */
const mayChange = ['checkpoint.keep', 'gradientCheckpointing', 'data.train', 'data.validation', 'data.test'];

/** Every setting, file and weight that is not what it was when the run began, each with what it was. */
export function changesSince(saved: SavedRunConfig, now: SavedRunConfig): string[] {
  const settings = changedSettings(saved, now)
    .filter((key) => !mayChange.includes(key))
    .map((key) => `${key} was ${JSON.stringify(settingOf(saved, key))}`);
  const files = Object.entries(now.files ?? {})
    .filter(([split, { sha256 }]) => saved.files?.[split]?.sha256 !== sha256)
    .map(([, file]) => `${'name' in file ? file.name : 'a file'} has changed`);
  const source = JSON.stringify(now.source?.sha256) !== JSON.stringify(saved.source?.sha256);
  return [...settings, ...files, ...(source ? ['the weights that it began with have changed'] : [])];
}

/** The keys of the settings that are not what they were, those that may change among them. */
export function changedSettings(saved: SavedRunConfig, now: SavedRunConfig): string[] {
  return fields
    .map(({ key }) => key)
    .filter((key) => JSON.stringify(settingOf(now, key)) !== JSON.stringify(settingOf(saved, key) ?? null));
}

/**
 * The numbers of another version or engine are not the same to the bit.
 * @returns one that is another than when the run began, with both
 */
export function versionChange(saved: SavedRunConfig, now: SavedRunConfig): string | null {
  const names = ['distiltune', 'engine', 'node'].filter((name) => saved.versions?.[name] !== now.versions?.[name]);
  if (names.length === 0) return null;
  return names.map((name) => `${name} was ${saved.versions?.[name]} and is ${now.versions?.[name]}`).join(', ');
}

/** @throws UsageError that names every change */
export function refuseChanges(run: string, changes: readonly string[]): void {
  if (changes.length === 0) return;
  throw new UsageError(`the run cannot go on with other settings or data: ${changes.join('; ')}`, {
    where: run,
    fix: 'resume it with what it began with, go on all the same with --resume and --force, or begin anew with --force alone',
  });
}
