import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type InstallOptions, installEngine } from '../../../src/engine/install/install.ts';
import { engineLayout, readManifest } from '../../../src/engine/install/layout.ts';
import type { InstallProgress } from '../../../src/engine/install/types.ts';
import { locateEngine } from '../../../src/engine/locate.ts';
import { listing, pipSees, runs, smallWheel, sourcesOf, temporaryFolder } from './fixtures.ts';
import { sha256 } from './zip.ts';

const wheel = smallWheel();
const layoutOf = (cacheDir: string) => engineLayout(cacheDir, '2.15.1');

function install(options: Partial<InstallOptions>) {
  return installEngine({
    cacheDir: temporaryFolder(),
    environment: process.env,
    nodePath: process.execPath,
    steps: ['wheel', 'wasm'],
    sources: sourcesOf(wheel),
    ...options,
  });
}

/** A folder for PATH in which only the given programs are: their real files, or a script of one's own. */
function pathWith(programs: Record<string, string>): Record<string, string | undefined> {
  const folder = temporaryFolder();
  for (const [name, program] of Object.entries(programs)) {
    const file = path.join(folder, name);
    if (program.startsWith('#!')) writeFileSync(file, program, { mode: 0o755 });
    else symlinkSync(spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim(), file);
  }
  return { PATH: folder };
}

const isLinux = os.platform() === 'linux' && os.arch() === 'x64';

describe.skipIf(!isLinux)('without what the wheel needs (skipped but on linux x64)', () => {
  test('no compiler: names the package to install, before anything is downloaded', async () => {
    const cacheDir = temporaryFolder();
    const result = await install({ cacheDir, environment: pathWith({}) });
    expect(result).toEqual({
      engine: 'wasm',
      step: 'wasm',
      location: null,
      tensorflow: null,
      failures: [
        {
          step: 'wheel',
          reason: 'no C++ compiler was found (g++, c++, clang++)',
          fix: 'install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++), then run `distiltune engine install`',
        },
      ],
      kernelsFailure: null,
    });
    expect(listing(cacheDir)).toEqual(['last-installation.json']);
    expect(JSON.parse(readFileSync(layoutOf(cacheDir).record, 'utf8'))).toMatchObject({
      engine: 'wasm',
      failures: result.failures,
    });
  });

  const anyCompiler = '#!/bin/sh\nexit 0\n';

  test('no Python, and a Python without pip', async () => {
    const without = await install({ environment: pathWith({ 'g++': anyCompiler }) });
    expect(without.failures[0]!.reason).toBe(
      'neither python3 nor python is installed, and pip is what downloads the TensorFlow library',
    );
    const bare = await install({ environment: pathWith({ 'g++': anyCompiler, python3: '#!/bin/sh\nexit 1\n' }) });
    expect(bare.failures[0]!.reason).toBe('python3 has no pip, and pip is what downloads the TensorFlow library');
  });

  test('only the step that was asked for, and it fails: an error with what to do', async () => {
    await expect(install({ environment: pathWith({}), steps: ['wheel'] })).rejects.toThrow(
      'native TensorFlow is not installed: no C++ compiler was found (g++, c++, clang++)',
    );
  });
});

const canDownload = isLinux && runs('python3', '-m', 'pip', '--version') && runs('g++', '--version');

