import path from 'node:path';
import { expect, test } from 'vitest';
import { engineLayout, userCacheFolder } from '../../../src/engine/install/layout.ts';
import { instructionSets } from '../../../src/engine/install/processor.ts';
import { locateEngine } from '../../../src/engine/locate.ts';
import { temporaryFolder, write, writePart } from './fixtures.ts';

function fixture() {
  const cacheDir = temporaryFolder();
  const program = temporaryFolder();
  const layout = engineLayout(cacheDir, '2.15.1');
  const inPackage = path.join('node_modules', '@tensorflow', 'tfjs-node');
  const own = path.join(program, inPackage);
  return {
    layout,
    inPackage,
    own,
    locate: () => locateEngine({ cacheDir, resolveFrom: path.join(program, 'index.js') }),
    writeOwn: (version: string) => write(path.join(own, 'package.json'), JSON.stringify({ version })),
    writeCache() {
      writePart(layout.library, { 'libtensorflow_cc.so.2': 'library' });
      writePart(layout.addon, { 'tfjs_binding.node': 'addon' });
    },
  };
}

test('nothing anywhere: says what is missing', () => {
  const { locate, layout } = fixture();
  expect(locate()).toEqual({
    location: null,
    reasons: [
      'tfjs-node is not in node_modules',
      `the cache has no native TensorFlow for this machine (${layout.root})`,
    ],
  });
});

test("the program's own tfjs-node comes first when it has its addon", () => {
  const { locate, own, writeOwn, writeCache } = fixture();
  writeOwn('4.21.0');
  writeCache();
  const addon = path.join(own, 'lib', 'napi-v8', 'tfjs_binding.node');
  write(addon, 'addon');
  expect(locate().location).toEqual({
    source: 'node_modules',
    tfjsNode: own,
    tfjsNodeVersion: '4.21.0',
    addon,
    kernels: null,
  });
});

test("the cache's addon goes with a tfjs-node of its own version only", () => {
  const { locate, layout, inPackage, own, writeOwn, writeCache } = fixture();
  writeCache();
  const addon = path.join(layout.addon, 'tfjs_binding.node');
  expect(locate().location).toBeNull();
  writeOwn('4.22.0');
  expect(locate().location).toEqual({
    source: 'cache',
    tfjsNode: own,
    tfjsNodeVersion: '4.22.0',
    addon,
    kernels: null,
  });
  writeOwn('4.21.0');
  expect(locate().reasons).toEqual([
    `tfjs-node in node_modules has no addon (${path.join(own, 'lib', 'napi-v8', 'tfjs_binding.node')})`,
    'tfjs-node 4.22.0 is neither in node_modules nor in the cache',
  ]);
  writePart(layout.tfjsNode, { [path.join(inPackage, 'package.json')]: '{}' });
  expect(locate().location?.tfjsNode).toBe(path.join(layout.tfjsNode, inPackage));
});

test('a file cut short or a missing manifest: the part is not there', () => {
  const { locate, layout, writeOwn, writeCache } = fixture();
  writeOwn('4.22.0');
  writeCache();
  expect(locate().location).not.toBeNull();
  write(path.join(layout.library, 'libtensorflow_cc.so.2'), 'librar');
  expect(locate().location).toBeNull();
  writeCache();
  write(path.join(layout.addon, 'manifest.json'), '{ "files":');
  expect(locate().location).toBeNull();
});

test("what tfjs-node's own installer made in the cache is found", () => {
  const { locate, layout, inPackage } = fixture();
  const name = path.join(inPackage, 'lib', 'napi-v8', 'tfjs_binding.node');
  writePart(layout.upstream, { [name]: 'addon' });
  expect(locate().location).toEqual({
    source: 'cache',
    tfjsNode: path.join(layout.upstream, inPackage),
    tfjsNodeVersion: '4.22.0',
    addon: path.join(layout.upstream, name),
    kernels: null,
  });
});

test.skipIf(path.sep !== '/')('the cache folder of each system (skipped on Windows, whose paths differ)', () => {
  const cases: [Record<string, string>, string, string][] = [
    [{}, 'linux', '/h/.cache/distiltune'],
    [{}, 'darwin', '/h/Library/Caches/distiltune'],
    [{ LOCALAPPDATA: '/h/local' }, 'win32', '/h/local/distiltune/Cache'],
    [{ XDG_CACHE_HOME: '/x' }, 'linux', '/x/distiltune'],
    [{ XDG_CACHE_HOME: 'relative' }, 'linux', '/h/.cache/distiltune'],
    [{ XDG_CACHE_HOME: '/x', DISTILTUNE_CACHE: '/d' }, 'linux', '/d'],
  ];
  for (const [environment, platform, folder] of cases) {
    expect(userCacheFolder(environment, platform, '/h')).toBe(folder);
  }
});

test('instruction sets, from the flags of Linux and of macOS', () => {
  expect(instructionSets('fpu sse sse4_2 avx avx2 fma avx512f amx_bf16 rdseed')).toEqual([
    'SSE4.2',
    'AVX',
    'AVX2',
    'FMA',
    'AVX512F',
    'AMX_BF16',
  ]);
  expect(instructionSets('FPU SSE4.2 FMA AVX1.0\nBMI1 AVX2')).toEqual(['SSE4.2', 'AVX', 'AVX2', 'FMA']);
});
