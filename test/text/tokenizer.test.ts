import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type AlignedEncoding, createTokenizer } from '../../src/text/tokenizer.ts';
import { blockHasher } from './block-hash.ts';
import { modelFolder, readFixture, readTokenizer, readTokenizerFiles } from './tokenizer-fixtures.ts';

interface Hard {
  model: string;
  texts: Array<{
    text: string;
    ids: number[];
    offsets: Array<[number, number]>;
    wordIds: Array<number | null>;
    tokens: string[];
    decoded: string;
    decodedAll: string;
  }>;
  words: Array<{
    words: string[];
    ids: number[];
    wordIds: Array<number | null>;
    offsets: Array<[number, number]>;
  }>;
  long: Array<{ unit: string; times: number; count: number; hashes: string[] }>;
  truncation: Array<{ side: string; first: string; second?: string; maxLength: number; ids: number[] }>;
  configs: Array<{ config: Record<string, unknown>; ids: number[][] }>;
}

const hard = readFixture<Hard>('tokenizer-hard.json');
const texts = hard.texts.map(({ text }) => text);
const folder = modelFolder(hard.model);
const truncatingFolder = modelFolder('bert-base-uncased-tokenizer');
const idsOf = (encodings: Array<{ ids: Int32Array }>) => encodings.map(({ ids }) => [...ids]);

function wholeOf(encoding: AlignedEncoding) {
  return { ids: [...encoding.ids], offsets: encoding.offsets, wordIds: encoding.wordIds };
}

