import { describe, expect, test } from 'vitest';
import { digitsOf, rangeOf, shortNumber, ticks } from '../../cli/dashboard/plot/axis.ts';
import { createCanvas } from '../../cli/dashboard/plot/canvas.ts';
import { type LinePlotOptions, linePlot, type PlotSeries } from '../../cli/dashboard/plot/line-plot.ts';
import { createTheme, type Theme } from '../../cli/dashboard/theme.ts';
import { ascii, block, braille, picture } from './plots.ts';

const points = (count: number, y: (x: number) => number) => Array.from({ length: count }, (_, x) => ({ x, y: y(x) }));
/** From (0, 10) to (30, 1). */
const falling = points(31, (x) => 10 - 0.3 * x);

const solid = (line: PlotSeries['points'], more: Partial<PlotSeries> = {}): PlotSeries => ({
  name: '',
  points: line,
  style: 'solid',
  role: 'series1',
  ...more,
});

const plot = (options: Partial<LinePlotOptions> = {}) =>
  picture(
    linePlot({
      width: 28,
      height: 7,
      theme: braille,
      series: [solid(falling)],
      marks: [],
      x: { min: 0, max: 30 },
      yScale: 'linear',
      ...options,
    }),
  );

describe('a line', () => {
  test('in dots of braille', () =>
    expect(plot()).toMatchInlineSnapshot(`
    "
    «10┤⠑⠢⠤⣀                     »
    «  │    ⠑⠒⠤⣀                 »
    «  │        ⠉⠑⠢⣀             »
    « 5┤            ⠉⠑⠢⣀⣀        »
    «  │                 ⠑⠢⠤⣀    »
    « 1┤                     ⠑⠒⠢⣀»
    «  └0───────────────20─────30»
    "
  `));
  test('in half blocks', () =>
    expect(plot({ theme: block })).toMatchInlineSnapshot(`
    "
    «10┤▀▀▄▄                     »
    «  │    ▀▀▄▄                 »
    «  │        ▀▀█▄             »
    « 5┤            ▀▀█▄▄        »
    «  │                 ▀▀▄▄    »
    « 1┤                     ▀▀▄▄»
    «  └0───────────────20─────30»
    "
  `));
  test('in ASCII', () =>
    expect(plot({ theme: ascii })).toMatchInlineSnapshot(`
    "
    «10+'-,.                     »
    «  |    '',.                 »
    «  |        ''-.             »
    « 5+            ''-..        »
    «  |                 ''..    »
    « 1+                     ''-.»
    «  +0---------------20-----30»
    "
  `));

  test('of one value all along stands in the middle', () =>
    expect(plot({ series: [solid(points(31, () => 3))], height: 5 })).toMatchInlineSnapshot(`
      "
      «4.5┤                        »
      «   │                        »
      «   │⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉»
      «1.5┤                        »
      «   └0──────────────20─────30»
      "
    `));

  test('that is a single point is seen', () => {
    const single = [solid([{ x: 15, y: 3 }])];
    expect(plot({ series: single, height: 5 })).toMatchInlineSnapshot(`
      "
      «4.5┤                        »
      «   │                        »
      «   │            •           »
      «1.5┤                        »
      «   └0──────────────20─────30»
      "
    `);
    expect(plot({ series: single, height: 5, theme: ascii })).toMatchInlineSnapshot(`
      "
      «4.5+                        »
      «   |                        »
      «   |            o           »
      «1.5+                        »
      «   +0--------------20-----30»
      "
    `);
  });

  test('has gaps where there is no number', () => {
    const broken = points(31, (x) =>
      x > 8 && x < 14 ? Number.NaN : x === 20 ? Number.POSITIVE_INFINITY : 10 - 0.3 * x,
    );
    expect(plot({ series: [solid(broken)] })).toMatchInlineSnapshot(`
      "
      «10┤⠑⠢⠤⣀                     »
      «  │    ⠑⠒⠤                  »
      «  │           ⢀             »
      « 5┤            ⠉⠑⠢⣀         »
      «  │                 ⠑⠢⠤⣀    »
      « 1┤                     ⠑⠒⠢⣀»
      «  └0───────────────20─────30»
      "
    `);
  });

  test('of numbers near the greatest has its places', () => {
    const huge = [-1.7e308, 0, 1.7e308].map((y, i) => ({ x: 15 * i, y }));
    expect(plot({ series: [solid(huge)], theme: ascii, height: 6 })).toMatchInlineSnapshot(`
      "
      « 1.7e308+               ..-'»
      «        |           ..-'    »
      «        |        .-'        »
      «        |    .-''           »
      «-1.7e308+.-''               »
      «        +0----------------30»
      "
    `);
  });

  test('that is not there leaves axes, and words', () => {
    expect(plot({ series: [], height: 5 })).toMatchInlineSnapshot(`
      "
      «│                           »
      «│                           »
      «│       nothing here        »
      «│                           »
      «└0────────────────20──────30»
      "
    `);
    expect(plot({ series: [solid(points(31, () => -1))], height: 5, yScale: 'log' })).toMatchInlineSnapshot(`
      "
      «│                           »
      «│                           »
      «│    nothing above zero     »
      «│                           »
      «└0────────────────20──────30»
      "
    `);
  });
});

