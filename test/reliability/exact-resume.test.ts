import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../cli/run/process-alive.ts';
import { runCli } from '../cli/run-cli.ts';
import { csvOf } from '../cli/tiny-run.ts';
import { filesOf, readJson, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { tinySettings, writeTinyGlue } from '../glue/glue-workplace.ts';
import { createDraws } from './draws.ts';
import { loggedEvents } from './left-behind.ts';

/** Kills of each task's run; `RELIABILITY=full`: 119 in all, and 17 of a benchmark. */
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
  {
    name: 'question answering, in windows',
    data: 'questions.json',
    settings: ['--epochs', '6', '--max-length', '12', '--stride', '4'],
    reason: 'finished',
  },
  {
    name: 'several labels, with their thresholds',
    data: 'several.csv',
    settings: ['--epochs', '6', '--task', 'multi-label', '--tune-thresholds', '--test', '0.1'],
    reason: 'finished',
  },
  {
    name: 'LoRA beside frozen layers whose activations are kept',
    data: 'answers.csv',
    run: 'lora',
    settings: [
      '--epochs',
      '20',
      '--lora-rank',
      '2',
      '--cache-activations',
      'freeze.embeddings=true',
      'freeze.layers=1',
    ],
    reason: 'finished',
  },
  { name: 'regression', data: 'lengths.csv', settings: ['--epochs', '6', '--task', 'regression'], reason: 'finished' },
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
  const paragraphs = rows.map((row, i) => {
    const answers = i % 3 === 0 ? [] : [{ text: row[1]!, answer_start: 2 }];
    const qas = [{ id: `id${i}`, question: 'b', answers, is_impossible: answers.length === 0 }];
    return { context: row.join(' '), qas };
  });
  writeFileSync(
    join(folder, 'questions.json'),
    JSON.stringify({ version: 'v2.0', data: [{ title: 't', paragraphs }] }),
  );
  const csv = (name: string, label: string, labelOf: (row: string[]) => string) =>
    writeFileSync(join(folder, name), csvOf([['text', label], ...rows.map((row) => [row.join(' '), labelOf(row)])]));
  csv('several.csv', 'labels', (row) => ['a', 'b', 'c'].filter((letter) => row.includes(letter)).join(';'));
  csv('lengths.csv', 'length', (row) => String(row.length / 4));
});

describe.each(tasks)('$name', ({ name, data, run = data, settings, reason }) => {
  test(`killed after ${kills} steps and gone on with: all the same to the bit`, {
    timeout: 60_000 * (kills + 2),
  }, async () => {
    const [whole, broken] = [`whole ${run}`, `broken ${run}`];
    const train = (run: string) => ['train', data, '-o', run, '--ui', 'jsonl', ...tiny, ...often, ...settings];
    expect(await runCli(train(whole), { cwd: folder })).toMatchObject({ code: 0 });
    const { steps, reason: ended } = readJson(folder, whole, 'results.json');
    expect(ended).toBe(reason);
    expect(steps).toBeGreaterThan(kills + 10);

    const draw = createDraws(1 + tasks.findIndex((task) => task.name === name));
    // Steps take a millisecond: near to its end a run is over before the signal reaches it.
    const span = Math.floor((steps * 3) / 4);
    const places = Array.from({ length: kills }, () => 1 + draw(span)).sort((a, b) => a - b);
    const status = () => readJson(folder, broken, 'status.json');
    const isOver = () => status().state === reason;
    for (const [i, step] of places.entries()) {
      if (i > 0 && isOver()) break;
      const running = startCli(i === 0 ? train(broken) : ['train', '--resume', broken, '--ui', 'jsonl'], folder);
      const last = loggedEvents(join(folder, broken)).findLast(({ type }) => type === 'checkpoint')?.step ?? 0;
      await running.until(`"type":"step","step":${Math.max(step, last + 1)},`);
      process.kill(-running.child.pid!, 'SIGKILL');
      expect([i, await running.ended]).toEqual([i, null]);
      await expect.poll(() => isAlive(status().pid), { timeout: 20_000 }).toBe(false);
    }
    // A signal that came after the last step must have lost as little.
    const [code, said] = isOver() ? [2, 'error: the run has ended'] : [0, ''];
    expect(await runCli(['train', '--resume', broken], { cwd: folder })).toMatchObject({
      code,
      stderr: expect.stringContaining(said),
    });

    expectSame(broken, whole);
  });
});

test(`a benchmark, killed after ${kills} steps and begun again: all the same to the bit`, {
  timeout: 60_000 * (kills + 2),
}, async () => {
  writeTinyGlue(join(folder, 'glue'));
  const settings = [...tinySettings, 'epochs=20', 'checkpoint.everySteps=7', '--tasks', 'cola,stsb', '--seeds', '2'];
  const glue = (run: string) => ['glue', 'run', ...settings, '-o', run];
  expect(await runCli(glue('whole glue'), { cwd: folder })).toMatchObject({ code: 0 });
  const runs = ['cola', 'stsb'].flatMap((task) => [42, 43].map((seed) => `${task}/seed-${seed}`));
  const places = runs.flatMap((run) => {
    const { steps } = readJson(folder, 'whole glue', run, 'results.json');
    return Array.from({ length: steps - 4 }, (_, i) => ({ run: join('broken glue', run), step: i + 1 }));
  });
  const draw = createDraws(8);
  const drawn = Array.from({ length: kills }, () => draw(places.length)).sort((a, b) => a - b);
  for (const [i, at] of drawn.entries()) {
    const { run, step } = places[at]!;
    const running = startCli(glue('broken glue'), folder);
    await reached(run, step, running.ended);
    process.kill(-running.child.pid!, 'SIGKILL');
    expect([i, await running.ended]).toEqual([i, null]);
  }
  expect(await runCli(glue('broken glue'), { cwd: folder })).toMatchObject({ code: 0 });
  for (const run of runs) expectSame(join('broken glue', run), join('whole glue', run));
});

/** Waits until a run has told of a step, or is beyond it. */
async function reached(run: string, step: number, ended: Promise<unknown>): Promise<void> {
  let code: unknown;
  void ended.then((value) => {
    code = value ?? 'killed';
  });
  while (!loggedEvents(join(folder, run)).some((event) => event.type === 'step' && event.step >= step)) {
    if (code !== undefined) throw new Error(`ended with ${code} before step ${step} of ${run}`);
    await delay(20);
  }
}

function expectSame(broken: string, whole: string): void {
  expect(told(broken)).toEqual(told(whole));
  expect(savedIn(broken)).toEqual(savedIn(whole));
  const results = (run: string) => {
    const { metrics, best, steps: done, reason, reports } = readJson(folder, run, 'results.json');
    return { metrics, best, done, reason, reports };
  };
  expect(results(broken)).toEqual(results(whole));
}

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
  const isSame = /^(model\/|adapter\/|checkpoints\/|predictions|split)/;
  const names = filesOf(join(folder, run)).filter((path) => isSame.test(path) && !path.endsWith('README.md'));
  const hash = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, run, path)))
      .digest('hex');
  return Object.fromEntries(names.map((path) => [path, hash(path)]));
}
