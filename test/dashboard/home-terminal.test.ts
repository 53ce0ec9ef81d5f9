import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mainFile, runCli } from '../cli/run-cli.ts';
import { answers, csvOf, writeTinyCheckpoint } from '../cli/tiny-run.ts';
import { glueWorkplace } from '../glue/glue-workplace.ts';
import { noTmux, openTmux, type Tmux } from './tmux.ts';

describe.skipIf(noTmux)(`the home screen in a terminal ${noTmux ?? ''}`, () => {
  let folder = '';
  let tmux: Tmux;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    await writeTinyCheckpoint(join(folder, 'tiny'));
    // All that reading the data takes, and no weights.
    cpSync(join(folder, 'tiny'), join(folder, 'hollow'), { recursive: true });
    rmSync(join(folder, 'hollow/model.safetensors'));
    writeFileSync(join(folder, 'answers.csv'), csvOf([['id', 'text', 'answer'], ...answers(240)]));
    tmux = await openTmux({ size: { columns: 80, rows: 24 }, folder, environment: { HF_HUB_OFFLINE: '1' } });
  });
  afterAll(() => tmux.close());

  const last = (lines: string[]) => lines.findLast((line) => line !== '');
  const settings = async (mark: string): Promise<string> => {
    await tmux.until((lines) => last(lines) === '$');
    await tmux.type(`echo ${mark} $(stty -g | cksum)`);
    await tmux.keys('Enter');
    const lines = await tmux.until(new RegExp(`^${mark} \\S`, 'm'));
    return lines.find((line) => line.startsWith(`${mark} `))!.slice(mark.length + 1);
  };
  /** Goes to a setting and types its value. */
  const change = async (key: string, value: string, first = 'model ') => {
    const chosen = (lines: string[]) => lines.find((line) => line.startsWith('>'))!.slice(2);
    await tmux.keys('Home');
    await tmux.until((lines) => chosen(lines).startsWith(first));
    for (let now = chosen(await tmux.lines()); !now.startsWith(`${key} `); now = chosen(await tmux.lines())) {
      await tmux.keys('Down');
      await tmux.until((lines) => chosen(lines) !== now && chosen(lines) !== '');
    }
    await tmux.keys('Enter', 'C-u');
    await tmux.type(value);
    await tmux.keys('Enter');
    await tmux.until((lines) => lines.some((line) => line.includes(`*${key}`) && line.includes(` ${value} `)));
  };

  test('leads from a file to a trained model, and leaves the terminal as it was', async () => {
    const before = await settings('before');
    await tmux.type(`${process.execPath} ${mainFile}`);
    await tmux.keys('Enter');
    await tmux.until('fine-tune a file', 30_000);
    expect(await tmux.isAlternate()).toBe(true);
    await tmux.type('f');
    await tmux.until('answers.csv');
    await tmux.type('answ');
    await tmux.until('$ distiltune train answers.csv');
    await tmux.keys('Enter');
    await tmux.until(/labels {5}2: no 160, yes 80/, 30_000);
    await tmux.keys('Enter');
    await tmux.until('3/3 settings');
    await change('model', 'tiny');
    await change('maxLength', '20');
    await change('epochs', '2');
    const shown = await tmux.until('$ distiltune train answers.csv --model tiny --max-length 20 --epochs 2');
    expect(last(shown)).toMatch(/^up\/down choose .*\? help$/);
    await tmux.type('s');
    await tmux.until('DONE', 60_000);
    const saved = JSON.parse(readFileSync(join(folder, 'runs/answers/config.json'), 'utf8'));
    expect([saved.model, saved.maxLength, saved.epochs, saved.data.train]).toEqual(['tiny', 20, 2, 'answers.csv']);
    expect(existsSync(join(folder, 'runs/answers/model/model.safetensors'))).toBe(true);
    await tmux.keys('x');
    await tmux.until('what came of it is in runs/answers');
    await tmux.until(/runs\/answers +finished/);
    await tmux.type('q');
    expect(await settings('after')).toBe(before);
    expect([await tmux.isAlternate(), await tmux.isCursorShown()]).toEqual([false, true]);
    const history = await tmux.history();
    expect(history.filter((line) => /home|DONE|▏/.test(line))).toEqual([]);
  });

  test('a benchmark is begun, fills its table, and is found among the runs', async () => {
    cpSync(join(await glueWorkplace(), 'glue'), join(folder, 'glue'), { recursive: true });
    await tmux.type(`clear; ${process.execPath} ${mainFile}`);
    await tmux.keys('Enter');
    await tmux.until('the latest runs', 30_000);
    await tmux.type('g');
    await tmux.until('run GLUE');
    await change('data', 'glue', 'data ');
    await change('model', 'tiny', 'data ');
    await change('tasks', 'cola,rte', 'data ');
    await tmux.type('a');
    await change('settings', 'maxLength=20', 'data ');
    await tmux.until('$ distiltune glue run --data glue --model tiny --tasks cola,rte maxLength=20');
    await tmux.type('s');
    const lines = await tmux.until('DONE 2/2 runs', 60_000);
    expect(lines[0]).toMatch(/^distiltune glue · tiny · recipe hf +✓ DONE 2\/2 runs$/);
    expect(lines[2]).toMatch(/^task +seed 42 +median +card +README$/);
    expect(lines[3]).toMatch(/^CoLA +(-?\d+\.\d +-?\d+\.\d|! no score) +51\.3 +51\.3$/);
    expect(lines[4]).toMatch(/^RTE +\d+\.\d +\d+\.\d +59\.9 +59\.9$/);
    await tmux.keys('x');
    await tmux.until('what came of it is in runs/glue');
    await tmux.type('r');
    await tmux.until(/glue +.*finished/);
    await tmux.type('glue');
    await tmux.keys('Enter');
    await tmux.until('DONE 2/2 runs');
    await tmux.keys('x');
    await tmux.until('distiltune · runs');
    await tmux.keys('C-c');
    await tmux.until((shown) => last(shown) === '$');
  });

  test('a mistake in the data leads back to where it is put right', async () => {
    await tmux.type('clear');
    await tmux.keys('Enter');
    await tmux.type(`${process.execPath} ${mainFile}`);
    await tmux.keys('Enter');
    await tmux.until('the latest runs', 30_000);
    await tmux.type('f');
    await tmux.until('answers.csv');
    await tmux.type('answers.csv');
    await tmux.keys('Enter');
    await tmux.until('2/3 data');
    await tmux.keys('Enter');
    await tmux.until('3/3 settings');
    await change('model', 'hollow');
    await tmux.type('s');
    const lines = await tmux.until('error:', 30_000);
    expect(lines.slice(lines.findIndex((line) => line.startsWith('error:')))).toEqual([
      'error: There is no model.safetensors and no model.safetensors.index.json.',
      '   in: hollow',
      '   do: There is config.json, vocab.txt. Name a folder that a model was saved to.',
      '$ distiltune train answers.csv --model hollow',
      'up/down choose  return edit  d default  a all  s start  esc back  ? help',
    ]);
    expect(lines.some((line) => /^>\*model +hollow /.test(line))).toBe(true);
    await tmux.keys('C-c');
    await tmux.until((lines) => last(lines) === '$');
  });
});

test('without a terminal nothing asked for is the help, and no escape byte', async () => {
  const { code, stdout, stderr } = await runCli([]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: distiltune /);
  expect(stdout).not.toContain('\x1b');
});
