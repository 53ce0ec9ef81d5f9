import { markdownTable, markdownText } from '../../src/markdown.ts';
import type { GlueReport, TaskReport } from './report.ts';
import { meanLines, metricTitle, points, remarks, scoreHeader, scoreRow } from './texts.ts';

/** The report as Markdown. */
export function markdownReport(report: GlueReport): string {
  const { model, recipe, seeds, machine, version, tasks } = report;
  const align = scoreHeader.map((_, i) => (i === 0 || i === 5 ? 'left' : 'right') as 'left' | 'right');
  return [
    '# GLUE dev scores',
    '',
    `${markdownText(model)}, recipe ${recipe}, seeds ${seeds.join(', ')}; ${markdownText(machine)}; distiltune ${version}.`,
    '',
    ...markdownTable(scoreHeader, tasks.map(scoreRow), align),
    '',
    ...meanLines(report).map((line) => `- ${markdownText(line)}`),
    '',
    ...remarks(report).map((line) => `- ${markdownText(line)}`),
    '',
    ...tasks.flatMap(taskSection),
    ...diagnosticSection(report),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function taskSection(task: TaskReport): string[] {
  const { title, metrics, confusion, worst, shownSeed } = task;
  const summaries = metrics.map(({ metric, set, summary }) => [
    metricTitle(metric, set),
    ...(['median', 'mean', 'deviation', 'min', 'max'] as const).map((key) =>
      summary === null || Number.isNaN(summary[key]) ? '' : points(summary[key]),
    ),
  ]);
  return [
    `## ${title}`,
    '',
    ...markdownTable(['metric', 'median', 'mean', 'sd', 'min', 'max'], summaries, ['left', ...fiveRight]),
    '',
    ...(confusion === null
      ? []
      : [
          `Rows by true class, columns by prediction (seed ${shownSeed}):`,
          '',
          ...markdownTable(
            ['', ...confusion.labels],
            confusion.counts.map((counts, i) => [confusion.labels[i]!, ...counts.map(String)]),
            ['left', ...confusion.labels.map(() => 'right' as const)],
          ),
          '',
        ]),
    ...(worst.length === 0
      ? []
      : [
          ...markdownTable(
            ['text', 'true', 'predicted', confusion === null ? 'off by' : 'probability'],
            worst.map(({ text, pair, gold, predicted, by }) => [
              pair === null ? text : `${text} / ${pair}`,
              gold,
              predicted,
              by.toFixed(3),
            ]),
            ['left', 'right', 'right', 'right'],
          ),
          '',
        ]),
  ];
}

const fiveRight = new Array<'right'>(5).fill('right');

function diagnosticSection({ diagnostic }: GlueReport): string[] {
  if (diagnostic.length === 0) return [];
  const names = Object.keys(diagnostic[0]!.scores) as (keyof (typeof diagnostic)[number]['scores'])[];
  return [
    '## AX: Matthews correlation by coarse category',
    '',
    ...markdownTable(
      ['category', 'rows', ...diagnostic.map(({ seed }) => `seed ${seed}`)],
      names.map((name) => [
        name,
        String(diagnostic[0]!.scores[name].rows),
        ...diagnostic.map(({ scores }) => points(scores[name].mcc)),
      ]),
      ['left', 'right', ...diagnostic.map(() => 'right' as const)],
    ),
    '',
  ];
}
