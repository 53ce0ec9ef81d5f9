import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mainFile } from '../cli/run-cli.ts';
import { answers, csvOf } from '../cli/tiny-run.ts';
import { tiny } from '../cli/train-fixtures.ts';
import { glueWorkplace, tinySettings } from '../glue/glue-workplace.ts';
import { noTmux, openTmux, type Tmux } from './tmux.ts';

// A person sits at the terminal, which has colours, and no variable forbids them: only what is written to is no terminal.
describe.skipIf(noTmux)(`what is piped has no escape byte ${noTmux ?? ''}`, () => {
  let folder = '';
  let tmux: Tmux;
  beforeAll(async () => {
    folder = await glueWorkplace();
    writeFileSync(join(folder, 'answers.csv'), csvOf([['id', 'text', 'answer'], ...answers(120)]));
    tmux = await openTmux({ size: { columns: 80, rows: 24 }, folder, environment: { HF_HUB_OFFLINE: '1' } });
    await tmux.until((lines) => lines.findLast((line) => line !== '') === '$');
    await tmux.type(
      `unset NO_COLOR DISTILTUNE_CHARSET; TERM=xterm-256color; dt() { ${process.execPath} ${mainFile} "$@"; }`,
    );
    await tmux.keys('Enter');
  });
  afterAll(() => tmux.close());

  const train = ['train', 'answers.csv', ...tiny, '--epochs', '1'].join(' ');
  const glue = ['glue run', ...tinySettings, '--tasks cola epochs=1 -o runs/bench'].join(' ');
  test.each([
    ['a', `${train} -o runs/a`, '7 steps in '],
    ['b', `${train} -o runs/b --seed 7`, '7 steps in '],
    ['watched', 'watch runs/a', '7 steps in '],
    ['replayed', 'watch runs/a --replay --speed max', '7 steps in '],
    ['benchmark', glue, 'CoLA'],
    ['benchmark-watched', 'watch runs/bench', 'finished'],
    ['listed', 'runs ls', 'runs/a'],
    ['shown', 'runs show runs/a', 'runs/a'],
    ['compared', 'runs compare runs/a runs/b', 'accuracy'],
    ['steered', 'control runs/a pause', 'error: '],
    ['nothing', '', 'Usage: distiltune'],
    ['help', '--help', 'Usage: distiltune'],
    ['help-train', 'train --help', 'Usage: distiltune train'],
    ['mistaken', 'trian', 'error: '],
  ])('%s: distiltune %s', async (name, command, expected) => {
    await tmux.type(`clear; dt ${command} >${name}.out 2>&1; echo ended ${name}`);
    await tmux.keys('Enter');
    await tmux.until(new RegExp(`^ended ${name}`, 'm'), 60_000);
    const bytes = readFileSync(join(folder, `${name}.out`), 'utf8');
    expect(bytes).toContain(expected);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(bytes.match(/.*[\x00-\x08\x0b-\x1f\x7f-\x9f].*/g)).toBeNull();
    expect(await tmux.isAlternate()).toBe(false);
  });

  test('results alone, with the progress on the terminal', async () => {
    await tmux.type(`clear; dt ${train} -o runs/c >alone.out; echo ended alone`);
    await tmux.keys('Enter');
    await tmux.until(/^ended alone/m, 60_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(readFileSync(join(folder, 'alone.out'), 'utf8')).toMatch(/^[^\x00-\x09\x0b-\x1f\x7f-\x9f]+$/);
    expect(await tmux.styled()).toContain('\x1b[');
    expect(await tmux.isAlternate()).toBe(false);
  });
});
