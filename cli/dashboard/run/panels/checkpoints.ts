import { basename } from 'node:path';
import { metricText } from '../../../plain/train-lines.ts';
import type { Panel } from '../panel.ts';
import { cell, type Piece, row } from '../text.ts';

/** The checkpoints that there are, the newest first, with the metric that chose the best. */
export const checkpointsPanel: Panel = {
  title: () => 'ckpts',
  shows: 'list',
  list({ state, theme }, width) {
    const { checkpoints, start } = state;
    if (checkpoints.length === 0) return { head: [row([['dim', 'no checkpoint yet']], width, theme)], rows: [] };
    const metric = start?.metric ?? 'metric';
    const valueWidth = Math.max(metric.length, 8) + 2;
    const head = row(
      [
        [
          'dim',
          `${cell('step', 8, theme, 'right')}  ${cell('why', 8, theme)}${cell(metric, valueWidth, theme, 'right')}  folder`,
        ],
      ],
      width,
      theme,
    );
    const rows = [...checkpoints].reverse().map(({ step, reason, value, location }) => {
      const pieces: Piece[] = [
        ['text', `${cell(String(step), 8, theme, 'right')}  `],
        [
          reason === 'best' ? 'good' : 'text',
          cell(`${reason === 'best' ? `${theme.glyphs.best} ` : ''}${reason}`, 8, theme),
        ],
        ['text', cell(value === null ? '-' : metricText(value), valueWidth, theme, 'right')],
        ['dim', `  ${cell(folderOf(location), Math.max(0, width - 20 - valueWidth), theme)}`],
      ];
      return row(pieces, width, theme);
    });
    return { head: [head], rows };
  },
};

/** Within the run's folder. */
function folderOf(location: string): string {
  const name = basename(location);
  return /^step-\d+$/.test(name) ? `checkpoints/${name}` : name;
}
