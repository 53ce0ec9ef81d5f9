import { expect, test } from 'vitest';
import { change, rate, shortBytes, shortCount, shortDuration, shortMetric } from '../../cli/dashboard/run/figures.ts';
import { cell, cut, ends, row, wrapped } from '../../cli/dashboard/run/text.ts';
import { createTheme } from '../../cli/dashboard/theme.ts';

test.each([
  [0, '0'],
  [64.4, '64'],
  [999.4, '999'],
  [999.6, '1000'],
  [1000, '1.0k'],
  [4294, '4.3k'],
  [9949, '9.9k'],
  [9950, '10k'],
  [999_499, '999k'],
  [999_500, '1.0M'],
  [66_955_010, '67M'],
  [Number.NaN, '?'],
])('%d is counted as %s', (value, text) => {
  expect(shortCount(value)).toBe(text);
});

test.each([
  [0, '0s'],
  [59.4, '59s'],
  [60, '1m00s'],
  [599, '9m59s'],
  [600, '10m'],
  [3569, '59m'],
  [3570, '1h00m'],
  [7800, '2h10m'],
  [86_399, '1d0h'],
  [273_600, '3d4h'],
  [Number.POSITIVE_INFINITY, '?'],
])('%d seconds are %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text);
});

test.each([
  [0.9236, '.924'],
  [-0.004, '-.004'],
  [0.9996, '1.00'],
  [1.2345, '1.23'],
  [12.345, '12.3'],
  [123.45, '123'],
  [123_456, '123k'],
  [null, '-'],
  [Number.NaN, '-'],
])('the metric %d is %s', (value, text) => {
  expect(shortMetric(value)).toBe(text);
});

test('changes, rates and bytes', () => {
  expect([change(0.004), change(-0.125), change(null)]).toEqual(['+.004', '-.125', '']);
  expect([rate(0), rate(4.7e-5)]).toEqual(['0', '4.7e-5']);
  expect([shortBytes(812 * 2 ** 20), shortBytes(1.2 * 2 ** 30), shortBytes(12.4 * 2 ** 30)]).toEqual([
    '812M',
    '1.2G',
    '12G',
  ]);
});

const plain = createTheme({ colors: false, charset: 'braille' });
const ascii = createTheme({ colors: false, charset: 'ascii' });
const coloured = createTheme({ colors: true, charset: 'braille' });

test('texts are cut between characters, wide ones count twice', () => {
  expect(cut('distilbert', 10, plain)).toBe('distilbert');
  expect(cut('distilbert', 6, plain)).toBe('disti…');
  expect(cut('distilbert', 6, ascii)).toBe('disti~');
  expect(cut('漢字漢字', 6, plain)).toBe('漢字…');
  expect(cell('漢字漢字', 6, plain)).toBe('漢字… ');
  expect(cell('7', 3, plain, 'right')).toBe('  7');
  expect(cut('a'.repeat(1_000_000), 4, plain)).toBe('aaa…');
  expect(cut('abc', 0, plain)).toBe('');
});

test('a row is as wide as it was asked to be, its pieces in their roles', () => {
  expect(row(['step ', ['accent', '12'], '  '], 12, plain)).toBe('step 12     ');
  expect(row(['step ', ['accent', '123456']], 8, plain)).toBe('step 12…');
  expect(row(['  indented text'], 8, plain)).toBe('  inden…');
  expect(row([['bold', 'a']], 2, coloured)).toBe(`${coloured.bold('a')} `);
});

test('of two ends the right one is whole', () => {
  expect(ends(['distilbert-base'], ['ETA 4m'], 16, plain)).toBe('distilbe… ETA 4m');
  expect(ends([], ['ETA 4m'], 10, plain)).toBe('    ETA 4m');
});

test('words are wrapped, the last row is cut', () => {
  expect(wrapped('a film that is anything but dull', 12, 3, plain)).toEqual(['a film that', 'is anything', 'but dull']);
  expect(wrapped('a film that is anything but dull', 12, 2, plain)).toEqual(['a film that', 'is anything…']);
  expect(wrapped('abcdefghijkl', 5, 3, plain)).toEqual(['abcde', 'fghij', 'kl']);
  expect(wrapped('', 5, 3, plain)).toEqual([]);
});
