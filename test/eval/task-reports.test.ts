import { expect, test } from 'vitest';
import { answerMeasure } from '../../src/eval/answer-report.ts';
import { multiLabelMeasure } from '../../src/eval/multi-label-report.ts';
import { perplexityMeasure } from '../../src/eval/perplexity-report.ts';
import { marksEntities, tokenMeasure, tokenMetricNames } from '../../src/eval/token-report.ts';
import { multiLabel } from '../../src/tasks/multi-label.ts';
import { type QuestionItem, questionAnswering } from '../../src/tasks/question-answering.ts';
import { regression } from '../../src/tasks/regression.ts';
import { type TokenItem, tokenClassification } from '../../src/tasks/token-classification.ts';

const near = (value: number) => expect.closeTo(value, 12);

/** Outputs that make each position's class certain. */
function certain(classes: number[], width: number): Float32Array {
  const outputs = new Float32Array(classes.length * width);
  classes.forEach((c, i) => {
    outputs[i * width + c] = 20;
  });
  return outputs;
}

const labels = ['B-LOC', 'B-PER', 'I-PER', 'O'];
const sentence = (words: string[], gold: string[], firstTokens: number[]): TokenItem => ({
  words,
  text: undefined,
  offsets: undefined,
  gold,
  firstTokens: Int32Array.from(firstTokens),
  windowed: null,
});

