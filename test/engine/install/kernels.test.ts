import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type InstallOptions, installEngine } from '../../../src/engine/install/install.ts';
import { KERNELS_FILE, type KernelOptions, kernelsPart } from '../../../src/engine/install/kernels-part.ts';
import { engineLayout, readManifest, userCacheFolder } from '../../../src/engine/install/layout.ts';
import { linuxProcessorFlags } from '../../../src/engine/install/processor.ts';
import { findKernels, locateEngine } from '../../../src/engine/locate.ts';
import { listing, runs, temporaryFolder, write, writePart } from './fixtures.ts';

const isLinux = process.platform === 'linux';
const root = fileURLToPath(new URL('../../..', import.meta.url));

describe.skipIf(!isLinux)('where compiled kernels are found (skipped but on Linux)', () => {
  function fixture() {
    const cacheDir = temporaryFolder();
    const layout = engineLayout(cacheDir, '2.15.1');
    const kernelSources = temporaryFolder();
    write(path.join(kernelSources, 'kernels.cc'), 'int one = 1;');
    writePart(layout.library, { 'libtensorflow_cc.so.2': 'library', 'libtensorflow_framework.so.2': 'framework' });
    const place = { addon: path.join(layout.addon, 'tfjs_binding.node'), tfjsNode: temporaryFolder() };
    const here = { kernelSources, processorFlags: 'fpu avx2 fma' };
    return {
      layout,
      kernelSources,
      place,
      here,
      compile: (options: KernelOptions = here) =>
        writePart(kernelsPart(layout, place, options).folder, { [KERNELS_FILE]: 'kernels' }),
      find: (options: KernelOptions = here) => findKernels(place, { cacheDir, ...options }),
    };
  }
  const missing = (reason: string) => ({
    kernels: null,
    failure: { reason, fix: 'run `distiltune engine install`', untried: true },
  });

  test('compiled, they are found; the order of the flags says nothing', () => {
    const { find, compile, layout, place, here } = fixture();
    expect(find()).toEqual(missing('the kernels are not compiled yet'));
    compile();
    const kernels = path.join(kernelsPart(layout, place, here).folder, KERNELS_FILE);
    expect(find()).toEqual({ kernels, failure: null });
    expect(find({ ...here, processorFlags: ' fma fpu avx2\n' })).toEqual({ kernels, failure: null });
  });

  test('those of another processor are not loaded, be it one that can do more', () => {
    const { find, compile, here } = fixture();
    compile();
    const other = { ...here, processorFlags: 'fpu avx2 fma avx512f' };
    expect(find(other)).toEqual(missing('the kernels were compiled for another processor'));
    compile(other);
    expect(find(other).failure).toBeNull();
    expect(find().failure).toBeNull();
  });

  test('those of other sources, a header included', () => {
    const { find, compile, kernelSources } = fixture();
    compile();
    const stale = missing('the compiled kernels are of another version of their sources');
    write(path.join(kernelSources, 'kernels.cc'), 'int one = 2;');
    expect(find()).toEqual(stale);
    compile();
    expect(find().failure).toBeNull();
    write(path.join(kernelSources, 'kernels.h'), '');
    expect(find()).toEqual(stale);
  });

  test('those of another TensorFlow', () => {
    const { find, compile, layout } = fixture();
    compile();
    write(path.join(layout.library, 'libtensorflow_cc.so.2'), 'a longer library');
    expect(find()).toEqual(missing('the kernels were compiled for another TensorFlow'));
  });

  test('a file cut short, and a part without its manifest: not there', () => {
    const { find, compile, layout, place, here } = fixture();
    const { folder } = kernelsPart(layout, place, here);
    compile();
    write(path.join(folder, KERNELS_FILE), 'kern');
    expect(find().kernels).toBeNull();
    compile();
    renameSync(path.join(folder, 'manifest.json'), path.join(folder, 'other.json'));
    expect(find().kernels).toBeNull();
  });

  test("for an addon of tfjs-node's own installer they are made with the library and the headers it brought", () => {
    const { layout, here } = fixture();
    const tfjsNode = temporaryFolder();
    for (const name of ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow_framework.so.2', 'notes.txt']) {
      write(path.join(tfjsNode, 'deps', 'lib', name), '');
    }
    const addon = path.join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
    expect(kernelsPart(layout, { addon, tfjsNode }, here)).toMatchObject({
      include: path.join(tfjsNode, 'deps', 'include'),
      libraryFolder: path.join(tfjsNode, 'deps', 'lib'),
      libraries: ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
    });
  });

  test('what no installation changes has another reason', () => {
    const { find, here } = fixture();
    const unknown = { reason: '/proc/cpuinfo does not tell what the processor can do', fix: null, untried: false };
    expect(find({ ...here, processorFlags: null })).toEqual({ kernels: null, failure: unknown });
    const empty = temporaryFolder();
    expect(find({ ...here, kernelSources: empty })).toEqual({
      kernels: null,
      failure: {
        reason: `the kernels' sources are not there (${empty})`,
        fix: 'install distiltune again',
        untried: false,
      },
    });
  });
});

const installed = engineLayout(userCacheFolder(process.env), '2.15.1');
const isInstalled = readManifest(installed.library) !== undefined && readManifest(installed.addon) !== undefined;

