import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { replaceModelFolder } from '../../src/data/replace-folder.ts';
import { DataError, DistiltuneError } from '../../src/errors.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'distiltune-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

const bytes = (...values: number[]) => Uint8Array.from(values);

test('reads what is there: names, text without a byte order mark, bytes at any position', async () => {
  await mkdir(join(root, 'onnx'));
  await writeFile(join(root, 'config.json'), '\ufeff{"a": "ß"}');
  await writeFile(join(root, 'data'), bytes(1, 2, 3, 4, 5));
  const folder = await openModelFolder(root);
  expect((await folder.list()).sort()).toEqual(['config.json', 'data']);
  expect(await folder.readText('config.json')).toBe('{"a": "ß"}');
  expect(await folder.readText('vocab.txt')).toBe(undefined);
  const file = await folder.open('data');
  expect(file.size).toBe(5);
  expect(await file.read(1, 3)).toEqual(bytes(2, 3, 4));
  await expect(file.read(3, 3)).rejects.toThrow(/The file ends at byte 5/);
  await file.close();
  await expect(folder.open('nothing')).rejects.toThrow(DataError);
});

test('what is no file, or far too large for a text, is refused unread', async () => {
  await mkdir(join(root, 'config.json'));
  await symlink('/dev/zero', join(root, 'vocab.txt'));
  const large = await open(join(root, 'tokenizer.json'), 'w');
  await large.truncate(2 ** 40);
  await large.close();
  const folder = await openModelFolder(root);
  const refused = async (name: string) => (await folder.readText(name).catch((error) => error)) as DataError;
  expect(await refused('config.json')).toMatchObject({
    message: 'This is a folder, and should be a file.',
    exitCode: 3,
  });
  expect(await refused('vocab.txt')).toMatchObject({
    message: 'This is a device or a pipe, and should be a file.',
    where: join(root, 'vocab.txt'),
  });
  expect((await refused('tokenizer.json')).message).toBe(
    'The file has 1099511627776 bytes, and 67108864 is the limit for one of its kind.',
  );
  for (const name of ['config.json', 'vocab.txt']) await expect(folder.open(name)).rejects.toThrow('should be a file.');
});

test.each(['..', '.', '../data', 'a/b', 'a\\b', '/etc/passwd', ''])('the name %j leads nowhere', async (name) => {
  const folder = await openModelFolder(root);
  await expect(folder.readText(name)).rejects.toThrow(`"${name}" is not the name of a file of this folder.`);
  await expect((async () => folder.open(name))()).rejects.toThrow(DataError);
});

test('what is no folder is refused', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(openModelFolder(join(root, 'file'))).rejects.toThrow('A model is a folder, and this is a file.');
  await expect(openModelFolder(join(root, 'none'))).rejects.toThrow('There is no such folder.');
});

test('a written folder takes the place of the one before as a whole', async () => {
  const path = join(root, 'runs', 'model');
  await replaceModelFolder(path, async (writer) => {
    await writer.write('a', [bytes(1, 2), bytes(), bytes(3)]);
    await writer.write('old', []);
  });
  expect(await readFile(join(path, 'a'))).toEqual(Buffer.from([1, 2, 3]));
  await replaceModelFolder(path, (writer) => writer.write('a', [bytes(4)]));
  expect((await readdir(path)).sort()).toEqual(['a', 'manifest.json']);
  expect(await readFile(join(path, 'a'))).toEqual(Buffer.from([4]));
  expect(await readdir(join(root, 'runs'))).toEqual(['model']);
});

test('one that fails half-way leaves the one before and nothing else', async () => {
  const path = join(root, 'model');
  await replaceModelFolder(path, (writer) => writer.write('a', [bytes(1)]));
  const failing = replaceModelFolder(path, async (writer) => {
    await writer.write('a', [bytes(2)]);
    await writer.write(
      'b',
      (function* () {
        yield bytes(3);
        throw new RangeError('the data ran out');
      })(),
    );
  });
  await expect(failing).rejects.toThrow(new RangeError('the data ran out'));
  expect(await readdir(root)).toEqual(['model']);
  expect(await readFile(join(path, 'a'))).toEqual(Buffer.from([1]));
});

test('a place that cannot be written to is named', async () => {
  await writeFile(join(root, 'file'), '');
  const error = await replaceModelFolder(join(root, 'file', 'model'), async () => {}).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DistiltuneError);
  expect(error.message).toContain('The model could not be saved: ENOTDIR');
  expect(error.where).toBe(join(root, 'file', 'model'));
  await expect(replaceModelFolder(join(root, 'model'), (writer) => writer.write('../outside', []))).rejects.toThrow(
    DataError,
  );
  expect(await readdir(root)).toEqual(['file']);
});
