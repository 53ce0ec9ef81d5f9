import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { RunsScreen } from '../../cli/dashboard/runs/runs-screen.tsx';
import { createTheme, type Theme } from '../../cli/dashboard/theme.ts';
import { trainingEvents, writeRun } from '../runs/run-folders.ts';
import { plainContext } from './context.ts';
import { openFrames } from './frames.ts';

const screen = { columns: 80, rows: 24 };
const hour = 3_600_000;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

/** Four runs: two that ended, one that was stopped, one whose process is gone. */
function runsFolder(): string {
  process.chdir(mkdtempSync(join(tmpdir(), 'distiltune-runs-')));
  const folder = 'runs';
  const scored = (accuracy: number) => ({
    metrics: { validation: { accuracy, loss: 1 - accuracy } },
    best: { step: 20, epoch: 2, metric: 'accuracy', value: accuracy },
  });
  writeRun(join(folder, 'tickets'), { heartbeat: ago(2 * hour), results: scored(0.9) });
  writeRun(join(folder, 'reviews'), {
    heartbeat: ago(hour + 60_000),
    results: { ...scored(0.75), seconds: { engine: 1, tokenize: 1, train: 500, evaluate: 6, save: 2 } },
  });
  writeRun(join(folder, 'entities'), {
    heartbeat: ago(3 * hour),
    task: 'token-classification',
    state: 'stopped',
    step: 7,
    results: { ...scored(0.5), reason: 'stopped' },
  });
  writeRun(join(folder, 'gone'), {
    heartbeat: ago(26 * hour),
    state: 'running',
    began: Date.now() - 26 * hour - 90_000,
    events: trainingEvents(20, () => 1),
  });
  return folder;
}

function open(folder: string, size = screen, theme?: Theme) {
  const calls: [string, unknown][] = [];
  const on = (name: string) => (value?: unknown) => void calls.push([name, value]);
  const frames = openFrames(
    createElement(RunsScreen, {
      context: plainContext(),
      folder,
      onOpen: on('open'),
      onCompare: on('compare'),
      onResume: on('resume'),
      onTry: on('try'),
      onBack: on('back'),
    }),
    size,
    theme,
  );
  return { frames, calls };
}

/** Cells of the list's rows; the age and the size change with the clock and the machine. */
const cells = (rows: string[]) =>
  rows
    .filter((row) => row.includes('runs/') && !row.startsWith('$'))
    .map((row) => row.split(/ {2,}/).map((cell) => cell.replace(/^\d+[hd].*[mh]$/, 'AGE').replace(/^\d+K$/, 'SIZE')));
const names = (rows: string[]) => rows.flatMap((row) => /(?:❯|✓| ) (runs\/\S+)/.exec(row)?.[1] ?? []);
const command = (rows: string[]) => rows.find((row) => row.startsWith('$ '));

