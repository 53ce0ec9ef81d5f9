import { scatterPlot } from '../../plot/scatter-plot.ts';
import type { Panel } from '../panel.ts';
import { row } from '../text.ts';
import { measuredAt } from './measured-at.ts';

/** Accuracy over confidence: on the diagonal the model is as sure as it is right, below it surer. */
export const calibrationPanel: Panel = {
  title: () => 'calibration',
  shows: 'figure',
  draw(scene, width, height) {
    const { state, theme } = scene;
    const diagnostics = state.diagnostics?.diagnostics;
    if (diagnostics?.task !== 'sequence-classification') {
      return [row([['dim', 'no evaluation yet']], width, theme)];
    }
    const { bins, expectedCalibrationError } = diagnostics.calibration;
    const text = `error ${expectedCalibrationError.toFixed(3)}, ${measuredAt(scene)}: accuracy over confidence`;
    const points = bins
      .filter((bin) => bin.count > 0)
      .map(({ confidence, accuracy }) => ({ x: confidence, y: accuracy }));
    const plot = scatterPlot({
      width,
      height: height - 1,
      theme,
      points,
      role: 'series1',
      x: { min: 0, max: 1 },
      y: { min: 0, max: 1 },
      isDiagonalShown: true,
    });
    return [row([['dim', text]], width, theme), ...plot];
  },
};
