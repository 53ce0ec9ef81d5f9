import { describe, expect, test } from 'vitest';
import { type AggregationStrategy, classifiedTokens, groupEntities } from '../../../src/tasks/decode/entities.ts';
import { joinWindows } from '../../../src/tasks/decode/join-windows.ts';
import { joinWordPieces } from '../../../src/tasks/decode/word-pieces.ts';
import { textWindows } from '../../../src/text/windows.ts';
import { fixtureJson } from '../../parity/fixtures.ts';
import { modelFolder, readTokenizer } from '../../text/tokenizer-fixtures.ts';
import { drawLogits } from './logits.ts';

type Result = { score: number; start: number; end: number; [field: string]: unknown };

interface Fixture {
  labels: string[];
  cases: Array<{ text: string; seed: number; favour: number; results: Record<AggregationStrategy, Result[]> }>;
}

const { labels, cases } = fixtureJson<Fixture>('decoding-entities.json');
const tokenizer = readTokenizer(modelFolder('minilm-l6-h384-uncased')!);

/** The tokens of a text, classified with the logits of a case. */
async function tokensOf(text: string, seed: number, favour: number) {
  const encoding = await tokenizer.encode(text, { offsets: true });
  const logits = drawLogits(seed, encoding.ids.length * labels.length);
  for (let i = 0; i < logits.length; i += labels.length) logits[i]! += favour;
  const { windows } = textWindows(encoding, { maxLength: 512, stride: 0 });
  return classifiedTokens(joinWindows(windows, [logits]), tokenizer);
}

describe('entities are those of the token-classification pipeline of transformers', () => {
  test.each(cases)('$seed: $text', async ({ text, seed, favour, results }) => {
    const tokens = await tokensOf(text, seed, favour);
    for (const [strategy, expected] of Object.entries(results) as Array<[AggregationStrategy, Result[]]>) {
      const found = groupEntities(text, tokens, labels, strategy);
      expect(
        found.map(({ score: _, ...rest }) => rest),
        strategy,
      ).toEqual(expected.map(({ score: _, ...rest }) => ({ ...rest, text: text.slice(rest.start, rest.end) })));
      for (const [i, { score }] of expected.entries()) {
        expect(Math.abs(found[i]!.score - score), `${strategy}, score ${i}`).toBeLessThan(1e-6);
      }
    }
  });

  test('the cases have all that there is to decide', () => {
    const all = cases.flatMap(({ results }) => results.simple);
    expect(all.some(({ word }) => (word as string).includes(' '))).toBe(true);
    const differ = (one: AggregationStrategy, other: AggregationStrategy) =>
      cases.some(({ results }) => JSON.stringify(results[one]) !== JSON.stringify(results[other]));
    expect([
      differ('simple', 'first'),
      differ('first', 'average'),
      differ('first', 'max'),
      differ('average', 'max'),
    ]).toEqual([true, true, true, true]);
  });
});

const token = (text: string, start: number, best: number, word = text) => ({
  token: word,
  unknown: false,
  index: start + 1,
  start,
  end: start + text.length,
  probabilities: [0, 0, 0].map((_, c) => (c === best ? 0.8 : 0.1)),
});

test('what is left out can be chosen, by the names of the results', () => {
  const text = 'ab c d';
  const tokens = [token('a', 0, 1), token('b', 1, 2, '##b'), token('c', 3, 0), token('d', 5, 1)];
  const names = ['O', 'B-X', 'I-X'];
  expect(groupEntities(text, tokens, names, 'none', ['B-X']).map(({ entity }) => entity)).toEqual(['I-X', 'O']);
  expect(groupEntities(text, tokens, names, 'first', ['X']).map(({ entity_group }) => entity_group)).toEqual(['O']);
  expect(groupEntities(text, tokens, names, 'first', [])).toEqual([
    { entity_group: 'X', score: 0.8, word: 'ab', start: 0, end: 2, text: 'ab' },
    { entity_group: 'O', score: 0.8, word: 'c', start: 3, end: 4, text: 'c' },
    { entity_group: 'X', score: 0.8, word: 'd', start: 5, end: 6, text: 'd' },
  ]);
});

test('the lengths that tell a continuation are those of code points', () => {
  const text = '𝒯𝒽 𝒽';
  const tokens = [token('𝒯', 0, 1), token('𝒽', 2, 1, '##𝒽'), token('𝒽', 5, 0)];
  expect(groupEntities(text, tokens, ['O', 'X', 'Y'], 'first')).toEqual([
    { entity_group: 'X', score: 0.8, word: '𝒯𝒽', start: 0, end: 4, text: '𝒯𝒽' },
  ]);
});

test('of a text that was split before, offsets count in the text', async () => {
  const words = ['Tōkyō', '🗼🗼', 'unaffable'];
  const encoding = await tokenizer.encodeWords(words, { offsets: true });
  const { windows } = textWindows(encoding, { maxLength: 512, stride: 0 });
  const joined = joinWindows(windows, [new Float32Array(encoding.ids.length * 2)]);
  const text = words.join(' ');
  const tokens = classifiedTokens(joined, tokenizer, [0, 6, 11]);
  expect(tokens.map(({ start, end }) => text.slice(start, end))).toEqual(['Tōkyō', '🗼🗼', 'una', 'ffa', 'ble']);
  expect(tokens.map(({ unknown }) => unknown)).toEqual([false, true, false, false, false]);
  expect(tokens.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
  expect(tokens.map(({ probabilities }) => probabilities)).toEqual(new Array(5).fill([0.5, 0.5]));
});

test('word pieces are put together and tidied as in BERT', () => {
  expect(joinWordPieces(['un', '##aff', '##able', ',', 'is', "n't", 'it', '?'])).toBe("unaffable, isn't it?");
  expect(joinWordPieces(['##ing', '##s'])).toBe('##ings');
  expect(joinWordPieces([])).toBe('');
});
