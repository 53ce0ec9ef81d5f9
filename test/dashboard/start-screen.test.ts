import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElement, type ReactElement, useState } from 'react';
import stringWidth from 'string-width';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialStart, StartScreen, type StartState } from '../../cli/dashboard/start/start-screen.tsx';
import { createTheme } from '../../cli/dashboard/theme.ts';
import type { TrainJob } from '../../cli/run/job.ts';
import { plainContext } from './context.ts';
import { type Frames, openFrames } from './frames.ts';

let screen: Frames;
let launched: { job: TrainJob; words: readonly string[] }[];
let left: number;

function Start(): ReactElement {
  const [state, setState] = useState<StartState>(initialStart);
  return createElement(StartScreen, {
    context: plainContext(),
    state,
    onChange: setState,
    onLaunch: (job: TrainJob, words: readonly string[]) => void launched.push({ job, words }),
    onBack: () => {
      left++;
    },
  });
}

const open = (columns = 80, rows = 24, theme = createTheme({ colors: false, charset: 'braille' })) => {
  screen = openFrames(createElement(Start), { columns, rows }, theme);
  return screen;
};
/** All rows have been looked through. */
const audited = /\n +rows +\d| {2}rows {7}\d/;
const row = (text: string) => screen.frame().find((line) => line.includes(text));

const before = process.cwd();
beforeEach(() => {
  process.chdir(mkdtempSync(join(tmpdir(), 'distiltune-test-')));
  launched = [];
  left = 0;
  const rows = Array.from({ length: 60 }, (_, i) => `${i};"my card; number ${i}";${i % 3 === 0 ? 'cards' : 'loans'};x`);
  writeFileSync('tickets.csv', ['id;text;queue;note', ...rows].join('\n'));
});
afterEach(async () => {
  await screen?.close();
  process.chdir(before);
});

