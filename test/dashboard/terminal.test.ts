import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { noTmux, openTmux, type Tmux } from './tmux.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const demo = `${process.execPath} test/dashboard/demo.mjs`;

describe.skipIf(noTmux)(`a terminal ${noTmux ?? ''}`, () => {
  let tmux: Tmux;
  afterEach(() => tmux.close());

  /** A shell that has told its terminal's settings, with the demo on its screen. */
  async function openDemo(): Promise<{ settings: string }> {
    tmux = await openTmux({ size: { columns: 80, rows: 24 }, folder: root });
    const settings = await settingsOf('before');
    await prompt();
    await tmux.type(demo);
    await tmux.keys('Enter');
    await tmux.until('HEADER 80x24');
    expect(await tmux.isAlternate()).toBe(true);
    expect(await tmux.isCursorShown()).toBe(false);
    return { settings };
  }

  /** Waits until the shell can be typed to. */
  async function prompt(): Promise<void> {
    await tmux.until((lines) => lines.findLast((line) => line !== '') === '$');
  }

  /** A sum of `stty -g`, as the shell's commands find the terminal. */
  async function settingsOf(mark: string): Promise<string> {
    await prompt();
    await tmux.type(`echo ${mark} $(stty -g | cksum)`);
    await tmux.keys('Enter');
    const lines = await tmux.until(new RegExp(`^${mark} \\S`, 'm'));
    return lines.find((line) => line.startsWith(`${mark} `))!.slice(mark.length + 1);
  }

  /** Waits for the demo to end, with that exit status. */
  async function expectStatus(status: number): Promise<void> {
    await prompt();
    await tmux.type('echo status=$?');
    await tmux.keys('C-j');
    await tmux.until(`status=${status}`);
  }

  /** The terminal as it was found, with what stood on its screen. */
  async function expectGivenBack(settings: string): Promise<string[]> {
    expect(await tmux.isAlternate()).toBe(false);
    expect(await tmux.isCursorShown()).toBe(true);
    expect(await settingsOf('after')).toBe(settings);
    const lines = await tmux.history();
    expect(lines.find((line) => line.startsWith('before '))).toBe(`before ${settings}`);
    expect(lines.filter((line) => /HEADER|FOOTER|⣿/.test(line))).toEqual([]);
    return lines;
  }

  async function demoPid(): Promise<number> {
    const [header] = await tmux.lines();
    return Number(header!.split(' pid ')[1]);
  }

  test('five resizes: one header, one footer, nothing of the size before', async () => {
    await openDemo();
    for (const [columns, rows] of [
      [120, 40],
      [60, 16],
      [40, 60],
      [200, 50],
      [80, 24],
    ] as const) {
      await tmux.resize({ columns, rows });
      const isWhole = (lines: string[]) =>
        lines.length === rows && lines[0]!.startsWith(`HEADER ${columns}x${rows} pid `) && lines.at(-1) === 'FOOTER';
      await tmux.until((lines) => {
        // Neither is there twice at any time, also while the terminal is still reading the frame.
        expect(lines.filter((line) => line.startsWith('HEADER')).length).toBeLessThan(2);
        expect(lines.filter((line) => line.startsWith('FOOTER')).length).toBeLessThan(2);
        return isWhole(lines);
      });
      for (let i = 0; i < 10; i++) {
        const lines = await tmux.lines();
        expect(isWhole(lines)).toBe(true);
        expect(lines.slice(1, -2).filter((line) => !/^⣿*$/.test(line))).toEqual([]);
        expect(lines.at(-2)).toBe('keys:');
      }
    }
  });

  test('keys arrive; Ctrl-C is one', async () => {
    const { settings } = await openDemo();
    await tmux.keys('Up', 'F5', 'BTab', 'M-a', 'C-Left', 'Escape');
    await tmux.until('keys: up f5 shift+tab alt+a ctrl+left escape');
    await tmux.keys('C-c');
    await tmux.until('escape ctrl+c');
    await tmux.keys('C-c');
    await expectStatus(0);
    expect(await expectGivenBack(settings)).toContain('closed');
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s from outside', async (signal, status) => {
    const { settings } = await openDemo();
    process.kill(await demoPid(), signal);
    await expectStatus(status);
    await expectGivenBack(settings);
  });

  test.each([
    ['x', 'Error: a key broke it'],
    ['r', 'Error: a promise broke it'],
    ['v', 'failed: a view broke it'],
  ])('a crash (%s): the terminal is given back, and the error is printed on its main screen', async (key, message) => {
    const { settings } = await openDemo();
    await tmux.keys(key);
    await expectStatus(1);
    const lines = await expectGivenBack(settings);
    expect(lines.some((line) => line.includes(message))).toBe(true);
  });

  test('process.exit', async () => {
    const { settings } = await openDemo();
    await tmux.keys('e');
    await expectStatus(7);
    await expectGivenBack(settings);
  });

  test('Ctrl-Z gives the terminal to the shell, fg takes it again', async () => {
    const { settings } = await openDemo();
    await tmux.keys('a', 'C-z');
    await tmux.until(/Stopped/);
    expect(await tmux.isAlternate()).toBe(false);
    expect(await tmux.isCursorShown()).toBe(true);
    expect(await settingsOf('meanwhile')).toBe(settings);
    await tmux.resize({ columns: 100, rows: 30 });
    await prompt();
    await tmux.type('fg');
    await tmux.keys('Enter');
    const lines = await tmux.until(/HEADER 100x30[\s\S]*FOOTER/);
    expect(lines.slice(-2)).toEqual(['keys: a', 'FOOTER']);
    expect(await tmux.isCursorShown()).toBe(false);
    await tmux.keys('b', 'q');
    await tmux.until('closed');
    expect(await tmux.isAlternate()).toBe(false);
    expect(await settingsOf('after')).toBe(settings);
  });

  test('what is written to stderr meanwhile waits for the main screen', async () => {
    const { settings } = await openDemo();
    await tmux.keys('w', 'w');
    const shown = await tmux.until('keys: w w');
    expect(shown.filter((line) => line.includes('warning'))).toEqual([]);
    await tmux.keys('q');
    await expectStatus(0);
    const lines = await expectGivenBack(settings);
    expect(lines.filter((line) => line === 'a warning')).toEqual(['a warning', 'a warning']);
  });

  test('kill -9 leaves what nobody can take back, and no process', async () => {
    await openDemo();
    const pid = await demoPid();
    process.kill(pid, 'SIGKILL');
    await expectStatus(137);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await tmux.isAlternate()).toBe(true);
    await tmux.type("stty sane; printf '\\033[?1049l\\033[?25h'");
    await tmux.keys('C-j');
    await tmux.until((lines) => lines.some((line) => line.startsWith('before ')));
    expect(await tmux.isAlternate()).toBe(false);
  });

  test('a terminal that goes away ends the process', async () => {
    await openDemo();
    const pid = await demoPid();
    await tmux.close();
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
