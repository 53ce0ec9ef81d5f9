import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineLayout, userCacheFolder } from '../../src/engine/install/layout.ts';
import { locateEngine } from '../../src/engine/locate.ts';
import { runCli } from './run-cli.ts';
import { answers, csvOf, writeTinyCheckpoint } from './tiny-run.ts';

const cacheDir = userCacheFolder(process.env);
const { location } = locateEngine({ cacheDir });
const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(location?.source !== 'cache' || location.kernels === null)(
  'kernels (skipped where native TensorFlow or its kernels are not in the cache)',
  () => {
    /** A cache with native TensorFlow and without kernels. */
    const without = join(folder, 'cache');

    beforeAll(async () => {
      await writeTinyCheckpoint(join(folder, 'tiny'));
      writeFileSync(join(folder, 'answers.csv'), csvOf([['id', 'text', 'answer'], ...answers(60)]));
      const [from, to] = [engineLayout(cacheDir, '2.15.1'), engineLayout(without, '2.15.1')];
      mkdirSync(to.root, { recursive: true });
      symlinkSync(from.library, to.library);
      symlinkSync(from.addon, to.addon);
    });

    /** Trains for a moment. */
    async function train(env: Record<string, string>) {
      const columns = ['--text-column', 'text', '--label-column', 'answer'];
      const args = ['train', 'answers.csv', '--model', 'tiny', '-o', 'run', '--force', '--max-steps', '1', ...columns];
      const { code, stderr } = await runCli(args, { cwd: folder, env: { DISTILTUNE_ENGINE: 'native', ...env } });
      expect(code, stderr).toBe(0);
      const events = readFileSync(join(folder, 'run', 'events.jsonl'), 'utf8')
        .trim()
        .split('\n');
      const model = events.map((line) => JSON.parse(line)).find(({ type }) => type === 'model');
      const { versions } = JSON.parse(readFileSync(join(folder, 'run', 'config.json'), 'utf8'));
      const [said] = /native TensorFlow .*/.exec(stderr) ?? [];
      return { kernels: model.engine.kernels, version: versions.engine, said };
    }

    it('a run says and records which of them computed', async () => {
      expect(await train({ DISTILTUNE_KERNELS: 'auto' })).toEqual({
        kernels: 'fused',
        version: 'tensorflow 2.15.1 (fused kernels)',
        said: 'native TensorFlow 2.15.1, fused kernels',
      });
      const composed = {
        kernels: 'composed',
        version: 'tensorflow 2.15.1',
        said: 'native TensorFlow 2.15.1, composed kernels  slower; `distiltune engine info` says why',
      };
      expect(await train({ DISTILTUNE_KERNELS: 'composed' })).toEqual(composed);
      // Compiling takes a while: what was asked for is done first.
      expect(await train({ DISTILTUNE_KERNELS: 'auto', DISTILTUNE_CACHE: without })).toEqual(composed);
    });

    it('engine info and doctor say why there are none', async () => {
      const env = { DISTILTUNE_ENGINE: 'native', DISTILTUNE_KERNELS: '', DISTILTUNE_CACHE: without };
      const info = JSON.parse((await runCli(['engine', 'info', '--json'], { env })).stdout);
      const [reason, fix] = ['the kernels are not compiled yet', 'run `distiltune engine install`'];
      expect(info).toMatchObject({
        engine: 'tensorflow',
        location: { kernels: null },
        kernels: { used: 'composed', reason, fix },
      });
      const checks = JSON.parse((await runCli(['doctor', '--json'], { env })).stdout);
      expect(checks[1]).toEqual({
        name: 'engine',
        state: 'warn',
        detail: `native TensorFlow 2.15.1 (cache), slower than it could be: ${reason}`,
        fix,
      });
    });

    it('a prediction names the way to more speed, unless it is not wanted', async () => {
      const featuresSay = async (kernels: string) => {
        const env = { DISTILTUNE_ENGINE: 'native', DISTILTUNE_KERNELS: kernels, DISTILTUNE_CACHE: without };
        const { code, stderr } = await runCli(['features', 'tiny', 'a'], { cwd: folder, env });
        expect(code, stderr).toBe(0);
        return stderr;
      };
      const note =
        'computing slower than it could: the kernels are not compiled yet; `distiltune engine install` does it';
      expect(await featuresSay('auto')).toContain(note);
      expect(await featuresSay('composed')).not.toContain('slower');
    });

    it('what is demanded and not there is an error', async () => {
      const args = ['features', 'tiny', 'a'];
      const env = { DISTILTUNE_ENGINE: 'native', DISTILTUNE_KERNELS: 'fused', DISTILTUNE_CACHE: without };
      const { code, stderr } = await runCli(args, { cwd: folder, env });
      expect(code).toBe(1);
      expect(stderr).toContain('The kernels are not compiled.');
      expect(stderr).toContain('Run `distiltune engine install`.');
    });
  },
);

it('refuses engines and kernels that do not exist', async () => {
  await writeTinyCheckpoint(join(folder, 'small'));
  for (const [name, words] of [
    ['DISTILTUNE_ENGINE', 'there is no engine "fast"'],
    ['DISTILTUNE_KERNELS', 'there are no kernels "fast"'],
  ] as const) {
    const { code, stderr } = await runCli(['features', 'small', 'a'], { cwd: folder, env: { [name]: 'fast' } });
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).toContain(name);
  }
});
