import { type Html, html } from '../../src/html.ts';
import { confusionTable, htmlPage, htmlTable } from '../../src/html-page.ts';
import type { GlueReport, TaskReport } from './report.ts';
import { meanLines, metricTitle, points, remarks, scoreHeader, scoreRow } from './texts.ts';

/** The report as one page that needs nothing else. */
export function htmlReport(report: GlueReport): string {
  const { model, recipe, seeds, machine, version, tasks } = report;
  const body = html`<main>
<h1>GLUE dev scores</h1>
<p>${`${model}, recipe ${recipe}, seeds ${seeds.join(', ')}`}<br><small>${`${machine}; distiltune ${version}`}</small></p>
${htmlTable({ name: 'scores', header: scoreHeader, rows: tasks.map(scoreRow), texts: [5] })}
<ul>${meanLines(report).map(item)}</ul>
<ul class="dim">${remarks(report).map(item)}</ul>
${tasks.map(taskSection)}
${diagnosticSection(report)}
</main>`;
  return htmlPage({ title: `GLUE: ${model}`, body });
}

function taskSection(task: TaskReport): Html {
  const { title, metrics, runs, confusion, worst, shownSeed } = task;
  const summaries = metrics.map(({ metric, set, summary }) => [
    metricTitle(metric, set),
    ...(['median', 'mean', 'deviation', 'min', 'max'] as const).map((key) =>
      summary === null || Number.isNaN(summary[key]) ? '' : points(summary[key]),
    ),
  ]);
  const header = ['metric', 'median', 'mean', 'sd', 'min', 'max'];
  const seeds = runs.map(({ seed, score, problem, seconds, examplesPerSecond }) => [
    String(seed),
    points(score),
    Number.isFinite(examplesPerSecond) ? examplesPerSecond.toFixed(1) : '',
    seconds.toFixed(0),
    problem ?? '',
  ]);
  return html`<section>
<h2>${title}</h2>
${htmlTable({ name: `${title}: metrics`, header, rows: summaries })}
${htmlTable({ name: `${title}: seeds`, header: ['seed', 'score', 'rows/s', 'seconds', 'remark'], rows: seeds, texts: [4] })}
${confusion === null ? null : [html`<h3>Confusion, seed ${shownSeed}</h3>\n`, confusionTable(`${title}: confusion`, confusion)]}
${worst.length === 0 ? null : worstTable(task)}
</section>
`;
}

function worstTable({ title, worst, confusion, shownSeed }: TaskReport): Html {
  const [heading, last] =
    confusion === null ? ['Largest errors', 'off by'] : ['Most confident mistakes', 'probability'];
  const rows = worst.map(({ text, pair, gold, predicted, by }) => [
    pair === null ? text : [text, html`<br>`, pair],
    gold,
    predicted,
    by.toFixed(3),
  ]);
  const header = ['text', 'true', 'predicted', last];
  return html`<h3>${heading}, seed ${shownSeed}</h3>
${htmlTable({ name: `${title}: ${heading}`, header, rows, long: [0] })}`;
}

function diagnosticSection({ diagnostic }: GlueReport): Html | null {
  if (diagnostic.length === 0) return null;
  const names = Object.keys(diagnostic[0]!.scores) as (keyof (typeof diagnostic)[number]['scores'])[];
  const rows = names.map((name) => [
    name,
    String(diagnostic[0]!.scores[name].rows),
    ...diagnostic.map(({ scores }) => points(scores[name].mcc)),
  ]);
  const header = ['category', 'rows', ...diagnostic.map(({ seed }) => `seed ${seed}`)];
  return html`<section>
<h2>AX: Matthews correlation by coarse category</h2>
${htmlTable({ name: 'AX', header, rows })}
</section>`;
}

const item = (text: string): Html => html`<li>${text}</li>`;
