import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../cli/run/process-alive.ts';
import { mainFile } from '../cli/run-cli.ts';
import { noTmux, openTmux, type Tmux } from '../dashboard/tmux.ts';
import { glueWorkplace, tinySettings } from './glue-workplace.ts';

describe.skipIf(noTmux !== undefined)(`a benchmark under its dashboard ${noTmux ?? ''}`, () => {
  let folder = '';
  const open: Tmux[] = [];
  beforeAll(async () => {
    folder = await glueWorkplace();
  });
  afterEach(async () => {
    for (const terminal of open.splice(0)) await terminal.close();
  });

  /** @param words of the command after the program's name */
  async function terminal(words: string): Promise<Tmux> {
    const opened = await openTmux({
      size: { columns: 100, rows: 30 },
      command: `${process.execPath} ${mainFile} ${words}; echo "ended with $?"; exec cat`,
      folder,
      environment: { HF_HUB_OFFLINE: '1' },
    });
    open.push(opened);
    return opened;
  }
  /** The dashboard is the shell's one child. */
  const childOf = (pid: number) => Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }));
  const status = (run: string) => JSON.parse(readFileSync(join(folder, run, 'status.json'), 'utf8'));
  const run = (name: string, ...more: string[]) => ['glue run', ...tinySettings, '-o', name, ...more].join(' ');

  test('it goes on when the dashboard is killed; another one attaches and stops it', async () => {
    const first = await terminal(run('bench', '--tasks cola,rte epochs=100000'));
    await first.until(/CoLA seed 42 .*step \d+/);
    const { pid } = status('bench');
    process.kill(childOf(await first.pid()), 'SIGKILL');
    await first.until('ended with 137');
    await first.close();
    open.pop();
    expect(isAlive(pid)).toBe(true);

    const second = await terminal('watch bench');
    await second.until(/CoLA seed 42 .*step \d+/);
    await second.keys('q');
    await second.until('End it?');
    await second.keys('s');
    // The benchmark's own word: its last run is over before it.
    await second.until(/^distiltune glue .*STOPPED/m);
    await second.keys('Enter');
    const lines = await second.until('ended with 0');
    expect(lines.join('\n')).toContain('go on with it: distiltune glue run');
    expect(status('bench')).toMatchObject({ state: 'stopped', pid });
    expect(isAlive(pid)).toBe(false);
  });

  test('finished, it leaves the report on the main screen, and all that it printed in its folder', async () => {
    const shown = await terminal(run('short', '--tasks cola epochs=1'));
    await shown.until(/^distiltune glue .*DONE/m);
    await shown.keys('Enter');
    const lines = await shown.until('ended with 0');
    expect(lines.join('\n')).toContain('GLUE dev scores of tiny');
    expect(readFileSync(join(folder, 'short/output.log'), 'utf8')).toContain('CoLA (1/1) seed 42');
  });

  test('what is wrong with the command is said as ever, and leaves nothing behind', async () => {
    const wrong = await terminal(run('wrong', '--tasks colla'));
    const lines = await wrong.until('ended with 2');
    expect(lines.slice(0, 2)).toEqual([
      'error: GLUE has no task "colla"',
      expect.stringMatching(/^ {3}do: did you mean cola\? There are: .*cola/),
    ]);
    expect(existsSync(join(folder, 'wrong'))).toBe(false);
  });
});
