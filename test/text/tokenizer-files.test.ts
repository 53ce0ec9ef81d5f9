import { describe, expect, test } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { withNullMembers } from '../../src/json-text.ts';
import { createTokenizer } from '../../src/text/tokenizer.ts';

import { modelFolder, readFixture, readTokenizerFiles } from './tokenizer-fixtures.ts';

interface Tiny {
  vocabText: string;
  configText: string;
  special: Record<string, number>;
  vocabSize: number;
  texts: Array<{ text: string; ids: number[] }>;
}

const { tiny } = readFixture<{ tiny: Tiny }>('tokenizer-hard.json');
const truncatingFolder = modelFolder('bert-base-uncased-tokenizer');

function errorOf(action: () => unknown): DataError {
  try {
    action();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a small vocabulary with names of its own', () => {
  const tokenizer = createTokenizer({ vocabText: tiny.vocabText, configText: tiny.configText });

  test('ids as in transformers, special and added tokens in the text too', async () => {
    expect(tokenizer.special).toEqual(tiny.special);
    expect(tokenizer.vocabSize).toBe(tiny.vocabSize);
    for (const { text, ids } of tiny.texts) expect([...(await tokenizer.encode(text)).ids], text).toEqual(ids);
  });

  test('written and read again it is the same', async () => {
    const files = tokenizer.toFiles();
    expect(Object.keys(files).sort()).toEqual([
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
    expect(files['vocab.txt']).toBe(tiny.vocabText);
    expect(files['tokenizer_config.json']).toBe(tiny.configText);
    expect(JSON.parse(files['special_tokens_map.json']!)).toEqual({
      cls_token: '<s>',
      mask_token: '<mask>',
      pad_token: '<pad>',
      sep_token: '</s>',
      unk_token: '<unk>',
    });
    const again = createTokenizer({
      tokenizerJson: files['tokenizer.json'],
      configText: files['tokenizer_config.json'],
    });
    expect(again.toFiles()).toEqual(files);
    for (const { text, ids } of tiny.texts) expect([...(await again.encode(text)).ids]).toEqual(ids);
  });
});

describe.skipIf(truncatingFolder === undefined)('the files to write (needs ../shared/models)', () => {
  const given = truncatingFolder === undefined ? (undefined as never) : readTokenizerFiles(truncatingFolder);

  test('given texts are kept byte for byte but for truncation and padding', () => {
    const files = createTokenizer(given).toFiles();
    expect(files['vocab.txt']).toBe(given.vocabText);
    expect(files['tokenizer_config.json']).toBe(given.configText);
    const from = given.tokenizerJson.indexOf('"truncation"');
    const to = given.tokenizerJson.indexOf('"added_tokens"');
    expect(files['tokenizer.json']).toBe(
      `${given.tokenizerJson.slice(0, from)}"truncation": null,\n  "padding": null,\n  ${given.tokenizerJson.slice(to)}`,
    );
  });

  test('from tokenizer.json alone the other files are made to agree with it', () => {
    const cased = given.tokenizerJson.replace('"lowercase": true', '"lowercase": false');
    const files = createTokenizer({ tokenizerJson: cased }).toFiles();
    expect(files['vocab.txt']).toBe(given.vocabText);
    expect(JSON.parse(files['tokenizer_config.json']!)).toEqual({
      tokenizer_class: 'DistilBertTokenizer',
      cls_token: '[CLS]',
      mask_token: '[MASK]',
      pad_token: '[PAD]',
      sep_token: '[SEP]',
      unk_token: '[UNK]',
      do_lower_case: false,
      strip_accents: null,
      tokenize_chinese_chars: true,
    });
  });

  test('a config that contradicts tokenizer.json, which transformers would follow, is corrected', () => {
    const cased = given.tokenizerJson.replace('"lowercase": true', '"lowercase": false');
    const files = createTokenizer({ ...given, tokenizerJson: cased }).toFiles();
    expect(JSON.parse(files['tokenizer_config.json']!)).toEqual({
      ...JSON.parse(given.configText!),
      do_lower_case: false,
    });
  });
});

test('only the named top-level members become null', () => {
  const json =
    '{"a" : {"b":[1,"}"]} ,\n "b": {"a": 1, "padding": 2}, "s":"\\"a\\": {", "e": [], "padding": null,"z":7 }';
  expect(withNullMembers(json, new Set(['a', 'padding', 'z']))).toBe(
    '{"a" : null ,\n "b": {"a": 1, "padding": 2}, "s":"\\"a\\": {", "e": [], "padding": null,"z":null }',
  );
});

describe('broken files are named', () => {
  test('no file at all', () => {
    const error = errorOf(() => createTokenizer({ where: 'runs/tickets/model' }));
    expect(error.message).toBe('no tokenizer: neither tokenizer.json nor vocab.txt is there');
    expect(error.where).toBe('runs/tickets/model');
  });

  test.each([
    ['cut off', '{"version": "1.0", "model": {"type": "Word', /^not valid JSON: /],
    ['a list', '[]', /^expected a JSON object$/],
    ['a web page', '<!DOCTYPE html>', /^not valid JSON: /],
    ['no model', '{"version": "1.0"}', /^not a tokenizer that can be used: it has no model/],
  ])('tokenizer.json: %s', (_, tokenizerJson, message) => {
    const error = errorOf(() => createTokenizer({ tokenizerJson, where: 'models/mine' }));
    expect(error.message).toMatch(message);
    expect(error.where).toBe('models/mine/tokenizer.json');
    expect(error.exitCode).toBe(3);
  });

  test('tokenizer_config.json', () => {
    const error = errorOf(() => createTokenizer({ vocabText: tiny.vocabText, configText: '{', where: 'mine' }));
    expect(error.where).toBe('mine/tokenizer_config.json');
  });

  test('a vocabulary without its special tokens', () => {
    const fromVocab = errorOf(() => createTokenizer({ vocabText: 'a\nb\n', where: 'mine' }));
    expect(fromVocab.message).toBe('the vocabulary has 2 lines and none is the special token [UNK]');
    expect(fromVocab.where).toBe('mine/vocab.txt');
    const { 'tokenizer.json': tokenizerJson } = createTokenizer(tiny).toFiles();
    const fromJson = errorOf(() => createTokenizer({ tokenizerJson }));
    expect(fromJson.message).toBe('the vocabulary has no special token [PAD]');
    expect(fromJson.where).toBe('tokenizer.json');
  });
});
