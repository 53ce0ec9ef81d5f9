import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/dependencies.md has every package that is installed with this one, with its version and what it may do', () => {
  const rows = read('docs/dependencies.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1));
  const listed = Object.fromEntries(rows.map(([name = '', version = '']) => [plain(name), plain(version)]));
  const { dependencies, peerDependencies } = JSON.parse(read('package.json'));
  expect(listed).toEqual({ ...dependencies, ...peerDependencies });
  expect(rows.length).toBe(Object.keys(listed).length);
  for (const cells of rows) expect(cells.map((cell) => cell.trim()).filter((cell) => cell !== '')).toHaveLength(6);
});

const plain = (cell: string) => cell.trim().replaceAll('`', '');
