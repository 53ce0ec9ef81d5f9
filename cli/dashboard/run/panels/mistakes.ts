import { metricText } from '../../../plain/train-lines.ts';
import type { Diagnostics } from '../../../run/diagnostics.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cut, type Piece, row, signs, wrapped } from '../text.ts';
import { measuredAt } from './measured-at.ts';

/** What the model is most confidently wrong about, as text with both labels. */
export const mistakesPanel: Panel = {
  title: ({ state }) => (state.task === 'regression' ? 'errors' : 'mistakes'),
  shows: 'list',
  list(scene, width) {
    const { state, theme } = scene;
    const diagnostics = state.diagnostics?.diagnostics;
    if (diagnostics === undefined) return { head: [row([['dim', 'no evaluation yet']], width, theme)], rows: [] };
    const mistakes = mistakesOf(diagnostics, scene);
    if (mistakes.length === 0) return { head: [row([['good', 'no mistakes']], width, theme)], rows: [] };
    const sign = signs(theme);
    const head = row(
      [['dim', `${measuredAt(scene)}: ${sign.good} gold ${sign.bad} predicted, worst first`]],
      width,
      theme,
    );
    return { head: [head], rows: mistakes.flatMap((mistake) => mistakeRows(mistake, width, scene)) };
  },
};

interface Mistake {
  judged: Piece[];
  texts: string[];
}

function mistakesOf(diagnostics: Diagnostics, { theme }: Scene): Mistake[] {
  const sign = signs(theme);
  const judged = (gold: string, predicted: string, score: string): Piece[] => [
    ['good', `${sign.good} ${cut(gold, 40, theme)}  `],
    ['bad', `${sign.bad} ${cut(predicted, 40, theme)}`],
    ['dim', score === '' ? '' : ` ${score}`],
  ];
  const answer = (text: string | undefined) => (text === undefined || text === '' ? 'no answer' : text);
  switch (diagnostics.task) {
    case 'sequence-classification':
      return diagnostics.mistakes.map(({ text, pair, gold, predicted, score }) => ({
        judged: judged(gold, predicted, score.toFixed(2)),
        texts: pair == null ? [text] : [text, pair],
      }));
    case 'regression':
      return diagnostics.largestErrors.map(({ text, pair, gold, predicted }) => ({
        judged: judged(metricText(gold), metricText(predicted), ''),
        texts: pair == null ? [text] : [text, pair],
      }));
    case 'multi-label':
      return diagnostics.mistakes.map(({ text, missed, spurious }) => ({
        judged: missedAndSpurious(missed, spurious, sign),
        texts: [text],
      }));
    case 'token-classification':
      return diagnostics.mistakes.map(({ text, missed, spurious }) => ({
        judged: missedAndSpurious(missed.map(named), spurious.map(named), sign),
        texts: [text],
      }));
    case 'question-answering':
      return diagnostics.mistakes.map(({ question, gold, predicted, score }) => ({
        judged: judged(answer(gold[0]), answer(predicted), score.toFixed(2)),
        texts: [question],
      }));
    case 'masked-lm':
      return [];
  }
}

const named = ({ label, text }: { label: string; text: string }) => `${label} "${text}"`;

function missedAndSpurious(missed: string[], spurious: string[], sign: ReturnType<typeof signs>): Piece[] {
  const pieces: Piece[] = [];
  if (missed.length > 0) pieces.push(['good', `${sign.good} missed ${missed.join(', ')}  `]);
  if (spurious.length > 0) pieces.push(['bad', `${sign.bad} wrongly ${spurious.join(', ')}`]);
  return pieces;
}

function mistakeRows({ judged, texts }: Mistake, width: number, { theme }: Scene): string[] {
  const lines = texts.flatMap((text) => wrapped(text, Math.max(10, width - 2), 3, theme));
  const printed = judged.map((piece): Piece => (typeof piece === 'string' ? piece : [piece[0], piece[1]]));
  return [row(printed, width, theme), ...lines.map((line) => row([['text', `  ${line}`]], width, theme))];
}
