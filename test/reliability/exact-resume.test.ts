import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { filesOf, readJson, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { createDraws } from './draws.ts';
import { loggedEvents } from './left-behind.ts';

/** Kills of each task's run; `RELIABILITY=full`: 51 in all. */
const kills = process.env.RELIABILITY === 'full' ? 17 : 2;

/** Evaluations and saves that fall on no epoch's end and not on each other; dropout is the checkpoint's own. */
const often = ['accumulate=2', 'evaluate.everySteps=5', 'checkpoint.everySteps=3', 'checkpoint.keep=2'];

const tasks = [
  {
    name: 'classification, ended by early stopping',
    data: 'answers.csv',
    settings: ['--epochs', '60', 'evaluate.earlyStopping=8', '--test', '0.1'],
    reason: 'early-stopping',
  },
  { name: 'token classification', data: 'tags.conll', settings: ['--epochs', '6'], reason: 'finished' },
  { name: 'masked LM', data: 'letters.txt', settings: ['--epochs', '6', '--task', 'masked-lm'], reason: 'finished' },
];

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
  const letters = (i: number) =>
    Array.from({ length: 2 + ((i * 7) % 11) }, (_, j) => String.fromCharCode(97 + ((i * 5 + j * (1 + (i % 8))) % 9)));
  const rows = Array.from({ length: 140 }, (_, i) => letters(i));
  writeFileSync(join(folder, 'letters.txt'), rows.map((row) => `${row.join(' ')}\n`).join(''));
  const tagged = rows.map((row) => row.map((letter) => `${letter}\t${letter === 'a' ? 'B-PER' : 'O'}\n`).join(''));
  writeFileSync(join(folder, 'tags.conll'), tagged.join('\n'));
});

describe.each(tasks)('$name', ({ name, data, settings, reason }) => {
  test(`killed after ${kills} steps and gone on with: all the same to the bit`, {
    timeout: 60_000 * (kills + 2),
  }, async () => {
    const [whole, broken] = [`whole ${data}`, `broken ${data}`];
    const train = (run: string) => ['train', data, '-o', run, '--ui', 'jsonl', ...tiny, ...often, ...settings];
    expect(await runCli(train(whole), { cwd: folder })).toMatchObject({ code: 0 });
    const { steps, reason: ended } = readJson(folder, whole, 'results.json');
    expect(ended).toBe(reason);
    expect(steps).toBeGreaterThan(kills + 10);

    const draw = createDraws(1 + tasks.findIndex((task) => task.name === name));
    const places = Array.from({ length: kills }, () => 1 + draw(steps - 4)).sort((a, b) => a - b);
    for (const [i, step] of places.entries()) {
      const running = startCli(i === 0 ? train(broken) : ['train', '--resume', broken, '--ui', 'jsonl'], folder);
      const last = loggedEvents(join(folder, broken)).findLast(({ type }) => type === 'checkpoint')?.step ?? 0;
      await running.until(`"type":"step","step":${Math.max(step, last + 1)},`);
      process.kill(-running.child.pid!, 'SIGKILL');
      expect([i, await running.ended]).toEqual([i, null]);
    }
    expect(await runCli(['train', '--resume', broken], { cwd: folder })).toMatchObject({ code: 0 });

    expect(told(broken)).toEqual(told(whole));
    expect(savedIn(broken)).toEqual(savedIn(whole));
    const results = (run: string) => {
      const { metrics, best, steps: done, reason, reports } = readJson(folder, run, 'results.json');
      return { metrics, best, done, reason, reports };
    };
    expect(results(broken)).toEqual(results(whole));
  });
});

/** What was learnt, measured and saved, and when; not how long it took. */
function told(run: string): unknown[] {
  const kinds = ['step', 'evaluation', 'checkpoint', 'diagnostics', 'end'];
  return loggedEvents(join(folder, run))
    .filter(({ type }) => kinds.includes(type))
    .map(({ time, seconds, examplesPerSecond, realTokensPerSecond, location, ...event }) => ({
      ...event,
      ...(location === undefined ? {} : { location: location.replace(run, '') }),
    }));
}

/** Hashes of the models and checkpoints with their moments, of predictions and split. */
function savedIn(run: string): Record<string, string> {
  const isSame = /^(model\/|checkpoints\/|predictions|split)/;
  const names = filesOf(join(folder, run)).filter((path) => isSame.test(path) && !path.endsWith('README.md'));
  const hash = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, run, path)))
      .digest('hex');
  return Object.fromEntries(names.map((path) => [path, hash(path)]));
}