describe.skipIf(!isInstalled || !runs('g++', '--version'))(
  'kernels that cannot be had (skipped without g++ or native TensorFlow in the cache)',
  () => {
    /** Native TensorFlow as it is in the cache, and kernels of the given sources. */
    async function install(sources: Record<string, string>, options: Partial<InstallOptions> = {}) {
      const cacheDir = temporaryFolder();
      const layout = engineLayout(cacheDir, '2.15.1');
      mkdirSync(layout.root);
      symlinkSync(installed.library, layout.library);
      symlinkSync(installed.addon, layout.addon);
      const kernelSources = temporaryFolder();
      for (const [name, content] of Object.entries(sources)) write(path.join(kernelSources, name), content);
      const result = await installEngine({
        cacheDir,
        environment: process.env,
        nodePath: process.execPath,
        steps: ['present'],
        kernelSources,
        ...options,
      });
      const { location } = locateEngine({ cacheDir, kernelSources });
      const parts = listing(cacheDir).filter((name) => /^(kernels|temporary)-/.test(name));
      return { result, location, parts, failure: findKernels(location!, { cacheDir, kernelSources }).failure };
    }

    /** TensorFlow stays, no kernels are left behind, and the reason is on record. */
    function expectComposed({ result, location, parts, failure }: Awaited<ReturnType<typeof install>>) {
      expect(result).toMatchObject({ engine: 'native', step: 'present', location: { kernels: null }, failures: [] });
      expect(location).toEqual(result.location);
      expect(parts).toEqual([]);
      expect(failure).toEqual({ ...result.kernelsFailure, untried: false });
    }

    test('no compiler', async () => {
      const installation = await install({ 'a.cc': '' }, { environment: { PATH: temporaryFolder() } });
      expectComposed(installation);
      expect(installation.result.kernelsFailure).toEqual({
        reason: 'no C++ compiler was found (g++, c++, clang++)',
        fix: 'install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++), then run `distiltune engine install`',
      });
    });

    test('sources that do not compile, one file of several', async () => {
      const installation = await install({ 'a.cc': 'int fine() { return 1; }', 'b.cc': 'int broken() { return 1 }' });
      expectComposed(installation);
      expect(installation.result.kernelsFailure).toEqual({
        reason: expect.stringMatching(/^g\+\+ cannot compile the kernels: .*b\.cc:1:24: error: /),
        fix: 'install a newer g++ or clang++, then run `distiltune engine install`; until then TensorFlow computes without',
      });
    });

    /** An addon with what the kernels' has, whose `setThreads` runs the given code. */
    const addonThat = (code: string) => `#include "node_api.h"
napi_value setThreads(napi_env, napi_callback_info) { ${code} return nullptr; }
NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "setThreads", NAPI_AUTO_LENGTH, setThreads, nullptr, &function);
  napi_set_named_property(env, exports, "setThreads", function);
  return exports;
}
`;

    test('an instruction that the processor lacks ends the trial, not the installation', async () => {
      const installation = await install({ 'a.cc': addonThat('__builtin_trap();') });
      expectComposed(installation);
      expect(installation.result.kernelsFailure).toEqual({
        reason: 'the kernels ended their process with SIGILL: the processor lacks instructions they use',
        fix: null,
      });
    });

    test('an addon that brings no kernels', async () => {
      const installation = await install({ 'a.cc': addonThat('') });
      expectComposed(installation);
      // TensorFlow's code for what it does not know.
      expect(installation.result.kernelsFailure?.reason).toBe('the kernels do not run: Error: Invalid TF_Status: 5');
    });

    test('kernels whose GELU is another', async () => {
      const sources: Record<string, string> = {};
      const names = ['kernels.h', 'matmul.h', 'numbers.h', 'op.h', 'pool.h', 'pool.cc', 'activation.cc', 'addon.cc'];
      for (const name of names) sources[name] = readFileSync(path.join(root, 'native', name), 'utf8');
      const replace = (name: string, what: RegExp, by: string) => {
        expect(sources[name]).toMatch(what);
        sources[name] = sources[name]!.replace(what, by);
      };
      replace('addon.cc', /\{&activationOps, [^}]*\}/, '{&activationOps}');
      replace('addon.cc', /distiltune::hasTiles\(\) \|\| distiltune::hasBfloat16Product\(\)/, 'false');
      replace('addon.cc', /distiltune::hasSmallProduct\(\)/, 'false');
      replace('addon.cc', /distiltune::hasTiles\(\)/, 'false');
      replace('activation.cc', /normal\(v\)\.cdf/, '1.001f * normal(v).cdf');
      const installation = await install(sources);
      expectComposed(installation);
      expect(installation.result.kernelsFailure?.reason).toMatch(
        /^the kernels compute wrong values: GELU is off by 0\.003/,
      );
    });

    test('kernels whose matrix product is another', async () => {
      const folder = path.join(root, 'native');
      const sources = Object.fromEntries(
        readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
      );
      expect(sources['matmul.cc']).toContain('compute(a, b, inner, c)');
      sources['matmul.cc'] = sources['matmul.cc']!.replace(
        'compute(a, b, inner, c)',
        '(compute(a, b, inner, c) && (c[0] += 0.5f) < 2)',
      );
      const installation = await install(sources);
      // There are products of ours for AVX-512 only.
      if (!/\bavx512f\b/.test(linuxProcessorFlags() ?? '')) {
        return expect(installation.result.kernelsFailure).toBeNull();
      }
      expectComposed(installation);
      expect(installation.result.kernelsFailure?.reason).toBe(
        'the kernels compute wrong values: a matrix product is off by 0.5',
      );
    });
  },
);
