import { type Html, html } from '../../src/html.ts';
import { htmlTable } from '../../src/html-page.ts';
import { type Series, smooth, view } from '../dashboard/series.ts';
import { count, plural } from '../plain/table.ts';
import { metricText } from '../plain/train-lines.ts';
import { type Chart, chartFigure, type Point } from './chart.ts';
import { metricTitle } from './metric-titles.ts';
import type { RunRecord } from './record.ts';
import type { Section } from './section.ts';

/** More points than these no page shows apart. */
const columns = 400;
/** A band is drawn of wider pieces, so that each has a least and a largest value. */
const bandColumns = 100;
const stepsOfBand = 4;
/** Share of all points that the smoothed line takes together, about. */
const smoothedShare = 1 / 50;
const steps = { label: 'step', min: 0 };

/** How the run went: curves by optimizer step, and the evaluations. Null for a run without a step. */
export function trainingSection(record: RunRecord): Section | null {
  const { curves, evaluations, resumedAfter } = record.events;
  if (curves.loss.count === 0) return null;
  const metric = metricChart(record);
  const content = html`${chartFigure(lossChart(record))}
<div class="charts">${metric === null ? null : chartFigure(metric)}${chartFigure(rateChart(record))}${chartFigure(normChart(record))}</div>
${resumedAfter.length === 0 ? null : html`<p>Gone on with after step ${resumedAfter.map(count).join(', ')}.</p>`}
${evaluations.count === 0 ? null : evaluationTable(record)}`;
  return { id: 'training', title: 'Training', content };
}

const bandOf = (series: Series, record: RunRecord) =>
  view(series, 0, lastStep(record), Math.min(bandColumns, Math.ceil(series.count / stepsOfBand)));

const lastStep = ({ results, status, events }: RunRecord) =>
  results?.steps ?? Math.max(status?.step ?? 0, events.evaluations.shown.at(-1)?.step ?? 0, events.curves.loss.count);

function lossChart(record: RunRecord): Chart {
  const points = view(record.events.curves.loss, 0, lastStep(record), columns).filter(({ mean }) =>
    Number.isFinite(mean),
  );
  const smoothed = smooth(
    points.map(({ x, mean }) => ({ x, y: mean })),
    // As a moving average of that many points has it: 1 - 2 / (n + 1).
    1 - 2 / (Math.max(1, points.length * smoothedShare) + 1),
  );
  const measured = record.events.evaluations.shown.flatMap(({ step, metrics }) =>
    typeof metrics.loss === 'number'
      ? [{ x: step, y: metrics.loss, text: `validation loss ${metricText(metrics.loss)} at step ${count(step)}` }]
      : [],
  );
  const told =
    smoothed.length === 0
      ? ''
      : ` It goes from ${metricText(smoothed[0]!.y)} to ${metricText(smoothed.at(-1)!.y)}, smoothed.`;
  return {
    id: 'loss',
    title: 'Loss',
    description: `Training loss of ${plural(record.events.curves.loss.count, 'step')}.${told}`,
    x: steps,
    y: {},
    band: { name: 'training, range', points: bandOf(record.events.curves.loss, record) },
    lines: [{ name: 'training, smoothed', points: smoothed, look: 'solid' }],
    ...(measured.length === 0 ? {} : { marks: [{ name: 'validation', points: measured, glyph: 'diamond' as const }] }),
  };
}

function metricChart({ events, results }: RunRecord): Chart | null {
  const metric = results?.best?.metric ?? events.start?.metric;
  if (metric === undefined) return null;
  const points = events.evaluations.shown
    .map(({ step, metrics, best }) => ({ x: step, y: metrics[metric] ?? Number.NaN, best }))
    .filter(({ y }) => Number.isFinite(y));
  if (points.length < 2) return null;
  const best = points.findLast((point) => point.best);
  const title = metricTitle(metric);
  const told = ({ x, y }: Point) => `${metricText(y)} at step ${count(x)}`;
  return {
    id: 'metric',
    title: `${title}, validation`,
    description: `${title} of ${plural(events.evaluations.count, 'evaluation')}.${best === undefined ? '' : ` The best is ${told(best)}.`}`,
    x: steps,
    y: {},
    lines: [{ name: 'each evaluation', points, look: 'dashed' }],
    marks: [
      { name: 'evaluation', points: points.map((point) => ({ ...point, text: told(point) })), glyph: 'diamond' },
      ...(best === undefined
        ? []
        : [{ name: 'best', points: [{ ...best, text: `best: ${told(best)}` }], glyph: 'star' as const }]),
    ],
  };
}

function rateChart(record: RunRecord): Chart {
  const points = view(record.events.curves.learningRate, 0, lastStep(record), columns).map(({ x, mean }) => ({
    x,
    y: mean,
  }));
  const highest = Math.max(...points.map(({ y }) => y));
  return {
    id: 'rate',
    title: 'Learning rate',
    description: `${record.config.schedule.type} schedule, ${highest} at its highest.`,
    x: steps,
    y: { min: 0 },
    lines: [{ name: 'learning rate', points, look: 'solid' }],
  };
}

function normChart(record: RunRecord): Chart {
  const points = bandOf(record.events.curves.gradientNorm, record);
  const { clipNorm } = record.config.optimizer;
  const end = lastStep(record);
  const clipped =
    clipNorm === 0
      ? []
      : [
          { x: 0, y: clipNorm },
          { x: end, y: clipNorm },
        ];
  return {
    id: 'norm',
    title: 'Gradient norm',
    description: `Norm of all gradients before clipping${clipNorm === 0 ? '' : `, which is done above ${clipNorm}`}.`,
    x: steps,
    y: { min: 0 },
    band: { name: 'range', points },
    lines: [
      { name: 'mean', points: points.map(({ x, mean }) => ({ x, y: mean })), look: 'solid' },
      ...(clipped.length === 0 ? [] : [{ name: 'clipped above', points: clipped, look: 'faint' as const }]),
    ],
  };
}

function evaluationTable({ events, results }: RunRecord): Html {
  const { count: all, shown } = events.evaluations;
  const main = results?.best?.metric ?? events.start?.metric;
  const names = [...new Set(shown.flatMap(({ metrics }) => Object.keys(metrics)))].sort(
    (a, b) => Number(b === main) - Number(a === main),
  );
  const best = shown.findLast((event) => event.best);
  const rows = shown.map((event) => [
    count(event.step),
    event.epoch.toFixed(2),
    ...names.map((name) => metricText(event.metrics[name])),
    event === best ? '★ best' : '',
  ]);
  const table = htmlTable({
    name: 'evaluations',
    header: ['step', 'epoch', ...names.map(metricTitle), ''],
    rows,
    texts: [names.length + 2],
  });
  const title =
    shown.length < all ? `${plural(all, 'evaluation')}, ${shown.length} of them shown` : plural(all, 'evaluation');
  return shown.length > 12
    ? html`<details><summary>${title}</summary>${table}</details>`
    : html`<h3>${title}</h3>${table}`;
}
