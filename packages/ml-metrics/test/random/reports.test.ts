import { expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';
import { createDraw, type Draw, times } from './draw.ts';
import { fixture, inflated } from './expected.ts';

const reports = inflated(fixture.reports) as Record<string, { seed: number; expected: string[] }>;

const names = ['O', 'World', 'Sports & leisure', 'a name that is wider than the table', 'größer', '東京', '😀😀', 'x'];

function classes(draw: Draw): string {
  const count = 2 + draw.below(6);
  const digits = draw.pick([2, 2, 4, 14]);
  const rows = draw.pick([8, 16, 32, 5]);
  const gold = times(rows, () => draw.below(count));
  const predicted = [gold[0]!, ...times(rows - 1, () => draw.below(count))];
  const labels = draw.below(3) === 0 ? draw.shuffled(count).slice(0, 1 + draw.below(count)) : undefined;
  const zeroDivision = draw.pick([0, 1, Number.NaN]);
  const listed = labels ?? [...new Set([...gold, ...predicted])].sort((a, b) => a - b);
  const targetNames = draw.below(2) === 1 ? listed.map((label) => names[label]!) : undefined;
  return metrics.classificationReport(gold, predicted, { labels, targetNames, digits, zeroDivision });
}

function multilabel(draw: Draw): string {
  const count = 2 + draw.below(4);
  const rows = draw.pick([8, 16, 5]);
  const gold = times(rows * count, () => draw.below(2));
  const predicted = times(rows * count, () => draw.below(2));
  const targetNames = draw.below(2) === 1 ? names.slice(0, count) : undefined;
  return metrics.multilabelReport(gold, predicted, count, { targetNames, zeroDivision: draw.below(2) });
}

function entities(draw: Draw): string {
  const types = 1 + draw.below(4);
  const reading = draw.below(2) === 1 ? ({ mode: 'strict', scheme: 'IOB2' } as const) : {};
  const digits = draw.pick([2, 4]);
  const tag = () => {
    const prefix = draw.pick([...'BIO']);
    return prefix === 'O' ? 'O' : `${prefix}-${names[1 + draw.below(types)]}`;
  };
  const gold = [`B-${names[1]}`, ...times(15, tag)];
  const predicted = [`B-${names[1]}`, ...times(15, tag)];
  const zeroDivision = draw.below(2);
  return metrics.entityReport(metrics.entityScores([gold], [predicted], reading, { zeroDivision }), { digits });
}

const { seqeval } = fixture.versions;

test.each(Object.entries({ classes, multilabel, entities }))(
  `reports of %s read as those of scikit-learn ${fixture.versions['scikit-learn']} and seqeval ${seqeval}`,
  (kind, report) => {
    const { seed, expected } = reports[kind]!;
    expect(expected).toHaveLength(30);
    for (const [i, text] of expected.entries()) expect(report(createDraw(seed + i))).toBe(text);
  },
);
