import stringWidth from 'string-width';
import { count, printable } from '../../../plain/table.ts';
import type { ClassScores, Diagnostics } from '../../../run/diagnostics.ts';
import { bars } from '../../plot/bars.ts';
import { shortMetric } from '../figures.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cell, row } from '../text.ts';
import { measuredAt } from './measured-at.ts';

const figureWidth = 7;
const supportWidth = 8;
const figuresWidth = 3 * figureWidth + supportWidth;
const leastBar = 5;

/** Precision, recall and F1 of each label or entity type, the worst first where there are many. */
export const classesPanel: Panel = {
  title: ({ state }) => (state.task === 'token-classification' ? 'types' : 'classes'),
  shows: 'list',
  list(scene, width) {
    const { state, theme } = scene;
    const scores = classesOf(state.diagnostics?.diagnostics);
    if (scores === null) return { head: [row([['dim', 'no evaluation yet']], width, theme)], rows: [] };
    const labelWidth = Math.max(6, Math.min(40, width - figuresWidth));
    const barWidth = Math.min(20, width - labelWidth - figuresWidth - 2);
    const where = measuredAt(scene);
    const figures = (values: readonly string[], support: string) =>
      values.map((value) => value.padStart(figureWidth)).join('') + support.padStart(supportWidth);
    const head = row(
      [
        [
          'dim',
          cell(where.length <= labelWidth ? where : where.slice(where.indexOf('@')), labelWidth, theme) +
            figures(['prec', 'recall', 'F1'], 'rows'),
        ],
      ],
      width,
      theme,
    );
    const rows = ordered(scores.classes).map(({ label, precision, recall, f1, support }) => {
      const values = [precision, recall, f1].map((value) => value.toFixed(3));
      const text = cell(label, labelWidth, theme) + figures(values, count(support));
      if (barWidth < leastBar) return row([text], width, theme);
      const bar = bars({ rows: [{ label: '', value: f1, text: '' }], width: barWidth, max: 1, theme })[0];
      return `${row([text], width - barWidth - 1, theme)}${bar} `;
    });
    if (scores.others > 0) rows.push(row([['dim', `and ${count(scores.others)} more`]], width, theme));
    return { head: [head], rows };
  },
};

/** The classes of a report and how many more there are; null for tasks without. */
export function classesOf(diagnostics: Diagnostics | undefined): { classes: ClassScores[]; others: number } | null {
  if (diagnostics === undefined || !('classes' in diagnostics)) return null;
  return { classes: diagnostics.classes, others: diagnostics.otherClasses };
}

const fewClasses = 12;

/** A few stay in their own order; of many those that do worst come first, those that nothing was measured on last. */
function ordered(classes: readonly ClassScores[]): readonly ClassScores[] {
  if (classes.length <= fewClasses) return classes;
  return [...classes].sort((a, b) => Number(a.support === 0) - Number(b.support === 0) || a.f1 - b.f1);
}

/** Label, F1 and a bar, for a narrow place beside a plot. */
export function classBars({ state, theme }: Scene, width: number, height: number): string[] {
  const scores = classesOf(state.diagnostics?.diagnostics);
  if (scores === null) return [];
  const shown = ordered(scores.classes).slice(0, Math.max(0, height));
  const longest = Math.max(...shown.map(({ label }) => stringWidth(printable(label))));
  const labelWidth = Math.min(longest, Math.max(1, width - 9));
  return shown.map(({ label, f1 }) => {
    const rows = [{ label: '', value: f1, text: shortMetric(f1) }];
    return `${cell(label, labelWidth, theme)} ${bars({ rows, width: width - labelWidth - 1, max: 1, theme })[0]}`;
  });
}
