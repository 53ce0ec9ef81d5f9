import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lockRun } from '../../cli/run/run-lock.ts';
import { runCli } from '../cli/run-cli.ts';
import { eventsOf, readJson, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

describe('two that write to one folder', () => {
  const settings = [...tiny, '--epochs', '8', 'checkpoint.everySteps=3'];

  /** Starts two at once; one of them is refused, and the other comes to its end as if it were alone. */
  async function race(...args: string[]): Promise<void> {
    const both = await Promise.all([1, 2].map(() => runCli(args, { cwd: folder })));
    const [first, second] = both.sort((a, b) => a.code! - b.code!);
    expect([first!.code, second!.code]).toEqual([0, 2]);
    expect(second!.stderr).toMatch(
      /error: (the run in this folder is going on \(process \d+\)|there is a run in this folder already|the run has ended|the run is going on)/,
    );
    const steps = eventsOf(join(folder, 'contested')).flatMap(({ type, step }) => (type === 'step' ? [step] : []));
    expect(steps).toEqual(Array.from({ length: 56 }, (_, i) => i + 1));
    expect(existsSync(join(folder, 'contested/lock'))).toBe(false);
  }

  test('begun at once', () => race('train', 'answers.csv', '-o', 'contested', ...settings));

  test('gone on with at once', async () => {
    const running = startCli(
      ['train', 'answers.csv', '-o', 'contested', '--force', '--ui', 'jsonl', ...settings],
      folder,
    );
    await running.until('"type":"checkpoint","step":6,');
    process.kill(-running.child.pid!, 'SIGKILL');
    await running.ended;
    await race('train', '--resume', 'contested');
  });

  test('begun while one goes on: refused at once, with --force too', async () => {
    const running = startCli(
      ['train', 'answers.csv', '-o', 'held', '--ui', 'jsonl', ...tiny, '--epochs', '100000'],
      folder,
    );
    await running.until('"type":"step","step":3,');
    const { pid } = readJson(folder, 'held/lock');
    const refusals = [
      [['-o', 'held'], 'there is a run in this folder already'],
      [['-o', 'held', '--force'], `the run in this folder is going on (process ${pid})`],
      [['--resume', 'held'], `the run is going on (process ${pid})`],
    ] as const;
    for (const [args, message] of refusals) {
      const refused = await runCli(['train', 'answers.csv', ...args, ...tiny], { cwd: folder });
      expect([refused.code, refused.stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
    }
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(143);
    expect(existsSync(join(folder, 'held/lock'))).toBe(false);
  });
});

describe('the lock of a run', () => {
  const newFolder = () => mkdtempSync(join(tmpdir(), 'distiltune-lock-'));
  const write = (at: string, holder: object | string) =>
    writeFileSync(join(at, 'lock'), typeof holder === 'string' ? holder : JSON.stringify(holder));
  const now = () => new Date().toISOString();
  const longAgo = new Date(Date.now() - 3_600_000);

  test('is of one process, and gone when it is given back', () => {
    const at = newFolder();
    const release = lockRun(at);
    expect(JSON.parse(readFileSync(join(at, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    release();
    expect(readdirSync(at)).toEqual([]);
  });

  test('of a living process is respected; of one that is gone it is taken over', async () => {
    const at = newFolder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    write(at, { pid: other.pid, host: hostname(), since: now() });
    expect(() => lockRun(at)).toThrow(`the run in this folder is going on (process ${other.pid})`);
    other.kill('SIGKILL');
    await new Promise((resolve) => other.once('close', resolve));
    lockRun(at)();
    expect(readdirSync(at)).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'of a process whose number another one has now is taken over (Linux tells)',
    () => {
      const at = newFolder();
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      write(at, { pid: other.pid, host: hostname(), since: longAgo.toISOString() });
      lockRun(at)();
      other.kill('SIGKILL');
    },
  );

  test('of another machine is respected while the run shows signs of life', () => {
    const at = newFolder();
    write(at, { pid: spawnSync('true').pid, host: 'elsewhere', since: longAgo.toISOString() });
    expect(() => lockRun(at)).toThrow('on elsewhere');
    utimesSync(join(at, 'lock'), longAgo, longAgo);
    writeFileSync(join(at, 'status.json'), '{}');
    expect(() => lockRun(at)).toThrow('on elsewhere');
    utimesSync(join(at, 'status.json'), longAgo, longAgo);
    lockRun(at)();
  });

  test('that was made and not written is respected for a moment', () => {
    const at = newFolder();
    write(at, '');
    expect(() => lockRun(at)).toThrow('another process is beginning it');
    utimesSync(join(at, 'lock'), longAgo, longAgo);
    lockRun(at)();
  });

  test('alone makes no folder taken', async () => {
    const at = join(folder, 'begun');
    mkdirSync(at);
    write(at, { pid: spawnSync('true').pid, host: hostname(), since: now() });
    const { code } = await runCli(['train', 'answers.csv', '-o', 'begun', '-q', ...tiny, '--max-steps', '2'], {
      cwd: folder,
    });
    expect(code).toBe(0);
  });
});
