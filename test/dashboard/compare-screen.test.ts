import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { fields } from '../../cli/config/fields.ts';
import { CompareScreen } from '../../cli/dashboard/compare/compare-screen.tsx';
import { createTheme, type Theme } from '../../cli/dashboard/theme.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { trainingEvents, writeRun } from '../runs/run-folders.ts';
import { openFrames } from './frames.ts';

const results = (accuracy: number) => ({
  metrics: { validation: { accuracy, loss: 1 - accuracy } },
  best: { step: 40, epoch: 2, metric: 'accuracy', value: accuracy },
});

function twoRuns(): void {
  process.chdir(mkdtempSync(join(tmpdir(), 'distiltune-compare-')));
  writeRun('runs/slow', {
    step: 40,
    totalSteps: 40,
    events: trainingEvents(40, (step) => 2 / Math.sqrt(step)),
    results: results(0.9),
  });
  writeRun('runs/fast', {
    step: 20,
    totalSteps: 20,
    settings: { batchSize: 64, optimizer: { ...defaultSettings.optimizer, learningRate: 1e-4 } },
    events: trainingEvents(20, (step) => 1 / step),
    results: results(0.95),
  });
}

function open(runs: string[], size = { columns: 80, rows: 24 }, theme?: Theme) {
  let left = 0;
  const onBack = () => void left++;
  return { frames: openFrames(createElement(CompareScreen, { runs, onBack }), size, theme), left: () => left };
}

const both = ['runs/slow', 'runs/fast'];
const figures = [
  'metric                    A       B      B-A  better',
  'validation accuracy  0.9000  0.9500  +0.0500  B',
  'validation loss      0.1000  0.0500  -0.0500  B',
  '',
  'cost               A        B  B-A',
  'seconds           50       50    =',
  'tokens/s       2,500    2,500    =',
  'examples/s       100      100    =',
  'peak memory  1.50 GB  1.50 GB    =',
  'steps             20       20    =',
  'best step         40       40    =',
];

