import { type Html, html } from '../../../src/html.ts';
import { htmlTable } from '../../../src/html-page.ts';
import { count, plural } from '../../plain/table.ts';
import { metricText } from '../../plain/train-lines.ts';
import type { Diagnostics } from '../../run/diagnostics.ts';
import { chartFigure } from '../chart.ts';
import type { RunRecord } from '../record.ts';
import type { Section } from '../section.ts';
import { calibrationFigure } from './calibration.ts';
import { classTable } from './classes.ts';
import { confusions } from './confusions.ts';
import { listed, mistakeList, rightly, wrongly } from './mistakes.ts';

/** What the model gets right and wrong, of each set that was measured: the test rows first. */
export function diagnosticsSections({ events }: RunRecord): Section[] {
  return (['test', 'validation'] as const).flatMap((split) => {
    const found = events.diagnostics[split];
    if (found === undefined) return [];
    const parts = partsOf(found.diagnostics, split).filter((part) => part !== null);
    if (parts.length === 0) return [];
    const title = split === 'test' ? 'Test rows in detail' : 'Validation rows in detail';
    const content = html`<p class="dim">Of the checkpoint of step ${count(found.step)}.</p>\n${parts}`;
    // The same of other rows, for those who want to know.
    const isSecond = split === 'validation' && events.diagnostics.test !== undefined;
    const folded = html`<details><summary>Show them</summary>${content}</details>`;
    return [{ id: `${split}-rows`, title, content: isSecond ? folded : content }];
  });
}

/** @param split makes ids unique on the page */
function partsOf(diagnostics: Diagnostics, split: string): (Html | null)[] {
  switch (diagnostics.task) {
    case 'sequence-classification': {
      const { confusion, mostConfused, classes, otherClasses, mistakes, calibration } = diagnostics;
      return [
        confusions(confusion, mostConfused, 'rows'),
        classTable(classes, { what: 'label', counted: 'rows', left: otherClasses }),
        mistakeList(
          'Most confident mistakes',
          mistakes.map(({ text, pair, gold, predicted, score }) => ({
            text,
            pair,
            verdict: html`true ${rightly(gold)} · predicted ${wrongly(predicted)} with ${score.toFixed(3)}`,
          })),
        ),
        calibrationFigure(calibration, `${split}-calibration`),
      ];
    }
    case 'multi-label': {
      const { classes, otherClasses, mistakes } = diagnostics;
      return [
        classTable(classes, { what: 'label', counted: 'rows', left: otherClasses }),
        mistakeList(
          'Most mistakes in',
          mistakes.map(({ text, pair, missed, spurious }) => ({
            text,
            pair,
            verdict: missedAndSpurious(missed.map(rightly), spurious.map(wrongly)),
          })),
        ),
      ];
    }
    case 'token-classification': {
      const { classes, otherClasses, mostConfused, mistakes } = diagnostics;
      return [
        classTable(classes, { what: 'type', counted: 'examples', left: otherClasses }),
        confusions(null, mostConfused, 'words'),
        mistakeList(
          'Most mistakes in',
          mistakes.map(({ text, missed, spurious }) => ({
            text,
            verdict: missedAndSpurious(
              missed.map((entity) => html`${rightly(entity.text)} ${entity.label}`),
              spurious.map((entity) => html`${wrongly(entity.text)} ${entity.label}`),
            ),
          })),
        ),
      ];
    }
    case 'question-answering':
      return [
        answerFigures(diagnostics),
        mistakeList('Most confident mistakes', diagnostics.mistakes.map(answerMistake)),
      ];
    case 'regression':
      return [
        scatter(diagnostics.points, `${split}-scatter`),
        mistakeList(
          'Largest errors',
          diagnostics.largestErrors.map(({ text, pair, gold, predicted }) => ({
            text,
            pair,
            verdict: html`true ${rightly(metricText(gold))} · predicted ${wrongly(metricText(predicted))}`,
          })),
        ),
      ];
    case 'masked-lm':
      return [];
  }
}

function missedAndSpurious(missed: readonly Html[], spurious: readonly Html[]): Html {
  return html`${missed.length === 0 ? null : html`missed ${listed(missed)}`}${missed.length > 0 && spurious.length > 0 ? ' · ' : null}${spurious.length === 0 ? null : html`wrongly ${listed(spurious)}`}`;
}

function answerFigures({
  exactMatch,
  f1,
  hasAnswer,
  noAnswer,
  unanswered,
}: Diagnostics & { task: 'question-answering' }): Html {
  const rows = [
    ['Exact match', metricText(exactMatch)],
    ['F1', metricText(f1)],
    ['questions with an answer', count(hasAnswer)],
    ['questions without one', count(noAnswer)],
    ['questions that got no answer', count(unanswered)],
  ];
  return htmlTable({ name: 'answers', header: ['figure', 'value'], rows });
}

function answerMistake({
  question,
  gold,
  predicted,
  score,
}: (Diagnostics & { task: 'question-answering' })['mistakes'][number]) {
  const answer = (text: string | undefined) => (text === undefined || text === '' ? 'no answer' : text);
  return {
    text: question,
    verdict: html`true ${rightly(answer(gold[0]))} · predicted ${wrongly(answer(predicted))} with ${score.toFixed(3)}`,
  };
}

/** Predicted against true; where both are the same is a line. */
function scatter(points: readonly { gold: number; predicted: number }[], id: string): Html | null {
  if (points.length === 0) return null;
  const all = points.flatMap(({ gold, predicted }) => [gold, predicted]);
  const ends = { min: Math.min(...all), max: Math.max(...all) };
  return chartFigure({
    id,
    title: 'Predicted against true',
    description: `${plural(points.length, 'row')}, each a dot; on the dashed line the prediction is what is true.`,
    x: { label: 'true' },
    y: { label: 'predicted' },
    isSquare: true,
    dots: { name: 'rows', points: points.map(({ gold, predicted }) => ({ x: gold, y: predicted })) },
    lines: [
      {
        name: 'predicted is true',
        points: [
          { x: ends.min, y: ends.min },
          { x: ends.max, y: ends.max },
        ],
        look: 'faint',
      },
    ],
  });
}
