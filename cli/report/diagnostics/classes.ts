import type { ClassRow } from '../../../src/eval/classification-report.ts';
import { type Html, html } from '../../../src/html.ts';
import { htmlTable } from '../../../src/html-page.ts';
import { count } from '../../plain/table.ts';

const mostOpen = 30;
const worstShown = 15;

/**
 * Precision, recall and F1 of each class. Of many the worst are shown, the others fold out.
 * @param what a class is called, and what its support counts
 * @param left how many further classes there are that are not in `classes`
 */
export function classTable(
  classes: readonly ClassRow[],
  { what, counted, left }: { what: string; counted: string; left: number },
): Html | null {
  if (classes.length === 0) return null;
  const header = [what, 'precision', 'recall', 'F1', counted];
  const table = (name: string, rows: readonly ClassRow[]) => htmlTable({ name, header, rows: rows.map(cells) });
  const total = classes.length + left;
  const rest = left === 0 ? null : html`<p>${count(left)} more are not listed.</p>`;
  if (classes.length <= mostOpen) return html`<h3>Each ${what}</h3>\n${table(`each ${what}`, classes)}${rest}`;
  const worst = classes
    .filter(({ support }) => support > 0)
    .sort((a, b) => a.f1 - b.f1)
    .slice(0, worstShown);
  return html`<h3>Lowest F1 of ${count(total)} ${what}s</h3>
${table(`lowest F1`, worst)}
<details><summary>All ${left === 0 ? null : `but ${count(left)} `}of them</summary>${table(`every ${what}`, classes)}${rest}</details>`;
}

const cells = ({ label, precision, recall, f1, support }: ClassRow) => [
  html`<bdi>${label}</bdi>`,
  precision.toFixed(3),
  recall.toFixed(3),
  html`<span class="bar" style="--part:${f1.toFixed(3)}">${f1.toFixed(3)}</span>`,
  count(support),
];