describe('choosing a file', () => {
  test('lists what is here, with sizes, and filters as a person types', async () => {
    mkdirSync('data');
    writeFileSync('letters.txt', 'a');
    open();
    await screen.until('tickets.csv');
    expect(screen.frame().slice(5, 10)).toEqual([
      '  ../',
      '> data/',
      `  letters.txt${' '.repeat(64)}1B`,
      `  tickets.csv${' '.repeat(64)}2K`,
      '',
    ]);
    await screen.type('TICK');
    expect(screen.frame().slice(2, 7)).toEqual([
      'file  TICK▏',
      `in    ${process.cwd()}`.slice(0, 80),
      '',
      `> tickets.csv${' '.repeat(64)}2K`,
      '',
    ]);
    expect(screen.frame()[22]).toBe('$ distiltune train tickets.csv');
    await screen.press('escape');
    expect(screen.frame()[2]).toBe('file  ▏');
    await screen.press('escape');
    expect(left).toBe(1);
  });

  test('goes into folders and out of them, and takes a folder with train and test files whole', async () => {
    mkdirSync('data');
    for (const name of ['train', 'test']) writeFileSync(`data/${name}.csv`, 'text,label\ngood day,a\nbad day,b\n');
    open();
    await screen.until('data/');
    await screen.press('return');
    await screen.until('test.csv');
    expect(screen.frame().slice(5, 9)).toEqual([
      '> ./ this folder: its train, test files',
      '  ../',
      `  test.csv${' '.repeat(66)}32B`,
      `  train.csv${' '.repeat(65)}32B`,
    ]);
    expect(screen.frame()[22]).toBe('$ distiltune train data');
    await screen.press('down', 'return');
    await screen.until('tickets.csv');
    await screen.press('return');
    await screen.until('this folder');
    await screen.press('return');
    await screen.until('data/train.csv');
    await screen.until(audited);
    // Both files have been looked through.
    expect(row('  rows  ')).toBe('  rows       4: train 2, test 2');
  });

  test('takes a path that is pasted, with blanks and quotes', async () => {
    mkdirSync('my data');
    writeFileSync("my data/it's.csv", 'text,label\ngood day,a\nbad day,b\n');
    open();
    await screen.paste(`${process.cwd()}/my data/it's.csv\n`);
    await screen.until("> it's.csv");
    await screen.press('return');
    await screen.until('task');
    expect(
      screen
        .frame()
        .join('\n')
        .replaceAll(/ \\\n +/g, ' '),
    ).toContain(`$ distiltune train '${process.cwd()}/my data/it'\\''s.csv'`);
  });

  test('says of a name that is not there what the reader says, and keeps it', async () => {
    open();
    await screen.until('tickets.csv');
    await screen.type('tickts.csv');
    await screen.until('no name here has that in it');
    await screen.press('return');
    await screen.until('error:');
    expect(screen.frame().slice(-5)).toEqual([
      'error: there is no such file',
      '   in: tickts.csv',
      '   do: did you mean tickets.csv?',
      '$ distiltune train tickts.csv',
      'up/down scroll  return settings  s start  esc another file  ? help',
    ]);
    await screen.press('escape');
    expect(screen.frame()[2]).toBe('file  tickts.csv▏');
  });

  test('shows hostile names on one line each, without what a terminal obeys', async () => {
    for (const name of ['new\nline.csv', 'red\x1b[31m.csv', '\u202egnp.csv', '漢字'.repeat(30)])
      writeFileSync(name, 'x');
    open(60, 16);
    await screen.until('tickets.csv');
    const frame = screen.frame();
    expect(frame.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
    for (const name of ['new line.csv', 'red\uFFFD[31m.csv', '\uFFFDgnp.csv', '漢字漢字…']) {
      expect(frame.some((line) => line.includes(name) || line.includes(name.slice(0, -1)))).toBe(true);
    }
    await screen.type('red');
    expect(screen.frame()[14]).toBe("$ distiltune train $'red\\033[31m.csv'");
  });
});

async function toPreview(): Promise<void> {
  await screen.until('tickets.csv');
  await screen.type('tickets');
  await screen.press('return');
  await screen.until(audited);
}

describe('looking at the data', () => {
  test('shows the first rows, how they are read and why, and what there is in all of them', async () => {
    open(80, 32);
    await toPreview();
    expect(screen.frame().slice(2, 18)).toEqual([
      '  id        text               queue     note',
      '            text               label',
      '  0         my card; number 0  cards     x',
      '  1         my card; number 1  loans     x',
      '  2         my card; number 2  loans     x',
      '',
      '  task       sequence-classification  "queue" holds words: classes',
      '  rows       60',
      '  labels     2: loans 40, cards 20',
      '  tokens     median 7, 95 % up to 7, longest 7; none longer than 128',
      '',
      'tickets.csv',
      '  encoding   utf-8                    every byte is valid UTF-8 (--encoding)',
      '  delimiter  semicolon                a semicolon divides every row of the',
      '                                      first 61 into 4 cells (--delimiter)',
      '  quotes     yes                      quotes enclose cells (--no-quotes)',
    ]);
  });

  test('a file that cannot be used is said so, and another can be chosen', async () => {
    writeFileSync('broken.csv', 'text,label\ngood,a\nbad,a\n');
    open();
    await screen.until('broken.csv');
    await screen.type('bro');
    await screen.press('return');
    await screen.until('error:');
    const frame = screen.frame();
    const at = frame.findIndex((line) => line.startsWith('error:'));
    expect(frame.slice(at, at + 3)).toEqual(
      [
        'error: column "label" holds one value only (a)',
        '   in: broken.csv',
        '   do: labels need two values at least; name another column with --label-column',
      ].map((line) => expect.stringContaining(line.slice(0, 60))),
    );
    expect(row('header')).toContain('is what a column is called');
    await screen.press('escape');
    expect(screen.frame()[2]).toBe('file  bro▏');
  });
});

describe('changing settings', () => {
  async function toSettings(): Promise<void> {
    await toPreview();
    await screen.press('return');
    await screen.until('3/3 settings');
  }
  const toKey = async (key: string) => {
    for (
      let i = 0;
      i < 60 && !screen.frame().some((line) => line.startsWith(`>`) && line.slice(2).startsWith(key));
      i++
    ) {
      await screen.press('down');
    }
  };
  const change = async (key: string, value: string) => {
    await screen.press('home');
    await toKey(key);
    await screen.press('return', 'ctrl+u');
    await screen.type(value);
    await screen.press('return');
  };

  test('takes values, refuses wrong ones with the words of the command line, and loses nothing', async () => {
    open();
    await toSettings();
    await change('epochs', 'many');
    expect(row('epochs: "many"')).toBe('epochs: "many" is not a number above 0');
    expect(row('>')).toMatch(/^> epochs +many▏/);
    await screen.press('escape');
    expect(row('>')).toMatch(/^> epochs +3 /);
    await change('epochs', '5');
    await change('optimizer.learningRate', '3e-5');
    expect(row('epochs')).toMatch(/^ \*epochs +5 +times through/);
    expect(screen.frame()[22]).toBe('$ distiltune train tickets.csv --epochs 5 --learning-rate 3e-5');
    await screen.press('escape', 'escape');
    await screen.until('> tickets.csv');
    await screen.press('return');
    await screen.until(audited);
    await screen.press('return');
    expect(row('epochs')).toMatch(/^ \*epochs +5 /);
    // What it was anyway is no change.
    await change('epochs', '3');
    expect(screen.frame()[22]).toBe('$ distiltune train tickets.csv --learning-rate 3e-5');
    await toKey('optimizer.learningRate');
    await screen.press('d');
    expect(screen.frame()[22]).toBe('$ distiltune train tickets.csv');
  });

  test('shows those that matter first, and all on demand; choices are gone through', async () => {
    open(80, 24);
    await toSettings();
    const keys = () => screen.frame().flatMap((line) => /^[> ][* ]([a-z][\w.]+) /.exec(line)?.[1] ?? []);
    expect(keys()).toEqual([
      'model',
      'task',
      'data.validation',
      'data.test',
      'data.textColumn',
      'data.pairColumn',
      'data.labelColumn',
      'maxLength',
      'batchSize',
      'epochs',
      'optimizer.learningRate',
      'output',
    ]);
    await screen.press('a');
    await toKey('schedule.type');
    await screen.press('right');
    expect(row('>')).toMatch(/^>\*schedule.type +cosine /);
    await screen.press('left', 'left');
    expect(row('>')).toMatch(/^>\*schedule.type +constant /);
    await toKey('shuffle');
    await screen.press('right');
    expect(screen.frame()[22]).toBe('$ distiltune train tickets.csv schedule.type=constant --no-shuffle');
    await screen.press('a');
    expect(keys()).toContain('schedule.type');
    expect(keys()).not.toContain('schedule.warmup');
  });

  test('what contradicts another setting is said when nothing is typed, too', async () => {
    open();
    await toSettings();
    await change('batchSize', '4');
    await screen.press('a');
    await change('accumulate', '8');
    const frame = screen.frame();
    const at = frame.findIndex((line) => line.startsWith('error:'));
    expect(frame.slice(at, at + 3)).toEqual([
      'error: accumulate: a step of 4 rows (batchSize) cannot be split into 8 parts',
      '   in: --accumulate',
      '   do: distiltune config schema lists every setting and what it takes',
    ]);
    await screen.press('s');
    expect(launched).toEqual([]);
  });

  test('starts what the command line says', async () => {
    open();
    await toSettings();
    await change('epochs', '2');
    await change('output', 'runs/my first');
    await screen.press('s');
    await screen.until(() => launched.length > 0);
    const { job, words } = launched[0]!;
    expect(words).toEqual(['distiltune', 'train', 'tickets.csv', '--epochs', '2', '-o', 'runs/my first']);
    expect(job).toMatchObject({
      settings: { epochs: 2, batchSize: 32, data: { train: 'tickets.csv', validation: 0.1 } },
      output: { folder: 'runs/my first', isAsked: true },
      resume: false,
      dryRun: false,
    });
  });

  test('a folder that cannot be written to is said before the start, and nothing is lost', async () => {
    mkdirSync('taken');
    writeFileSync('taken/note.txt', 'x');
    open();
    await toSettings();
    await change('epochs', '2');
    await change('output', 'taken');
    await screen.press('s');
    await screen.until('error:');
    expect(row('error:')).toBe('error: the folder is not empty, and no run of distiltune');
    expect(row('   in:')).toBe('   in: taken');
    expect(launched).toEqual([]);
    expect(screen.frame()[22]).toBe('$ distiltune train tickets.csv --epochs 2 -o taken');
  });
});

describe('every size', () => {
  test.each([
    [80, 24],
    [120, 40],
    [60, 16],
    [44, 60],
    [40, 12],
    [20, 6],
    [8, 3],
  ])('%i x %i has a title, the keys, and no row that is too wide', async (columns, rows) => {
    const ascii = createTheme({ colors: false, charset: 'ascii' });
    open(columns, rows, ascii);
    const check = () => {
      const frame = screen.frame();
      expect(frame).toHaveLength(rows);
      for (const line of frame) {
        expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        expect(line).toMatch(/^[\x20-\x7e]*$/);
      }
      if (columns >= 40) expect(frame[0]).toMatch(/^distiltune - fine-tune a file/);
      if (columns >= 40) expect(frame.at(-1)).toMatch(/ help$|as it was$/);
    };
    await screen.until((frame) => frame[0] !== '');
    if (rows > 6) await screen.until('tickets.csv');
    check();
    await screen.paste('tickets.csv');
    await screen.press('return');
    if (rows > 6) await screen.until(rows > 20 ? audited : 'my card');
    check();
    await screen.press('return');
    check();
    await screen.press('a', 'down', 'return', 'x', 'return');
    check();
  });

  test('colours are there where they are wanted, and change no character', async () => {
    const plain = open();
    await toPreview();
    const expected = plain.frame();
    await plain.close();
    open(80, 24, createTheme({ colors: true, charset: 'braille' }));
    await toPreview();
    expect(screen.frame()).toEqual(expected);
    expect(screen.styled()).toContain('\x1b[');
  });
});
