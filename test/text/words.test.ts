import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AlignedEncoding } from '../../src/text/encoding.ts';
import { splitWords } from '../../src/text/words.ts';
import { readTokenizer } from './tokenizer-fixtures.ts';

const tokenizer = readTokenizer('models/minilm-l6-h384-uncased');
const squad = '../shared/data/squad/dev-v1.1.json';

/** Where the words of the tokenizer stand: from the first to the last of their tokens. */
function wordsOf({ wordIds, offsets }: AlignedEncoding): [number, number][] {
  const places = new Map<number, [number, number]>();
  wordIds.forEach((word, i) => {
    if (word === null) return;
    const [start, end] = offsets[i]!;
    const [first = start] = places.get(word) ?? [];
    places.set(word, [first, end]);
  });
  return [...places.values()];
}

async function expectTheTokenizersWords(texts: string[]): Promise<void> {
  const encodings = await tokenizer.encodeBatch(texts, { offsets: true });
  const differing = texts.filter((text, i) => {
    return JSON.stringify(splitWords(text).offsets) !== JSON.stringify(wordsOf(encodings[i]!));
  });
  expect(differing).toEqual([]);
}

describe('splitWords', () => {
  it.each<[string, [number, number, string][]]>([
    ['', []],
    [' \t\r\n\u00a0\u3000', []],
    [
      "It's $5!",
      [
        [0, 2, 'It'],
        [2, 3, "'"],
        [3, 4, 's'],
        [5, 6, '$'],
        [6, 7, '5'],
        [7, 8, '!'],
      ],
    ],
    [
      'Köln 東京タワー',
      [
        [0, 4, 'Köln'],
        [5, 6, '東'],
        [6, 7, '京'],
        [7, 10, 'タワー'],
      ],
    ],
    [
      '😀New 👩‍💻!',
      [
        [0, 5, '😀New'],
        [6, 11, '👩‍💻'],
        [11, 12, '!'],
      ],
    ],
    [
      '𠀀𠀁a',
      [
        [0, 2, '𠀀'],
        [2, 4, '𠀁'],
        [4, 5, 'a'],
      ],
    ],
    ['\ufeffa\u200bb\u200b \u200b \ud800 \0', [[1, 4, 'a\u200bb']]],
  ])('%j', (text, expected) => {
    const { words, offsets } = splitWords(text);
    expect(offsets.map(([start, end], i) => [start, end, words[i]])).toEqual(expected);
    expect(words).toEqual(offsets.map(([start, end]) => text.slice(start, end)));
  });

  it('has the words of the tokenizer, whatever the character', async () => {
    const texts: string[] = [];
    const ranges = [
      [0x01, 0x2ff],
      [0x370, 0x57f],
      [0x2000, 0x2bff],
      [0x3000, 0x9fff],
      [0xff00, 0xffef],
      [0x1f300, 0x1f64f],
    ];
    for (const [from, to] of ranges) {
      for (let code = from!; code <= to!; code++) {
        const character = String.fromCodePoint(code);
        // The uncased tokenizer drops accents, and takes U+2260 for `=` with one.
        if (!/[\p{Mn}≠≮≯]/u.test(character)) texts.push(`a${character}b ${character}`);
      }
    }
    expect(texts.length).toBeGreaterThan(30_000);
    await expectTheTokenizersWords(texts);
  });

  it.skipIf(!existsSync(squad))(`has the words of the tokenizer in real texts (skipped without ${squad})`, async () => {
    const { data } = JSON.parse(readFileSync(squad, 'utf8')) as { data: { paragraphs: { context: string }[] }[] };
    const contexts = data.flatMap(({ paragraphs }) => paragraphs.map(({ context }) => context));
    expect(contexts).toHaveLength(2067);
    await expectTheTokenizersWords(contexts);
  });
});
