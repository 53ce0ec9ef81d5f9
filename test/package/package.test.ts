import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineLayout, readManifest, userCacheFolder } from '../../src/engine/install/layout.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(path.join(os.tmpdir(), 'distiltune-package-'));
const cacheDir = path.join(folder, 'cache');
const program = path.join(folder, 'program');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A person's environment: nothing of the npm that runs the tests, and install scripts not forbidden. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|DISTILTUNE_)/i.test(name))),
  npm_config_ignore_scripts: 'false',
  DISTILTUNE_CACHE: cacheDir,
  NODE_ENV: undefined,
};

async function run(command: string, arguments_: string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, arguments_, { cwd, env: environment, maxBuffer: 2 ** 26 });
  return stdout;
}
const distiltune = (...arguments_: string[]) => run('npx', ['--no', '--', 'distiltune', ...arguments_], program);

const isBuilt = existsSync(path.join(root, 'dist', 'cli', 'main.js'));

describe.skipIf(!isBuilt)('the package, in an empty folder (skipped without a build: npm run build)', () => {
  let files: string[];

  beforeAll(async () => {
    mkdirSync(program);
    const [packed] = JSON.parse(
      await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root),
    );
    files = packed.files.map((file: { path: string }) => file.path);
    writeFileSync(path.join(program, 'package.json'), '{ "private": true }\n');
    await run('npm', ['install', path.join(folder, packed.filename), '--no-audit', '--no-fund'], program);
  }, 300_000);

  test('holds what it needs and nothing else', () => {
    const tops = new Set(files.map((file) => file.split('/')[0]));
    const allowed = [
      'dist',
      'models',
      'native',
      'wasm',
      'examples',
      'node_modules',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ];
    expect([...tops].filter((top) => !allowed.includes(top!))).toEqual([]);
    expect(
      files.filter((file) => file.startsWith('node_modules/') && !file.startsWith('node_modules/ml-metrics/')),
    ).toEqual([]);
    expect(files).toContain('node_modules/ml-metrics/dist/index.js');
    expect(files.filter((file) => file.startsWith('wasm/'))).toEqual(['wasm/kernels.wasm']);
    expect(files).toContain('native/addon.cc');
    expect(files).toContain('native/kernels.h');
  });

  test('does not bring tfjs-node along, whose install script would fail', () => {
    expect(existsSync(path.join(program, 'node_modules', '@tensorflow', 'tfjs-core'))).toBe(true);
    expect(existsSync(path.join(program, 'node_modules', '@tensorflow', 'tfjs-node'))).toBe(false);
  });

  test('npx distiltune --version', async () => {
    expect(await distiltune('--version')).toBe(`${manifest.version}\n`);
  });

  test('works on wasm at once', async () => {
    const info = JSON.parse(await distiltune('engine', 'info', '--json'));
    expect(info.engine).toBe('wasm');
    expect(info.matrixProduct.gflops).toBeGreaterThan(0);
    expect(info.reasons[0]).toBe('tfjs-node is not in node_modules');
  });

  test('fine-tunes the embedded model and labels a text with it', async () => {
    const rows = ['great', 'lovely', 'fine', 'good', 'awful', 'bad', 'poor', 'dreadful'].map(
      (word, index) => `the soup was ${word} today,${index < 4 ? 'praise' : 'complaint'}`,
    );
    writeFileSync(
      path.join(program, 'small.csv'),
      `text,label\n${[...rows, ...rows.map((row) => `again ${row}`)].join('\n')}\n`,
    );
    await distiltune('train', 'small.csv', '--max-steps', '2', '--output', 'run');
    const [answer] = JSON.parse(await distiltune('predict', 'run', 'the soup was cold', '--json'));
    expect(['praise', 'complaint']).toContain(answer.label);
    expect(answer.probabilities.praise + answer.probabilities.complaint).toBeCloseTo(1, 6);
  });

  // The library is a download of 200 MB: the one that is there is used.
  const { library } = engineLayout(userCacheFolder(process.env), '2.15.1');
  test.skipIf(!readManifest(library))(
    'engine install puts tfjs-node and its addon into the cache (skipped where native TensorFlow is not installed)',
    async () => {
      const layout = engineLayout(cacheDir, '2.15.1');
      mkdirSync(layout.root, { recursive: true });
      symlinkSync(library, layout.library);
      expect(await distiltune('engine', 'install')).toMatch(/^native TensorFlow 2\.15\.1 is now installed /);
      const info = JSON.parse(await distiltune('engine', 'info', '--json'));
      expect(info.engine).toBe('tensorflow');
      expect(info.versions).toMatchObject({ tensorflow: '2.15.1', tfjsNode: '4.22.0' });
      expect(info.location).toMatchObject({
        source: 'cache',
        tfjsNode: path.join(layout.tfjsNode, 'node_modules', '@tensorflow', 'tfjs-node'),
      });
      expect(info.kernels).toEqual({ used: 'fused', reason: null, fix: null });
    },
    300_000,
  );
});

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

  test('names no registry: each person installs from their own', () => {
    expect(JSON.stringify(lock).match(/https?:\/\/[^"]*\.tgz/g)).toBeNull();
  });

  test("names every system's optional binaries (scripts/complete-lockfile.mjs adds them): npm ci demands it", () => {
    const paths = Object.keys(lock.packages);
    const wanted = Object.values(lock.packages as Record<string, { optionalDependencies?: object }>).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    expect(wanted.filter((name) => !paths.some((place) => place.endsWith(`node_modules/${name}`)))).toEqual([]);
  });
});
