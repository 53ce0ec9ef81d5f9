import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/types.ts';
import { IGNORED } from '../../src/heads/types.ts';
import { predict } from '../../src/tasks/predict.ts';
import { tokenClassification } from '../../src/tasks/token-classification.ts';
import type { TokensPrediction } from '../../src/tasks/types.ts';
import { createTokenizer, type Tokenizer } from '../../src/text/tokenizer.ts';
import { testEngine } from '../engine/helper.ts';
import { tinyModel } from './tiny-model.ts';

const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'ada', 'love', '##lace', 'in', '東', '京', '.', '😀'];
const labels = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC'];
const task = tokenClassification({ labels });
let tokenizer: Tokenizer;
let engine: Engine;
beforeAll(async () => {
  tokenizer = createTokenizer({ vocabText: `${pieces.join('\n')}\n`, where: 'memory' });
  engine = await testEngine();
});

/** Outputs in which each position's label is certain. */
function saying(names: (string | null)[]): Float32Array {
  const outputs = new Float32Array(names.length * labels.length);
  names.forEach((name, i) => {
    if (name !== null) outputs[i * labels.length + labels.indexOf(name)] = 30;
  });
  return outputs;
}

test('the first sub-word carries the label; the rest, and special tokens, are ignored', async () => {
  const example = { words: ['Ada', 'Lovelace', '.'], tags: ['B-PER', 'I-PER', 'O'], line: 4 };
  const [features] = await task.featurize(tokenizer, [example], { maxLength: 10, purpose: 'learning' });
  expect(tokenizer.tokens(features!.sequences[0]!)).toEqual(['[CLS]', 'ada', 'love', '##lace', '.', '[SEP]']);
  const [target] = task.targets(example, features!);
  expect(Array.from(target!)).toEqual([IGNORED, 1, 2, IGNORED, 0, IGNORED]);
  expect(() => task.targets({ ...example, tags: ['B-PER', 'I-PER', 'X'] }, features!)).toThrow(
    expect.objectContaining({
      message: '"X" of the word "." is not a tag of the model.',
      where: 'the sentence on line 4',
      fix: 'Its tags are: O, B-PER, I-PER, B-LOC, I-LOC.',
    }),
  );
});

test('words beyond the length limit are O when measured', async () => {
  const example = { words: ['Ada', 'Lovelace', 'in', '東京'], tags: ['B-PER', 'I-PER', 'O', 'B-LOC'], line: 1 };
  const [features] = await task.featurize(tokenizer, [example], { maxLength: 5, purpose: 'learning' });
  expect(features!.sequences[0]).toHaveLength(5);
  expect(features!.fullLength).toBe(8);
  const { tags } = task.prediction(features!.item, [saying(['O', 'B-PER', 'I-PER', 'B-LOC', 'O'])]);
  expect(tags).toEqual(['B-PER', 'I-PER', 'O', 'O']);
});

test('entities of a text are slices of it, with emoji and Chinese in it', async () => {
  const text = '😀 Ada  Lovelace in 東京.';
  const example = task.exampleOf(text);
  expect(example.words).toEqual(['😀', 'Ada', 'Lovelace', 'in', '東', '京', '.']);
  const [features] = await task.featurize(tokenizer, [example], { maxLength: 20, purpose: 'prediction' });
  const said = ['O', 'O', 'B-PER', 'I-PER', 'I-PER', 'O', 'B-LOC', 'I-LOC', 'O', 'O'];
  const { words, tags, entities } = task.prediction(features!.item, [saying(said)]);
  expect(words).toEqual(example.words);
  expect(tags).toEqual(['O', 'B-PER', 'I-PER', 'O', 'B-LOC', 'I-LOC', 'O']);
  expect(entities).toEqual([
    { label: 'PER', start: 3, end: 16, text: 'Ada  Lovelace', score: expect.closeTo(1, 9) },
    { label: 'LOC', start: 20, end: 22, text: '東京', score: expect.closeTo(1, 9) },
  ]);
  for (const entity of entities) expect(text.slice(entity.start, entity.end)).toBe(entity.text);
});

test('of words without a text, offsets count in the words with a space between', async () => {
  const example = { words: ['Ada', 'Lovelace', 'in'], line: 1 };
  const [features] = await task.featurize(tokenizer, [example], { maxLength: 20, purpose: 'prediction' });
  const { entities } = task.prediction(features!.item, [saying(['O', 'O', 'B-PER', 'O', 'O', 'O'])]);
  expect(entities).toMatchObject([{ label: 'PER', start: 4, end: 12, text: 'Lovelace' }]);
});

test('each aggregation is handed to the entities of a prediction', async () => {
  const text = 'Lovelace in';
  const outputs = saying(['O', 'B-PER', 'I-LOC', 'O', 'O']);
  const found = async (aggregation: 'none' | 'simple' | 'first' | undefined) => {
    const other = tokenClassification({ labels, aggregation });
    const [features] = await other.featurize(tokenizer, [other.exampleOf(text)], {
      maxLength: 9,
      purpose: 'prediction',
    });
    return other.prediction(features!.item, [outputs]).entities.map((entity) => [entity.label, entity.text]);
  };
  expect(await found('none')).toEqual([
    ['B-PER', 'Love'],
    ['I-LOC', 'lace'],
  ]);
  expect(await found('simple')).toEqual([
    ['PER', 'Love'],
    ['LOC', 'lace'],
  ]);
  expect(await found('first')).toEqual([['PER', 'Lovelace']]);
  expect(await found(undefined)).toEqual([['PER', 'Lovelace']]);
});

test('a long text is read in windows, and no word is lost', async () => {
  const model = await tinyModel(engine, tokenClassification({ labels: ['O', 'B-X', 'I-X'], stride: 4 }));
  const words = Array.from({ length: 100 }, (_, i) => 'abcdefghijklmnopqrstuvwxyz'[(i * 7) % 26]!);
  const [prediction] = await all(predict(model, [words.join(' ')], { maxLength: 12 }));
  expect(prediction!.words).toEqual(words);
  expect(prediction!.tags).toHaveLength(100);
  // A text that fits is the same in one window or in none.
  const short = words.slice(0, 9).join(' ');
  const [whole] = await all(predict(model, [short], { maxLength: 12 }));
  const [alone] = await all(predict(model, [short], { maxLength: 24 }));
  expect(whole).toEqual(alone);
  model.dispose();
});

async function all(predictions: AsyncIterable<TokensPrediction>): Promise<TokensPrediction[]> {
  const made: TokensPrediction[] = [];
  for await (const prediction of predictions) made.push(prediction);
  return made;
}
