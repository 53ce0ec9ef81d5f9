import { count } from '../../../plain/table.ts';
import type { ClassScores, Diagnostics } from '../../../run/diagnostics.ts';
import { bars } from '../../plot/bars.ts';
import { shortMetric } from '../figures.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cell, row } from '../text.ts';
import { measuredAt } from './measured-at.ts';

/** Precision, recall and F1 of each label or entity type, the worst first where there are many. */
export const classesPanel: Panel = {
  title: ({ state }) => (state.task === 'token-classification' ? 'types' : 'classes'),
  shows: 'list',
  list(scene, width) {
    const { state, theme } = scene;
    const scores = classesOf(state.diagnostics?.diagnostics);
    if (scores === null) return { head: [row([['dim', 'no evaluation yet']], width, theme)], rows: [] };
    const labelWidth = Math.max(8, Math.min(40, width - 4 * 8 - 10));
    const barWidth = Math.max(0, Math.min(20, width - labelWidth - 4 * 8 - 2));
    const head = row(
      [
        ['dim', cell(`${measuredAt(scene)}`, labelWidth, theme)],
        ['dim', ['precis.', 'recall', 'F1', 'rows'].map((name) => name.padStart(8)).join('')],
      ],
      width,
      theme,
    );
    const rows = ordered(scores.classes).map(({ label, precision, recall, f1, support }) => {
      const figures = [precision, recall, f1].map((value) => value.toFixed(3).padStart(8)).join('');
      const bar =
        barWidth < 4
          ? ''
          : `  ${bars({ rows: [{ label: '', value: f1, text: '' }], width: barWidth, max: 1, theme })[0]}`;
      const text = row([cell(label, labelWidth, theme), figures, count(support).padStart(8)], labelWidth + 32, theme);
      return bar === ''
        ? row([cell(label, labelWidth, theme), figures, count(support).padStart(8)], width, theme)
        : text + bar + ' '.repeat(Math.max(0, width - labelWidth - 32 - 2 - barWidth));
    });
    if (scores.others > 0) rows.push(row([['dim', `and ${count(scores.others)} more`]], width, theme));
    return { head: [head], rows };
  },
};

/** The classes of a report and how many more there are; null for tasks without. */
export function classesOf(diagnostics: Diagnostics | undefined): { classes: ClassScores[]; others: number } | null {
  if (diagnostics === undefined || !('classes' in diagnostics)) return null;
  return { classes: diagnostics.classes, others: diagnostics.otherClasses ?? 0 };
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
  const rows = ordered(scores.classes)
    .slice(0, height)
    .map(({ label, f1 }) => ({ label, value: f1, text: shortMetric(f1) }));
  return bars({ rows, width, max: 1, theme });
}
