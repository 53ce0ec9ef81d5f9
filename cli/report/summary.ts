import { basename } from 'node:path';
import { type Html, type HtmlValue, html } from '../../src/html.ts';
import { count } from '../plain/table.ts';
import { duration, metricText } from '../plain/train-lines.ts';
import { metricTitle } from './metric-titles.ts';
import type { RunRecord } from './record.ts';

/** The figures that everybody asks for first. */
export function summary(record: RunRecord): Html {
  return html`<dl class="tiles">${[...scores(record), ...facts(record)].map(
    ({ name, value, detail, kind }) =>
      html`<div${kind === undefined ? null : html` class="${kind}"`}><dt>${name}</dt><dd><strong>${value}</strong>${detail === null ? null : html`<small>${detail}</small>`}</dd></div>\n`,
  )}</dl>`;
}

interface Tile {
  name: string;
  value: HtmlValue;
  detail: HtmlValue;
  kind?: 'main' | 'words';
}

function scores({ results, events }: RunRecord): Tile[] {
  const best = results?.best ?? bestSoFar(events);
  if (best === null) return [];
  const title = metricTitle(best.metric);
  const detail = `${events.start?.direction === 'min' ? 'the lower the better; ' : ''}best at step ${count(best.step)}, epoch ${best.epoch.toFixed(2)}`;
  const tested = results?.metrics.test?.[best.metric];
  return [
    { name: `${title}, validation`, value: metricText(best.value), detail, kind: 'main' },
    ...(tested === undefined
      ? []
      : [
          {
            name: `${title}, test`,
            value: metricText(tested),
            detail: 'of the best checkpoint',
            kind: 'main' as const,
          },
        ]),
  ];
}

/** Of a run that ended without results. */
function bestSoFar({ evaluations, start }: RunRecord['events']) {
  const best = evaluations.shown.findLast((event) => event.best);
  if (best === undefined || start === null) return null;
  return { step: best.step, epoch: best.epoch, metric: start.metric, value: best.metrics[start.metric]! };
}

function facts({ config, results, events }: RunRecord): Tile[] {
  const { train, validation, test } = config.examples;
  const tiles: Tile[] = [
    {
      name: 'Rows to learn from',
      value: count(train),
      detail: [
        ...(validation > 0 ? [`validation ${count(validation)}`] : []),
        ...(test > 0 ? [`test ${count(test)}`] : []),
      ].join(', '),
    },
    {
      name: 'Model',
      kind: 'words',
      value: html`<bdi>${basename(config.model)}</bdi>`,
      detail: events.model === null ? null : `${(events.model.parameters / 1e6).toFixed(1)} million parameters`,
    },
  ];
  if (results === null) return tiles;
  const { seconds, examplesPerSecond, realTokensPerSecond, steps } = results;
  const total = Object.values(seconds).reduce((sum, part) => sum + part, 0);
  return [
    ...tiles,
    {
      name: 'Time',
      value: duration(total),
      detail: `training ${duration(seconds.train)}, evaluating ${duration(seconds.evaluate)}`,
    },
    {
      name: 'Speed',
      value: `${rate(examplesPerSecond)} rows/s`,
      detail: `${count(Math.round(realTokensPerSecond))} tokens/s, ${count(steps)} steps`,
    },
  ];
}

const rate = (value: number) => (value >= 100 ? count(Math.round(value)) : value.toPrecision(3));
