import { calibrationPlot } from '../../plot/calibration-plot.ts';
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
    const plot = calibrationPlot({ bins, width, height: height - 1, theme });
    return [row([['dim', text]], width, theme), ...plot];
  },
};
