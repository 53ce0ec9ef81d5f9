import { createElement } from 'react';
import { expect, test } from 'vitest';
import { keyNamed } from '../../cli/dashboard/terminal/key.ts';
import { openStage } from '../../cli/dashboard/terminal/stage.tsx';
import { createTheme } from '../../cli/dashboard/theme.ts';
import { openFrames } from './frames.ts';
import { FailingScreen, OversizedScreen, SizedScreen, TypingScreen } from './sample-screens.tsx';

const bars = (columns: number, rows: number) =>
  Array.from({ length: rows - 2 }, (_, y) => '⣿'.repeat(Math.max(0, columns - y)));

test('a screen follows the size of the terminal', async () => {
  const screen = openFrames(createElement(SizedScreen), { columns: 20, rows: 6 });
  expect(screen.frame()).toEqual(['header 20x6', ...bars(20, 6), 'footer']);
  for (const [columns, rows] of [
    [200, 60],
    [30, 5],
    [12, 40],
    [80, 24],
    [20, 6],
  ] as const) {
    await screen.resize({ columns, rows });
    expect(screen.frame()).toEqual([`header ${columns}x${rows}`, ...bars(columns, rows), 'footer']);
  }
  await screen.close();
});

test('a frame has the rows and columns of the terminal, whatever a view returns', async () => {
  const screen = openFrames(createElement(OversizedScreen), { columns: 7, rows: 4 });
  // The last cell of the last row stays blank.
  expect(screen.frame()).toEqual(['00漢字', '11漢字', '20漢字', '31漢字']);
  await screen.resize({ columns: 6, rows: 3 });
  expect(screen.frame()).toEqual(['00漢字', '11漢字', '20漢']);
  await screen.resize({ columns: 6, rows: 4 });
  expect(screen.frame()).toEqual(['00漢字', '11漢字', '20漢字', '31漢']);
  await screen.close();
});

test('colours reach the frame, of a view and of a canvas', async () => {
  const theme = createTheme({ colors: true, charset: 'braille' });
  const screen = openFrames(createElement(SizedScreen), { columns: 4, rows: 3 }, theme);
  const sgr = theme.paint('accent', '⣿⣿⣿⣿').split('⣿')[0]!;
  expect(sgr.startsWith('\x1b[')).toBe(true);
  expect(screen.styled()).toBe(`head\n${sgr.replace('\x1b[', '\x1b[0;')}⣿⣿⣿⣿\x1b[0m\nfoo`);
  await screen.close();
});

test('what is typed reaches the screen', async () => {
  const screen = openFrames(createElement(TypingScreen), { columns: 60, rows: 5 });
  await screen.type('a b');
  await screen.press('up', 'ctrl+x');
  await screen.paste('pasted');
  expect(screen.frame()[0]).toBe('typed: a b<up><ctrl+x>pasted');
  await screen.close();
});

test('a dialog stands in front of a plot and takes the keys from the screen', async () => {
  const screen = openFrames(createElement(TypingScreen), { columns: 20, rows: 5 });
  await screen.type('adq');
  expect(screen.frame()).toEqual(['typed: a', '............', '..[stop? q].', '............', '']);
  await screen.press('escape');
  await screen.type('z');
  expect(screen.frame()).toEqual(['typed: az', '............', '............', '............', '']);
  await screen.close();
});

test('keys that come at once find what the key before has changed', async () => {
  const stage = openStage({
    size: { columns: 20, rows: 5 },
    theme: createTheme({ colors: false, charset: 'ascii' }),
    onChange: () => {},
    onError: () => {},
  });
  stage.show(createElement(TypingScreen));
  for (const name of ['a', 'b', 'd', 'x', 'y', 'escape', 'c']) expect(stage.press(keyNamed(name))).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(stage.frame()[0]!.texts.join('').trimEnd()).toBe('typed: abc');
  stage.close();
  expect(stage.press(keyNamed('a'))).toBe(false);
});

test('rows that have not changed are the same objects: nothing has to be compared', async () => {
  const stage = openStage({
    size: { columns: 20, rows: 5 },
    theme: createTheme({ colors: false, charset: 'ascii' }),
    onChange: () => {},
    onError: () => {},
  });
  stage.show(createElement(TypingScreen));
  const before = stage.frame();
  expect(stage.frame().map((row, y) => row === before[y])).toEqual([true, true, true, true, true]);
  stage.press(keyNamed('a'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stage.frame().map((row, y) => row === before[y])).toEqual([false, true, true, true, true]);
  stage.close();
});

test('what a component throws comes out', async () => {
  const screen = openFrames(createElement(FailingScreen), { columns: 20, rows: 5 });
  expect(screen.frame()[0]).toBe('fine');
  await expect(screen.press('x')).rejects.toThrow('the view is broken');
  await screen.close();
});
