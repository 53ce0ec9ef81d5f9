import type { Confusion } from '../../../src/eval/classification-report.ts';
import { type Html, html } from '../../../src/html.ts';
import { confusionTable, htmlTable } from '../../../src/html-page.ts';
import { count } from '../../plain/table.ts';

const pairsShown = 15;

/** Which labels are taken for which: all counts of few labels, else the pairs confused most often. */
export function confusions(
  matrix: { labels: readonly string[]; counts: readonly (readonly number[])[] } | null,
  pairs: readonly Confusion[],
  counted: string,
): Html | null {
  if (matrix !== null) {
    return html`<h3>Confusion</h3>
<p class="dim">A row for each true label, a column for each prediction. The darker a cell, the larger its share of its row; what is right has a frame.</p>
${confusionTable('confusion', matrix)}`;
  }
  if (pairs.length === 0) return null;
  const rows = pairs
    .slice(0, pairsShown)
    .map(({ gold, predicted, count: times }) => [
      html`<bdi>${gold}</bdi>`,
      html`<bdi>${predicted}</bdi>`,
      count(times),
    ]);
  return html`<h3>Most confused</h3>
${htmlTable({ name: 'most confused', header: ['true', 'predicted', counted], rows, texts: [1] })}`;
}
