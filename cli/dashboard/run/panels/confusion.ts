import { count } from '../../../plain/table.ts';
import { heatmap } from '../../plot/heatmap.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cell, row, signs } from '../text.ts';
import { measuredAt } from './measured-at.ts';

/** Which labels are taken for which: the matrix where it can be read, else the pairs confused most often. */
export const confusionPanel: Panel = {
  title: () => 'confusion',
  shows: 'figure',
  draw: confusion,
  rows({ state }) {
    const diagnostics = state.diagnostics?.diagnostics;
    if (diagnostics === undefined || !('mostConfused' in diagnostics)) return 1;
    const labels = 'confusion' in diagnostics ? diagnostics.confusion?.labels.length : undefined;
    return labels === undefined ? diagnostics.mostConfused.length + 1 : labels + 2;
  },
};

function confusion(scene: Scene, width: number, height: number): string[] {
  const { state, theme } = scene;
  const diagnostics = state.diagnostics?.diagnostics;
  if (diagnostics === undefined || !('mostConfused' in diagnostics)) {
    return [row([['dim', 'no evaluation yet']], width, theme)];
  }
  const matrix = 'confusion' in diagnostics ? diagnostics.confusion : null;
  if (matrix !== null && fits(matrix.labels.length, width, height)) {
    const title = row([['dim', `${measuredAt(scene)}: gold down, predicted across`]], width, theme);
    return [title, ...heatmap({ ...matrix, width, height: height - 1, theme })];
  }
  const { mostConfused } = diagnostics;
  if (mostConfused.length === 0) return [row([['good', 'nothing is confused with anything']], width, theme)];
  const countWidth = Math.max(6, ...mostConfused.map((pair) => count(pair.count).length + 1));
  const labelWidth = Math.max(6, Math.floor((width - countWidth - 4) / 2));
  const line = (gold: string, predicted: string, rows: string, arrow: string) =>
    `${cell(gold, labelWidth, theme)} ${arrow.padEnd(2)} ${cell(predicted, labelWidth, theme)}${rows.padStart(countWidth)}`;
  return [
    row([['dim', line('most confused: gold', 'predicted', 'rows', '')]], width, theme),
    ...mostConfused
      .slice(0, height - 1)
      .map((pair) => row([line(pair.gold, pair.predicted, count(pair.count), signs(theme).arrow)], width, theme)),
  ];
}

/** A cell takes four columns at least, and the names of the labels some. */
const fits = (labels: number, width: number, height: number) => labels * 4 + 10 <= width && labels + 2 <= height;
