import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { rangeOf, shortNumber, ticks } from '../../cli/dashboard/plot/axis.ts';
import { bars, progressBar, sparkline } from '../../cli/dashboard/plot/bars.ts';
import { createCanvas } from '../../cli/dashboard/plot/canvas.ts';
import { heatmap } from '../../cli/dashboard/plot/heatmap.ts';
import { type LinePlotOptions, linePlot } from '../../cli/dashboard/plot/line-plot.ts';
import { scatterPlot } from '../../cli/dashboard/plot/scatter-plot.ts';
import { type Charset, createTheme } from '../../cli/dashboard/theme.ts';
import { createRandom } from './random.ts';

const charsets: Charset[] = ['braille', 'block', 'ascii'];
const themes = Object.fromEntries(charsets.map((charset) => [charset, createTheme({ colors: false, charset })]));
const braille = themes.braille!;
const ascii = themes.ascii!;

/** A falling line from (0, 10) to (30, 1). */
const falling = Array.from({ length: 31 }, (_, x) => ({ x, y: 10 - 0.3 * x }));
const plot = (options: Partial<LinePlotOptions> = {}) =>
  linePlot({
    width: 28,
    height: 7,
    theme: braille,
    series: [{ name: 'loss', points: falling, style: 'solid', role: 'series1' }],
    marks: [],
    x: { min: 0, max: 30 },
    yScale: 'linear',
    ...options,
  });

/** With signs at the ends, so that blanks show. */
const shown = (rows: readonly string[]) => `\n${rows.map((row) => `«${row}»`).join('\n')}\n`;

describe('a line', () => {
  test('in dots of braille', () => {
    expect(shown(plot())).toMatchInlineSnapshot(`
      "
      «10┤⠑⠢⠤⣀                     »
      «  │    ⠑⠒⠤⣀                 »
      «  │        ⠉⠑⠢⣀             »
      « 5┤            ⠉⠑⠢⣀⣀        »
      «  │                 ⠑⠢⠤⣀    »
      « 1┤                     ⠑⠒⠢⣀»
      «  └0──────────────20──────30»
      "
    `);
  });
  test('in quarter blocks, and in ASCII', () => {
    const both = [plot({ theme: themes.block!, height: 5 }), plot({ theme: ascii, height: 5 })];
    expect(shown(both.flat())).toMatchInlineSnapshot(`
      "
      «10┤▀▀▄▄▄▖                   »
      «  │     ▝▀▀▚▄▄▄             »
      «  │            ▀▀▀▀▄▄▄▖     »
      « 1┤                   ▝▀▀▚▄▄»
      «  └0──────────────20──────30»
      «10+''--..                   »
      «  |      ''---.             »
      «  |            ''"--..      »
      « 1+                   ''--..»
      «  +0--------------20------30»
      "
    `);
  });
  test('with a legend, a band, a limit and marks, from nine rows on', () => {
    const points = falling.map(({ x, y }) => ({ x, y }));
    const band = falling.map(({ x, y }) => ({ x, min: y - 1, max: y + 1 }));
    const options: Partial<LinePlotOptions> = {
      theme: ascii,
      width: 40,
      height: 10,
      series: [
        { name: 'train', points, band, style: 'faint', role: 'dim' },
        { name: 'limit', points: [0, 30].map((x) => ({ x, y: 2 })), style: 'dashed', role: 'warn' },
      ],
      marks: [
        { x: 10, y: 10, glyph: 'E', role: 'series2' },
        { x: 20, glyph: '^', role: 'series3' },
      ],
    };
    expect(shown(plot(options))).toMatchInlineSnapshot(`
      "
      «                    .. train  -- limit  »
      «11+:-. .       E                        »
      «  |-:-:-:-.-.                           »
      «  |    '-'-:-:-:-. .                    »
      «  |         ' '-:-:-:-. .               »
      «  |              ' '-:-:-:-.-. .        »
      «  |                     ' '-:-:-:-.     »
      «  |---  ---  ---  ---  ---  -"-'-|-|-:--»
      « 0+                        ^        '-'-»
      «  +0----------------------20----------30»
      "
    `);
  });
  test('on a log scale every power of ten is as far from the next; what is not positive has no place', () => {
    const points = [0.001, 0.01, 0, 0.1, 1, -5].map((y, x) => ({ x, y }));
    const series = [{ name: 'loss', points, style: 'solid' as const, role: 'series1' as const }];
    const log = plot({ theme: ascii, yScale: 'log', series, x: { min: 0, max: 5 }, height: 8 });
    expect(shown(log)).toMatchInlineSnapshot(`
      "
      «    1+                -'    »
      «     |              ."      »
      «  0.1+             -'       »
      «     |                      »
      «     |   .-                 »
      «     |  -'                  »
      «0.001+."                    »
      «     +0--------------------5»
      "
    `);
  });
  test('with gaps where there is no number, and as a single point', () => {
    const broken = falling.map(({ x, y }) => ({ x, y: x > 10 && x < 20 ? Number.NaN : y }));
    const of = (points: { x: number; y: number }[]) => [
      { name: '', points, style: 'solid' as const, role: 'text' as const },
    ];
    const both = [broken, [{ x: 15, y: 3 }]].map((values) => plot({ theme: ascii, series: of(values), height: 5 }));
    expect(shown(both.flat())).toMatchInlineSnapshot(`
      "
      «10+''--..                   »
      «  |      ''-                »
      «  |                -..      »
      « 1+                   ''--..»
      «  +0--------------20------30»
      «4.5+                        »
      «   |                        »
      «   |            '           »
      «1.5+                        »
      «   +0-------------20------30»
      "
    `);
  });
});

