import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose } from '../../cli/run/diagnose.ts';
import { createRowTexts } from '../../cli/run/row-texts.ts';
import { openExamples } from '../../src/data/example-file.ts';
import { classificationReport } from '../../src/eval/classification-report.ts';
import { regressionReport } from '../../src/eval/regression-report.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';

const noTexts = async () => new Map();

test('of many classes the most frequent are told, in their order, and the rest counted', async () => {
  const labels = Array.from({ length: 250 }, (_, c) => `label ${c}`);
  // The odd ones have two rows, the even ones one.
  const gold = labels.flatMap((_, c) => (c % 2 === 1 ? [c, c] : [c]));
  const probabilities = new Float32Array(gold.length * 250);
  gold.forEach((c, i) => {
    probabilities[i * 250 + c] = 1;
  });
  const told = await diagnose(classificationReport({ gold, predicted: gold, probabilities, labels }), noTexts);
  if (told.task !== 'sequence-classification') throw new Error(told.task);
  const kept = labels.filter((_, c) => c % 2 === 1 || c < 150);
  expect(told.classes.map(({ label }) => label)).toEqual(kept);
  expect([told.otherClasses, told.labels.length, told.confusion]).toEqual([50, 200, null]);
  expect(told.calibration).toEqual({
    bins: [{ confidence: 1, accuracy: 1, count: 375 }],
    expectedCalibrationError: 0,
  });
});

test('a line of the log stays bounded, whatever the labels and texts are', async () => {
  const classes = 300;
  const labels = Array.from({ length: classes }, (_, c) => `${'long '.repeat(400)}${c}`);
  const gold = labels.map((_, c) => c);
  const predicted = gold.map((c) => (c + 1) % classes);
  const probabilities = new Float32Array(classes * classes);
  predicted.forEach((c, i) => {
    probabilities[i * classes + c] = 1;
  });
  const text = { text: 'x'.repeat(300), pair: 'y'.repeat(300) };
  const report = classificationReport({ gold, predicted, probabilities, labels }, { top: 1000 });
  const told = await diagnose(report, async (rows) => new Map(rows.map((row) => [row, text])));
  if (told.task !== 'sequence-classification') throw new Error(told.task);
  expect([told.mistakes.length, told.mostConfused.length]).toEqual([20, 20]);
  expect(JSON.stringify(told).length).toBeLessThan(100_000);
  expect(told.labels.every((label) => label.length === 100 && label.endsWith('…'))).toBe(true);
  const values = Array.from({ length: 20_000 }, (_, i) => i / 7);
  const scatter = await diagnose(regressionReport({ gold: values, predicted: values }), noTexts);
  expect(JSON.stringify(scatter).length).toBeLessThan(30_000);
});

test('texts are those of the lines of a set in its file, shortened, with their pair', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'distiltune-rows-')), 'pairs.csv');
  // The 300th unit is the first half of a pair of surrogates.
  const long = `${'x'.repeat(298)}${'\u{1f600}'.repeat(5)}`;
  const rows = ['first,a,0.1', '"of two', 'lines",b,0.2', `${long},c,0.3`, 'last,d,0.4'];
  writeFileSync(path, `one,two,score\n${rows.join('\n')}\n`);
  const file = await openExamples(path, { textColumn: 'one', pairColumn: 'two', labelColumn: 'score' });
  try {
    const lines: number[] = [];
    for await (const { line } of file.examples()) lines.push(line);
    // As after a split: the set has the second, the third and the fourth row of the file.
    const set = { line: (i: number) => lines[i + 1]! } as ExampleSet;
    const texts = createRowTexts(file, set);
    expect(await texts([1, 0])).toEqual(
      new Map([
        [0, { text: 'of two\nlines', pair: 'b' }],
        [1, { text: `${'x'.repeat(298)}…`, pair: 'c' }],
      ]),
    );
    expect(await texts([0, 2])).toEqual(
      new Map([
        [0, { text: 'of two\nlines', pair: 'b' }],
        [2, { text: 'last', pair: 'd' }],
      ]),
    );
    expect(await texts([])).toEqual(new Map());
  } finally {
    await file.close();
  }
});