describe('a log scale', () => {
  const powers = [0.001, 0.01, 0, 0.1, 1, -5].map((y, x) => ({ x, y }));
  test('has every power of ten as far from the next, and no place for what is not positive', () =>
    expect(plot({ yScale: 'log', series: [solid(powers)], x: { min: 0, max: 5 } })).toMatchInlineSnapshot(`
      "
      «    1┤               ⢀⠔⠁    »
      «     │             ⢀⠔⠁      »
      «  0.1┤             ⠁        »
      «     │    ⢀                 »
      «     │  ⣀⠔⠁                 »
      «0.001┤⡠⠊                    »
      «     └0────────────────────5»
      "
    `));

  test('bends a straight line', () =>
    expect(plot({ yScale: 'log', theme: ascii })).toMatchInlineSnapshot(`
    "
    «10+'''---..                 »
    «  |        '''--..          »
    «  |              ''--.      »
    «  |                  ''-.   »
    «  |                      |  »
    « 1+                       ',»
    «  +0---------------20-----30»
    "
  `));
});

describe('several things', () => {
  const band = falling.map(({ x, y }) => ({ x, min: y - (x % 5) / 2, max: y + 1 }));
  const training: Partial<LinePlotOptions> = {
    width: 44,
    height: 10,
    series: [
      solid(falling, { name: 'train', band, style: 'faint', role: 'dim' }),
      solid(falling, { name: 'smoothed' }),
      solid(
        [0, 30].map((x) => ({ x, y: 3 })),
        { name: 'limit', style: 'dashed', role: 'warn' },
      ),
    ],
    marks: [
      { x: 10, glyph: '▲', role: 'series3' },
      { x: 20, glyph: '▲', role: 'series3' },
      { x: 10, y: 10, glyph: '◇', role: 'series2', name: 'eval' },
      { x: 20, y: 5, glyph: '◆', role: 'good', name: 'best' },
    ],
    verticals: [{ x: 15, role: 'dim' }],
  };
  test('a faint band, a line, a dashed one, marks at their places, a rule, a legend', () =>
    expect(plot(training)).toMatchInlineSnapshot(`
      "
      «     ⢕⢕ train  ⠤⠤ smoothed  ⠤⠄ limit  ◇ eval»
      «  11┤⣀⣀⢄⢄⢄⢀       ◇     ┊                   »
      «    │ ⠑⠉⠑⠢⠤⣀⣀⡀⢄⢄⢀       ┊                   »
      «    │   ⠁⠑⠕⠁⠑⠈⠉⠒⠤⢄⣀⣀⢄⢄⢀⢀┊                   »
      «    │          ⠑⢕⠅ ⠑⠉⠒⠢⠤⣀⣀⡀⢄⢄⢀              »
      «    │                ⠑⠕⠕┊⠑⠈⠑⠒⠤◆⣀⡀⢄⢄⢀⢀       »
      «    │⠒⠒ ⠒⠒ ⠒⠒ ⠒⠒ ⠒⠒ ⠒⠒ ⠒⠒ ⠒⠒⠑⠒⠒ ⠚⠛⠒⠲⢖⣀⣒⠒⢄⠒⠒ »
      «    │                   ┊         ⠑⠕⠕ ⠑⠉⠑⠢⠤⠤»
      «-0.7┤                   ┊     ▲          ⠑⠕⠁»
      «    └0────────────▲───────────20──────────30»
      "
    `));
  test('the same in half blocks', () =>
    expect(plot({ ...training, theme: block })).toMatchInlineSnapshot(`
    "
    «     ░░ train  ▄▄ smoothed  ▄  limit  ◇ eval»
    «  11┤▄░░░░        ◇     │                   »
    «    │ ▀▀▀▀▄▄░░░░░       │                   »
    «    │    ░░ ▀▀▀▀▄▄▄░░░░░│                   »
    «    │          ░░░ ▀▀▀▄▄▄▄░░░░              »
    «    │                ░░░│░▀▀▀▄◆▄▄░░░░       »
    «    │▀▀ ▀▀ ▀▀ ▀▀ ▀▀ ▀▀ ▀▀ ▀▀░▀▀ ▀▀▀██▄█▀░▀▀ »
    «    │                   │         ░░░ ░▀▀▀▀▄»
    «-0.7┤                   │     ▲         ░░░ »
    «    └0────────────▲───────────20──────────30»
    "
  `));
  test('the same in ASCII', () =>
    expect(plot({ ...training, theme: ascii })).toMatchInlineSnapshot(`
    "
    «     :: train  -- smoothed  -  limit  ◇ eval»
    «  11+.:::::       ◇     |                   »
    «    | '''--.:::::       |                   »
    «    |    :: '''--...::::|                   »
    «    |          ::: :'---..::::              »
    «    |                :::|:''--◆..::::       »
    «    |-- -- -- -- -- -- -- --:--:-'--,.,-:-- »
    «    |                   |         ::: :''--.»
    «-0.7+                   |     ▲         ::: »
    «    +0------------▲-----------20----------30»
    "
  `));

  test('a band has gaps, too', () => {
    const broken = band.map(({ x, min, max }) =>
      x > 10 && x < 20 ? { x, min: Number.NaN, max: Number.NaN } : { x, min, max },
    );
    expect(plot({ series: [solid([], { band: broken, style: 'faint' })], theme: ascii })).toMatchInlineSnapshot(`
      "
      «  11+:::::                  »
      «    | :::::::               »
      «    |   : :::               »
      «    |               :::::   »
      «    |                :::::::»
      «-0.7+                  : :::»
      «    +0--------------------30»
      "
    `);
  });

  test('lines differ without colour', () => {
    const styles = ['solid', 'dashed', 'dotted'] as const;
    const series = styles.map((style, i) =>
      solid(
        falling.map(({ x, y }) => ({ x, y: y + 4 * i })),
        { name: style, style },
      ),
    );
    expect(plot({ series, width: 44, height: 9 })).toMatchInlineSnapshot(`
      "
      «              ⠤⠤ solid  ⠤⠄ dashed  ⠄⠄ dotted»
      «18┤⠁⠁⠂⠂⠂⠄⠄⠄⡀⡀⡀                              »
      «  │⠤⣀ ⡀       ⠁⠁⠂⠂⠂⠄⠄⠄⡀⡀                    »
      «  │   ⠈⠉ ⠑⠒ ⠤⠤ ⣀⣀       ⠁⠁⠁⠂⠂⠂⠄⠄⠄⠄⡀⡀⡀       »
      «10┤⠒⠒⠤⠤⠤⣀⣀⡀       ⠉⠉ ⠒⠒ ⠤⠤ ⣀⣀        ⠁⠁⠂⠂⠂⠄⠄»
      «  │       ⠈⠉⠉⠑⠒⠒⠒⠢⠤⠤⣀⣀⣀       ⠉⠉ ⠒⠒ ⠤⢄ ⣀⡀   »
      «  │                    ⠉⠉⠑⠒⠒⠤⠤⠤⣀⣀⡀      ⠈ ⠉⠒»
      « 1┤                              ⠈⠉⠉⠑⠒⠒⠤⠤⢄⣀⣀»
      «  └0─────────────────────────20───────────30»
      "
    `);
    expect(plot({ series, width: 44, height: 9, theme: ascii })).toMatchInlineSnapshot(`
      "
      «              -- solid  -  dashed  .  dotted»
      «18+' - - . .                                »
      «  |.. .      ' ' - - . .                    »
      «  |    ' '' -. ..        ' ' - - . .        »
      «10+'----...       '' -- -. ..        ' - - .»
      «  |        ''''----....       '' -- .. .    »
      «  |                    ''''----..       ' ''»
      « 1+                              ''''----...»
      «  +0-------------------------20-----------30»
      "
    `);
  });

  test('a learning rate: as planned dashed, as it was solid', () => {
    const planned = points(31, (x) => (x < 6 ? (x * 5e-5) / 6 : 5e-5 * ((30 - x) / 24)));
    const series = [
      solid(planned, { name: 'planned', style: 'dashed', role: 'dim' }),
      solid(planned.slice(0, 16), { name: 'done' }),
    ];
    expect(plot({ series, width: 44, height: 9 })).toMatchInlineSnapshot(`
      "
      «                         ⠤⠄ planned  ⠤⠤ done»
      «5e-5┤       ⡜⠑⠒⠤⣀⡀                          »
      «    │      ⡜     ⠈⠑⠤⣀                       »
      «    │    ⢀⠎          ⠉⠑⠒⠤ ⡀                 »
      «    │   ⢀⠎                ⠈⠑ ⣀              »
      «    │  ⢠⠊                     ⠉ ⠢⠤ ⡀        »
      «    │ ⢠⠃                           ⠈⠑ ⢄     »
      «   0┤⡠⠃                                ⠉ ⠢⠤ »
      «    └0────────────────────────20──────────30»
      "
    `);
  });
});

