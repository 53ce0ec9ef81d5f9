import type { DashboardState } from '../state/state.ts';
import type { Panel } from './panel.ts';
import type { PanelId } from './panel-id.ts';
import { answersPanel } from './panels/answers.ts';
import { calibrationPanel } from './panels/calibration.ts';
import { checkpointsPanel } from './panels/checkpoints.ts';
import { classesPanel } from './panels/classes.ts';
import { confusionPanel } from './panels/confusion.ts';
import { gradientPanel, lossPanel, metricPanel, ratePanel, speedPanel } from './panels/curves.ts';
import { evaluationsPanel } from './panels/evaluations.ts';
import { logPanel } from './panels/log.ts';
import { mistakesPanel } from './panels/mistakes.ts';
import { scatterPanel } from './panels/scatter.ts';
import { summaryPanel } from './panels/summary.ts';

export const panels: Readonly<Record<PanelId, Panel>> = {
  loss: lossPanel,
  metric: metricPanel('metric'),
  other: metricPanel('other'),
  rate: ratePanel,
  gradient: gradientPanel,
  speed: speedPanel,
  confusion: confusionPanel,
  scatter: scatterPanel,
  answers: answersPanel,
  classes: classesPanel,
  mistakes: mistakesPanel,
  calibration: calibrationPanel,
  evaluations: evaluationsPanel,
  checkpoints: checkpointsPanel,
  log: logPanel,
  summary: summaryPanel,
};

/** What there is to see of a run, in the order of the digits: the diagnostics are those of its task. */
export function panelsOf(state: DashboardState): PanelId[] {
  const { task } = state;
  const diagnostics: PanelId[] =
    task === 'regression'
      ? ['scatter', 'mistakes']
      : task === 'question-answering'
        ? ['answers', 'mistakes']
        : task === 'masked-lm'
          ? ['answers']
          : task === 'multi-label'
            ? ['classes', 'mistakes']
            : task === 'token-classification'
              ? ['confusion', 'classes', 'mistakes']
              : ['confusion', 'classes', 'mistakes', 'calibration'];
  // The perplexity is the loss again.
  const metrics: PanelId[] = task === 'masked-lm' ? ['metric'] : ['metric', 'other'];
  return [
    'loss',
    ...metrics,
    'rate',
    'gradient',
    'speed',
    ...diagnostics,
    'evaluations',
    'checkpoints',
    'log',
    'summary',
  ];
}
