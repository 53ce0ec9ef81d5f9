import type { GlueReport, TaskReport } from './report.ts';
import { meanLines, metricTitle, points, remarks, scoreHeader, scoreRow } from './texts.ts';

/** The report as one page that needs nothing else: no script, no font, no network. */
export function htmlReport(report: GlueReport): string {
  const { model, recipe, seeds, machine, version, tasks } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>GLUE: ${escapeHtml(model)}</title>
<style>${style}</style>
</head>
<body>
<h1>GLUE dev scores</h1>
<p>${escapeHtml(`${model}, recipe ${recipe}, seeds ${seeds.join(', ')}`)}<br><small>${escapeHtml(`${machine}; distiltune ${version}`)}</small></p>
${table(scoreHeader, tasks.map(scoreRow), [0, 5])}
<ul>${meanLines(report).map(item).join('')}</ul>
<ul class="remarks">${remarks(report).map(item).join('')}</ul>
${tasks.map(taskSection).join('\n')}
${diagnosticSection(report)}
</body>
</html>
`;
}

function taskSection(task: TaskReport): string {
  const { title, metrics, runs, confusion, worst, shownSeed } = task;
  const summaries = metrics.map(({ metric, set, summary }) => [
    metricTitle(metric, set),
    ...(['median', 'mean', 'deviation', 'min', 'max'] as const).map((key) =>
      summary === null || Number.isNaN(summary[key]) ? '' : points(summary[key]),
    ),
  ]);
  return `<section>
<h2>${escapeHtml(title)}</h2>
${table(['metric', 'median', 'mean', 'sd', 'min', 'max'], summaries, [0])}
${table(
  ['seed', 'score', 'rows/s', 'seconds', 'remark'],
  runs.map(({ seed, score, problem, seconds, examplesPerSecond }) => [
    String(seed),
    points(score),
    Number.isFinite(examplesPerSecond) ? examplesPerSecond.toFixed(1) : '',
    seconds.toFixed(0),
    problem ?? '',
  ]),
  [4],
)}
${confusion === null ? '' : confusionTable(confusion, shownSeed)}
${worst.length === 0 ? '' : worstTable(worst, confusion === null, shownSeed)}
</section>`;
}

function confusionTable({ labels, counts }: NonNullable<TaskReport['confusion']>, seed: number | null): string {
  const cells = counts.map((row, g) => {
    const sum = row.reduce((a, b) => a + b, 0);
    const shares = row.map((count, p) => {
      const share = sum === 0 ? 0 : Math.round((100 * count) / sum);
      return `<td class="${g === p ? 'right' : 'wrong'}" style="--share:${share}%">${count}</td>`;
    });
    return `<tr><th>${escapeHtml(labels[g]!)}</th>${shares.join('')}</tr>`;
  });
  const head = labels.map((label) => `<th>${escapeHtml(label)}</th>`).join('');
  return `<h3>Confusion, seed ${seed}</h3><div class="scroll"><table class="confusion"><tr><th>true \\ predicted</th>${head}</tr>${cells.join('')}</table></div>`;
}

function worstTable(worst: TaskReport['worst'], isRegression: boolean, seed: number | null): string {
  const rows = worst.map(({ text, pair, gold, predicted, by }) => {
    const texts = pair === null ? escapeHtml(text) : `${escapeHtml(text)}<br>${escapeHtml(pair)}`;
    return `<tr><td class="text">${texts}</td><td>${escapeHtml(gold)}</td><td>${escapeHtml(predicted)}</td><td>${by.toFixed(3)}</td></tr>`;
  });
  const [title, last] = isRegression ? ['Largest errors', 'off by'] : ['Most confident mistakes', 'probability'];
  return `<h3>${title}, seed ${seed}</h3><div class="scroll"><table><tr><th class="text">text</th><th>true</th><th>predicted</th><th>${last}</th></tr>${rows.join('')}</table></div>`;
}

function diagnosticSection({ diagnostic }: GlueReport): string {
  if (diagnostic.length === 0) return '';
  const names = Object.keys(diagnostic[0]!.scores) as (keyof (typeof diagnostic)[number]['scores'])[];
  const rows = names.map((name) => [
    name,
    String(diagnostic[0]!.scores[name].rows),
    ...diagnostic.map(({ scores }) => points(scores[name].mcc)),
  ]);
  return `<section><h2>AX: Matthews correlation by coarse category</h2>${table(['category', 'rows', ...diagnostic.map(({ seed }) => `seed ${seed}`)], rows, [0])}</section>`;
}

/** @param left columns of texts; the others hold numbers */
function table(header: readonly string[], rows: readonly (readonly string[])[], left: readonly number[]): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((text, i) => `<${tag}${left.includes(i) ? ' class="text"' : ''}>${escapeHtml(text)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table>${row('th', header)}${rows.map((cells) => row('td', cells)).join('')}</table></div>`;
}

const item = (text: string) => `<li>${escapeHtml(text)}</li>`;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text for a place between tags or in a quoted attribute: whatever it holds, it is shown and not read. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d8dee4; --good: #2da44e; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --good: #3fb950; --bad: #f85149; } }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
.scroll { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
.text { text-align: left; }
td.text { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
.confusion td { background: color-mix(in srgb, var(--shade) var(--share), transparent); }
.right { --shade: var(--good); } .wrong { --shade: var(--bad); }
.remarks { font-size: .9rem; }
`;
