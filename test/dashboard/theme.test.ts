import picocolors from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { glyphsOf } from '../../cli/dashboard/glyphs.ts';
import { createTheme, type Role } from '../../cli/dashboard/theme.ts';
import { themeOf } from '../../cli/dashboard/theme-of.ts';
import { readEnvironment } from '../../cli/environment.ts';
import { charsets } from './plots.ts';

const roles: Role[] = [
  ...(['text', 'dim', 'good', 'warn', 'bad', 'accent'] as const),
  ...(['series1', 'series2', 'series3', 'series4', 'series5', 'series6', 'series7'] as const),
];

describe('colours', () => {
  test('are those of Okabe and Ito, as near as the terminal has them', () => {
    const painted = (colorDepth: 4 | 8 | 24) => {
      const theme = createTheme({ colors: true, charset: 'braille', colorDepth });
      return roles.map((role) => theme.paint(role, 'x').replace('x\x1b[39m', '').replace('\x1b[', ''));
    };
    expect(painted(24)).toEqual(
      [
        ['x', '138;138;138', '0;158;115', '230;159;0', '213;94;0', '86;180;233'],
        ['86;180;233', '230;159;0', '0;158;115', '204;121;167', '240;228;66', '213;94;0', '0;114;178'],
      ]
        .flat()
        .map((rgb) => (rgb === 'x' ? rgb : `38;2;${rgb}m`)),
    );
    expect(painted(8)).toEqual(
      ['x', 245, 36, 178, 166, 74, 74, 178, 36, 175, 221, 166, 32].map((n) => (n === 'x' ? n : `38;5;${n}m`)),
    );
    expect(painted(4)).toEqual(
      ['x', 90, 32, 33, 31, 96, 96, 33, 32, 35, 93, 31, 94].map((n) => (n === 'x' ? n : `${n}m`)),
    );
    // Lines of one plot are told apart.
    for (const depth of [4, 8, 24] as const) expect(new Set(painted(depth).slice(6)).size).toBe(7);
  });

  test('are ended where they end; nothing is written for nothing, or without colours', () => {
    const theme = createTheme({ colors: true, charset: 'braille' });
    expect([theme.bold('x'), theme.inverse('x'), theme.paint('bad', 'x')]).toEqual([
      '\x1b[1mx\x1b[22m',
      '\x1b[7mx\x1b[27m',
      '\x1b[38;5;166mx\x1b[39m',
    ]);
    expect([theme.bold(''), theme.inverse(''), theme.paint('bad', '')]).toEqual(['', '', '']);
    const plain = createTheme({ colors: false, charset: 'braille' });
    expect([plain.bold('x'), plain.inverse('x'), ...roles.map((role) => plain.paint(role, 'x'))]).toEqual(
      new Array(2 + roles.length).fill('x'),
    );
  });
});

describe.each(charsets)('the characters of %s', (charset) => {
  const { line, ...single } = glyphsOf[charset];
  const texts = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value as object).flatMap(texts);

  test('take one cell each, two those of a legend', () => {
    for (const text of texts(single)) expect([text, stringWidth(text)]).toEqual([text, 1]);
    for (const text of texts(line)) expect([text, stringWidth(text)]).toEqual([text, 2]);
  });

  test('tell apart what has to be told apart without colour', () => {
    const { best, evaluation, checkpoint, running, paused, busy, good, bad } = glyphsOf[charset];
    expect(new Set([best, evaluation, checkpoint]).size).toBe(3);
    expect(new Set([running, paused, busy, good, bad]).size).toBe(5);
    expect(new Set(Object.values(line)).size).toBe(4);
  });
});

test('ASCII is ASCII, and blocks are of code page 437', () => {
  expect(JSON.stringify(glyphsOf.ascii)).toMatch(/^[ -~]+$/);
  expect(JSON.stringify(glyphsOf.block).replace(/[ -~]/g, '')).toMatch(/^[♦○▲•║√·►←→↑↓▌█░▒▓▄─│┌┐└┘├┤┬┴┼]+$/);
});

describe('what suits a terminal', () => {
  const of = (variables: Record<string, string>, hasColors = true) => {
    const stdout = { colors: picocolors.createColors(hasColors) } as Parameters<typeof themeOf>[0]['stdout'];
    const theme = themeOf({ environment: readEnvironment({ HOME: '/somewhere', ...variables }), stdout });
    return [theme.charset, theme.paint('series2', 'x').split('x')[0]];
  };
  test.each([
    [{ LANG: 'en_US.UTF-8', TERM: 'xterm-256color' }, 'braille'],
    [{ LANG: 'de_DE.utf8' }, 'braille'],
    [{}, 'braille'],
    [{ LANG: 'C' }, 'ascii'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, 'ascii'],
    [{ LANG: 'de_DE.ISO-8859-1', LC_CTYPE: 'C.UTF-8' }, 'braille'],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'block'],
    [{ LANG: 'C', TERM: 'linux' }, 'ascii'],
    [{ LANG: 'C', DISTILTUNE_CHARSET: 'braille' }, 'braille'],
    [{ TERM: 'linux', DISTILTUNE_CHARSET: 'auto' }, 'block'],
  ])('%j: %s', (variables, charset) => expect(of(variables)[0]).toBe(charset));

  test.each([
    [{ TERM: 'xterm-256color' }, '\x1b[38;5;178m'],
    [{ TERM: 'xterm', COLORTERM: 'truecolor' }, '\x1b[38;2;230;159;0m'],
    [{ TERM: 'xterm-direct' }, '\x1b[38;2;230;159;0m'],
    [{ TERM: 'linux' }, '\x1b[33m'],
  ])('%j: %j', (variables, code) => expect(of(variables)[1]).toBe(code));

  test('no colours where the output has none', () => expect(of({ COLORTERM: 'truecolor' }, false)[1]).toBe(''));

  test('a character set that there is not', () => {
    expect(() => of({ DISTILTUNE_CHARSET: 'emoji' })).toThrow(
      expect.objectContaining({
        message: 'there is no character set "emoji"',
        where: 'DISTILTUNE_CHARSET',
        fix: 'There are: auto, braille, block, ascii',
      }),
    );
  });
});
