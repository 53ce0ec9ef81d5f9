import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

describe('doctor', () => {
  it('says of each thing what it found', async () => {
    const { code, stdout } = await runCli(['doctor', '--json']);
    const checks = JSON.parse(stdout) as { name: string; state: string; detail: string }[];
    expect(checks.map(({ name }) => name)).toEqual([
      'Node.js',
      'engine',
      'model',
      'memory',
      'cache',
      'this folder',
      'hub',
      'terminal',
    ]);
    expect(checks[0]).toEqual({
      name: 'Node.js',
      state: 'ok',
      detail: `${process.versions.node}, ${process.platform} ${process.arch}`,
    });
    expect(checks[2]).toEqual({ name: 'model', state: 'ok', detail: 'minilm-l6-h384-uncased is embedded' });
    expect(code).toBe(0);
  });

  it('names what can be done about what is wrong', async () => {
    // A port where nobody listens any more.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const { stdout } = await runCli(['doctor', '--json'], {
      env: {
        HF_HUB_OFFLINE: '',
        HF_ENDPOINT: `http://127.0.0.1:${port}`,
        DISTILTUNE_ENGINE: 'auto',
        DISTILTUNE_CACHE: '/dev/null/cache',
      },
    });
    const warnings = (JSON.parse(stdout) as { name: string; state: string }[]).filter(({ state }) => state === 'warn');
    expect(warnings).toEqual([
      {
        name: 'engine',
        state: 'warn',
        detail: expect.stringMatching(/^wasm, the slow one: .*the cache has no native TensorFlow for this machine/),
        fix: 'run distiltune engine install',
      },
      {
        name: 'cache',
        state: 'warn',
        detail: '/dev/null/cache: /dev/null is no folder',
        fix: 'set DISTILTUNE_CACHE to a folder that can be written to',
      },
      {
        name: 'hub',
        state: 'warn',
        detail: `http://127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`,
        fix: 'models come from folders and the cache only; the embedded one needs no network',
      },
    ]);
  });
});