describe('comparing on the dashboard', () => {
  it('draws the curves of both over each other, each with its letter at its end', async () => {
    twoRuns();
    const { frames } = open(both);
    await frames.until('1 loss');
    const rows = frames.frame();
    expect(rows.slice(0, 5)).toEqual([
      'distiltune · compare                                                      2 runs',
      '',
      '⠤⠤ A runs/slow  finished  step 40/40                validation accuracy 0.9000',
      '⠤⠄ B runs/fast  finished  step 20/20                validation accuracy 0.9500 ◆',
      '[1 loss] 2 figures  3 settings  4 accuracy →              ema .9 · lin · by step',
    ]);
    expect(rows.slice(-2)).toEqual([
      '$ distiltune runs compare runs/slow runs/fast',
      'tab panel  x axis  z smooth  l log  up/down scroll  esc back  ? help',
    ]);
    // A ends at the right, at the last step of all; B half way, for it has half the steps.
    const place = (letter: string) => Math.max(...rows.slice(5, -3).map((row) => row.indexOf(letter)));
    expect([place('A'), place('B')]).toEqual([79, 43]);
    expect(rows.at(-3)).toMatch(/^ +└0─+10─+20─+30─+40$/);
    await frames.close();
  });

  it('draws the metrics, over steps, epochs and time, smoothed or not', async () => {
    twoRuns();
    const { frames } = open(both);
    await frames.until('1 loss');
    const options = () => frames.frame()[4]!.replace(/^.* {2,}/, '');
    const axis = () => frames.frame().at(-3)!.replace(/─+/g, ' ').trim();
    const seen: string[][] = [];
    for (const key of ['x', 'x', 'x', 'z', 'z', 'l']) {
      await frames.press(key);
      seen.push([options(), axis()]);
    }
    expect(seen).toEqual([
      ['ema .9 · lin · by epoch', '└0 0.5 1 1.5 2'],
      // 40 steps of 2 s, two evaluations of 3 s.
      ['ema .9 · lin · by time', '└0s 20s 40s 1m00s 1m26s'],
      ['ema .9 · lin · by step', '└0 10 20 30 40'],
      ['ema .98 · lin · by step', '└0 10 20 30 40'],
      ['raw · lin · by step', '└0 10 20 30 40'],
      ['raw · log · by step', '└0 10 20 30 40'],
    ]);
    await frames.press('l', '4');
    // Evaluated after each of two epochs: 0.7, then 0.9.
    expect(frames.frame()[5]).toMatch(/^ 0\.9┤.*B.*A$/);
    expect(frames.frame().at(-4)).toMatch(/^ 0\.7┤.*◇.*◇/);
    await frames.press('shift+tab', 'shift+tab', 'shift+tab', 'shift+tab');
    expect(frames.frame()[4]).toBe(' 1 loss  2 figures  3 settings  4 accuracy  5 eval loss [6 lr]     lin · by step');
    expect(frames.frame()[5]).toMatch(/^9\.7e-4┤/);
    await frames.close();
  });

  it('has the tables as panels, and beneath the plot where there is room', async () => {
    twoRuns();
    const { frames } = open(both);
    await frames.until('1 loss');
    await frames.press('2');
    expect(frames.frame().slice(5, 16)).toEqual(figures);
    await frames.press('3');
    const settings = [
      'setting                 A        B',
      'batchSize               32       64',
      'optimizer.learningRate  0.00005  0.0001',
      `${fields.length + 8} settings are the same`,
    ];
    expect(frames.frame().slice(5, 9)).toEqual(settings);
    await frames.press('1');
    await frames.resize({ columns: 120, rows: 40 });
    const wide = frames.frame();
    const top = wide.indexOf(`${figures[0]!.padEnd(61)}${settings[0]}`);
    expect(wide.slice(top, top + 11).map((row) => row.slice(0, 58).trimEnd())).toEqual(figures);
    expect(wide.slice(top, top + 4).map((row) => row.slice(61))).toEqual(settings);
    await frames.resize({ columns: 44, rows: 60 });
    const tall = frames.frame();
    expect(tall).toContain('batchSize               32       64');
    expect(tall).toContain('validation accuracy  0.9000  0.9500  B');
    expect(tall.find((row) => row.startsWith('     └0'))).toMatch(/40$/);
    await frames.close();
  });

  it('is a table alone on a small screen, with its keys', async () => {
    twoRuns();
    const { frames, left } = open(both, { columns: 50, rows: 12 });
    await frames.until('1 figures');
    expect(frames.frame()).toEqual([
      'distiltune · compare                        2 runs',
      '⠤⠤ A runs/slow                   accuracy 0.9000',
      '⠤⠄ B runs/fast                   accuracy 0.9500 ◆',
      '[1 figures] 2 settings                   1-6 of 11',
      'metric                    A       B  better',
      'validation accuracy  0.9000  0.9500  B',
      'validation loss      0.1000  0.0500  B',
      '',
      'cost               A        B',
      'seconds           50       50',
      '$ distiltune runs compare runs/slow runs/fast',
      'tab panel  x axis  z smooth  esc back  ? help',
    ]);
    await frames.press('down', 'pagedown', 'pagedown');
    expect(frames.frame()[9]).toBe('best step         40       40');
    await frames.press('home');
    expect(frames.frame()[4]).toBe('metric                    A       B  better');
    await frames.press('?');
    expect(frames.frame().join('\n')).toContain('over steps, epochs or time');
    await frames.press('?', 'q');
    expect(left()).toBe(1);
    await frames.close();
  });

  it('goes on with a run that is being trained, from the beginning where it was cut', async () => {
    twoRuns();
    const events = trainingEvents(20, () => 1);
    writeRun('runs/live', {
      state: 'running',
      pid: process.pid,
      step: 20,
      totalSteps: 80,
      heartbeat: new Date().toISOString(),
      events,
    });
    const { frames } = open(['runs/slow', 'runs/live']);
    await frames.until('1 loss');
    expect(frames.frame()[3]).toMatch(/^⠤⠄ B runs\/live {2}running {2}step 20\/80 +validation accuracy 0\.9000$/);
    const later = {
      v: 1,
      time: new Date().toISOString(),
      type: 'step',
      step: 60,
      epoch: 6,
      loss: 1,
      learningRate: 0,
      seconds: 1,
    };
    appendFileSync('runs/live/events.jsonl', `${JSON.stringify(later)}\n`);
    await frames.until(/└0─+20─+40─+60$/m);
    await frames.press('2');
    expect(frames.frame().join('\n').replace(/\s+/g, ' ')).toContain(
      'runs/live is going on (step 20): its metrics are those of its best evaluation so far, at step 20',
    );
    await frames.close();
  });

  it('says what is wrong with a run, and keeps its hostile name from the terminal', async () => {
    twoRuns();
    writeFileSync('runs/fast/results.json', '{');
    const { frames } = open(both);
    await frames.until('error: the file is damaged');
    await frames.close();
    const name = 'runs/\x1b[31mred\x07\u202e';
    writeRun(name, { results: results(0.5), events: trainingEvents(4, () => Number.NaN) });
    const { frames: hostile } = open(['runs/slow', name]);
    await hostile.until('1 loss');
    for (const bad of ['\x1b[31m', '\x07', '\u202e']) expect(hostile.styled()).not.toContain(bad);
    expect(hostile.frame()[3]).toContain('B runs/\uFFFD[31mred\uFFFD\uFFFD');
    await hostile.close();
  });

  it('draws without colours and in ASCII, and tells lines apart by more than colour', async () => {
    twoRuns();
    const plain = open(both, { columns: 80, rows: 24 }, createTheme({ colors: false, charset: 'ascii' }));
    await plain.frames.until('1 loss');
    expect(plain.frames.styled()).not.toContain('\x1b');
    expect(plain.frames.frame().join('\n')).toMatch(/^[ -~\n]*$/);
    expect(
      plain.frames
        .frame()
        .slice(2, 4)
        .map((row) => row.slice(0, 4)),
    ).toEqual(['-- A', '-  B']);
    await plain.frames.close();
    const colored = open(both, { columns: 80, rows: 24 }, createTheme({ colors: true, charset: 'braille' }));
    await colored.frames.until('1 loss');
    expect(colored.frames.styled()).toContain('\x1b[0;38;5;74m⠤⠤ A ');
    expect(colored.frames.styled()).toContain('\x1b[0;38;5;178m⠤⠄ B ');
    await colored.frames.close();
  });
});
