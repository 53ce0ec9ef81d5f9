import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Diagnostics } from '../../cli/run/diagnostics.ts';
import type { AnyEvent } from '../../cli/run/events.ts';
import { definitions, headings, tableOf, tagsOf, textOf } from './read-page.ts';
import { everyTask } from './task-runs.ts';
import { hostile, type WrittenRun, writeRun } from './written-run.ts';

const parent = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
let number = 0;
const pageOf = async (run: WrittenRun) => (await writeRun(join(parent, `run-${++number}`), run)).page;

/** Nothing that loads, runs or leads elsewhere. */
const allowed =
  'a b bdi body code dd desc details div dl dt figcaption figure footer h1 h2 h3 head header html li line main meta nav ol p path section small span strong style summary svg table tbody td text th thead title tr ul';

/** What a reader sees of the hostile text: control characters and what turns text around by number. */
const seen = `</td><script>alert("1")</script> & 'q' | [a](javascript:x) ⟨U+202E⟩evil⟨U+202C⟩⟨U+0000⟩⟨U+001B⟩[31m <img src=x onerror=y> \${z} \`\`\``;

describe.each(everyTask(hostile))('$task', (run) => {
  test('texts, labels and names of the data are shown and not read', async () => {
    const page = await pageOf(run);
    expect([...tagsOf(page)].filter((tag) => !allowed.split(' ').includes(tag))).toEqual([]);
    expect(page).not.toMatch(/<[^>]*\son\w+=|https?:|@import|url\(|(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page).not.toContain('alert("');
    expect(textOf(page)).toContain(seen);
  });

  test('has every section, and ids once', async () => {
    const page = await pageOf(run);
    const details = run.task === 'masked-lm' ? [] : ['Validation rows in detail'];
    expect(headings(page)).toEqual([
      'Training',
      'Metrics of the best checkpoint',
      ...details,
      'Data',
      'Settings',
      'Commands',
    ]);
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(id);
    for (const [, named] of page.matchAll(/aria-labelledby="([^"]*)"/g))
      for (const id of named!.split(' ')) expect(ids).toContain(id);
  });
});

const taskRun = (task: Diagnostics['task']) => everyTask('word').find((run) => run.task === task)!;

test('figures of a classification', async () => {
  const page = await pageOf(taskRun('sequence-classification'));
  expect(tableOf(page, 'metrics')).toEqual([
    ['metric', 'validation'],
    ['Accuracy chooses the best', '0.7500'],
    ['ROC AUC', 'undefined'],
    ['Loss', '0.5000'],
  ]);
  expect(tableOf(page, 'confusion')).toEqual([
    ['true \\ predicted', 'word', 'other'],
    ['word', '3', '1'],
    ['other', '0', '6'],
  ]);
  expect(page).toContain('<td class="right" style="--share:75">3</td><td class="wrong" style="--share:25">1</td>');
  expect(tableOf(page, 'each label')).toEqual([
    ['label', 'precision', 'recall', 'F1', 'rows'],
    ['word', '1.000', '0.750', '0.857', '1,234'],
    ['other', '0.857', '1.000', '0.923', '6'],
  ]);
  expect(textOf(page)).toContain('word word true word · predicted other with 0.988');
  expect(tableOf(page, 'calibration')).toEqual([
    ['probability', 'right', 'rows'],
    ['55.0 %', '50.0 %', '4'],
    ['95.0 %', '100.0 %', '6'],
  ]);
  expect(textOf(page)).toContain('Expected calibration error: 5.0 points.');
  // The two bins at (0.55, 0.5) and (0.95, 1) of axes from 0 to 1.
  expect(page).toContain('d="M550 500L950 0"');
});

test('figures of the other tasks', async () => {
  const multi = await pageOf(taskRun('multi-label'));
  expect(textOf(multi)).toContain('missed word · wrongly other, word');
  const tokens = await pageOf(taskRun('token-classification'));
  expect(tableOf(tokens, 'most confused')).toEqual([
    ['true', 'predicted', 'words'],
    ['B-word', 'O', '7'],
  ]);
  expect(textOf(tokens)).toContain('missed word X · wrongly words Y');
  expect(tableOf(await pageOf(taskRun('question-answering')), 'answers').slice(1)).toEqual([
    ['Exact match', '0.2500'],
    ['F1', '0.5000'],
    ['questions with an answer', '8'],
    ['questions without one', '2'],
    ['questions that got no answer', '3'],
  ]);
  const regression = await pageOf(taskRun('regression'));
  // (1, 2) and (3, 2) of x from 1 to 3 and of y from 1 to 3 with 4 % of room on both sides.
  expect(regression).toContain('d="M0 500h0M1000 500h0"');
  expect(textOf(regression)).toContain('true 1.0000 · predicted 2.0000');
  expect(tableOf(await pageOf(taskRun('masked-lm')), 'metrics')[1]).toEqual(['Perplexity chooses the best', '12.5000']);
});

test('data, settings and commands', async () => {
  const page = await pageOf({
    ...taskRun('sequence-classification'),
    name: "it's rows.csv",
    settings: { batchSize: 16, seed: 42 },
  });
  expect(tableOf(page, 'files')).toEqual([
    ['split', 'rows', 'file', 'format', 'SHA-256'],
    ['train', '90', "it's rows.csv", 'csv', 'abababababab'],
    ['validation', '10', "held out of it's rows.csv", '', ''],
  ]);
  expect(textOf(page)).toContain('1 text longer than 16 tokens will be cut: 4 tokens lost');
  // 42 is what the seed is by default, whoever says it.
  expect(tableOf(page, 'settings that were chosen').map(([key, value, origin]) => [key, value, origin])).toEqual([
    ['setting', 'value', 'from'],
    ['data.train', "it's rows.csv", 'the command line'],
    ['batchSize', '16', 'key=value'],
  ]);
  const settings = tableOf(page, 'settings by default').map(([key, value]) => [key, value]);
  expect(settings).toContainEqual(['seed', '42']);
  expect(settings).toContainEqual(['maxLength', '16']);
  const shown = Object.fromEntries(definitions(page));
  expect(shown['Train like this again']).toBe("distiltune train 'it'\\''s rows.csv' batchSize=16");
  expect(shown['Use the model']).toMatch(/^distiltune predict \S+ "\.\.\."$/);
  expect(shown['Go on with it']).toBeUndefined();
  expect(shown['Accuracy, validation']).toBe('0.7500 best at step 8, epoch 2.00');
  expect(shown.Time).toBe('1m 53s training 1m 40s, evaluating 10s');
});

test('a run that was stopped, one that diverged, one that failed', async () => {
  const run = taskRun('sequence-classification');
  const stopped = await pageOf({ ...run, results: { reason: 'stopped', steps: 5 } });
  expect(textOf(stopped)).toContain('■ stopped at step 5 of 8');
  expect(Object.fromEntries(definitions(stopped))['Go on with it']).toMatch(/^distiltune train --resume /);
  const failure = { type: 'failure' as const, message: hostile };
  const diverged = await pageOf({ ...run, results: { reason: 'diverged' }, more: [failure] });
  expect(textOf(diverged)).toContain('✗ diverged at step 8 of 8');
  expect(textOf(diverged)).toContain(seen);
  const failed = await pageOf({ ...run, results: null, more: [failure] });
  expect(textOf(failed)).toContain('✗ did not finish at step 8 of 8');
  expect(headings(failed)).toEqual(['Training', 'Validation rows in detail', 'Data', 'Settings', 'Commands']);
  expect(Object.fromEntries(definitions(failed))['Accuracy, validation']).toBe('0.7500 best at step 8, epoch 2.00');
});

test('a loss that is no number leaves no hole in the chart, nor in what is told of it', async () => {
  const broken: AnyEvent = {
    type: 'step',
    step: 9,
    epoch: 2,
    loss: null as never,
    learningRate: 1e-4,
    gradientNorm: null as never,
    examples: 4,
    tokens: 4,
    seconds: 1,
  };
  const page = await pageOf({ ...taskRun('regression'), results: { reason: 'diverged', steps: 9 }, more: [broken] });
  expect(page).not.toMatch(/NaN|Infinity/);
  expect(textOf(page)).toMatch(/It goes from 1\.8750 to 1\.\d+, smoothed\./);
});

test('a long run with many long labels stays small, and shows the worst first', async () => {
  const label = (i: number) => `${'l'.repeat(200)}${i}`;
  const classes = Array.from({ length: 200 }, (_, i) => ({
    label: label(i),
    precision: 1,
    recall: 1,
    f1: (i * 7) % 200,
    support: 1,
  }));
  const mistakes = Array.from({ length: 20 }, () => ({
    text: '<'.repeat(300),
    gold: label(1),
    predicted: label(2),
    score: 0.9,
  }));
  const { diagnostics, ...run } = taskRun('sequence-classification');
  const page = await pageOf({
    ...run,
    steps: 20_000,
    diagnostics: {
      ...(diagnostics as Diagnostics & { task: 'sequence-classification' }),
      confusion: null,
      classes,
      otherClasses: 50,
      mistakes,
    },
  });
  expect(page.length).toBeLessThan(400_000);
  expect(tableOf(page, 'lowest F1').map(([, , , f1]) => f1)).toEqual([
    'F1',
    ...Array.from({ length: 15 }, (_, i) => `${i}.000`),
  ]);
  expect(tableOf(page, 'every label')).toHaveLength(201);
  expect(textOf(page)).toContain('Lowest F1 of 250 labels');
  const [, loss] = /<path class="line solid" d="(M[^"]*L[^"]*)"/.exec(page)!;
  expect(loss!.split('L')).toHaveLength(400);
});
