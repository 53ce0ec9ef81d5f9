import { expect, test } from 'vitest';
import { chartFigure, ticks, tickText } from '../../cli/report/chart.ts';

test.each([
  [{ min: 0, max: 100 }, 5, [0, 20, 40, 60, 80, 100]],
  [{ min: 0.1, max: 0.45 }, 5, [0.1, 0.2, 0.3, 0.4]],
  [{ min: -3, max: 3 }, 6, [-3, -2, -1, 0, 1, 2, 3]],
  [{ min: 0, max: 5e-5 }, 5, [0, 1e-5, 2e-5, 3e-5, 4e-5, 5e-5]],
  [{ min: 1, max: 1_000_000 }, 6, [200_000, 400_000, 600_000, 800_000, 1_000_000]],
  [{ min: 0.834, max: 0.898 }, 5, [0.84, 0.86, 0.88]],
])('ticks of %j, about %i', (range, wanted, expected) => {
  expect(ticks(range, wanted)).toEqual(expected);
});

test('ticks are told as short as they can be', () => {
  expect([0, 0.25, 1000, 5e-5, 1_000_000, 2_500_000, -0.002].map(tickText)).toEqual([
    '0',
    '0.25',
    '1,000',
    '5e-5',
    '1e6',
    '2.5e6',
    '-0.002',
  ]);
});

const base = { id: 'c', title: 'A <title>', description: 'What & why', x: { min: 0, max: 10 }, y: { min: 0, max: 1 } };

test('lines, bands, dots and marks stand where their values are', () => {
  const { markup } = chartFigure({
    ...base,
    lines: [
      {
        name: 'line',
        look: 'dashed',
        points: [
          { x: 0, y: 0 },
          { x: 5, y: Number.NaN },
          { x: 10, y: 0.75 },
        ],
      },
    ],
    band: {
      name: 'band',
      points: [
        { x: 0, min: 0, max: 0.5 },
        { x: 10, min: 0.25, max: 1 },
      ],
    },
    dots: { name: 'dots', points: [{ x: 2.5, y: 0.5 }] },
    marks: [
      {
        name: 'marks',
        glyph: 'star',
        points: [
          { x: 5, y: 0.2, text: '<best>' },
          { x: 5, y: Number.NaN, text: 'never' },
        ],
      },
    ],
  });
  expect(markup).toContain('<path class="line dashed" d="M0 1000L1000 250"/>');
  expect(markup).toContain('<path class="band" d="M0 500L1000 0L1000 750L0 1000Z"/>');
  expect(markup).toContain('<path class="dots" d="M250 500h0"/>');
  expect(markup).toContain('<svg class="mark" x="50%" y="80%"');
  expect(markup).toContain('<title>&lt;best&gt;</title>');
  expect(markup).not.toContain('never');
  expect(markup).toContain(
    '<svg role="img" aria-labelledby="c-title c-desc"><title id="c-title">A &lt;title&gt;</title><desc id="c-desc">What &amp; why</desc>',
  );
  expect([...markup.matchAll(/<li>.*?<\/svg> (\w+)<\/li>/gs)].map(([, name]) => name)).toEqual([
    'line',
    'band',
    'marks',
    'dots',
  ]);
});

test('one point, none, and values that are all the same make no broken chart', () => {
  const line = (points: { x: number; y: number }[]) =>
    chartFigure({ ...base, x: {}, y: {}, lines: [{ name: 'line', look: 'solid', points }] }).markup;
  expect(line([{ x: 3, y: 3 }])).toContain('d="M500 500h0"');
  expect(line([])).toContain('class="line solid" d=""');
  expect(
    line([
      { x: 1, y: 0 },
      { x: 2, y: 0 },
    ]),
  ).toContain('d="M0 500L1000 500"');
  for (const points of [[], [{ x: 3, y: 3 }]]) expect(line(points)).not.toMatch(/NaN|Infinity/);
});
