import { type Html, html } from '../../src/html.ts';

export interface Point {
  x: number;
  y: number;
}

/** How a line or a mark is drawn; each differs in more than its colour. */
export type Look = 'solid' | 'dashed' | 'faint';

export interface Line {
  name: string;
  points: readonly Point[];
  look: Look;
}

/** The least and the largest value about each x. */
export interface Band {
  name: string;
  points: readonly { x: number; min: number; max: number }[];
}

export interface Marks {
  name: string;
  points: readonly (Point & { text: string })[];
  glyph: 'diamond' | 'star';
}

/** An axis. Where its ends are not given, they are those of the data. */
export interface Axis {
  /** Absent where the title says it. */
  label?: string;
  min?: number;
  max?: number;
}

export interface Chart {
  /** Unique on the page, for an id. */
  id: string;
  title: string;
  /** What there is to be seen, in words. */
  description: string;
  x: Axis;
  y: Axis;
  /** As high as it is wide. */
  isSquare?: boolean;
  band?: Band;
  lines?: readonly Line[];
  marks?: readonly Marks[];
  /** Many points without a text of their own. */
  dots?: { name: string; points: readonly Point[] };
}

/**
 * A chart as a figure. Lines stretch with the page, while texts and marks keep their size: they are placed in per cent, lines
 * in a picture of 1000 by 1000 of their own.
 */
export function chartFigure(chart: Chart): Html {
  const scale = scaleOf(chart);
  const { id, title, description, x, y, isSquare = false, band, lines = [], marks = [], dots } = chart;
  const titles = html`<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>`;
  return html`<figure class="chart">
<figcaption>${title}</figcaption>
${legend(chart)}
<div class="plot${isSquare ? ' square' : null}">
<svg role="img" aria-labelledby="${id}-title ${id}-desc">${titles}
${ticks(scale.x, 6).map((tick) => xTick(tick, scale))}
${ticks(scale.y, 5).map((tick) => yTick(tick, scale))}
<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%">
${band === undefined ? null : html`<path class="band" d="${bandPath(band, scale)}"/>`}
${lines.map(({ points, look }) => html`<path class="line ${look}" d="${linePath(points, scale)}"/>`)}
${dots === undefined ? null : html`<path class="dots" d="${dotsPath(dots.points, scale)}"/>`}
</svg>
${marks.map(({ points, glyph }) => points.map((point) => mark(point, glyph, scale)))}
${x.label === undefined ? null : html`<text class="axis" x="50%" y="100%" dy="34" text-anchor="middle">${x.label}</text>`}
${y.label === undefined ? null : html`<text class="axis" x="0" y="0" dx="-44" dy="-8">${y.label}</text>`}
</svg>
</div>
</figure>
`;
}

export interface Range {
  min: number;
  max: number;
}

interface Scale {
  x: Range;
  y: Range;
}

function scaleOf({ x, y, band, lines = [], marks = [], dots }: Chart): Scale {
  const points = [...lines.flatMap((line) => line.points), ...marks.flatMap((some) => some.points)];
  if (dots !== undefined) points.push(...dots.points);
  const edges = band?.points ?? [];
  const xs = rangeOf([...points.map((point) => point.x), ...edges.map((edge) => edge.x)], 0);
  const ys = rangeOf([...points.map((point) => point.y), ...edges.flatMap(({ min, max }) => [min, max])], 0.04);
  return { x: { ...xs, ...endsOf(x) }, y: { ...ys, ...endsOf(y) } };
}