test('scatter, bars, progress, sparkline, heatmap', () => {
  const points = [0, 1, 2, 3, 4, 5].map((x) => ({ x, y: x === 3 ? 1 : x }));
  const range = { min: 0, max: 5 };
  const size = { width: 22, height: 7, theme: ascii, x: range, y: range };
  expect(shown(scatterPlot({ ...size, points, role: 'series1', isDiagonalShown: true }))).toMatchInlineSnapshot(`
    "
    «5+                 . o»
    « |               o'   »
    « |          .-'       »
    « |       .o           »
    « |    o-'    o        »
    «0+o-'                 »
    « +0------------------5»
    "
  `);
  const values = [
    { label: 'negative', value: 0.91, text: '.91' },
    { label: 'a label that is too long', value: 0.25, text: '.25' },
    { label: 'none', value: Number.NaN, text: '-' },
  ];
  expect(shown(bars({ rows: values, width: 30, max: 1, theme: braille }))).toMatchInlineSnapshot(`
    "
    «negative      ██████████▉  .91»
    «a label that… ███          .25»
    «none                         -»
    "
  `);
  const fractions = [0, 0.5, 0.68, 1, 7, Number.NaN];
  expect(shown(fractions.map((fraction) => progressBar(fraction, 10, braille)))).toMatchInlineSnapshot(`
    "
    «░░░░░░░░░░»
    «█████░░░░░»
    «██████▊░░░»
    «██████████»
    «██████████»
    «░░░░░░░░░░»
    "
  `);
  expect(progressBar(0.68, 10, ascii)).toBe('#######...');
  expect([sparkline([1, 2, 3, Number.NaN, 8], 6, braille), sparkline([1, 2, 3, 8], 3, ascii)]).toEqual([
    '▁▂▃ █ ',
    '_.#',
  ]);
  const labels = ['entailment', 'neutral', 'contradiction'];
  const counts = [
    [310, 20, 3],
    [40, 280, 11],
    [0, 25, 299],
  ];
  expect(shown(heatmap({ labels, counts, width: 32, height: 4, theme: braille }))).toMatchInlineSnapshot(`
    "
    «                   1   2   3    »
    «1 entailment     310  20   3    »
    «2 neutral         40 280  11    »
    «3 contradiction    0  25 299    »
    "
  `);
  expect(shown(heatmap({ labels, counts, width: 12, height: 4, theme: ascii }))).toMatchInlineSnapshot(`
    "
    «       1 2 3»
    «1 en~ %%....»
    «2 ne~ ..%%..»
    «3 co~   ..%%»
    "
  `);
});