describe.skipIf(!canDownload)('downloads (skipped without pip and g++)', () => {
  test('neither host answers', async () => {
    const cacheDir = temporaryFolder();
    const result = await install({ cacheDir, environment: pipSees(), steps: ['upstream', 'wheel', 'wasm'] });
    expect(result.engine).toBe('wasm');
    expect(result.failures.map(({ reason }) => reason)).toEqual([
      '127.0.0.1, from which tfjs-node downloads, does not answer',
      expect.stringMatching(/^pip cannot download tensorflow-cpu 2\.15\.1: ERROR: /),
    ]);
    expect(listing(cacheDir)).toEqual(['last-installation.json']);
  });

  // The same size as the wheel that is asked for, which nothing but its checksum tells apart.
  const twin = smallWheel('THE LIBRARY');

  test('a wheel cut short, and another one of the same name and size: refused, nothing kept', async () => {
    expect(twin.length).toBe(wheel.length);
    const reasons: string[] = [];
    for (const served of [wheel.subarray(0, wheel.length - 100), twin]) {
      const cacheDir = temporaryFolder();
      const result = await install({ cacheDir, environment: pipSees(served) });
      reasons.push(result.failures[0]!.reason);
      expect(listing(cacheDir)).toEqual(['last-installation.json']);
    }
    const { file, sha256: expected } = sourcesOf(wheel).wheel;
    expect(reasons).toEqual([
      expect.stringMatching(/^pip cannot download tensorflow-cpu 2\.15\.1: ERROR: /),
      `the downloaded ${file} is not the published file: SHA-256 ${sha256(twin)}, not ${expected}`,
    ]);
  });

  test('a kept download that was damaged since is not used', async () => {
    const cacheDir = temporaryFolder();
    const { downloads, library } = layoutOf(cacheDir);
    mkdirSync(downloads, { recursive: true });
    writeFileSync(path.join(downloads, sourcesOf(wheel).wheel.file), twin);
    await install({ cacheDir, environment: pipSees(wheel) });
    expect(readFileSync(path.join(library, 'libtensorflow_cc.so.2'), 'utf8')).toBe('the library');
  });

  test('of the wheel only the libraries and the C headers stay; what does not compile is told', async () => {
    const cacheDir = temporaryFolder();
    const result = await install({ cacheDir, environment: pipSees(wheel) });
    expect(result.failures[0]!.reason).toMatch(/^g\+\+ cannot compile the addon: .*error/);
    const { library, downloads } = layoutOf(cacheDir);
    expect(readManifest(library)).toEqual({
      tensorflow: '2.15.1',
      files: {
        'libtensorflow_cc.so.2': { bytes: 11, sha256: sha256('the library') },
        'libtensorflow_framework.so.2': { bytes: 13, sha256: sha256('the framework') },
        'include/tensorflow/c/c_api.h': { bytes: 19, sha256: sha256('// the C interface\n') },
        'include/tensorflow/core/platform/ctstring.h': { bytes: 11, sha256: sha256('// strings\n') },
      },
    });
    expect(readdirSync(downloads)).toEqual([]);
    expect(listing(cacheDir)).toEqual(['downloads', 'last-installation.json', path.basename(library)]);
  });

  test('two at once: one downloads, the other waits and uses what it made', async () => {
    const cacheDir = temporaryFolder();
    const environment = pipSees(wheel);
    const messages: string[][] = [[], []];
    const runOne = (index: number) =>
      install({ cacheDir, environment, onProgress: ({ message }: InstallProgress) => messages[index]!.push(message) });
    const results = await Promise.all([runOne(0), runOne(1)]);
    expect(results[0]!.failures).toEqual(results[1]!.failures);
    const waited = messages.findIndex((said) => said[0]?.startsWith('waiting for process'));
    expect(messages[waited]!.filter((message) => /downloading|unpacking/.test(message))).toEqual([]);
    expect(messages[1 - waited]!.filter((message) => /downloading/.test(message))).not.toEqual([]);
  });

  test('aborted while downloading: nothing is left, the reason is thrown', async () => {
    const cacheDir = temporaryFolder();
    const abort = new AbortController();
    const running = install({
      cacheDir,
      environment: pipSees(wheel),
      signal: abort.signal,
      onProgress: ({ message }) => {
        if (message.startsWith('downloading')) abort.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(listing(cacheDir)).toEqual([]);
  });

  test('killed while unpacking: the next one completes', async () => {
    const cacheDir = temporaryFolder();
    const large = Buffer.alloc(128 * 2 ** 20, 'library');
    const largeWheel = smallWheel(large);
    const environment = pipSees(largeWheel);
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const viteNode = path.join(root, 'node_modules/vite-node/vite-node.mjs');
    const script = path.join(root, 'test/engine/install/installer-process.ts');
    const sources = sourcesOf(largeWheel);
    const child = spawn(process.execPath, [viteNode, script, cacheDir, JSON.stringify(sources)], { env: environment });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (text) => {
        said += text;
      });
      child.stdout.on('data', (text) => {
        said += text;
        if (String(text).includes('unpacking')) child.kill('SIGKILL');
      });
      child.on('exit', (_, signal) =>
        signal === 'SIGKILL' ? resolve() : reject(new Error(`was not killed: ${said}`)),
      );
    });
    const { library } = layoutOf(cacheDir);
    expect(readManifest(library)).toBeUndefined();
    expect(listing(cacheDir).filter((name) => name.startsWith('temporary-'))).toHaveLength(1);
    expect(listing(cacheDir)).toContain('lock');

    const messages: string[] = [];
    await install({ cacheDir, environment, sources, onProgress: ({ message }) => messages.push(message) });
    expect(messages.filter((message) => message.startsWith('downloading'))).toEqual([]);
    expect(readManifest(library)?.files['libtensorflow_cc.so.2']).toEqual({
      bytes: large.length,
      sha256: sha256(large),
    });
    expect(listing(cacheDir)).toEqual(['downloads', 'last-installation.json', path.basename(library)]);
  });
});

test('an addon that does not load is refused, here and by who looks for an engine', async () => {
  const program = temporaryFolder();
  const tfjsNode = path.join(program, 'node_modules', '@tensorflow', 'tfjs-node');
  const addon = path.join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
  mkdirSync(path.dirname(addon), { recursive: true });
  writeFileSync(path.join(tfjsNode, 'package.json'), '{"version":"4.22.0"}');
  writeFileSync(addon, 'no library');
  const cacheDir = temporaryFolder();
  const resolveFrom = path.join(program, 'index.js');
  expect(locateEngine({ cacheDir, resolveFrom }).location?.addon).toBe(addon);

  const result = await install({ cacheDir, resolveFrom, steps: ['present', 'wasm'] });
  expect(result.engine).toBe('wasm');
  expect(result.failures[0]!.reason).toMatch(/^the addon does not load: Error: .*tfjs_binding\.node/);
  expect(locateEngine({ cacheDir, resolveFrom })).toEqual({
    location: null,
    reasons: [
      `the addon in node_modules does not load (${addon})`,
      `the cache has no native TensorFlow for this machine (${layoutOf(cacheDir).root})`,
    ],
  });
});
