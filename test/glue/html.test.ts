import { expect, test } from 'vitest';
import { htmlReport } from '../../tasks/glue/html.ts';
import { markdownReport } from '../../tasks/glue/markdown.ts';
import { benchmarkMean, type GlueRun, problemOf, taskReport } from '../../tasks/glue/report.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';
import { better, constant, facts, good, reportOf } from './sample-report.ts';

test('seeds, the run shown, differences, and the runs that failed to converge', async () => {
  const { tasks, means } = await reportOf([good, better, constant]);
  const [mrpc] = tasks;
  // (0.9 + 0.93333) / 2, (0.95 + 0.96667) / 2, (0.75 + 0.85714) / 2.
  expect(mrpc!.runs.map(({ score }) => score.toFixed(5))).toEqual(['0.91667', '0.95833', '0.80357']);
  expect(mrpc!.score!.median).toBeCloseTo(0.916_67, 4);
  expect(mrpc!.shownSeed).toBe(42);
  expect(mrpc!.confusion).toEqual({
    labels: ['0', '1'],
    counts: [
      [80, 20],
      [20, 280],
    ],
  });
  expect(mrpc!.differences.map(({ row, difference }) => [row, difference!.toFixed(2)])).toEqual([
    ['model card', '4.17'],
    ['distillation README', '4.17'],
  ]);
  expect(mrpc!.runs.map(({ problem }) => problem)).toEqual([null, null, 'the same answer for every row']);
  expect(means.withoutWnli).toEqual({
    tasks: ['mrpc'],
    score: mrpc!.score!.median,
    published: [
      { row: 'model card', score: 87.5 },
      { row: 'distillation README', score: 87.5 },
    ],
  });
});

test('an undefined correlation, a diverged run and an unfinished one have no score, and are told', async () => {
  const stsb = glueTask('stsb');
  const report = { task: 'regression', examples: 2, metrics: { pearson: null, spearman: null }, largestErrors: [] };
  const undefinedRun = { ...good, sets: [{ name: '', report }] } as unknown as GlueRun;
  expect(problemOf(stsb, undefinedRun)).toBe('a metric is undefined: the same answer for every row');
  const diverged: GlueRun = { ...good, seed: 45, state: 'diverged', sets: [] };
  const unfinished: GlueRun = { ...good, seed: 46, state: 'unfinished', sets: [] };
  const [mrpc] = (await reportOf([good, diverged, unfinished])).tasks;
  expect([mrpc!.score!.count, mrpc!.score!.of, mrpc!.unfinished]).toEqual([1, 2, 1]);
  expect(mrpc!.runs.map(({ problem }) => problem)).toEqual([null, 'diverged']);
});

test('scores of other rows are not laid beside the published ones', async () => {
  const other = await taskReport(glueTask('mrpc'), { ...facts, isOfficial: false }, [good], async () => []);
  expect(other.differences.map(({ difference }) => difference)).toEqual([null, null]);
});

test('the mean with WNLI counts it, and is beside the published rows that have all its tasks', () => {
  const score = { count: 1, of: 1, median: 0.5, mean: 0.5, deviation: Number.NaN, min: 0.5, max: 0.5 };
  const both = [
    { task: 'wnli' as const, score },
    { task: 'rte' as const, score: { ...score, median: 0.7 } },
    { task: 'cola' as const, score: null },
  ];
  expect(benchmarkMean(both, true)).toMatchObject({
    tasks: ['wnli', 'rte'],
    score: 0.6,
    published: [{ row: 'distillation README', score: expect.closeTo(58.1) }],
  });
  expect(benchmarkMean(both, false)).toMatchObject({ tasks: ['rte'], score: 0.7 });
});

test('texts of the data are texts on the page: no tag, no attribute, nothing from elsewhere', async () => {
  const page = htmlReport(await reportOf([good, better, constant]));
  const tags = [...page.matchAll(/<([a-z]+[1-6]?)[\s>]/g)].map(([, name]) => name);
  expect([...new Set(tags)].sort()).toEqual(
    [
      'bdi',
      'body',
      'br',
      'div',
      'h1',
      'h2',
      'h3',
      'head',
      'html',
      'li',
      'main',
      'meta',
      'p',
      'section',
      'small',
      'style',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'title',
      'tr',
      'ul',
    ].sort(),
  );
  expect(page).not.toMatch(/https?:|<script|<img|<link|@import|url\(/);
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;quotes&#39;');
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).toContain('width=device-width');
});

test('texts of the data end no cell of the Markdown', async () => {
  const text = markdownReport(await reportOf([good]));
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const cells = (line: string) => line.replace(/\\\|/g, '').split('|').length;
  const row = rows.find((line) => line.includes('alert'))!;
  expect(cells(row)).toBe(cells('| text | true | predicted | probability |'));
  expect(text).not.toContain('<script');
  expect(text).toContain('| MRPC | 91.7 | 91.7 |  | 1/1 |');
});
