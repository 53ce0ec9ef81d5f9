import type { EvaluationRecord } from '../../state/state.ts';
import { change, shortDuration, shortMetric } from '../figures.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cell, type Piece, row } from '../text.ts';

/** Every evaluation, the newest first. */
export const evaluationsPanel: Panel = {
  title: () => 'evals',
  shows: 'list',
  list(scene, width) {
    const { evaluations } = scene.state;
    if (evaluations.length === 0) return { head: [row([['dim', nothing(scene)]], width, scene.theme)], rows: [] };
    const table = evaluationTable(scene, width);
    return { head: [table.head], rows: [...evaluations].reverse().map(table.row) };
  },
};

/** Column titles and the newest evaluations, in so many rows. */
export function newestEvaluations(scene: Scene, width: number, height: number): string[] {
  const { head, rows } = (evaluationsPanel as Extract<Panel, { shows: 'list' }>).list(scene, width);
  return [...head, ...rows].slice(0, height);
}

function nothing({ state }: Scene): string {
  if (state.start !== null && state.rows.validation === 0) return 'no rows to evaluate on';
  const { start, settings } = state;
  if (start === null) return 'no evaluation yet';
  const every = settings?.evaluate.everySteps ?? start.stepsPerEpoch;
  return `no evaluation yet: the first is after step ${Math.min(every, start.totalSteps)}`;
}

const metricWidth = 7;

/** Step, loss, the deciding metric, as many others as there is room for, the change to the best, and what is kept. */
function evaluationTable({ state, theme }: Scene, width: number) {
  const deciding = state.start?.metric ?? 'loss';
  const known = Object.keys(state.evaluations.at(-1)?.metrics ?? {});
  const stepWidth = Math.max(6, String(state.start?.totalSteps ?? 0).length + 1);
  // Step, change, kept, seconds.
  const fixed = stepWidth + 8 + 8 + 7;
  const most = Math.max(1, Math.floor((width - fixed) / metricWidth));
  const names = [...new Set([deciding, ...(known.includes('loss') ? ['loss'] : []), ...known])].slice(0, most);
  const head: Piece[] = [
    ['dim', cell('step', stepWidth, theme, 'right')],
    ...names.map((name): Piece => ['dim', ` ${cell(shortName(name), metricWidth - 1, theme, 'right')}`]),
    ['dim', cell('change', 8, theme, 'right')],
    ['dim', cell('took', 7, theme, 'right')],
    ['dim', '  kept'],
  ];
  return {
    head: row(head, width, theme),
    row(evaluation: EvaluationRecord) {
      const { step, metrics, best, seconds } = evaluation;
      const isBest = best && state.best?.step === step;
      const pieces: Piece[] = [
        ['text', cell(String(step), stepWidth, theme, 'right')],
        ...names.map((name): Piece => {
          const text = ` ${cell(shortMetric(metrics[name]), metricWidth - 1, theme, 'right')}`;
          return name === deciding && isBest ? ['bold', text] : ['text', text];
        }),
        [
          evaluation.change === null ? 'text' : best ? 'good' : 'warn',
          cell(change(evaluation.change), 8, theme, 'right'),
        ],
        ['dim', cell(shortDuration(seconds), 7, theme, 'right')],
        ['good', isBest ? `  ${theme.glyphs.best} best` : ''],
      ];
      return row(pieces, width, theme);
    },
  };
}

/** `macro_f1` -> `macrF1`: six characters for the head of a column. */
export function shortName(name: string): string {
  return shortNames[name] ?? name.replaceAll('_', ' ');
}

const shortNames: Readonly<Record<string, string>> = {
  accuracy: 'acc',
  precision: 'prec',
  macro_f1: 'macF1',
  micro_f1: 'micF1',
  weighted_f1: 'wtdF1',
  samples_f1: 'smpF1',
  roc_auc: 'AUC',
  pearson: 'pears',
  spearman: 'spear',
  subset_accuracy: 'subset',
  hamming_loss: 'hammng',
  average_precision: 'avgPr',
  exact_match: 'exact',
  has_answer_exact_match: 'ansEM',
  has_answer_f1: 'ansF1',
  no_answer_accuracy: 'noAns',
  perplexity: 'perpl',
};