describe('a part of the x axis', () => {
  test('has the range of what lies in it, and lines that go on to the edges', () => {
    const series = [solid([5, 15, 25].map((x) => ({ x, y: x === 15 ? 4 : 8 })))];
    expect(plot({ series, x: { min: 10, max: 20 }, y: { min: 3, max: 9 }, height: 6 })).toMatchInlineSnapshot(`
      "
      «9┤                          »
      « │                          »
      « │⠒⠤⠤⣀⣀                ⢀⣀⠤⠤⠒»
      « │     ⠉⠑⠒⠢⠤⢄⣀⡀ ⣀⣀⠤⠔⠒⠊⠉⠁    »
      «3┤            ⠈⠉            »
      « └10──────────────────────20»
      "
    `);
  });

  test('a label is shown once, whatever is done to the values', () =>
    expect(plot({ formatX: () => 'x', formatY: () => 'y' })).toMatchInlineSnapshot(`
      "
      «y┤⠑⠢⠤⣀                      »
      « │    ⠉⠒⠢⢄                  »
      « │        ⠉⠉⠢⢄⡀             »
      « │            ⠈⠉⠒⠤⣀⡀        »
      « │                 ⠈⠑⠤⠤⣀    »
      « │                      ⠑⠒⠢⣀»
      « └x─────────────────────────»
      "
    `));

  test('steps keep all their digits where it is narrow', () => {
    const series = [solid(falling.map(({ x, y }) => ({ x: 120_000 + x, y })))];
    expect(plot({ series, x: { min: 120_000, max: 120_030 }, height: 4, width: 40 }).split('\n')[4]).toBe(
      '«  └120000────────────────120020───120030»',
    );
  });
});

