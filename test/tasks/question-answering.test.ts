import { beforeAll, expect, test } from 'vitest';
import { questionAnswering } from '../../src/tasks/question-answering.ts';
import { createTokenizer, type Tokenizer } from '../../src/text/tokenizer.ts';

const words = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'who',
  'where',
  '?',
  'ada',
  'lived',
  'in',
  'rome',
  '東',
  '.',
];
let tokenizer: Tokenizer;
beforeAll(() => {
  tokenizer = createTokenizer({ vocabText: `${words.join('\n')}\n`, where: 'memory' });
});

const context = 'Ada lived in Rome. 😀 Ada lived in 東.';
const where = {
  id: 'q1',
  question: 'Where?',
  context,
  answers: [{ text: 'in 東', start: 32 }],
  line: 1,
};

test('each window is learnt by itself: the answer where it is whole, else [CLS]', async () => {
  expect(context.slice(32, 36)).toBe('in 東');
  const task = questionAnswering({ stride: 2 });
  // [CLS] where ? [SEP] ... [SEP]: room for 5 tokens of the context
  const [features] = await task.featurize(tokenizer, [where], { maxLength: 10, purpose: 'learning' });
  const shown = features!.sequences.map((ids) => tokenizer.tokens(ids).slice(4, -1).join(' '));
  expect(shown).toEqual(['ada lived in rome .', 'rome . [UNK] ada lived', 'ada lived in 東 .']);
  expect(task.targets(where, features!)).toEqual([
    { start: 0, end: 0 },
    { start: 0, end: 0 },
    { start: 6, end: 7 },
  ]);
  expect(task.targets({ ...where, answers: [] }, features!)).toEqual(Array(3).fill({ start: 0, end: 0 }));
  const { answers: _, ...unlabelled } = where;
  expect(() => task.targets(unlabelled, features!)).toThrow('Question "q1" has no answers.');
});

test('the answer is a slice of the original context, the best over all windows', async () => {
  const task = questionAnswering({ stride: 2, nullThreshold: 0 });
  const [features] = await task.featurize(tokenizer, [where], { maxLength: 10, purpose: 'prediction' });
  const outputs = (start: number, end: number, value: number, none: number) => {
    const logits = new Float32Array(20).fill(-9);
    logits[0] = none;
    logits[1] = none;
    logits[2 * start] = value;
    logits[2 * end + 1] = value;
    return logits;
  };
  const windows = [outputs(7, 7, 3, -1), outputs(4, 4, 1, 5), outputs(6, 7, 4, 0)];
  const found = task.prediction(features!.item, windows);
  expect(found).toMatchObject({ id: 'q1', answer: 'in 東', start: 32, end: 36, nullOdds: -2 - 8 });
  expect(context.slice(found.start, found.end)).toBe(found.answer);
  expect(found.nBest[0]).toMatchObject({ answer: 'in 東' });
  expect(found.nBest[1]).toMatchObject({ answer: 'Rome', start: 13, end: 17 });
  // No answer, once every window is for it.
  const none = task.prediction(features!.item, [outputs(7, 7, 3, 5), outputs(4, 4, 1, 6), outputs(6, 7, 4, 4.5)]);
  expect(none).toMatchObject({ answer: '', start: 0, end: 0, nullOdds: 9 - 8 });
  // A model of questions that all have answers always answers.
  const sure = questionAnswering({ stride: 2 });
  const [same] = await sure.featurize(tokenizer, [where], { maxLength: 10, purpose: 'prediction' });
  expect(sure.prediction(same!.item, [outputs(7, 7, 3, 5), outputs(4, 4, 1, 6), outputs(6, 7, 4, 4.5)])).toMatchObject({
    answer: 'in 東',
    nullOdds: null,
  });
});

test('a text alone is no question', () => {
  expect(() => questionAnswering().exampleOf('Where?')).toThrow('A question needs a context.');
});
