import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runCli } from './run-cli.ts';

/** Accuracy of the simpler ways on the rows that are left to train on, by the number of test rows: all, or wasm's part. */
const simplerWays: Record<number, { majority: string; words: string }> = {
  3080: { majority: '0.0130', words: '0.8737' },
  640: { majority: '0.0625', words: '0.9688' },
};

describe('demo', () => {
  let folder: string;
  let finished: Finished;
  const read = (name: string) => JSON.parse(readFileSync(join(folder, 'runs/demo', name), 'utf8'));

  // Two steps go the whole way; the score is of no interest here.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    finished = await runCli(['demo', '--max-steps', '2', '--text', 'is my refund late.csv'], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('leaves a run like any other', () => {
    expect(readdirSync(join(folder, 'runs/demo')).sort()).toEqual([
      'config.json',
      'events.jsonl',
      'model',
      'predictions-test.csv',
      'predictions-validation.csv',
      'results.json',
      'split.csv',
      'status.json',
    ]);
    expect(read('config.json')).toMatchObject({ model: 'minilm-l6-h384-uncased', maxSteps: 2, seed: 42 });
    expect(read('results.json')).toMatchObject({ reason: 'finished', steps: 2 });
  });

  it('shows its score beside what it has to beat, and labels the sentence', () => {
    const { metrics, reports } = read('results.json');
    const labels: string[] = read('config.json').resolved.labels;
    const { examples } = reports.test;
    const { majority, words } = simplerWays[examples]!;
    const [scores, prediction] = finished.stdout.split('\n\n') as [string, string];
    expect(scores).toBe(`
accuracy on ${examples.toLocaleString('en-US')} test rows
  always the most frequent intent  ${majority}
  a linear model on bags of words  ${words}
  the fine-tuned model             ${metrics.test.accuracy.toFixed(4)}`);
    const [sentence, ...rows] = prediction.trimEnd().split('\n');
    expect(sentence).toBe('is my refund late.csv');
    expect(rows.map((row) => labels.includes(row.split(/ +/)[0]!))).toEqual([true, true, true]);
    expect(finished.code).toBe(0);
  });

  it('names the next commands, and they work', async () => {
    const commands = finished.stderr.split('\n').slice(-4, -1);
    expect(
      commands.map((line) =>
        line
          .trim()
          .replace(/ {2,}/, ': ')
          .replace(/ \S+test\.csv$/, ' test.csv'),
      ),
    ).toEqual([
      'label more: npx distiltune predict runs/demo "where is my refund?"',
      'see where it is wrong: npx distiltune evaluate runs/demo test.csv',
      'your own data: npx distiltune train tickets.csv',
    ]);
    const { code, stdout } = await runCli(['predict', 'runs/demo', 'where is my refund?'], { cwd: folder });
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 3]);
  });
});

describe('runs', () => {
  it('are listed, shown and removed, and nothing else is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    const { trainTinyRun } = await import('./tiny-run.ts');
    const { folder: cwd, run } = await trainTinyRun();
    const listed = await runCli(['runs', 'ls', '--json'], { cwd });
    const results = JSON.parse(readFileSync(join(cwd, run, 'results.json'), 'utf8'));
    expect(JSON.parse(listed.stdout)).toEqual([
      { run, state: 'finished', ended: expect.any(String), metrics: results.metrics },
    ]);
    const rows = (await runCli(['runs', 'ls'], { cwd })).stdout.split('\n');
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['run', 'state', 'steps', 'score'],
      [run, 'finished', '56/56', `validation accuracy ${results.metrics.validation.accuracy.toFixed(4)}`],
      [''],
    ]);
    const shown = (await runCli(['runs', 'show', run], { cwd })).stdout.split('\n');
    expect(shown.slice(0, 6)).toEqual([
      'run         runs/tiny',
      'state       finished, step 56 of 56',
      'model       tiny',
      'task        sequence-classification',
      'labels      2',
      'train       216 rows of answers.csv',
    ]);

    const asks = await runCli(['runs', 'rm', run], { cwd });
    expect([asks.code, asks.stderr.split('\n')[0]]).toEqual([
      2,
      'error: nobody is there to be asked whether to remove it',
    ]);
    const other = await runCli(['runs', 'rm', 'tiny', '--yes'], { cwd });
    expect([other.code, other.stderr.split('\n')[0]]).toEqual([2, 'error: this is no run']);
    expect(readdirSync(cwd).sort()).toEqual(['answers.csv', 'runs', 'tiny']);
    expect((await runCli(['runs', 'rm', run, '--yes'], { cwd })).code).toBe(0);
    expect(readdirSync(join(cwd, 'runs'))).toEqual([]);
    expect((await runCli(['runs', 'ls'], { cwd })).stderr).toBe('no runs in runs; distiltune train makes one\n');
    for (const path of [folder, cwd]) rmSync(path, { recursive: true });
  });
});

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
