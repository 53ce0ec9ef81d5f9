import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { bars, progressBar } from '../../cli/dashboard/plot/bars.ts';
import { calibrationPlot } from '../../cli/dashboard/plot/calibration-plot.ts';
import { heatmap } from '../../cli/dashboard/plot/heatmap.ts';
import { linePlot, type PlotSeries } from '../../cli/dashboard/plot/line-plot.ts';
import { scatterPlot } from '../../cli/dashboard/plot/scatter-plot.ts';
import { createTheme } from '../../cli/dashboard/theme.ts';
import { charsets } from './plots.ts';
import { createRandom } from './random.ts';

const numbers = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 0.5, 1e-9, 1e15],
  ...[Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 1e16 + 2],
];
const labels = [
  '',
  'a',
  '日本語のラベル',
  '👩‍👩‍👧 family',
  'x'.repeat(5000),
  '\x1b[31mred\x07\n',
  'عربى',
  'e\u0301\u0301',
  '\ud800',
];

const random = createRandom(7);
const whole = (below: number) => Math.floor(random() * below);
const oneOf = <T>(values: readonly T[]): T => values[whole(values.length)]!;
const number = () => (random() < 0.3 ? oneOf(numbers) : (random() - 0.2) * 10 ** (whole(12) - 6));
const range = () => ({ min: number(), max: number() });

const ESC = '\x1b';
/** A colour, or its end. */
const sgr = /^\[(?:39|38;5;\d+|38;2;[\d;]+|[39]\d)m/;

test('whatever the size and the values: rows of exactly the width, never too many, nothing thrown', () => {
  const styles = ['solid', 'dashed', 'dotted', 'faint'] as const;
  for (let round = 0; round < 600; round++) {
    const theme = createTheme({ colors: random() < 0.5, charset: oneOf(charsets) });
    const [width, height] = [1 + whole(random() < 0.3 ? 6 : 70), 1 + whole(random() < 0.3 ? 5 : 26)];
    const points = Array.from({ length: whole(80) }, (_, x) => ({ x: random() < 0.1 ? number() : x, y: number() }));
    const series = styles.slice(whole(4)).map((style): PlotSeries => {
      const band = points.map(({ x, y }) => ({ x, min: y, max: number() }));
      return { name: oneOf(labels), points, style, role: 'series1', ...(random() < 0.5 ? { band } : {}) };
    });
    const marks = Array.from({ length: whole(5) }, () => ({
      x: whole(80),
      glyph: oneOf(['o', '◆', '日', '', '\x1b[1m']),
      role: 'good' as const,
      name: oneOf(labels),
      ...(random() < 0.5 ? { y: number() } : {}),
    }));
    const size = { width, height, theme };
    const x = random() < 0.7 ? { min: whole(40), max: 30 + whole(60) } : range();
    const yScale = oneOf(['linear', 'log'] as const);
    const verticals = [{ x: number(), role: 'dim' as const }];
    const names = Array.from({ length: whole(30) }, () => oneOf(labels));
    const counts = names.map(() => names.map(() => oneOf([0, 1, whole(1000), whole(1e9)])));
    const drawn: Record<string, string[]> = {
      line: linePlot({ ...size, series, marks, verticals, x, yScale, ...(random() < 0.3 ? { y: range() } : {}) }),
      scatter: scatterPlot({ ...size, points, role: 'series1', x, y: range(), isDiagonalShown: random() < 0.5 }),
      calibration: calibrationPlot({
        ...size,
        bins: points.map(() => ({ confidence: number(), accuracy: number(), count: number() })),
      }),
      heatmap: heatmap({ ...size, labels: names, counts }),
      bars: bars({
        rows: names.slice(0, height).map((label) => ({ label, value: number(), text: oneOf(['', '.91', '12.5%']) })),
        width,
        max: number(),
        theme,
      }),
      progress: [progressBar(number(), width, theme)],
    };
    for (const [name, rows] of Object.entries(drawn)) {
      const found = { round, name, widths: rows.map((row) => stringWidth(stripVTControlCharacters(row))) };
      expect(found).toEqual({ round, name, widths: rows.map(() => width) });
      if (name === 'line' || name === 'scatter' || name === 'calibration') expect(rows).toHaveLength(height);
      expect(rows.length).toBeLessThanOrEqual(height);
      // Nothing but codes for colours, and these only where there are colours.
      const colorless = rows
        .join('')
        .split(ESC)
        .map((part, i) => (i === 0 ? part : part.replace(sgr, '')));
      expect({ name, control: colorless.join('').match(/\p{Cc}/u) }).toEqual({ name, control: null });
      if (!theme.colors) expect(colorless).toHaveLength(1);
      if (theme.charset === 'ascii' && (name === 'progress' || name === 'scatter')) {
        expect(stripVTControlCharacters(rows.join(''))).toMatch(/^[ -~]*$/);
      }
    }
  }
});
