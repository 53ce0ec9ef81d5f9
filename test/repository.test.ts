import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Where a text names a folder of one machine: `line N: path`. `os.tmpdir()` is the way to a temporary folder. */
function machinePaths(text: string): string[] {
  const path = /(?<![\w.:/~@)}*-])\/(?:(?:work|tmp|root)\/|(?:home|Users)\/\w)[\w./-]*/g;
  return text
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(path)].map((match) => `line ${index + 1}: ${match[0]}`));
}

/** The files and `npm run` scripts that a page names: links, and code that begins with one of `folders`. */
function namedIn(page: string, folders: readonly string[]): { files: string[]; scripts: string[] } {
  const links = [...page.matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)].map((match) => match[1]!);
  const code = [...page.matchAll(/`([\w./-]+)`/g)]
    .map((match) => match[1]!)
    .filter((name) => folders.some((folder) => name.startsWith(`${folder}/`)));
  const scripts = [...page.matchAll(/\bnpm run (?:--?[\w-]+ )*([\w:-]+)/g)].map((match) => match[1]!);
  return { files: [...new Set([...links, ...code])], scripts: [...new Set(scripts)] };
}

const inRepository = existsSync(join(root, '.git'));

describe.skipIf(!inRepository)('tracked files (skipped outside of a git checkout)', () => {
  test('name no folder of one machine', () => {
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean);
    expect(tracked).toContain('package.json');
    const self = 'test/repository.test.ts';
    const found = tracked
      .filter((path) => path !== self && !path.startsWith('models/') && existsSync(join(root, path)))
      .flatMap((path) => {
        const text = read(path);
        return text.includes('\0') ? [] : machinePaths(text).map((where) => `${path}, ${where}`);
      });
    expect(found.join('\n')).toBe('');
  });
});

test.skipIf(!existsSync(join(root, 'README.md')))('README.md names scripts and files that are there', () => {
  const folders = ['cli', 'src', 'tasks', 'packages', 'models', 'bench', 'examples', 'docs', 'test'];
  const { files, scripts } = namedIn(read('README.md'), folders);
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const known = Object.keys(JSON.parse(read('package.json')).scripts);
  expect(scripts.filter((name) => !known.includes(name))).toEqual([]);
});

test('there is a change log', () => {
  expect(existsSync(join(root, 'CHANGELOG.md'))).toBe(true);
});

describe('the checks can fail', () => {
  test('folders of one machine', () => {
    const text = [
      "read('/tmp/a.csv') from /work/main/src",
      'join(tmpdir(), "a"), ../shared/data, https://example.com/tmp/a, /home/ann/x, a/work/b, /template/, ./tmp/x',
      '{"path": "/Users/ann/x"}',
    ].join('\n');
    expect(machinePaths(text)).toEqual([
      'line 1: /tmp/a.csv',
      'line 1: /work/main/src',
      'line 2: /home/ann/x',
      'line 3: /Users/ann/x',
    ]);
  });

  test('what a page names', () => {
    const page =
      'See [the guide](docs/guide.md#start), [site](https://a.b/c), `src/index.ts`, `runs/tickets`.\n`npm run -s demo`';
    expect(namedIn(page, ['src', 'docs'])).toEqual({ files: ['docs/guide.md', 'src/index.ts'], scripts: ['demo'] });
  });
});
