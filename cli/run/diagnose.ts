import type { Report } from '../../src/eval/evaluate.ts';
import type { ClassScores, ConfusedPair, Diagnostics, RowText } from './diagnostics.ts';
import { type RowTexts, shortened } from './row-texts.ts';

const mostMistakes = 20;
const mostPairs = 20;
const mostClasses = 200;
const mostAnswers = 3;
/** Labels, or entities, that are named of one row. */
const mostNamed = 10;
const mostOfLabel = 100;

const labelText = (label: string) => shortened(label, mostOfLabel);

/**
 * What a report shows beside its metrics, bounded, with the texts of the rows that it names.
 * @throws DataError when the rows cannot be read any more
 */
export async function diagnose(report: Report, texts: RowTexts): Promise<Diagnostics> {
  switch (report.task) {
    case 'sequence-classification': {
      const { classes, confusionMatrix, calibration, expectedCalibrationError } = report;
      const labels = classes.map(({ label }) => labelText(label));
      return {
        task: report.task,
        labels: labels.slice(0, mostClasses),
        confusion: confusionMatrix === null ? null : { labels, counts: confusionMatrix },
        mostConfused: pairs(report.mostConfused),
        ...bounded(classes),
        mistakes: await withTexts(report.mistakes, texts, ({ gold, predicted, score }) => {
          return { gold: labelText(gold), predicted: labelText(predicted), score };
        }),
        calibration: { bins: calibration, expectedCalibrationError },
      };
    }
    case 'multi-label':
      return {
        task: report.task,
        ...bounded(report.classes),
        mistakes: await withTexts(report.mistakes, texts, ({ missed, spurious }) => {
          return {
            missed: missed.slice(0, mostNamed).map(labelText),
            spurious: spurious.slice(0, mostNamed).map(labelText),
          };
        }),
      };
    case 'token-classification':
      return {
        task: report.task,
        ...bounded(report.classes),
        mostConfused: pairs(report.mostConfused),
        mistakes: await withTexts(report.mistakes, texts, ({ missed, spurious }) => {
          return { missed: entities(missed), spurious: entities(spurious) };
        }),
      };
    case 'question-answering': {
      const { metrics, examples, unanswerable, unanswered, mistakes } = report;
      return {
        task: report.task,
        exactMatch: metrics.exact_match!,
        f1: metrics.f1!,
        hasAnswer: examples - unanswerable,
        noAnswer: unanswerable,
        unanswered,
        mistakes: mistakes.slice(0, mostMistakes).map(({ question, gold, predicted, score }) => ({
          question: shortened(question),
          gold: gold.slice(0, mostAnswers).map((answer) => shortened(answer)),
          predicted: shortened(predicted),
          score,
        })),
      };
    }
    case 'regression':
      return {
        task: report.task,
        points: report.points,
        largestErrors: await withTexts(report.largestErrors, texts, ({ gold, predicted }) => ({ gold, predicted })),
      };
    case 'masked-lm':
      return { task: report.task, perplexity: report.metrics.perplexity! };
  }
}

/** Rows with their texts; a row whose text is not to be found is left out. */
async function withTexts<Row extends { index: number }, Told>(
  all: readonly Row[],
  texts: RowTexts,
  tell: (row: Row) => Told,
): Promise<(RowText & Told)[]> {
  const rows = all.slice(0, mostMistakes);
  const found = await texts(rows.map(({ index }) => index));
  return rows.flatMap((row) => {
    const text = found.get(row.index);
    return text === undefined ? [] : [{ ...text, ...tell(row) }];
  });
}

/** Those with the most support where there are too many, in their own order. */
function bounded(classes: readonly ClassScores[]): { classes: ClassScores[]; otherClasses: number } {
  const told = (scores: ClassScores): ClassScores => ({ ...scores, label: labelText(scores.label) });
  if (classes.length <= mostClasses) return { classes: classes.map(told), otherClasses: 0 };
  const kept = new Set([...classes].sort((a, b) => b.support - a.support).slice(0, mostClasses));
  return {
    classes: classes.filter((scores) => kept.has(scores)).map(told),
    otherClasses: classes.length - mostClasses,
  };
}

const pairs = (all: readonly ConfusedPair[]): ConfusedPair[] =>
  all.slice(0, mostPairs).map(({ gold, predicted, count }) => ({
    gold: labelText(gold),
    predicted: labelText(predicted),
    count,
  }));

const entities = (all: readonly { label: string; text: string }[]): { label: string; text: string }[] =>
  all.slice(0, mostNamed).map(({ label, text }) => ({ label: labelText(label), text: shortened(text) }));
