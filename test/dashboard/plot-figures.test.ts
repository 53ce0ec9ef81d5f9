import { describe, expect, test } from 'vitest';
import { bars, progressBar } from '../../cli/dashboard/plot/bars.ts';
import { calibrationPlot } from '../../cli/dashboard/plot/calibration-plot.ts';
import { fitted } from '../../cli/dashboard/plot/fitted.ts';
import { type HeatmapOptions, heatmap } from '../../cli/dashboard/plot/heatmap.ts';
import { scatterPlot } from '../../cli/dashboard/plot/scatter-plot.ts';
import { createTheme } from '../../cli/dashboard/theme.ts';
import { ascii, block, braille, picture } from './plots.ts';
import { createRandom } from './random.ts';

describe('predicted over true values', () => {
  const range = { min: 0, max: 5 };
  const size = { width: 32, height: 9, x: range, y: range, role: 'series1', isDiagonalShown: true } as const;
  const few = [0, 1, 2, 3, 4, 5].map((x) => ({ x, y: x === 3 ? 1 : x * 0.9 }));
  test('few points have a sign each', () => {
    expect(picture(scatterPlot({ ...size, points: few, theme: braille }))).toMatchInlineSnapshot(`
      "
      «5┤                           ⡠⠔•»
      « │                      ⢀ ⠔⠊    »
      « │                   ⣀ ⠊⠁•      »
      « │               ⣀⠤ ⠉           »
      « │            ⠤⠒                »
      « │       ⢀ ⠔⠉ •                 »
      « │   ⢀⡠ •⠁         •            »
      «0┤•⠔ ⠁                          »
      « └0────────────────────────────5»
      "
    `);
    expect(picture(scatterPlot({ ...size, points: few, theme: ascii }))).toMatchInlineSnapshot(`
      "
      «5+                           .-o»
      « |                        -'    »
      « |                   . ''o      »
      « |               .- '           »
      « |            --                »
      « |       . -' o                 »
      « |    . o          o            »
      «0+o- '                          »
      « +0----------------------------5»
      "
    `);
  });
  test('many are dots; in ASCII a sign tells how many', () => {
    const random = createRandom(3);
    const many = Array.from({ length: 200 }, () => {
      const x = 5 * random();
      return { x, y: Math.min(5, Math.max(0, x + random() - 0.5)) };
    });
    expect(picture(scatterPlot({ ...size, points: many, theme: braille }))).toMatchInlineSnapshot(`
      "
      «5┤                         ⡠⠶⡨⣞⡍»
      « │                    ⡀⡄⢔⢎⡕⡿⠏ ⠁ »
      « │                 ⡀⠔⣃⠍⠺⠣⠃⠃     »
      « │            ⢀⠤⣄⣘⠤⠅⡭  ⠉        »
      « │          ⡀⢥⠶⢻⠨⠞⠛             »
      « │      ⡠⣲⣖⠾⠝⠢⠃                 »
      « │  ⠠⢐⣴⢃⣋⠁⠂                     »
      «0┤⣠⣖⢖⠟⠂⠐⠁                       »
      « └0────────────────────────────5»
      "
    `);
    expect(picture(scatterPlot({ ...size, points: many, theme: ascii }))).toMatchInlineSnapshot(`
      "
      «5+                         oOOOO»
      « |                    ..OOO@o . »
      « |                 .OoOOOO.     »
      « |            .ooo.oO. o        »
      « |          oOO@oOO             »
      « |      oOOoooo                 »
      « |  . OoO..                     »
      «0+O@OOo.                        »
      « +0----------------------------5»
      "
    `);
  });
});

test('calibration: how far each bin is from the diagonal; bins of few rows are hollow, empty ones are left out', () => {
  const bins = [
    { confidence: 0.45, accuracy: 0, count: 0 },
    { confidence: 0.55, accuracy: 0.2, count: 4 },
    { confidence: 0.7, accuracy: 0.95, count: 30 },
    { confidence: 0.95, accuracy: 0.7, count: 500 },
  ];
  expect(picture(calibrationPlot({ bins, width: 40, height: 11, theme: braille }))).toMatchInlineSnapshot(`
    "
    «  1┤                         ●       ⣠⠔ »
    «   │                         ⡇    ⠔⠊ ⢸  »
    «   │                         ⣇ ⠒⠉    ⢸  »
    «   │                     ⢀⡠ ⠊⠁       ●  »
    «   │                  ⣀⢤ ⠁              »
    «0.5┤               ⡠⠒  ⢸                »
    «   │          ⢀ ⠔⠊     ⢸                »
    «   │       ⣀ ⠒⠁        ○                »
    «   │   ⢀⡠ ⠉                             »
    «  0┤⡠⠔ ⠁                                »
    «   └0────────────────0.5───────────────1»
    "
  `);
  expect(picture(calibrationPlot({ bins, width: 40, height: 11, theme: ascii }))).toMatchInlineSnapshot(`
    "
    «  1+                         @       ,- »
    «   |                         |    -' |  »
    «   |                         | -'    |  »
    «   |                      . ''       @  »
    «   |                  ., '              »
    «0.5+               .-  |                »
    «   |            -'     |                »
    «   |       . -'        o                »
    «   |    . '                             »
    «  0+.- '                                »
    «   +0----------------0.5---------------1»
    "
  `);
});