describe('the list of runs', () => {
  it('tells state, task, score, age, duration and size, the latest first', async () => {
    const { frames } = open(runsFolder());
    await frames.until(/\dK$/m);
    expect(cells(frames.frame())).toEqual([
      ['❯', 'runs/reviews', 'finished', 'classes', 'tiny', 'accuracy 0.7500', 'AGE', '8m30s', 'SIZE'],
      ['', 'runs/tickets', 'finished', 'classes', 'tiny', 'accuracy 0.9000', 'AGE', '50s', 'SIZE'],
      ['', 'runs/entities', 'stopped', 'tokens', 'tiny', 'accuracy 0.5000', 'AGE', '50s', 'SIZE'],
      ['', 'runs/gone', 'died', 'classes', 'tiny', 'AGE', '1m30s', 'SIZE'],
    ]);
    expect(frames.frame().slice(0, 4)).toEqual([
      'distiltune · runs                                                           runs',
      '',
      'find  ▏                                                          4 runs, by time',
      '    run            state     task     model  best               ago   took  size',
    ]);
    expect(command(frames.frame())).toBe('$ distiltune watch runs/reviews');
    await frames.close();
  });

  it('has the most telling columns at every size', async () => {
    const { frames } = open(runsFolder(), { columns: 120, rows: 40 });
    await frames.until(/\dK$/m);
    const columns = () =>
      frames
        .frame()
        .find((row) => row.startsWith('    run'))!
        .trim()
        .split(/ {2,}/);
    expect(columns()).toEqual(['run', 'state', 'task', 'model', 'best', 'ago', 'took', 'size']);
    await frames.resize({ columns: 60, rows: 16 });
    expect(columns()).toEqual(['run', 'state', 'task', 'best', 'ago']);
    await frames.resize({ columns: 44, rows: 60 });
    expect(columns()).toEqual(['run', 'state', 'best']);
    expect(frames.frame().at(-1)).toBe('return open  space mark  esc back  f1 help');
    await frames.resize({ columns: 30, rows: 8 });
    expect(frames.frame().slice(0, 4)).toEqual([
      'distiltune · runs         runs',
      'find  ▏        4 runs, by time',
      '    run            state',
      '❯   runs/reviews   finished',
    ]);
    await frames.close();
  });

  it('sorts, and looks for what is typed', async () => {
    const { frames } = open(runsFolder());
    await frames.until(/\dK$/m);
    await frames.press('tab');
    expect(names(frames.frame())).toEqual(['runs/tickets', 'runs/reviews', 'runs/entities', 'runs/gone']);
    await frames.press('tab');
    expect(names(frames.frame())).toEqual(['runs/entities', 'runs/gone', 'runs/reviews', 'runs/tickets']);
    await frames.press('tab');
    expect(names(frames.frame())).toEqual(['runs/reviews', 'runs/gone', 'runs/tickets', 'runs/entities']);
    await frames.type('FINISHED');
    expect(names(frames.frame())).toEqual(['runs/reviews', 'runs/tickets']);
    expect(frames.frame()[2]).toMatch(/^find {2}FINISHED▏ +2 of 4, by duration$/);
    await frames.type('zz');
    expect(frames.frame()).toContain('no run has that in it');
    await frames.press('escape');
    expect(names(frames.frame())).toHaveLength(4);
    await frames.close();
  });

  it('opens, tries, marks and compares', async () => {
    const { frames, calls } = open(runsFolder());
    await frames.until(/\dK$/m);
    await frames.press('down', 'return', 'ctrl+t');
    await frames.press('up', 'space', 'down', 'space');
    expect(names(frames.frame())).toContain('runs/entities');
    expect(command(frames.frame())).toBe('$ distiltune runs compare runs/reviews runs/entities');
    expect(frames.frame().at(-1)).toMatch(/^return compare 2 /);
    await frames.press('return', 'escape', 'escape');
    expect(calls).toEqual([
      ['open', 'runs/tickets'],
      ['try', 'runs/tickets'],
      ['compare', ['runs/reviews', 'runs/entities']],
      ['back', undefined],
    ]);
    await frames.close();
  });

  it('goes on with a run that was interrupted, and says why not with another', async () => {
    const { frames, calls } = open(runsFolder());
    await frames.until(/\dK$/m);
    await frames.press('ctrl+r');
    expect(frames.frame()).toContain('error: there is nothing to go on with: it has ended');
    await frames.press('down', 'down', 'ctrl+r', 'down', 'ctrl+r');
    expect(calls).toEqual([
      ['resume', 'runs/entities'],
      ['resume', 'runs/gone'],
    ]);
    await frames.close();
  });

  it('removes after asking, and nothing that is going on', async () => {
    const folder = runsFolder();
    writeRun(join(folder, 'live'), { heartbeat: ago(0), state: 'running', pid: process.pid });
    const { frames } = open(folder);
    await frames.until(/\dK$/m);
    await frames.press('delete');
    expect(frames.frame().join('\n')).toMatch(/Remove runs\/live with its model, \d+K in all\? y removes/);
    expect(command(frames.frame())).toBe('$ distiltune runs rm runs/live');
    await frames.press('y');
    await frames.until(`error: this run is going on (process ${process.pid})`);
    await frames.press('down', 'delete', 'n');
    expect(existsSync('runs/reviews')).toBe(true);
    await frames.press('space', 'space', 'delete');
    expect(frames.frame().join('\n')).toMatch(/Remove 2 runs with their models/);
    await frames.press('y');
    await frames.until((rows) => names(rows).length === 3);
    expect(names(frames.frame())).toEqual(['runs/live', 'runs/entities', 'runs/gone']);
    expect([existsSync('runs/reviews'), existsSync('runs/tickets')]).toEqual([false, false]);
    await frames.close();
  });

  it('says where there are none, and keeps hostile names from the terminal', async () => {
    process.chdir(mkdtempSync(join(tmpdir(), 'distiltune-runs-')));
    const { frames } = open('runs');
    await frames.until('no runs in runs: fine-tune a file to make one');
    writeRun(join('runs', '\x1b[31mred\x07 \u202egnp'), { heartbeat: ago(0) });
    mkdirSync(join('runs', 'no run'));
    await frames.until('1 run,');
    for (const hostile of ['\x1b[31m', '\x07', '\u202e']) expect(frames.styled()).not.toContain(hostile);
    expect(names(frames.frame())).toEqual(['runs/\uFFFD[31mred\uFFFD']);
    await frames.close();
  });

  it('draws without colours and in ASCII', async () => {
    const { frames } = open(runsFolder(), screen, createTheme({ colors: false, charset: 'ascii' }));
    await frames.until(/\dK$/m);
    await frames.press('space');
    expect(frames.styled()).not.toContain('\x1b');
    expect(frames.frame().join('\n')).toMatch(/^[ -~\n]*$/);
    expect(
      frames
        .frame()
        .filter((row) => /^[> ] [+ ] runs/.test(row))
        .map((row) => row.slice(0, 3)),
    ).toEqual(['  +', '>  ', '   ', '   ']);
    await frames.close();
  });
});
