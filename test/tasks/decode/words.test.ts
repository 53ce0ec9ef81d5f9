import { expect, test } from 'vitest';
import { entitiesOfTags, textOfWords, wordTags } from '../../../src/tasks/decode/words.ts';

test('a word has the tag of its first token; one without tokens is O and named', () => {
  const labels = ['O', 'B-PER', 'I-PER'];
  const token = (wordId: number | null, ...probabilities: number[]) => ({ wordId, probabilities });
  const tokens = [
    token(null, 0, 1, 0),
    token(0, 0.2, 0.7, 0.1),
    token(0, 1, 0, 0),
    token(2, 0.1, 0.3, 0.6),
    token(2, 1, 0, 0),
    token(3, 0.9, 0.1, 0),
    token(null, 0, 0, 1),
  ];
  expect(wordTags(tokens, labels, 6)).toEqual({
    tags: ['B-PER', 'O', 'I-PER', 'O', 'O', 'O'],
    scores: [0.7, null, 0.6, 0.9, null, null],
    withoutTokens: [1, 4, 5],
  });
  expect(wordTags([], labels, 0)).toEqual({ tags: [], scores: [], withoutTokens: [] });
});

const entities = (tags: string) => {
  const list = tags === '' ? [] : tags.split(' ');
  const words = textOfWords(list.map((_, i) => `w${i}`));
  return entitiesOfTags(
    words,
    list,
    list.map(() => 0.5),
  ).map(({ label, firstWord, endWord, text }) => `${label} ${firstWord}-${endWord}: ${text}`);
};

test.each([
  ['B-PER I-PER O', ['PER 0-2: w0 w1']],
  ['B-PER B-PER I-PER', ['PER 0-1: w0', 'PER 1-3: w1 w2']],
  ['O I-PER I-PER', ['PER 1-3: w1 w2']],
  ['B-PER I-LOC I-LOC', ['PER 0-1: w0', 'LOC 1-3: w1 w2']],
  ['I-PER O I-PER', ['PER 0-1: w0', 'PER 2-3: w2']],
  ['I-LOC B-LOC', ['LOC 0-1: w0', 'LOC 1-2: w1']],
  ['B-made-up I-made-up', ['made-up 0-2: w0 w1']],
  ['O PER O', []],
  ['O O', []],
  ['', []],
])('%s', (tags, expected) => {
  expect(entities(tags)).toEqual(expected);
});

test('scores are means over the words that have one; texts are slices', () => {
  const text = '「東京タワー」 😀😀 by Émile!';
  const at = (word: string): [number, number] => [text.indexOf(word), text.indexOf(word) + word.length];
  const offsets = [at('東京タワー'), at('😀😀'), at('by'), at('Émile')];
  expect(entitiesOfTags({ text, offsets }, ['B-LOC', 'I-LOC', 'O', 'B-PER'], [0.9, null, 0.99, null])).toEqual([
    { label: 'LOC', score: 0.9, firstWord: 0, endWord: 2, start: 1, end: 12, text: '東京タワー」 😀😀' },
    { label: 'PER', score: 0, firstWord: 3, endWord: 4, start: 16, end: 21, text: 'Émile' },
  ]);
  const [both] = entitiesOfTags(textOfWords(['a', 'b']), ['B-X', 'I-X'], [0.5, 0.75]);
  expect(both!.score).toBe(0.625);
});

test('words without a text get one', () => {
  const { text, offsets } = textOfWords(['naïve', '', '😀', 'x']);
  expect({ text, offsets }).toEqual({
    text: 'naïve  😀 x',
    offsets: [
      [0, 5],
      [6, 6],
      [7, 9],
      [10, 11],
    ],
  });
});
