import type { WrittenRun } from './written-run.ts';

const scores = { precision: 1, recall: 0.75, f1: 6 / 7, support: 1234 };
const others = { label: 'other', precision: 6 / 7, recall: 1, f1: 12 / 13, support: 6 };

/** A run of every task, whose texts, labels and names are `word`. */
export function everyTask(word: string): (WrittenRun & { diagnostics: NonNullable<WrittenRun['diagnostics']> })[] {
  const labels = [word, 'other'];
  const classes = [{ label: word, ...scores }, others];
  const common = { name: word };
  return [
    {
      ...common,
      task: 'sequence-classification',
      labels,
      metrics: { accuracy: 0.75, roc_auc: null, loss: 0.5 },
      report: { classes },
      diagnostics: {
        task: 'sequence-classification',
        labels,
        confusion: {
          labels,
          counts: [
            [3, 1],
            [0, 6],
          ],
        },
        mostConfused: [{ gold: word, predicted: 'other', count: 1 }],
        classes,
        otherClasses: 0,
        mistakes: [{ text: word, pair: word, gold: word, predicted: 'other', score: 0.9876 }],
        calibration: {
          bins: [
            { confidence: 0.55, accuracy: 0.5, count: 4 },
            { confidence: 0.95, accuracy: 1, count: 6 },
          ],
          expectedCalibrationError: 0.05,
        },
      },
    },
    {
      ...common,
      task: 'multi-label',
      labels,
      metrics: { micro_f1: 0.5 },
      report: { classes },
      diagnostics: {
        task: 'multi-label',
        classes,
        otherClasses: 0,
        mistakes: [{ text: word, missed: [word], spurious: ['other', word] }],
      },
    },
    {
      ...common,
      task: 'token-classification',
      labels: ['O', `B-${word}`, `I-${word}`],
      metrics: { f1: 0.5 },
      report: { classes: [{ label: word, ...scores }] },
      diagnostics: {
        task: 'token-classification',
        classes: [{ label: word, ...scores }],
        otherClasses: 0,
        mostConfused: [{ gold: `B-${word}`, predicted: 'O', count: 7 }],
        mistakes: [{ text: word, missed: [{ label: 'X', text: word }], spurious: [{ label: 'Y', text: `${word}s` }] }],
      },
    },
    {
      ...common,
      task: 'question-answering',
      metrics: { f1: 0.5, exact_match: 0.25 },
      diagnostics: {
        task: 'question-answering',
        exactMatch: 0.25,
        f1: 0.5,
        hasAnswer: 8,
        noAnswer: 2,
        unanswered: 3,
        mistakes: [{ question: word, gold: [], predicted: word, score: 0.5 }],
      },
    },
    {
      ...common,
      task: 'regression',
      metrics: { rmse: 1 },
      diagnostics: {
        task: 'regression',
        points: [
          { gold: 1, predicted: 2 },
          { gold: 3, predicted: 2 },
        ],
        largestErrors: [{ text: word, gold: 1, predicted: 2 }],
      },
    },
    {
      ...common,
      task: 'masked-lm',
      metrics: { perplexity: 12.5 },
      diagnostics: { task: 'masked-lm', perplexity: 12.5 },
    },
  ];
}