test('axes: round values, short numbers, a range even for one value', () => {
  expect([ticks({ min: 0, max: 1 }, 5), ticks({ min: 0.06, max: 0.81 }, 4), ticks({ min: 3, max: 3 }, 4)]).toEqual([
    [0, 0.5, 1],
    [0.2, 0.4, 0.6, 0.8],
    [],
  ]);
  expect(ticks({ min: 1e-5, max: 1 }, 3, 'log')).toEqual([1e-5, 1e-3, 0.1]);
  expect([0, 0.25, 1500, 999.9, 12_345, 1e6, 2e-5, -1200, 1e21].map(shortNumber)).toEqual([
    '0',
    '0.25',
    '1.5k',
    '1k',
    '12.3k',
    '1M',
    '2e-5',
    '-1.2k',
    '1e21',
  ]);
  expect([rangeOf([], 'linear'), rangeOf([4], 'linear'), rangeOf([-1, 0, 5, 9], 'log')]).toEqual([
    { min: 0, max: 1 },
    { min: 2, max: 6 },
    { min: 5, max: 9 },
  ]);
});

test('whatever the size and the values: rows of exactly the width, never too many, nothing thrown', () => {
  const random = createRandom(7);
  const whole = (below: number) => Math.floor(random() * below);
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e308, -1e308, 5e-324, 1, 2];
  const number = () => (random() < 0.3 ? odd[whole(odd.length)]! : random() * 10 ** (whole(12) - 6) - 1);
  const labels = ['', 'a', '日本語のラベル', '👩‍👩‍👧 family', 'x'.repeat(500), '\x1b[31mred\x07', 'عربى'];
  for (let round = 0; round < 400; round++) {
    const theme = themes[charsets[whole(3)]!]!;
    const [width, height] = [1 + whole(60), 1 + whole(24)];
    const points = Array.from({ length: whole(40) }, (_, x) => ({ x: random() < 0.1 ? number() : x, y: number() }));
    const x = { min: whole(3), max: whole(50) };
    const drawn = {
      line: linePlot({
        width,
        height,
        theme,
        series: [
          { name: 'a', points, style: 'solid', role: 'series1' },
          {
            name: 'b',
            points,
            band: points.map(({ x: at, y }) => ({ x: at, min: y, max: number() })),
            style: 'faint',
            role: 'dim',
          },
          { name: 'c', points, style: 'dashed', role: 'warn' },
        ],
        marks: [{ x: number(), y: number(), glyph: 'o', role: 'good' }],
        x,
        yScale: random() < 0.5 ? 'log' : 'linear',
      }),
      scatter: scatterPlot({ width, height, theme, points, role: 'series1', x, y: { min: number(), max: number() } }),
      bars: bars({ rows: labels.map((label) => ({ label, value: number(), text: '1' })), width, max: number(), theme }),
      heatmap: heatmap({ labels, counts: labels.map(() => labels.map(() => whole(1000))), width, height, theme }),
      progress: [progressBar(number(), width, theme)],
      sparkline: [
        sparkline(
          points.map(({ y }) => y),
          width,
          theme,
        ),
      ],
    };
    for (const [name, drawnRows] of Object.entries(drawn)) {
      for (const row of drawnRows) expect([name, row, stringWidth(row)]).toEqual([name, row, width]);
    }
    for (const name of ['line', 'scatter', 'heatmap'] as const) expect(drawn[name].length).toBeLessThanOrEqual(height);
  }
});

test('a cell has the colour of what was drawn in it last; without colours there is no escape code', () => {
  const canvas = createCanvas(3, 1, 'ascii');
  canvas.dot(0, 1, 'series1');
  canvas.dot(1, 1, 'series1');
  canvas.dot(1, 0, 'bad');
  canvas.glyph(2, 0, '^', 'good');
  canvas.dot(9, 9, 'bad');
  expect(canvas.toRows(ascii)).toEqual(['-"^']);
  const colors = createTheme({ colors: true, charset: 'ascii' });
  expect(canvas.toRows(colors)).toEqual(['\x1b[38;5;74m-\x1b[39m\x1b[38;5;166m"\x1b[39m\x1b[38;5;36m^\x1b[39m']);
  expect(createTheme({ colors: true, charset: 'ascii', only16: true }).paint('bad', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect([
    ascii.bold('x'),
    ascii.inverse('x'),
    ascii.paint('dim', 'x'),
    colors.paint('text', 'x'),
    colors.bold(''),
  ]).toEqual(['x', 'x', 'x', 'x', '']);
});
