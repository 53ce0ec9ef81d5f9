import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../../cli', import.meta.url));

/** Modules of the dashboard that are imported from outside of it, with the file and the line. */
function imports(): { from: string; line: string; target: string }[] {
  return readdirSync(cli, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join(cli, 'dashboard')))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^.*['"]([./]+\/dashboard\/[^'"]+)['"].*$/gm)].map(([line, target]) => ({
        from: relative(cli, file),
        line: line.trim(),
        target: relative(cli, join(file, '..', target!)),
      })),
    );
}

/** Whether a module brings React with it, and whether that is the development build, which alone has `act`. */
async function reactOf(module: string): Promise<'none' | 'production' | 'development'> {
  const file = new URL(`../../dist/cli/${module.replace(/\.tsx?$/, '.js')}`, import.meta.url);
  const script = `
    const { createRequire } = await import('node:module');
    const require = createRequire(${JSON.stringify(file)});
    await import(${JSON.stringify(file)});
    const isLoaded = Object.keys(require.cache).some((path) => /node_modules.react.index/.test(path));
    console.log(!isLoaded ? 'none' : require('react').act === undefined ? 'production' : 'development');`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_ENV: 'development' },
  });
  return stdout.trim() as 'none' | 'production' | 'development';
}

test('what the commands import of the dashboard brings the production build of React, whatever NODE_ENV says', async () => {
  const targets = [...new Set(['dashboard/open.tsx', ...imports().map(({ target }) => target)])];
  const builds = await Promise.all(targets.map(async (target) => [target, await reactOf(target)] as const));
  expect(builds.filter(([, build]) => build === 'development')).toEqual([]);
  expect(new Map(builds).get('dashboard/open.tsx')).toBe('production');
});

test('commands load it only when it is shown: `--help` stays quick', async () => {
  expect(await reactOf('program.ts')).toBe('none');
  const eager = imports().filter(({ line }) => !line.includes('await import(') && !line.startsWith('import type'));
  const loaded = await Promise.all(eager.map(async ({ from, target }) => [from, await reactOf(target)] as const));
  expect(loaded.filter(([, build]) => build !== 'none')).toEqual([]);
});
