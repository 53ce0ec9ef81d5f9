import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { installEngine } from '../../../src/engine/install/install.ts';
import { engineLayout, readManifest, userCacheFolder } from '../../../src/engine/install/layout.ts';
import { loadNative } from '../../../src/engine/load-native.ts';
import { runs, temporaryFolder } from './fixtures.ts';

const { library } = engineLayout(userCacheFolder(process.env), '2.15.1');
const possible = readManifest(library) !== undefined && runs('g++', '--version');

test.skipIf(!possible)(
  'compiles the addon against the installed library, loads it, computes (skipped without g++ or that library)',
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
    const location = {
      source: 'cache' as const,
      tfjsNode: result.location!.tfjsNode,
      tfjsNodeVersion: '4.22.0',
      addon: path.join(layout.addon, 'tfjs_binding.node'),
    };
    expect(result).toEqual({ engine: 'native', step: 'wheel', location, tensorflow: '2.15.1', failures: [] });
    expect(messages).toEqual(['compiling the addon', 'trying the addon out']);

    const again = await installEngine({ ...options, steps: ['present'] });
    expect(again).toEqual({ ...result, step: 'present' });

    process.env.TF_CPP_MIN_LOG_LEVEL = '2';
    const tf = loadNative(location);
    expect(tf.getBackend()).toBe('tensorflow');
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    expect([...product.dataSync()]).toEqual([19, 22, 43, 50]);
    // Goes through the functions of `util` that newer versions of Node.js lack.
    expect([...tf.topk(tf.tensor1d([3, 1, 2]), 2).values.dataSync()]).toEqual([3, 2]);
    // The stand-in for the locator was for the loading only.
    expect(loadNative(location)).toBe(tf);
  },
);
