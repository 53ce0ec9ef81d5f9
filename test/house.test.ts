import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { blankSource } from './house/blank.ts';
import { breaches } from './house/rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function readSources(): Map<string, string> {
  const files = new Map<string, string>();
  const folders = ['cli', 'src', 'tasks', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/src`)];
  for (const folder of folders.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(relative(root, path).replaceAll(sep, '/'), readFileSync(path, 'utf8'));
    }
  }
  return files;
}

test('the house keeps its rules', () => {
  const files = readSources();
  expect(files.size).toBeGreaterThan(10);
  expect(breaches(files).join('\n')).toBe('');
});

describe('a breach is found, with its file, line and rule', () => {
  const house = {
    'src/errors.ts': '',
    'src/index.ts': '',
    'src/engine/a.ts': '',
    'src/encoder/a.ts': '',
    'src/text/a.ts': '',
    'src/data/a.ts': '',
    'src/heads/a.ts': '',
    'src/tasks/a.ts': '',
    'src/eval/a.ts': '',
    'src/trainer/a.ts': '',
    'tasks/glue/a.ts': '',
    'cli/main.ts': '',
    'packages/ml-metrics/src/index.ts': '',
  };
  const check = (changed: Record<string, string>) => breaches(new Map(Object.entries({ ...house, ...changed })));

  test.each([
    ['src/engine/a.ts', "import { x } from '../encoder/a.ts';", 'engine may not import encoder'],
    ['src/errors.ts', "import './engine/a.ts';", 'foundation may not import engine'],
    ['src/text/a.ts', "import type { X } from '../data/a.ts';", 'text may not import data'],
    ['src/text/a.ts', "export * from '../encoder/a.ts';", 'text may not import encoder'],
    ['src/heads/a.ts', "export { x } from '../tasks/a.ts';", 'heads may not import tasks'],
    ['src/tasks/a.ts', "const x = await import('../eval/a.ts');", 'tasks may not import eval'],
    ['src/eval/a.ts', "import { x } from '../trainer/a.ts';", 'eval may not import trainer'],
    ['src/trainer/a.ts', "import type { X } from '../eval/a.ts';", 'trainer may not import eval'],
    [
      'src/trainer/a.ts',
      "import { x } from '../tasks/a.ts';",
      'trainer may not import tasks but for its types (import type)',
    ],
    [
      'src/trainer/a.ts',
      "import { type X } from '../tasks/a.ts';",
      'trainer may not import tasks but for its types (import type)',
    ],
    [
      'src/trainer/a.ts',
      "import { x } from '../data/a.ts';",
      'trainer may not import data but for its types (import type)',
    ],
    ['src/trainer/a.ts', "import { f1 } from 'ml-metrics';", 'trainer may not import ml-metrics'],
    ['src/tasks/a.ts', "import { x } from '../index.ts';", 'tasks may not import index'],
    ['src/index.ts', "export { x } from '../cli/main.ts';", 'index may not import cli'],
    ['tasks/glue/a.ts', "type X = import('../../cli/main.ts').X;", 'glue may not import cli'],
    ['packages/ml-metrics/src/index.ts', "import '../../../src/errors.ts';", 'ml-metrics may not import foundation'],
    ['src/eval/a.ts', "import fs from 'node:fs';", 'eval may not import node:fs: it is to run in a browser'],
    [
      'src/heads/a.ts',
      "import {\n  readFile,\n} from 'node:fs/promises';",
      'heads may not import node:fs/promises: it is to run in a browser',
    ],
    ['src/data/a.ts', "import { Box } from 'ink';", 'only cli may import ink'],
    ['src/engine/a.ts', "import { env } from 'node:process';", 'only cli may read env and argv, print or exit'],
    ['src/data/a.ts', "console.log('read');", 'only cli may print'],
    ['src/data/a.ts', 'const { log } = console;', 'only cli may print'],
    ['src/engine/a.ts', 'process.stderr.write(line);', 'only cli may print'],
    ['src/engine/a.ts', 'const home = process.env.HOME;', 'only cli may read env and argv or exit'],
    ['src/engine/a.ts', 'const { env } = process;', 'only cli may read env and argv or exit'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source text under test has one
    ['src/engine/a.ts', 'const path = `cache at ${process.env.HOME}`;', 'only cli may read env and argv or exit'],
    ['src/tasks/a.ts', 'if (failed) process.exit(1);', 'only cli may read env and argv or exit'],
    ['src/trainer/a.ts', 'const rss = process.memoryUsage();', 'trainer may not use process'],
    ['src/eval/a.ts', "import { x } from './gone.ts';", 'imports src/eval/gone.ts, which is not there'],
  ])('%s: %s', (file, line, rule) => {
    expect(check({ [file]: `/** A file. */\n\n${line}\n` })).toEqual([`${file}:3: ${rule}`]);
  });

  test('a file outside of every room', () => {
    expect(check({ 'src/utils/a.ts': '' })).toEqual(['src/utils/a.ts:1: belongs to no room of docs/architecture.md']);
  });

  test('a cycle, also of types and through a third file', () => {
    const cycle = {
      'src/eval/x.ts': "\nimport { y } from './y.ts';",
      'src/eval/y.ts': "import type { Z } from './z.ts';",
      'src/eval/z.ts': "import { x } from './x.ts';",
    };
    expect(check(cycle)).toEqual([
      'src/eval/x.ts:2: a cycle of imports: src/eval/x.ts -> src/eval/y.ts -> src/eval/z.ts -> src/eval/x.ts',
    ]);
    expect(check({ 'src/eval/x.ts': "import { x } from './x.ts';" })).toEqual([
      'src/eval/x.ts:1: a cycle of imports: src/eval/x.ts -> src/eval/x.ts',
    ]);
  });
});

test('what is allowed passes', () => {
  const files = {
    'src/errors.ts': 'export class DataError extends Error {}',
    'src/engine/a.ts': "import { join } from 'node:path';\nimport '../errors.ts';\nconst where = process.platform;",
    'src/tasks/a.ts': "import type { A } from '../engine/a.ts';\nimport { e } from '../errors.ts';",
    'src/trainer/a.ts': "import type { T } from '../tasks/a.ts';\n// process.exit is not for us, nor console.log\n",
    'src/eval/a.ts':
      "import { f1 } from 'ml-metrics';\nimport '../tasks/a.ts';\nconst text = \"import x from 'node:fs'\";",
    'src/eval/b.ts':
      "import './a.ts';\nthrow new Error('the process. ended');\nrow.process = 1;\nconst r = /process.env/;",
    'src/eval/c.ts':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the source text under test has one
      "import './a.ts';\nimport './b.ts';\nconst s = `process.env ${x / 2} console`;\nconst o = { process: 1 };",
    'src/index.ts': "export { x } from './trainer/a.ts';\nexport * from './eval/a.ts';",
    'tasks/glue/a.ts': "import { x } from '../../src/index.ts';",
    'cli/main.tsx': "import { Box } from 'ink';\nimport '../tasks/glue/a.ts';\nconsole.log(process.argv);",
  };
  expect(breaches(new Map(Object.entries(files)))).toEqual([]);
});

test('comments, strings, templates and regular expressions are no code; what stands in a template is', () => {
  const source = [
    "a('it''s', \"b // c\"); // d 'e",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source text under test has one
    '/* f ` */ g(`h ${i({ j: `k${l}` })} m`, n / o / p);',
    "q(/r'[/`]s/g, 't\\'u'); v",
  ].join('\n');
  const names = (text: string) => text.match(/\w/g)?.join('');
  const { withStrings, codeOnly } = blankSource(source);
  expect(names(codeOnly)).toBe('agijlnopqv');
  expect(names(withStrings)).toBe('aitsbcgijlnopqtuv');
  expect(codeOnly.length).toBe(source.length);
});
