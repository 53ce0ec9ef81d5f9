import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElement } from 'react';
import stringWidth from 'string-width';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Doors, HomeScreen } from '../../cli/dashboard/home/home-screen.tsx';
import { createTheme } from '../../cli/dashboard/theme.ts';
import type { TrainJob } from '../../cli/run/job.ts';
import type { RunSource } from '../../cli/watch/source.ts';
import { DistiltuneError } from '../../src/errors.ts';
import { plainContext } from './context.ts';
import { type Frames, openFrames } from './frames.ts';
import { trainingEvents } from './sample-run.ts';

let screen: Frames;
let left = 0;
let jobs: TrainJob[];
let detached = 0;

const before = process.cwd();
beforeEach(() => {
  process.chdir(mkdtempSync(join(tmpdir(), 'distiltune-test-')));
  const rows = Array.from({ length: 60 }, (_, i) => `my card number ${i},${i % 3 === 0 ? 'cards' : 'loans'}`);
  writeFileSync('tickets.csv', ['text,queue', ...rows].join('\n'));
  left = 0;
  jobs = [];
  detached = 0;
});
afterEach(async () => {
  await screen.close();
  process.chdir(before);
});

/** A run that does what the test says; `folder` is null where it never began. */
function runOf(folder: string | null, done: Promise<unknown>): RunSource & { done: Promise<unknown> } {
  return {
    async *events(signal) {
      if (folder === null) return;
      yield trainingEvents(20).events;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    control: async () => ({ ok: true, step: 20 }),
    liveness: () => ({ state: 'alive', heartbeat: null, lastCheckpoint: null, resume: null }),
    detach: () => {
      detached++;
    },
    folder: () => folder,
    done,
  };
}

function open(
  { train = () => runOf('runs/tickets', new Promise(() => {})), glue }: Partial<Doors> = {},
  [columns, rows]: readonly [number, number] = [80, 24],
  theme = createTheme({ colors: false, charset: 'braille' }),
): void {
  const none = () => {
    throw new Error('not in this test');
  };
  const doors: Doors = {
    train(job) {
      jobs.push(job);
      return train(job);
    },
    glue: glue ?? none,
    watch: none,
    watchGlue: none,
  };
  const element = createElement(HomeScreen, {
    context: plainContext(),
    doors,
    version: '1.2.3',
    help: Array.from({ length: 40 }, (_, i) => `line ${i} of the help`).join('\n'),
    onLeave: () => {
      left++;
    },
  });
  screen = openFrames(element, { columns, rows }, theme);
}
const row = (text: string) => screen.frame().find((line) => line.includes(text));

describe('the menu', () => {
  test('names everything that can be done, with the command line that does the same', async () => {
    open();
    expect(screen.frame().slice(0, 9)).toEqual([
      `distiltune · home${' '.repeat(58)}1.2.3`,
      '',
      '> f  fine-tune a file  choose it, see how it is read, change settings, start',
      "  g  run GLUE          the benchmark's nine tasks, each with several seeds",
      '  r  runs              open, compare, resume or remove them',
      '  t  try a model       type a text and see what a model says of it',
      '  ?  help              all commands',
      '  q  quit              back to the shell',
      '',
    ]);
    const commands = [];
    for (let i = 0; i < 6; i++) {
      commands.push(screen.frame()[22]);
      await screen.press('down');
    }
    expect(commands).toEqual([
      '$ distiltune train FILE',
      '$ distiltune glue run',
      '$ distiltune runs ls',
      '$ distiltune predict RUN TEXT',
      '$ distiltune --help',
      '$ distiltune',
    ]);
  });

  test('leads to every screen and back', async () => {
    open();
    for (const [key, title] of [
      ['f', 'fine-tune a file'],
      ['g', 'run GLUE'],
      ['r', 'runs'],
      ['t', 'try'],
      ['?', 'help'],
    ] as const) {
      await screen.press(key);
      expect(screen.frame()[0]).toContain(`distiltune · ${title}`);
      await screen.press('escape');
      expect(screen.frame()[0]).toContain('distiltune · home');
    }
    await screen.press('up', 'down', 'down', 'return');
    expect(screen.frame()[0]).toContain('distiltune · runs');
    await screen.press('ctrl+c');
    expect(left).toBe(1);
  });

  test('is left by q and by ctrl-c', async () => {
    open();
    await screen.press('q');
    expect(left).toBe(1);
    await screen.press('ctrl+c');
    expect(left).toBe(2);
  });

  test('shows the help, which scrolls', async () => {
    open();
    await screen.press('?');
    expect(screen.frame()[2]).toBe('line 0 of the help');
    await screen.press('end');
    expect(screen.frame()[21]).toBe('line 39 of the help');
  });

  test.each([
    [80, 24],
    [120, 40],
    [60, 16],
    [44, 60],
    [40, 12],
    [20, 6],
  ] as const)('%i x %i has all of it, in ASCII where there is no more', async (columns, rows) => {
    mkdirSync('runs/hostile\x1b[31m\nname', { recursive: true });
    open({}, [columns, rows], createTheme({ colors: false, charset: 'ascii' }));
    const frame = screen.frame();
    expect(frame).toHaveLength(rows);
    for (const line of frame) {
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      expect(line).toMatch(/^[\x20-\x7e]*$/);
    }
    if (rows > 6) expect(frame.filter((line) => /^[> ] [fgrt?q] {2}\S/.test(line))).toHaveLength(6);
  });
});

describe('a run that is started', () => {
  const start = async () => {
    await screen.press('f');
    await screen.until('tickets.csv');
    await screen.type('tick');
    await screen.press('return');
    await screen.until('  rows ');
    await screen.press('return', 'end', 'return');
    await screen.type('runs/mine');
    await screen.press('return', 's');
  };

  test('is shown, and goes on when it is left', async () => {
    open();
    await start();
    await screen.until('step 20/6315');
    expect(jobs[0]).toMatchObject({ settings: { data: { train: 'tickets.csv' } }, output: { isAsked: true } });
    await screen.press('q', 'd');
    expect(detached).toBe(1);
    expect(row('it goes on')).toBe('it goes on; see it again with: distiltune watch runs/tickets');
    // What was typed for it is there for the next one.
    await screen.press('f');
    expect(screen.frame()[0]).toContain('3/3 settings');
    expect(row('*output')).toContain('runs/mine');
  });

  test('and cannot begin leads back to its settings, with what is wrong and all that was typed', async () => {
    const error = new DistiltuneError('there is no engine', { where: 'tiny', fix: 'distiltune engine install' });
    open({ train: () => runOf(null, Promise.reject(error)) });
    await start();
    await screen.until('error: there is no engine');
    expect([row('   in:'), row('   do:')]).toEqual(['   in: tiny', '   do: distiltune engine install']);
    expect(screen.frame()[0]).toContain('3/3 settings');
    expect(row('>')).toContain('runs/mine');
    expect(screen.frame()[22]).toMatch(/^\$ distiltune train tickets.csv -o .*runs\/mine$/);
  });
});

describe('GLUE', () => {
  test('is put together and begun with the words that are shown', async () => {
    const begun: unknown[] = [];
    const error = new DistiltuneError('no task has its files', { where: 'my glue', fix: 'see --data' });
    open({
      async glue(run, words, onLine) {
        begun.push(run, words);
        onLine('RTE is left out');
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw error;
      },
    });
    await screen.press('g');
    const change = async (key: string, value: string) => {
      await screen.press('home');
      for (let i = 0; i < 9 && !row('>')!.slice(2).startsWith(`${key} `); i++) await screen.press('down');
      await screen.press('return', 'ctrl+u');
      await screen.type(value);
      await screen.press('return');
    };
    await change('data', 'my glue');
    await change('tasks', 'sst2,rtee');
    expect(row('GLUE has no')).toBe('GLUE has no task "rtee": did you mean rte? There are: mnli, qqp, qnli, sst2,');
    await screen.press('ctrl+u');
    await screen.type('sst2,rte');
    await screen.press('return');
    await change('seeds', '3');
    for (let i = 0; i < 9 && !row('>')!.slice(2).startsWith('recipe '); i++) await screen.press('down');
    await screen.press('right');
    expect(screen.frame()[22]).toBe("$ distiltune glue run --data 'my glue' --tasks sst2,rte --seeds 3 --recipe tuned");
    await screen.press('s');
    expect(row('RTE is left out')).toBe('RTE is left out');
    expect(begun).toEqual([
      'runs/glue',
      ['glue', 'run', '--data', 'my glue', '--tasks', 'sst2,rte', '--seeds', '3', '--recipe', 'tuned'],
    ]);
    await screen.until('error: no task has its files');
    expect(screen.frame()[22]).toContain("--data 'my glue' --tasks sst2,rte");
  });
});