const endsOf = ({ min, max }: Axis): Partial<Range> => ({
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

/** Of the finite values, with some room about them; never of no width. */
function rangeOf(values: readonly number[], room: number): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return { min: 0, max: 1 };
  const width = max - min || Math.abs(max) || 1;
  if (max === min) return { min: min - width / 2, max: max + width / 2 };
  return { min: min - room * width, max: max + room * width };
}

/** Round numbers in a range: steps of 1, 2 or 5 times a power of ten, about `wanted` of them. */
export function ticks({ min, max }: Range, wanted: number): number[] {
  const rough = (max - min) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999)!;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  // From the number of the step, so that errors do not add up; 12 digits hide those of one product.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** As short as it can be told. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential().replace('e+', 'e');
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

const share = (value: number, { min, max }: Range) => (value - min) / (max - min);
const percent = (value: number) => `${Number((100 * value).toFixed(2))}%`;
const left = (x: number, scale: Scale) => percent(share(x, scale.x));
const top = (y: number, scale: Scale) => percent(1 - share(y, scale.y));

function xTick(value: number, scale: Scale): Html {
  const at = left(value, scale);
  return html`<line class="grid" x1="${at}" x2="${at}" y1="0" y2="100%"/><text class="tick" x="${at}" y="100%" dy="16" text-anchor="middle">${tickText(value)}</text>\n`;
}

function yTick(value: number, scale: Scale): Html {
  const at = top(value, scale);
  return html`<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="tick" x="0" dx="-6" y="${at}" dy="4" text-anchor="end">${tickText(value)}</text>\n`;
}

const place = ({ x, y }: Point, scale: Scale) =>
  `${Number((1000 * share(x, scale.x)).toFixed(1))} ${Number((1000 * (1 - share(y, scale.y))).toFixed(1))}`;

const isDrawn = ({ x, y }: Point) => Number.isFinite(x) && Number.isFinite(y);

function linePath(points: readonly Point[], scale: Scale): string {
  const drawn = points.filter(isDrawn);
  // A line of one point is seen by its round end.
  if (drawn.length === 1) return dotsPath(drawn, scale);
  return drawn.map((point, i) => `${i === 0 ? 'M' : 'L'}${place(point, scale)}`).join('');
}

function bandPath({ points }: Band, scale: Scale): string {
  const drawn = points.filter(({ min, max }) => Number.isFinite(min) && Number.isFinite(max));
  const upper = drawn.map(({ x, max }) => place({ x, y: max }, scale));
  const lower = drawn.map(({ x, min }) => place({ x, y: min }, scale)).reverse();
  return drawn.length === 0 ? '' : `M${[...upper, ...lower].join('L')}Z`;
}

/** Lines of no length, whose round ends are the dots. */
const dotsPath = (points: readonly Point[], scale: Scale) =>
  points
    .filter(isDrawn)
    .map((point) => `M${place(point, scale)}h0`)
    .join('');

const glyphs = {
  diamond: 'M0-5 5 0 0 5-5 0Z',
  star: 'M0-8 2-2.6 7.8-2.5 3.2 1.1 4.8 6.6 0 3.4-4.8 6.6-3.2 1.1-7.8-2.5-2-2.6Z',
};

function mark(point: Point & { text: string }, glyph: Marks['glyph'], scale: Scale): Html | null {
  if (!isDrawn(point)) return null;
  return html`<svg class="mark" x="${left(point.x, scale)}" y="${top(point.y, scale)}" width="1" height="1"><path class="${glyph}" d="${glyphs[glyph]}"><title>${point.text}</title></path></svg>\n`;
}

function legend({ band, lines = [], marks = [], dots }: Chart): Html | null {
  const items = [
    ...lines.map(({ name, look }) => ({ name, sample: html`<path class="line ${look}" d="M1 6H23"/>` })),
    ...(band === undefined ? [] : [{ name: band.name, sample: html`<path class="band" d="M1 2H23V10H1Z"/>` }]),
    ...marks.map(({ name, glyph }) => ({
      name,
      sample: html`<path class="${glyph}" transform="translate(12 6)" d="${glyphs[glyph]}"/>`,
    })),
    ...(dots === undefined ? [] : [{ name: dots.name, sample: html`<path class="dots" d="M12 6h0"/>` }]),
  ];
  if (items.length < 2) return null;
  return html`<ul class="legend">${items.map(
    ({ name, sample }) =>
      html`<li><svg viewBox="0 0 24 12" width="24" height="12" aria-hidden="true">${sample}</svg> ${name}</li>`,
  )}</ul>`;
}

export const chartStyle = `
.chart { margin: 1rem 0; } figcaption { font-weight: 600; }
.plot { padding: .75rem .75rem 2.75rem 3.25rem; } .plot > svg { display: block; width: 100%; height: 13rem; overflow: visible; }
.plot.square { max-width: 26rem; padding-top: 1.75rem; } .plot.square > svg { height: auto; aspect-ratio: 1; } .mark { overflow: visible; }
.grid { stroke: var(--line); stroke-width: 1; } .tick, .axis { fill: var(--dim); font-size: 12px; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; stroke: var(--one); }
.line.dashed { stroke: var(--two); stroke-dasharray: 6 5; } .line.faint { stroke: var(--dim); stroke-width: 1.5; stroke-dasharray: 2 4; }
.band { fill: var(--one); fill-opacity: .25; stroke: none; }
.dots { stroke: var(--one); stroke-width: 5; stroke-linecap: round; stroke-opacity: .55; vector-effect: non-scaling-stroke; }
.diamond { fill: var(--two); stroke: var(--paper); stroke-width: 1; } .star { fill: var(--three); stroke: var(--paper); stroke-width: 1; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: .25rem 0 0; padding: 0; list-style: none; font-size: .85rem; color: var(--dim); }
.legend svg { vertical-align: middle; }
`;