test('entities: whole ones count, words that were cut off are O', () => {
  const measure = tokenMeasure(tokenClassification({ labels }), 2);
  // The last word was cut off; [CLS] and [SEP] say nothing.
  const second = sentence(['Ada', 'Byron', 'in', 'Rome'], ['B-PER', 'I-PER', 'O', 'B-LOC'], [1, 3, 4, -1]);
  measure.add(1, second, [certain([0, 1, 0, 2, 3, 0], 4)]);
  const first = sentence(['Rome', 'or', 'Ada'], ['B-LOC', 'O', 'B-PER'], [1, 2, 3]);
  measure.add(0, first, [certain([3, 0, 1, 3, 3], 4)]);
  expect(measure.report({ top: 5 })).toEqual({
    task: 'token-classification',
    examples: 2,
    words: 7,
    wordsWithoutTokens: 1,
    // Found: LOC, PER ("or"), PER (right). Gold: LOC, PER, PER, LOC.
    metrics: {
      precision: near(2 / 3),
      recall: near(2 / 4),
      f1: near(4 / 7),
      macro_f1: near((2 / 3 + 2 / 4) / 2),
      accuracy: near(4 / 7),
    },
    classes: [
      { label: 'LOC', precision: 1, recall: 0.5, f1: near(2 / 3), support: 2 },
      { label: 'PER', precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
    ],
    mostConfused: [
      { gold: 'B-LOC', predicted: 'O', count: 1 },
      { gold: 'O', predicted: 'B-PER', count: 1 },
      { gold: 'B-PER', predicted: 'O', count: 1 },
    ],
    mistakes: [
      { index: 0, missed: [{ label: 'PER', text: 'Ada' }], spurious: [{ label: 'PER', text: 'or' }] },
      { index: 1, missed: [{ label: 'LOC', text: 'Rome' }], spurious: [] },
    ],
  });
});

test('tags that mark no entities are measured word by word', () => {
  expect(marksEntities(['NOUN', 'VERB'])).toBe(false);
  expect(marksEntities(['O'])).toBe(false);
  expect(tokenMetricNames(['NOUN', 'VERB'])[0]).toBe('accuracy');
  expect(tokenMetricNames(labels)[0]).toBe('f1');
  const measure = tokenMeasure(tokenClassification({ labels: ['NOUN', 'VERB'] }), 1);
  measure.add(0, sentence(['a', 'b', 'c', 'd'], ['NOUN', 'NOUN', 'VERB', 'VERB'], [1, 2, 3, 4]), [
    certain([0, 0, 1, 1, 1, 0], 2),
  ]);
  expect(measure.report({ top: 5 })).toMatchObject({
    metrics: { accuracy: 0.75, macro_f1: near((2 / 3 + 4 / 5) / 2) },
    classes: [
      { label: 'NOUN', precision: 1, recall: 0.5, support: 2 },
      { label: 'VERB', precision: near(2 / 3), recall: 1, support: 2 },
    ],
    mistakes: [],
  });
});

const context = 'Ada lived in Rome.';
/** One window: [CLS] q [SEP] Ada lived in Rome . [SEP] */
const question = (id: string, gold: string[]): QuestionItem => ({
  id,
  question: `${id}?`,
  context,
  gold,
  windows: [{ span: [3, 8], offsets: Int32Array.from([0, 0, 0, 1, 0, 0, 0, 3, 4, 9, 10, 12, 13, 17, 17, 18, 0, 0]) }],
});
/** Start and end logits for the tokens from `start` to `end`, and `none` of [CLS]. */
function span(start: number, end: number, none: number): Float32Array {
  const outputs = new Float32Array(18).fill(-10);
  outputs[0] = none;
  outputs[1] = none;
  outputs[2 * start] = 5;
  outputs[2 * end + 1] = 5;
  return outputs;
}

test('answers: exact match and F1; the threshold of no answer is told apart', () => {
  const task = questionAnswering({ nullThreshold: 0 });
  const measure = answerMeasure(task, 4);
  measure.add(0, question('right', ['Rome']), [span(6, 6, -1)]);
  measure.add(1, question('partly', ['in Rome', 'x']), [span(6, 6, 0)]); // one of two words
  measure.add(2, question('none', []), [span(3, 3, 4.5)]); // null odds -1: answered wrongly at 0
  measure.add(3, question('missed', ['Ada']), [span(3, 3, 6)]); // null odds 2: not answered at 0
  const report = measure.report({ top: 5 });
  expect(report).toMatchObject({
    task: 'question-answering',
    examples: 4,
    unanswerable: 1,
    unanswered: 1,
    nullThreshold: 0,
    metrics: {
      exact_match: 0.25,
      f1: near((1 + 2 / 3 + 0 + 0) / 4),
      has_answer_f1: near((1 + 2 / 3) / 3),
      has_answer_exact_match: near(1 / 3),
      no_answer_accuracy: 0,
    },
    mistakes: [
      { index: 1, id: 'partly', gold: ['in Rome', 'x'], predicted: 'Rome', f1: near(2 / 3) },
      { index: 3, id: 'missed', gold: ['Ada'], predicted: '', f1: 0 },
      { index: 2, id: 'none', gold: [], predicted: 'Ada', f1: 0 },
    ],
    // No answer to the question that has none costs the one that was missed anyway.
    tuned: { nullThreshold: -10, metrics: { f1: near((1 + 2 / 3 + 1 + 0) / 4), no_answer_accuracy: 1 } },
  });
});

test('without unanswerable questions there is no threshold to choose', () => {
  const measure = answerMeasure(questionAnswering(), 1);
  measure.add(0, question('right', ['Rome']), [span(6, 6, 100)]);
  const { metrics, tuned, unanswered } = measure.report({ top: 5 });
  expect({ metrics, tuned, unanswered }).toEqual({ metrics: { f1: 1, exact_match: 1 }, tuned: null, unanswered: 0 });
});

test('several labels: at the thresholds as they are, and at the best', () => {
  const logit = (p: number) => Math.log(p / (1 - p));
  const task = multiLabel({ labels: ['x', 'y'] });
  const measure = multiLabelMeasure(task, 4);
  const rows: [number[], number[]][] = [
    [
      [1, 0],
      [0.9, 0.6],
    ],
    [
      [1, 1],
      [0.4, 0.8],
    ],
    [
      [0, 0],
      [0.2, 0.6],
    ],
    [
      [0, 1],
      [0.3, 0.7],
    ],
  ];
  rows.forEach(([gold, p], i) => {
    measure.add(i, gold, [Float32Array.from(p.map(logit))]);
  });
  const report = measure.report({ top: 2 });
  // As they are: x found once of twice, y found always: 3 of 5 predicted are right, 3 of 4 gold are found.
  expect(report.metrics).toMatchObject({
    micro_f1: near((2 * 3) / (5 + 4)),
    macro_f1: near((2 / 3 + 2 / 3) / 2),
    samples_f1: near(((2 / 3) * 0 + (2 * 1) / (2 + 1) + (2 * 1) / (1 + 2) + 0 + 1) / 4),
    subset_accuracy: 0.25,
    hamming_loss: near(3 / 8),
    roc_auc: 1,
    average_precision: 1,
  });
  expect(report.metrics.loss).toBeCloseTo(
    -[0.9, 0.4, 0.4, 0.8, 0.8, 0.4, 0.7, 0.7].reduce((sum, p) => sum + Math.log(p), 0) / 8,
    6,
  );
  expect(report.tuned.metrics).toMatchObject({ micro_f1: 1, subset_accuracy: 1 });
  expect(report.tuned.thresholds.x).toBeCloseTo(0.35, 6);
  expect(report.tuned.thresholds.y).toBeCloseTo(0.65, 6);
  expect(report.mistakes).toEqual([
    { index: 0, missed: [], spurious: ['y'] },
    { index: 1, missed: ['x'], spurious: [] },
  ]);
});

test('perplexity is exp of the mean negative log-likelihood over all masks', () => {
  const measure = perplexityMeasure(regression() as never, 3);
  const row = (p: number[]) => p.map((value) => Math.log(value));
  const ids = Int32Array.of(1, 2, 3);
  measure.add(0, { ids, positions: [1, 2], gold: [0, 2] }, [
    Float32Array.from([...row([0.5, 0.3, 0.2]), ...row([0.7, 0.2, 0.1])]),
  ]);
  measure.add(1, { ids, positions: [], gold: [] }, [new Float32Array(0)]);
  measure.add(2, { ids, positions: [0], gold: [1] }, [Float32Array.from(row([0.25, 0.5, 0.25]))]);
  const { metrics, predictedTokens } = measure.report({ top: 0 });
  const loss = -(Math.log(0.5) + Math.log(0.1) + Math.log(0.5)) / 3;
  expect(predictedTokens).toBe(3);
  expect(metrics.loss).toBeCloseTo(loss, 6);
  expect(metrics.perplexity).toBeCloseTo(Math.exp(loss), 5);
  expect(metrics.accuracy).toBe(2 / 3);
});
