import { type Html, html } from '../../../src/html.ts';
import { htmlTable } from '../../../src/html-page.ts';
import { count } from '../../plain/table.ts';
import { chartFigure } from '../chart.ts';

export interface Calibration {
  /** Rows by the probability of what was predicted: its mean, and how many of them were right. */
  bins: readonly { confidence: number; accuracy: number; count: number }[];
  expectedCalibrationError: number;
}

/** Whether the model is right as often as it believes. */
export function calibrationFigure({ bins, expectedCalibrationError }: Calibration, id: string): Html | null {
  const filled = bins.filter((bin) => bin.count > 0);
  if (filled.length === 0) return null;
  const error = (100 * expectedCalibrationError).toFixed(1);
  const points = filled.map(({ confidence, accuracy, count: rows }) => ({
    x: confidence,
    y: accuracy,
    text: `${percent(confidence)} sure, ${percent(accuracy)} right, ${count(rows)} rows`,
  }));
  const figure = chartFigure({
    id,
    title: 'Calibration',
    description: `How often predictions of each probability are right. On average they are ${error} points apart.`,
    x: { label: 'probability of the prediction', min: 0, max: 1 },
    y: { label: 'share that is right', min: 0, max: 1 },
    isSquare: true,
    lines: [
      { name: 'this model', points, look: 'solid' },
      {
        name: 'as sure as right',
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
        look: 'faint',
      },
    ],
    marks: [{ name: 'rows of like probability', points, glyph: 'diamond' }],
  });
  const rows = filled.map(({ confidence, accuracy, count: of }) => [percent(confidence), percent(accuracy), count(of)]);
  return html`${figure}
<p>Expected calibration error: ${error} points.</p>
<details><summary>As a table</summary>${htmlTable({ name: 'calibration', header: ['probability', 'right', 'rows'], rows })}</details>`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
