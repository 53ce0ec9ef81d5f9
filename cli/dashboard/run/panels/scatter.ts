import { scatterPlot } from '../../plot/scatter-plot.ts';
import type { Panel } from '../panel.ts';
import { row } from '../text.ts';
import { measuredAt } from './measured-at.ts';

/** Predicted over true values of a regression. */
export const scatterPanel: Panel = {
  title: () => 'scatter',
  shows: 'figure',
  draw(scene, width, height) {
    const { state, theme } = scene;
    const diagnostics = state.diagnostics?.diagnostics;
    if (diagnostics?.task !== 'regression') return [row([['dim', 'no evaluation yet']], width, theme)];
    const points = diagnostics.points.map(({ gold, predicted }) => ({ x: gold, y: predicted }));
    const values = points.flatMap(({ x, y }) => [x, y]);
    const range = { min: Math.min(...values), max: Math.max(...values) };
    const title = row([['dim', `${measuredAt(scene)}: predicted over true`]], width, theme);
    return [
      title,
      ...scatterPlot({
        width,
        height: height - 1,
        theme,
        points,
        role: 'series1',
        x: range,
        y: range,
        isDiagonalShown: true,
      }),
    ];
  },
};
