import { count, plural } from '../../../plain/table.ts';
import { metricText } from '../../../plain/train-lines.ts';
import { bars } from '../../plot/bars.ts';
import type { Panel } from '../panel.ts';
import { row } from '../text.ts';
import { measuredAt } from './measured-at.ts';

/** Exact match, F1 and how many questions have and got no answer; the perplexity of a masked language model. */
export const answersPanel: Panel = {
  title: ({ state }) => (state.task === 'masked-lm' ? 'perplexity' : 'answers'),
  shows: 'figure',
  rows: () => 5,
  draw(scene, width, height) {
    const { state, theme } = scene;
    const diagnostics = state.diagnostics?.diagnostics;
    const title = row([['dim', measuredAt(scene) || 'no evaluation yet']], width, theme);
    if (diagnostics?.task === 'masked-lm') {
      return [title, row([['bold', `perplexity ${metricText(diagnostics.perplexity)}`]], width, theme)];
    }
    if (diagnostics?.task !== 'question-answering') return [title];
    const { exactMatch, f1, hasAnswer, noAnswer, unanswered } = diagnostics;
    const share = (label: string, value: number) => ({ label, value, text: metricText(value) });
    const rows = [share('exact match', exactMatch), share('F1', f1)];
    const lines = [
      `${plural(hasAnswer, 'question has', 'questions have')} an answer, ${count(noAnswer)} none`,
      `${plural(unanswered, 'question')} got no answer`,
    ];
    return [title, ...bars({ rows, width, max: 1, theme }), ...lines.map((text) => row([text], width, theme))].slice(
      0,
      height,
    );
  },
};
