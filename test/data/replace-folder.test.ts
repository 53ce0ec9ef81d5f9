import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFolder } from '../../src/data/manifest.ts';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { recoverReplaced, removeFolder, replaceModelFolder } from '../../src/data/replace-folder.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'distiltune-folder-'));
  path = join(root, 'model');
  await write('first');
});
afterEach(() => rm(root, { recursive: true }));

const write = (text: string, to = path) =>
  replaceModelFolder(to, (writer) => writer.write('weights', [new TextEncoder().encode(text)]));
const weightsIn = (folder: string) => readFile(join(folder, 'weights'), 'utf8');

describe('a manifest', () => {
  test('names every file with its size and hash', async () => {
    expect(JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'))).toEqual({
      v: 1,
      // As sha256sum says it of "first".
      files: {
        weights: { bytes: 5, sha256: 'a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e' },
      },
    });
    expect(await checkFolder(path)).toEqual({ state: 'whole' });
  });

  test('minds no other files, and says nothing where it is missing', async () => {
    await writeFile(join(path, 'README.md'), 'of a person');
    expect(await checkFolder(path)).toEqual({ state: 'whole' });
    await rm(join(path, 'manifest.json'));
    expect(await checkFolder(path)).toEqual({ state: 'unlisted' });
  });

  test.each([
    ['other contents', (at: string) => writeFile(join(at, 'weights'), 'fIrst'), 'the contents of weights have changed'],
    ['a shorter file', (at: string) => writeFile(join(at, 'weights'), 'firs'), 'weights has 4 bytes instead of 5'],
    ['a missing file', (at: string) => rm(join(at, 'weights')), 'weights is missing'],
    ['no JSON', (at: string) => writeFile(join(at, 'manifest.json'), '{'), 'manifest.json is no manifest'],
    [
      'a path that climbs out',
      (at: string) => writeFile(join(at, 'manifest.json'), '{"v":1,"files":{"../x":{"bytes":1,"sha256":""}}}'),
      'manifest.json is no manifest',
    ],
  ])('shows %s', async (_, damage, what) => {
    await damage(path);
    expect(await checkFolder(path)).toEqual({ state: 'damaged', what });
  });
});

test('what is read otherwise than it was written takes no place', async () => {
  const failing = replaceModelFolder(path, async (writer) => {
    await writer.write('weights', [new TextEncoder().encode('second')]);
    const temporary = (await readdir(root)).find((name) => name.endsWith('.tmp'))!;
    await writeFile(join(root, temporary, 'weights'), 'sEcond');
  });
  await expect(failing).rejects.toThrow(
    'The model could not be saved: what was written is read differently: the contents of weights have changed.',
  );
  expect(await readdir(root)).toEqual(['model']);
  expect(await weightsIn(path)).toBe('first');
});

describe('where a process died while it replaced a folder', () => {
  const previous = () => join(root, '.model.0123abcd.old');
  const coming = () => join(root, '.model.0123abcd.tmp');

  test('before it moved the old one away: the leftover goes', async () => {
    await cp(path, coming(), { recursive: true });
    expect(await recoverReplaced(root)).toEqual([]);
    expect(await readdir(root)).toEqual(['model']);
  });

  test('when it had moved it away: it is opened from there, and moved back', async () => {
    await cp(path, coming(), { recursive: true });
    await rename(path, previous());
    expect(await (await openModelFolder(path)).readText('weights')).toBe('first');
    expect(await recoverReplaced(root)).toEqual([path]);
    expect(await readdir(root)).toEqual(['model']);
    expect(await weightsIn(path)).toBe('first');
  });

  test('when the new one was in its place: the old one goes', async () => {
    await cp(path, previous(), { recursive: true });
    await write('second');
    expect(await recoverReplaced(root)).toEqual([]);
    expect(await readdir(root)).toEqual(['model']);
    expect(await weightsIn(path)).toBe('second');
  });

  test('and the disk has lost the new one: the old one comes back', async () => {
    await cp(path, previous(), { recursive: true });
    await write('second');
    await writeFile(join(path, 'weights'), '');
    expect(await recoverReplaced(root)).toEqual([path]);
    expect(await weightsIn(path)).toBe('first');
  });

  test('what only looks like a leftover is left alone', async () => {
    const names = ['.model.old', '.model.0123abc.old', 'model.0123abcd.tmp', '.model.0123ABCD.tmp', 'model'];
    for (const name of names.slice(0, -1)) await cp(path, join(root, name), { recursive: true });
    expect(await recoverReplaced(root)).toEqual([]);
    expect((await readdir(root)).sort()).toEqual(names.sort());
  });
});

test('a folder that is removed is gone under its name at once', async () => {
  await removeFolder(path);
  expect(await readdir(root)).toEqual([]);
});