test('bars with labels and texts, of values up to the greatest', () => {
  const rows = [
    { label: 'negative', value: 0.91, text: '.91' },
    { label: 'a label that is too long', value: 0.25, text: '.25' },
    { label: '日本語', value: 0.003, text: '.00' },
    { label: 'none', value: Number.NaN, text: '-' },
    { label: 'all', value: 2, text: '2.' },
  ];
  expect(picture(bars({ rows, width: 30, max: 1, theme: braille }))).toMatchInlineSnapshot(`
    "
    «negative      ██████████▉  .91»
    «a label that… ███          .25»
    «日本語        ▏            .00»
    «none                         -»
    «all           ████████████  2.»
    "
  `);
  expect(picture(bars({ rows, width: 30, max: 1, theme: ascii }))).toMatchInlineSnapshot(`
    "
    «negative      ###########  .91»
    «a label that~ ###          .25»
    «日本語        #            .00»
    «none                         -»
    «all           ############  2.»
    "
  `);
  expect(picture(bars({ rows: rows.slice(0, 2), width: 5, max: 1, theme: ascii }))).toMatchInlineSnapshot(`
    "
    «~ .91»
    «~ .25»
    "
  `);
  expect(bars({ rows: [{ label: '', value: 0.5, text: '' }], width: 8, max: 1, theme: ascii })).toEqual(['####    ']);
});

test('progress: something from the first step on, all only at the end', () => {
  const fractions = [0, 0.001, 0.5, 0.68, 0.999, 1, 7, -1, Number.NaN];
  expect(fractions.map((fraction) => progressBar(fraction, 10, braille))).toEqual([
    '░░░░░░░░░░',
    '▏░░░░░░░░░',
    '█████░░░░░',
    '██████▊░░░',
    '█████████▉',
    '██████████',
    '██████████',
    '░░░░░░░░░░',
    '░░░░░░░░░░',
  ]);
  expect([progressBar(0.68, 10, block), progressBar(0.68, 10, ascii), progressBar(0.5, 0, ascii)]).toEqual([
    '███████░░░',
    '#######...',
    '',
  ]);
});

describe('a confusion matrix', () => {
  const three: Pick<HeatmapOptions, 'labels' | 'counts'> = {
    labels: ['entailment', 'neutral', 'contradiction'],
    counts: [
      [310, 20, 3],
      [40, 280, 11],
      [0, 25, 299],
    ],
  };
  const drawn = (options: Omit<HeatmapOptions, 'theme'>, theme = braille) => picture(heatmap({ ...options, theme }));

  test('has names and numbers where there is room', () =>
    expect(drawn({ ...three, width: 58, height: 4 })).toMatchInlineSnapshot(`
      "
      «                  entailment       neutral contradiction  »
      «entailment               310            20             3  »
      «neutral                   40           280            11  »
      «contradiction              0            25           299  »
      "
    `));
  test('has numbered columns where it is narrower', () =>
    expect(drawn({ ...three, width: 32, height: 4 })).toMatchInlineSnapshot(`
      "
      «                   1   2   3    »
      «1 entailment     310  20   3    »
      «2 neutral         40 280  11    »
      «3 contradiction    0  25 299    »
      "
    `));
  test('has shades where it is narrow', () => {
    expect(drawn({ ...three, width: 15, height: 4 })).toMatchInlineSnapshot(`
      "
      «          1 2 3»
      «1 entai… ██····»
      «2 neutr… ··▓▓··»
      «3 contr…   ··██»
      "
    `);
    expect(drawn({ ...three, width: 15, height: 4 }, ascii)).toMatchInlineSnapshot(`
      "
      «          1 2 3»
      «1 entai~ %%....»
      «2 neutr~ ..%%..»
      «3 contr~   ..%%»
      "
    `);
  });
  test('of many labels shows as many as there is room for', () => {
    const labels = Array.from({ length: 12 }, (_, i) => `intent ${i}`);
    const counts = labels.map((_, i) => labels.map((_, j) => (i === j ? 9000 : i === (j + 1) % 12 ? 800 : 0)));
    expect(drawn({ labels, counts, width: 26, height: 13 })).toMatchInlineSnapshot(`
      "
      «             1   5   10   »
      «1 intent 0   █          · »
      «2 intent 1   ·█           »
      «3 intent 2    ·█          »
      «4 intent 3     ·█         »
      «5 intent 4      ·█        »
      «6 intent 5       ·█       »
      «7 intent 6        ·█      »
      «8 intent 7         ·█     »
      «9 intent 8          ·█    »
      «10 intent 9          ·█   »
      «11 intent 10          ·█  »
      «12 intent 11           ·█ »
      "
    `);
    expect(drawn({ labels, counts, width: 26, height: 6 }, ascii)).toMatchInlineSnapshot(`
      "
      «           1              »
      «1 intent 0 %              »
      «2 intent 1 .%             »
      «3 intent 2  .%            »
      «4 intent 3   .%           »
      «and 8 more                »
      "
    `);
  });
  test('says by colour what is right, and what is often wrong', () => {
    const theme = createTheme({ colors: true, charset: 'ascii' });
    expect(
      heatmap({
        labels: ['a', 'b'],
        counts: [
          [9, 1],
          [0, 4],
        ],
        width: 8,
        height: 3,
        theme,
      })[1],
    ).toBe(`a ${theme.paint('good', ' 9')}${theme.paint('bad', ' 1')}  `);
  });
});

test('texts in so many cells: control characters do not get through, what is too long leaves a sign', () => {
  expect(['abc', 'abcdef', '日本語', '\x1b[31mx', 'a\nb'].map((text) => fitted(text, 5, braille))).toEqual([
    'abc  ',
    'abcd…',
    '日本…',
    '\uFFFD[31…',
    'a b  ',
  ]);
  expect([
    fitted('abc', 5, ascii, 'right'),
    fitted('abc', 2, ascii),
    fitted('abc', 0, ascii),
    fitted('日本', 2, ascii),
  ]).toEqual(['  abc', 'a~', '', '~ ']);
});