describe.skipIf(folder === undefined)(`tokens as in transformers (needs models/${hard.model})`, () => {
  const tokenizer = folder === undefined ? (undefined as never) : readTokenizer(folder);

  test('hard texts: ids, UTF-16 offsets and word ids', async () => {
    const encodings = await tokenizer.encodeBatch(texts, { offsets: true });
    for (const [index, { text, ids, offsets, wordIds }] of hard.texts.entries()) {
      expect(wholeOf(encodings[index]!), JSON.stringify(text)).toEqual({ ids, offsets, wordIds });
      expect(encodings[index]!.sequenceIds).toEqual(wordIds.map((word) => (word === null ? null : 0)));
      expect(encodings[index]!.fullLength).toBe(ids.length);
      expect(encodings[index]!.truncated).toBe(false);
    }
  });

  test('words that come again give the same, whether they were asked for with offsets before or not', async () => {
    const sentences = hard.words.map(({ words }) => words);
    for (const first of [{ offsets: true }, {}]) {
      const again = readTokenizer(folder!);
      await again.encodeWordsBatch(sentences, first);
      // What it has given may be changed by who has it.
      for (const { offsets } of await again.encodeWordsBatch(sentences, { offsets: true }))
        for (const pair of offsets) pair[0] = 99;
      const encodings = await again.encodeWordsBatch([...sentences, ...sentences], { offsets: true });
      for (const [i, encoding] of encodings.entries()) {
        const { ids, offsets, wordIds } = hard.words[i % sentences.length]!;
        expect(wholeOf(encoding)).toEqual({ ids, offsets, wordIds });
      }
      expect(idsOf(await again.encodeWordsBatch(sentences))).toEqual(hard.words.map(({ ids }) => ids));
    }
  });

  test('one text at a time gives what the batch gives, without offsets only the ids', async () => {
    for (const { text, ids } of hard.texts) {
      expect(await tokenizer.encode(text)).toEqual({
        ids: Int32Array.from(ids),
        fullLength: ids.length,
        truncated: false,
      });
    }
    expect(idsOf(await tokenizer.encodeBatch(texts))).toEqual(hard.texts.map(({ ids }) => ids));
    expect(await tokenizer.encodeBatch([])).toEqual([]);
  });

  test('an offset cuts the token out of a JavaScript string', async () => {
    const text = '😀 Caf\u00e9 🇩🇪 [SEP] Zürich!';
    const { offsets, ids } = await tokenizer.encode(text, { offsets: true });
    expect(offsets.map(([start, end]) => text.slice(start, end))).toEqual([
      '',
      '😀',
      'Café',
      '🇩🇪',
      '[SEP]',
      'Zürich',
      '!',
      '',
    ]);
    expect(tokenizer.tokens(ids)).toEqual(['[CLS]', '[UNK]', 'cafe', '[UNK]', '[SEP]', 'zurich', '!', '[SEP]']);
  });

  test('tokens and decoding', async () => {
    for (const { ids, tokens, decoded, decodedAll } of hard.texts) {
      expect(tokenizer.tokens(ids)).toEqual(tokens);
      expect(await tokenizer.decode(ids)).toBe(decoded);
      expect(await tokenizer.decode(Int32Array.from(ids), { skipSpecialTokens: false })).toBe(decodedAll);
    }
    expect(tokenizer.tokens([101, 99999])).toEqual(['[CLS]', '']);
  });

  test('texts that are split into words', async () => {
    const sentences = hard.words.map(({ words }) => words);
    const encodings = await tokenizer.encodeWordsBatch(sentences, { offsets: true });
    expect(encodings.map(wholeOf)).toEqual(hard.words.map(({ ids, offsets, wordIds }) => ({ ids, offsets, wordIds })));
    expect(idsOf(await tokenizer.encodeWordsBatch(sentences))).toEqual(hard.words.map(({ ids }) => ids));
    const cut = await tokenizer.encodeWords(['unaffable', 'unaffable'], { offsets: true, maxLength: 6 });
    expect(cut).toEqual({
      ids: Int32Array.of(101, 14477, 20961, 3468, 14477, 102),
      fullLength: 8,
      truncated: true,
      offsets: [
        [0, 0],
        [0, 3],
        [3, 6],
        [6, 9],
        [0, 3],
        [0, 0],
      ],
      wordIds: [null, 0, 0, 0, 1, null],
      sequenceIds: [null, 0, 0, 0, 0, null],
    });
  });

  test.each(hard.long)('$times times $unit in one line', async ({ unit, times, count, hashes }) => {
    const hasher = blockHasher(1000);
    const { ids, offsets } = await tokenizer.encode(unit.repeat(times), { offsets: true });
    hasher.put(ids, offsets.flat());
    expect(hasher.result()).toEqual({ count, hashes });
  });

  test('truncation, singles and pairs, from either side', async () => {
    const { configText, ...files } = readTokenizerFiles(folder!);
    for (const side of ['right', 'left']) {
      const sided = createTokenizer({
        ...files,
        configText: JSON.stringify({ ...JSON.parse(configText!), truncation_side: side }),
      });
      for (const { side: caseSide, first, second, maxLength, ids } of hard.truncation) {
        if (caseSide !== side) continue;
        const encode = (options: { maxLength?: number }) =>
          second === undefined ? sided.encode(first, options) : sided.encodePair(first, second, options);
        const full = (await encode({})).ids.length;
        expect(await encode({ maxLength }), `${first} | ${second} to ${maxLength}, ${side}`).toEqual({
          ids: Int32Array.from(ids),
          fullLength: full,
          truncated: ids.length < full,
        });
      }
    }
  });

  test('a pair: offsets and word ids belong to their own text', async () => {
    const encoding = await tokenizer.encodePair('😀 one two three', 'four five', { offsets: true, maxLength: 7 });
    expect(encoding).toEqual({
      ids: Int32Array.of(101, 100, 2028, 102, 2176, 2274, 102),
      fullLength: 9,
      truncated: true,
      offsets: [
        [0, 0],
        [0, 2],
        [3, 6],
        [0, 0],
        [0, 4],
        [5, 9],
        [0, 0],
      ],
      wordIds: [null, 0, 1, null, 0, 1, null],
      sequenceIds: [null, 0, 0, null, 1, 1, null],
    });
  });

  test('a maximum length without room for the special tokens is refused', async () => {
    expect((await tokenizer.encode('a', { maxLength: 2 })).ids).toEqual(Int32Array.of(101, 102));
    await expect(tokenizer.encode('a', { maxLength: 1 })).rejects.toThrow(UsageError);
    await expect(tokenizer.encodePair('a', 'b', { maxLength: 2 })).rejects.toThrow(
      'maximum length 2 has no room for the 3 special tokens',
    );
    await expect(tokenizer.encode('a', { maxLength: 7.5 })).rejects.toThrow(UsageError);
  });

  test('batches beyond the size of one call keep their order', async () => {
    const numbers = Array.from({ length: 2500 }, (_, index) => String(index));
    const encodings = await tokenizer.encodePairBatch(numbers.map((text) => [text, 'same'] as const));
    for (const index of [0, 511, 512, 1023, 1024, 2499]) {
      expect(await tokenizer.decode(encodings[index]!.ids)).toBe(`${index} same`);
    }
    const long = `${' '.repeat(1 << 20)}a a`;
    expect((await tokenizer.encodeBatch([long, 'b', long, 'c'])).map(({ fullLength }) => fullLength)).toEqual([
      4, 3, 4, 3,
    ]);
  });

  test('concurrent calls do not disturb each other', async () => {
    const lengths = [2, 3, 5, 8, 13];
    const encodings = await Promise.all(lengths.map((maxLength) => tokenizer.encode('a '.repeat(50), { maxLength })));
    expect(encodings.map(({ ids }) => ids.length)).toEqual(lengths);
  });

  test('vocabulary size and special ids', () => {
    expect(tokenizer.vocabSize).toBe(30522);
    expect(tokenizer.special).toEqual({ pad: 0, unk: 100, cls: 101, sep: 102, mask: 103 });
  });

  test.each(hard.configs)('vocab.txt alone with $config', async ({ config, ids }) => {
    const { vocabText } = readTokenizerFiles(folder!);
    const fromVocab = createTokenizer({ vocabText, configText: JSON.stringify(config) });
    expect(idsOf(await fromVocab.encodeBatch(texts))).toEqual(ids);
  });

  test('vocab.txt alone, no config: the very same pipeline as tokenizer.json', async () => {
    const { vocabText, tokenizerJson } = readTokenizerFiles(folder!);
    const written = createTokenizer({ vocabText }).toFiles()['tokenizer.json']!;
    expect(JSON.parse(written)).toEqual(JSON.parse(tokenizerJson));
  });
});

test.skipIf(truncatingFolder === undefined)(
  'truncation and padding in tokenizer.json do not leak in (needs ../shared/models/bert-base-uncased-tokenizer)',
  async () => {
    const files = readTokenizerFiles(truncatingFolder!);
    expect(JSON.parse(files.tokenizerJson).truncation).toMatchObject({ max_length: 128 });
    expect(JSON.parse(files.tokenizerJson).padding).toMatchObject({ strategy: { Fixed: 128 } });
    const tokenizer = createTokenizer(files);
    expect(idsOf(await tokenizer.encodeBatch(texts))).toEqual(hard.texts.map(({ ids }) => ids));
    expect((await tokenizer.encode('a '.repeat(400))).ids.length).toBe(402);
  },
);
