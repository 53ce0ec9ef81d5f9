import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { unzip } from '../../../src/engine/install/unzip.ts';
import { temporaryFolder } from './fixtures.ts';
import { sha256, zip } from './zip.ts';

function write(archive: Uint8Array): { file: string; folder: string } {
  const folder = temporaryFolder();
  const file = path.join(folder, 'archive.zip');
  writeFileSync(file, archive);
  return { file, folder: path.join(folder, 'out') };
}

test('writes what is chosen, and tells size and checksum', async () => {
  const { file, folder } = write(zip({ 'a/b.txt': 'hello', 'a/c.txt': 'no', 'd.bin': Buffer.alloc(300_000, 7) }));
  const progress: [number, number][] = [];
  const written = await unzip(file, folder, {
    select: (entry) => (entry === 'a/c.txt' ? undefined : entry.replace('a/', 'z/')),
    onBytes: (...bytes) => progress.push(bytes),
  });
  expect(written).toEqual({
    'z/b.txt': { bytes: 5, sha256: sha256('hello') },
    'd.bin': { bytes: 300_000, sha256: sha256(Buffer.alloc(300_000, 7)) },
  });
  expect(readFileSync(path.join(folder, 'z/b.txt'), 'utf8')).toBe('hello');
  expect(progress.at(-1)).toEqual([300_005, 300_005]);
});

test('an entry whose CRC-32 is not the stated one', async () => {
  const archive = zip({ 'a.txt': 'hello' });
  const central = archive.indexOf('PK\x01\x02', 0, 'latin1');
  archive[central + 16]! ^= 1;
  const { file, folder } = write(archive);
  await expect(unzip(file, folder, { select: (entry) => entry })).rejects.toThrow(
    'a.txt is damaged inside archive.zip',
  );
});

test('an entry that leads out of the folder', async () => {
  const { file, folder } = write(zip({ '../escaped.txt': 'hello' }));
  await expect(unzip(file, folder, { select: (entry) => entry })).rejects.toThrow('invalid relative path');
});
