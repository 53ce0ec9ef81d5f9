import { describe, expect, test } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { createTokenizer } from '../../src/text/tokenizer.ts';

type Part = Record<string, unknown>;

/** A small tokenizer.json that can be used. */
const whole = () => ({
  version: '1.0',
  added_tokens: [] as Part[],
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true } as Part,
  pre_tokenizer: { type: 'BertPreTokenizer' } as Part,
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }] as Part[],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }] as Part[],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] } } as Part,
  } as Part,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true } as Part,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, a: 4, b: 5, ab: 6 },
  } as Part,
});
type Document = ReturnType<typeof whole>;

function refusal(json: string): string {
  try {
    createTokenizer({ tokenizerJson: json, where: 'folder' });
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ where: 'folder/tokenizer.json', exitCode: 3 });
    return (error as DataError).message.replace('not a tokenizer that can be used: ', '');
  }
  throw new Error('it was taken');
}

test('the document that the others differ from can be used', async () => {
  const tokenizer = createTokenizer({ tokenizerJson: JSON.stringify(whole()) });
  expect([...(await tokenizer.encode('A b')).ids]).toEqual([2, 4, 5]);
});

const bpe = (changes: Part): Part => ({
  type: 'BPE',
  vocab: { '[PAD]': 0, '[CLS]': 2, '[SEP]': 3, a: 4, b: 5, ab: 6 },
  ...changes,
});
const replace = (from: string, to: string) => ({ type: 'Replace', pattern: { String: from }, content: to });
const token = (content: string) => ({
  id: 7,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: true,
  special: false,
});

// Given any of the first of these, the native library ended the process: when it read it, or at the first text.
describe('refused before the native library sees it', () => {
  const flaws: [string, (document: Document) => void, string][] = [
    [
      'a special token that a template lacks',
      (d) => {
        d.post_processor.special_tokens = {};
      },
      'its post_processor "TemplateProcessing" names a special token in "single" that it does not have',
    ],
    [
      'a second text where there is one',
      (d) => {
        d.post_processor.single = [{ Sequence: { id: 'B', type_id: 0 } }];
      },
      'its post_processor "TemplateProcessing" must have each of the sequences A once in "single"',
    ],
    [
      'two templates',
      (d) => {
        d.post_processor = { type: 'Sequence', processors: [d.post_processor, d.post_processor] };
      },
      'its post_processor puts special tokens in more than once',
    ],
    [
      'a damaged character table',
      (d) => {
        d.normalizer = { type: 'Precompiled', precompiled_charsmap: 'AAAA' };
      },
      'its normalizer "Precompiled" is not supported',
    ],
    [
      'a regular expression',
      (d) => {
        d.pre_tokenizer = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated' };
      },
      'its pre_tokenizer "Split" needs a "pattern" that is a "String" of some length, no "Regex"',
    ],
    [
      'pieces of no length',
      (d) => {
        d.pre_tokenizer = { type: 'FixedLength', length: 0 };
      },
      'its pre_tokenizer "FixedLength" is not supported',
    ],
    [
      'a decoder that cuts off more than there is',
      (d) => {
        d.decoder = { type: 'Strip', content: ' ', start: 0, stop: 9 };
      },
      'its decoder "Strip" is not supported',
    ],
    [
      'a merge into what is no token',
      (d) => {
        d.model = bpe({ merges: ['b a'] });
      },
      'its merge of "b" and "a" is not within its vocabulary',
    ],
    [
      'a merge shorter than the prefix',
      (d) => {
        d.model = bpe({ merges: ['a b'], continuing_subword_prefix: '####' });
      },
      'its merge of "a" and "b" is not within its vocabulary',
    ],
    [
      'a token of which nothing is left',
      (d) => {
        d.added_tokens = [token(' ')];
      },
      'its added token " " is "normalized" and has no letter, digit or ASCII sign',
    ],
    [
      'an accent for a token',
      (d) => {
        d.added_tokens = [token('\u0301')];
      },
      'its added token "\u0301" is "normalized" and has no letter, digit or ASCII sign',
    ],
    [
      'a replacement by nothing',
      (d) => {
        d.normalizer = replace('a', '');
      },
      'its normalizer "Replace" needs a "content" of printable ASCII or "▁"',
    ],
    [
      'replacements that double a text',
      (d) => {
        d.normalizer = { type: 'Sequence', normalizers: Array(20).fill(replace('a', 'aa')) };
      },
      'its normalizer could make a text more than 64 times as long',
    ],
    [
      'words without end',
      (d) => {
        d.model.max_input_chars_per_word = 2 ** 40;
      },
      'its max_input_chars_per_word is above 1000',
    ],
    [
      'an id that is none',
      (d) => {
        (d.model.vocab as Part).x = 2 ** 32 - 1;
      },
      'its vocabulary is no table from tokens to ids below 16777216',
    ],
    [
      'no token for what is unknown',
      (d) => {
        d.model.unk_token = 'x';
      },
      'its unk_token "x" is not in its vocabulary',
    ],
    [
      'a kind of model of another library',
      (d) => {
        d.model.type = 'tiktoken';
      },
      'its model is of the kind "tiktoken", not WordPiece, WordLevel, BPE, Unigram',
    ],
    [
      'a part without a kind',
      (d) => {
        d.decoder = { prefix: '##' };
      },
      'its decoder has no "type"',
    ],
  ];
  test.each(flaws)('%s', (_, change, problem) => {
    const document = whole();
    change(document);
    expect(refusal(JSON.stringify(document))).toBe(problem);
  });
  test('what is there twice, once sound and once not', () => {
    const json = JSON.stringify(whole());
    expect(refusal(json.replace('"decoder":', '"decoder":{"type":"Strip"},"d\\u0065coder":'))).toBe(
      'it has the key "decoder" twice',
    );
  });
  test('what is nested deeper than any tokenizer', () => {
    const nested = `${'['.repeat(200)}${']'.repeat(200)}`;
    expect(refusal(JSON.stringify(whole()).replace('{', `{"x":${nested},`))).toBe('the JSON is nested too deep');
  });
});

test('a token that a post-processor adds, and the vocabulary does not have, is an error of the file', async () => {
  const document = whole();
  document.post_processor.special_tokens = { '[CLS]': { id: '[CLS]', ids: [99], tokens: ['[CLS]'] } };
  const tokenizer = createTokenizer({ tokenizerJson: JSON.stringify(document), where: 'folder' });
  await expect(tokenizer.encode('a')).rejects.toMatchObject({
    message: 'the tokenizer cannot encode a text: its post_processor adds token 99, and the last one is 6',
    where: 'folder/tokenizer.json',
    exitCode: 3,
  });
});

test('a member of 30 MB that is left out is no trouble', () => {
  const json = JSON.stringify(whole()).replace('{', `{"padding":{"a":"${'\\n'.repeat(15_000_000)}"},`);
  const { 'tokenizer.json': written } = createTokenizer({ tokenizerJson: json }).toFiles();
  expect(written).toBe(JSON.stringify(whole()).replace('{', '{"padding":null,'));
});