test('below 16 x 4 there are no axes; below 1 x 1 there is nothing', () => {
  expect(plot({ width: 15, height: 3 })).toMatchInlineSnapshot(`
    "
    «⠉⠒⠢⢄⣀          »
    «     ⠉⠑⠢⢄⣀     »
    «          ⠉⠑⠢⠤⣀»
    "
  `);
  expect(plot({ width: 1, height: 1 })).toMatchInlineSnapshot(`
    "
    «⢣»
    "
  `);
  expect([plot({ width: 0 }), plot({ height: 0 }), plot({ width: Number.NaN })]).toEqual(['\n\n', '\n\n', '\n\n']);
});

describe('axes', () => {
  test.each([
    [{ min: 0, max: 1 }, 5, [0, 0.5, 1]],
    [{ min: 0.06, max: 0.81 }, 4, [0.2, 0.4, 0.6, 0.8]],
    [{ min: -3, max: 12 }, 4, [0, 5, 10]],
    [{ min: 3, max: 3 }, 4, []],
    [{ min: 1e16, max: 1e16 + 2 }, 4, [1e16]],
    [{ min: -1e308, max: 1e308 }, 4, []],
    [{ min: 0, max: 5e-324 }, 4, []],
    [{ min: 0, max: 10 }, 0, []],
  ])('round values in %j, at most %i', (range, most, values) => expect(ticks(range, most)).toEqual(values));

  test.each([
    [{ min: 1e-5, max: 1 }, 3, [1e-5, 1e-3, 0.1]],
    [{ min: 0.08, max: 0.7 }, 4, [0.1, 0.2, 0.5]],
    [{ min: 0.4, max: 0.48 }, 5, [0.4, 0.42, 0.44, 0.46, 0.48]],
  ])('round values in %j on a log scale, at most %i', (range, most, values) =>
    expect(ticks(range, most, 'log')).toEqual(values),
  );

  test('short numbers', () => {
    const numbers = [0, 0.25, 1500, 999.9, 12_345, 1e6, 2e-5, -1200, 4294, 123.4, 1e21, Number.NaN];
    expect(numbers.map((value) => shortNumber(value))).toEqual([
      '0',
      '0.25',
      '1.5k',
      '1k',
      '12.3k',
      '1M',
      '2e-5',
      '-1.2k',
      '4294',
      '123',
      '1e21',
      'NaN',
    ]);
    expect([shortNumber(120_020, 6), shortNumber(0.123456, 5), shortNumber(1.2346e-5, 5)]).toEqual([
      '120020',
      '0.12346',
      '1.235e-5',
    ]);
    expect([
      digitsOf({ min: 0, max: 7 }),
      digitsOf({ min: 120_000, max: 120_030 }),
      digitsOf({ min: 1, max: 1 }),
    ]).toEqual([3, 6, 3]);
  });

  test('a range even for one value, of what a scale has a place for', () => {
    expect([
      rangeOf([], 'linear'),
      rangeOf([4], 'linear'),
      rangeOf([0], 'linear'),
      rangeOf([-1, 0, 5, 9], 'log'),
    ]).toEqual([
      { min: 0, max: 1 },
      { min: 2, max: 6 },
      { min: -1, max: 1 },
      { min: 5, max: 9 },
    ]);
    expect(rangeOf([Number.NaN, 2, Number.NEGATIVE_INFINITY, -3], 'linear')).toEqual({ min: -3, max: 2 });
    expect([rangeOf([Number.MAX_VALUE], 'linear').max, rangeOf([4], 'log')]).toEqual([
      Number.MAX_VALUE,
      { min: 2, max: 8 },
    ]);
  });
});

test('in a cell lines are in front of areas, characters in front of lines; neighbours of one colour share its code', () => {
  const draw = (theme: Theme) => {
    const canvas = createCanvas(5, 1, theme);
    canvas.shade(0, 0, 2, 'dim');
    canvas.shade(1, 0, 2, 'dim');
    canvas.line({ x: 1, y: 1 }, { x: 3, y: 1 }, 'series1');
    canvas.glyph({ x: 2, y: 0 }, '^', 'good');
    canvas.glyph({ x: 3, y: 0 }, '|', 'bad', 'behind');
    canvas.glyph({ x: 4, y: 0 }, '|', 'bad', 'behind');
    canvas.dot({ x: 5, y: 0 }, 'bad');
    canvas.line({ x: -9, y: 9 }, { x: 20, y: 9 }, 'bad');
    return canvas.toRows();
  };
  expect(draw(ascii)).toEqual([':-^-|']);
  expect(draw(createTheme({ colors: true, charset: 'ascii' }))).toEqual([
    '\x1b[38;5;245m:\x1b[39m\x1b[38;5;74m-\x1b[39m\x1b[38;5;36m^\x1b[39m\x1b[38;5;74m-\x1b[39m\x1b[38;5;166m|\x1b[39m',
  ]);
});
