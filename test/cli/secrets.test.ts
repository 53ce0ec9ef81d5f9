import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HubServer, json, startHub } from '../data/hub-server.ts';
import { runCli } from './run-cli.ts';
import { answers, csvOf, writeTinyCheckpoint } from './tiny-run.ts';

const token = 'hf_secretsecretsecret';
let folder: string;
let hub: HubServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'distiltune-secrets-'));
  await writeTinyCheckpoint(join(folder, 'tiny'));
  writeFileSync(join(folder, 'answers.csv'), csvOf([['id', 'text', 'answer'], ...answers(60)]));
  hub = await startHub({});
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const env = () => ({
  HF_TOKEN: token,
  HF_ENDPOINT: hub.address,
  HF_HUB_CACHE: join(folder, 'hub'),
  HF_HUB_OFFLINE: undefined,
});
const train = ['--text-column', 'text', '--label-column', 'answer', '--max-length', '20', '--epochs', '1'];

/** The files below a folder, by their path in it. */
function filesIn(path: string): Map<string, Buffer> {
  const names = readdirSync(path, { recursive: true }) as string[];
  const files = names.filter((name) => statSync(join(path, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(path, name))]));
}

describe('the token of the hub', () => {
  test.each([401, 403, 404, 500])('is told to nobody when the hub answers %i and sends it back', async (status) => {
    hub.tokens.clear();
    hub.disturb = (_, response) => {
      json(response, { error: `Bearer ${token}`, sha: token }, status);
      return true;
    };
    const { code, stdout, stderr } = await runCli(['train', 'answers.csv', '--model', 'org/name', '-v', ...train], {
      cwd: folder,
      env: env(),
    });
    expect([...hub.tokens]).toEqual([`Bearer ${token}`]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('org/name');
    expect(stdout + stderr).not.toContain(token);
    for (const [name, bytes] of filesIn(folder)) expect(bytes.includes(token), name).toBe(false);
  });

  test('is in nothing that a training writes; the folder may have any name', async () => {
    const run = `a "b" '$(touch c)' ; é <i> %s \\ -d`;
    const before = readdirSync(folder).sort();
    const { code, stdout, stderr } = await runCli(
      ['train', 'answers.csv', '--model', 'tiny', '-o', `out/${run}`, '-v', ...train],
      { cwd: folder, env: env() },
    );
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(folder).sort()).toEqual([...before, 'out'].sort());
    expect(readdirSync(join(folder, 'out'))).toEqual([run]);
    const written = filesIn(join(folder, 'out', run));
    expect([...written.keys()]).toContain('report.html');
    expect(stdout + stderr).not.toContain(token);
    for (const [name, bytes] of written) expect(bytes.includes(token), name).toBe(false);
    // What the page shows of the name is a text, and its links lead to the files beside it.
    expect(String(written.get('report.html'))).not.toContain('<i>');
  });
});
