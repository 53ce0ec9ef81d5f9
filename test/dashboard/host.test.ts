import { PassThrough, Writable } from 'node:stream';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { type Host, openHost } from '../../cli/dashboard/terminal/host.tsx';
import type { ScreenSize } from '../../cli/dashboard/terminal/screen.ts';
import { createTheme } from '../../cli/dashboard/theme.ts';
import { FailingScreen, SizedScreen, TypingScreen } from './sample-screens.tsx';
import { openTerminalScreen, type TerminalScreen } from './terminal-screen.ts';

const theme = createTheme({ colors: true, charset: 'braille' });

/** Streams as a terminal's, what was written to them, and a screen that shows it. */
function openTerminal(size: ScreenSize) {
  const screen: TerminalScreen = openTerminalScreen(size);
  const written: string[] = [];
  const modes: boolean[] = [];
  const stdout = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk, _, done) {
        written.push(String(chunk));
        screen.write(String(chunk)).then(() => done());
      },
    }),
    { isTTY: true, ...size },
  );
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode(mode: boolean) {
      modes.push(mode);
    },
  });
  const resize = (to: ScreenSize) => {
    screen.resize(to);
    Object.assign(stdout, to);
    stdout.emit('resize');
  };
  const open = (): Promise<Host> =>
    openHost({
      stdin: stdin as unknown as NodeJS.ReadStream,
      stdout: stdout as unknown as NodeJS.WriteStream,
      theme,
      interval: 0,
    });
  return { screen, written, modes, stdin, stdout, resize, open };
}

const pause = (milliseconds = 150) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const listeners = () =>
  ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGCONT', 'exit', 'uncaughtExceptionMonitor'].map((name) =>
    process.listenerCount(name),
  );

test('a screen is entered, shown, resized and left, with every mode set back', async () => {
  const before = listeners();
  const terminal = openTerminal({ columns: 20, rows: 6 });
  await terminal.screen.write('as found');
  const host = await terminal.open();
  host.show(createElement(SizedScreen));
  const bars = (columns: number, rows: number) =>
    Array.from({ length: rows - 2 }, (_, y) => '⣿'.repeat(Math.max(0, columns - y)));
  await expect.poll(() => terminal.screen.lines()).toEqual(['header 20x6', ...bars(20, 6), 'footer']);
  expect(terminal.screen.isAlternate()).toBe(true);
  for (const [columns, rows] of [
    [80, 24],
    [30, 10],
    [12, 40],
    [200, 50],
    [20, 6],
  ] as const) {
    terminal.resize({ columns, rows });
    await expect
      .poll(() => terminal.screen.lines())
      .toEqual([`header ${columns}x${rows}`, ...bars(columns, rows), 'footer']);
    expect(terminal.screen.isSynchronizing()).toBe(false);
  }
  await host.close();
  await host.closed;
  expect(terminal.screen.isAlternate()).toBe(false);
  expect(terminal.screen.lines()[0]).toBe('as found');
  const bytes = terminal.written.join('');
  for (const mode of ['1049', '2004', '2026']) {
    expect(bytes.split(`\x1b[?${mode}`).at(-1)![0]).toBe('l');
  }
  expect(bytes.split('\x1b[?25').at(-1)![0]).toBe('h');
  expect(terminal.modes).toEqual([false, true, false]);
  expect(listeners()).toEqual(before);
  expect(terminal.stdin.listenerCount('data')).toBe(0);
  expect(terminal.stdout.listenerCount('resize')).toBe(0);
});

test('not a byte is written when nothing changed, also when components render', async () => {
  const terminal = openTerminal({ columns: 20, rows: 6 });
  const host = await terminal.open();
  host.show(createElement(SizedScreen));
  await pause();
  const before = terminal.written.length;
  for (let i = 0; i < 5; i++) {
    host.show(createElement(SizedScreen));
    await pause(40);
  }
  expect(terminal.written.slice(before)).toEqual([]);
  await host.close();
});

test('bytes of keys reach the screen, and only what they change is written', async () => {
  const terminal = openTerminal({ columns: 40, rows: 6 });
  const host = await terminal.open();
  host.show(createElement(TypingScreen));
  await expect.poll(() => terminal.screen.lines()[0]).toBe('typed:');
  const before = terminal.written.length;
  terminal.stdin.write('ab\x1b[A');
  await expect.poll(() => terminal.screen.lines()[0]).toBe('typed: ab<up>');
  expect(terminal.written.slice(0, before).join('')).toContain('............');
  const bytes = terminal.written.slice(before).join('');
  expect(bytes).not.toContain('....');
  expect(bytes.length).toBeLessThan(120);
  await host.close();
});

test('Ctrl-L paints everything anew', async () => {
  const terminal = openTerminal({ columns: 40, rows: 6 });
  const host = await terminal.open();
  host.show(createElement(TypingScreen));
  await expect.poll(() => terminal.screen.lines()[0]).toBe('typed:');
  await terminal.screen.write('\x1b[2J');
  expect(terminal.screen.lines()[0]).toBe('');
  terminal.stdin.write('\x0c');
  await expect.poll(() => terminal.screen.lines()[0]).toBe('typed:');
  await host.close();
});

test('stdin that ends closes the host', async () => {
  const terminal = openTerminal({ columns: 40, rows: 6 });
  const host = await terminal.open();
  host.show(createElement(TypingScreen));
  terminal.stdin.end();
  await host.closed;
  expect(terminal.modes.at(-1)).toBe(false);
});

test('an error of the terminal closes the host, and further ones do no harm', async () => {
  const terminal = openTerminal({ columns: 40, rows: 6 });
  const host = await terminal.open();
  host.show(createElement(TypingScreen));
  terminal.stdout.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }));
  await host.closed;
  terminal.stdin.emit('error', Object.assign(new Error('read EIO'), { code: 'EIO' }));
  await host.close();
});

test('what a component throws comes out of `closed`, after the terminal was given back', async () => {
  const terminal = openTerminal({ columns: 40, rows: 6 });
  const host = await terminal.open();
  host.show(createElement(FailingScreen));
  terminal.stdin.write('x');
  await expect(host.closed).rejects.toThrow('the view is broken');
  await expect.poll(() => terminal.screen.isAlternate()).toBe(false);
});

test('without a terminal there is no host', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.ReadStream;
  const { stdout, written } = openTerminal({ columns: 40, rows: 6 });
  await expect(openHost({ stdin, stdout: stdout as unknown as NodeJS.WriteStream, theme })).rejects.toMatchObject({
    message: 'the dashboard needs a terminal',
    fix: 'use --ui plain',
    exitCode: 2,
  });
  expect(written).toEqual([]);
});
