import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { glueWorkplace, tinySettings } from '../glue/glue-workplace.ts';
import { notes, runCli } from './run-cli.ts';
import { readJson, readLines, startCli, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
const watch = (...args: string[]) => runCli(['watch', ...args], { cwd: folder });
const train = (...args: string[]) => startCli(['train', 'answers.csv', '--ui', 'jsonl', ...tiny, ...args], folder);

beforeAll(async () => {
  folder = await tinyWorkplace();
  const { code } = await runCli(['train', 'answers.csv', '-q', '--epochs', '1', ...tiny], { cwd: folder });
  expect(code).toBe(0);
});

test('a run that has ended is told as it was while it trained, and what it came to', async () => {
  const trained = await runCli(['train', 'answers.csv', '-o', 'again', '--epochs', '1', ...tiny], { cwd: folder });
  const watched = await watch('again');
  expect([watched.code, watched.stdout]).toEqual([0, trained.stdout]);
  const rows = (text: string) => notes({ stderr: text }).filter((line) => !line.includes('tokens/s'));
  expect(rows(watched.stderr)).toEqual(rows(trained.stderr));
  expect(watched.stderr).not.toContain('\x1b');
});

test('its events, as lines of JSON; nothing at all where that is asked for', async () => {
  const lines = readLines(folder, 'runs/answers/events.jsonl');
  for (const args of [['--json'], ['--ui', 'jsonl']]) {
    const { code, stdout, stderr } = await watch('runs/answers', ...args);
    expect([code, stderr, stdout.trimEnd().split('\n')]).toEqual([0, '', lines]);
  }
  expect(await watch('runs/answers', '--ui', 'none')).toEqual({ code: 0, stdout: '', stderr: '' });
  const replayed = await watch('runs/answers', '--replay', '--speed', 'max', '--json');
  expect(replayed.stdout.trimEnd().split('\n')).toEqual(lines);
});

test('a live run is followed to its end, and is not changed', async () => {
  const live = train('-o', 'runs/live', '--epochs', '100000');
  await live.until('"type":"step","step":5,');
  // Without a name it is what is going on.
  const watcher = startCli(['watch', '--json'], folder);
  const other = startCli(['watch', 'runs/live', '--json'], folder);
  await watcher.until('"type":"step","step":7,');
  await other.until('"type":"step","step":7,');
  other.child.kill('SIGINT');
  await other.ended;
  live.child.kill('SIGTERM');
  expect(await live.ended).toBe(143);
  expect(await watcher.ended).toBe(0);
  expect(watcher.stdout().trimEnd().split('\n')).toEqual(readLines(folder, 'runs/live/events.jsonl'));
  expect(readJson(folder, 'runs/live/status.json').state).toBe('stopped');
});

test('one whose process was killed: its end, its last checkpoint, and how to go on', async () => {
  const live = train('-o', 'runs/killed', '--epochs', '100000', 'checkpoint.everySteps=2');
  await live.until('"type":"checkpoint","step":4,');
  const watcher = startCli(['watch', 'runs/killed', '--ui', 'none'], folder);
  process.kill(-live.child.pid!, 'SIGKILL');
  expect(await watcher.ended).toBe(1);
  expect(watcher.stderr()).toMatch(
    /^error: the process of the run has died\n {3}in: runs\/killed; last checkpoint runs\/killed\/checkpoints\/step-\d+\n {3}do: go on with it: distiltune train --resume runs\/killed\n$/,
  );
});

test('a log that is damaged is told as far as it can be', async () => {
  const lines = readLines(folder, 'runs/answers/events.jsonl');
  mkdirSync(join(folder, 'damaged'));
  const rest = lines.map((line) => (line.includes('"type":"start"') ? line.slice(0, 40) : line));
  writeFileSync(join(folder, 'damaged/events.jsonl'), `${rest.join('\n')}\n`);
  copyFileSync(join(folder, 'runs/answers/status.json'), join(folder, 'damaged/status.json'));
  const { code, stdout, stderr } = await watch('damaged');
  expect([code, stdout]).toEqual([0, (await watch('runs/answers')).stdout]);
  expect(stderr).toContain('1 line of the log is damaged or of another version: left out');
});

test('without a name: what is going on, else what was last', async () => {
  const { stdout } = await watch('--json', '--replay', '--speed', 'max');
  expect(stdout).toBe(readFileSync(join(folder, 'runs/killed/events.jsonl'), 'utf8'));
});

test('a benchmark: the rows of the run of the moment, what the others came to', async () => {
  const place = await glueWorkplace();
  const args = ['glue', 'run', ...tinySettings, '--tasks', 'cola,rte', 'epochs=1', '-o', 'runs/bench', '--ui', 'none'];
  const { code, stdout, stderr } = await runCli(args, { cwd: place });
  expect([code, stdout, stderr]).toEqual([0, '', '']);
  const watched = await runCli(['watch'], { cwd: place });
  expect(watched.code).toBe(0);
  expect(watched.stderr.split('\n')).toEqual([
    'GLUE: 2 runs of tiny, recipe hf',
    'cola seed 42',
    expect.stringMatching(/^cola seed 42: trained, score -?\d+\.\d$/),
    'rte seed 42',
    expect.stringMatching(/^rte seed 42: trained, score \d+\.\d$/),
    'finished',
    '',
  ]);
  const printed = await runCli(['watch', 'runs/bench', '--json'], { cwd: place });
  expect(printed.stdout).toBe(readFileSync(join(place, 'runs/bench/events.jsonl'), 'utf8'));
  const one = await runCli(['watch', 'runs/bench/cola/seed-42', '--json'], { cwd: place });
  expect(one.stdout).toContain('"type":"results"');
  const refused = await runCli(['watch', 'runs/bench', '--replay'], { cwd: place });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('cannot be played back as a whole')]);
});

test('wrong usage', async () => {
  const wrong: [string[], string][] = [
    [['nowhere'], 'there is no run in this folder'],
    [['runs/answers', '--replay', '--speed', 'fast'], 'Give a number above 0'],
    [['runs/answers', '--replay', '--speed', '0x'], 'Give a number above 0'],
    [['runs/answers', '--ui', 'dashboard'], 'the dashboard needs a terminal'],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await watch(...args);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining(message)]);
  }
  const none = await runCli(['watch'], { cwd: join(folder, 'tiny') });
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there is no run in runs/')]);
});
