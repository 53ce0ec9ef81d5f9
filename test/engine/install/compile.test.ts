import { mkdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { installEngine } from '../../../src/engine/install/install.ts';
import { kernelsPart } from '../../../src/engine/install/kernels-part.ts';
import { engineLayout, readManifest, userCacheFolder } from '../../../src/engine/install/layout.ts';
import { loadKernels, loadNative } from '../../../src/engine/load-native.ts';
import { nativeEngine } from '../../../src/engine/native.ts';
import { runs, temporaryFolder } from './fixtures.ts';

const { library } = engineLayout(userCacheFolder(process.env), '2.15.1');
const possible = readManifest(library) !== undefined && runs('g++', '--version');

test.skipIf(!possible)(
  'compiles addon and kernels against the installed library, loads them, computes (skipped without g++ or that library)',
  async () => {
    const cacheDir = temporaryFolder();
    const layout = engineLayout(cacheDir, '2.15.1');
    mkdirSync(layout.root);
    symlinkSync(library, layout.library);
    const messages: string[] = [];
    const options = { cacheDir, environment: process.env, nodePath: process.execPath };
    const result = await installEngine({
      ...options,
      steps: ['wheel'],
      onProgress: ({ message }) => messages.push(message),
    });
    const { tfjsNode } = result.location!;
    const addon = path.join(layout.addon, 'tfjs_binding.node');
    const { folder } = kernelsPart(layout, { addon, tfjsNode }, {});
    const location = {
      source: 'cache' as const,
      tfjsNode,
      tfjsNodeVersion: '4.22.0',
      addon,
      kernels: path.join(folder, 'distiltune_kernels.node'),
    };
    expect(result).toEqual({
      engine: 'native',
      step: 'wheel',
      location,
      tensorflow: '2.15.1',
      failures: [],
      kernelsFailure: null,
    });
    expect(messages).toEqual([
      'compiling the addon',
      'trying the addon out',
      'compiling the kernels',
      'trying the kernels out',
    ]);

    const compiledAt = statSync(location.kernels).mtimeMs;
    const again = await installEngine({ ...options, steps: ['present'] });
    expect(again).toEqual({ ...result, step: 'present' });
    expect(statSync(location.kernels).mtimeMs).toBe(compiledAt);

    process.env.TF_CPP_MIN_LOG_LEVEL = '2';
    const tf = loadNative(location);
    expect(tf.getBackend()).toBe('tensorflow');
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    expect([...product.dataSync()]).toEqual([19, 22, 43, 50]);
    // Goes through the functions of `util` that newer versions of Node.js lack.
    expect([...tf.topk(tf.tensor1d([3, 1, 2]), 2).values.dataSync()]).toEqual([3, 2]);
    // The stand-in for the locator was for the loading only.
    expect(loadNative(location)).toBe(tf);

    expect(loadKernels({ ...location, kernels: null })).toBeNull();
    expect(() => loadKernels({ ...location, kernels: path.join(folder, 'manifest.node') })).toThrow(
      /^the compiled kernels do not load: Cannot find module/,
    );
    expect(loadKernels(location, 2)).toEqual({
      bfloat16: expect.any(Boolean),
      products: expect.stringMatching(/^(none|small|all)$/),
    });
    expect(loadKernels(location, 2)).toEqual({
      bfloat16: expect.any(Boolean),
      products: expect.stringMatching(/^(none|small|all)$/),
    });
    const [fused, composed] = [nativeEngine(tf, { kernels: true }), nativeEngine(tf)];
    expect(composed.layerKernels).toBeNull();
    const x = tf.tensor2d([-3, -1, -0.5, 0, 0.5, 2], [2, 3]);
    const { y } = fused.layerKernels!.activation('gelu', x, tf.tensor1d([0, 0, 0]), false);
    const [ours, theirs] = [fused.values(y), composed.values(composed.gelu(x))];
    expect(ours).toHaveLength(6);
    for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(theirs[i]!, 6);
  },
);
