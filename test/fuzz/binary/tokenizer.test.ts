import { expect, test } from 'vitest';
import { createTokenizer } from '../../../src/text/tokenizer.ts';
import type { TokenizerFiles } from '../../../src/text/tokenizer-files.ts';
import { type Draws, type FuzzTarget, fuzz, inputsFromEnvironment, type Verdict } from './fuzz.ts';
import { changeMembers, damageText } from './json-inputs.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'hello', 'a', '##a', 'w', '##orld', '7', '日', '##本'];
const texts = [
  '',
  'a',
  'Hello, world!  ',
  '日本 ß 😀',
  'a'.repeat(120),
  '\u0000\ud800 [SEP] [MASK] t7',
  'aaaa aaaab \n\t7',
];

type Part = Record<string, unknown>;

const normalizers: Part[] = [
  { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  { type: 'Lowercase' },
  { type: 'NFKC' },
  { type: 'Nmt' },
  { type: 'StripAccents' },
  { type: 'Strip', strip_left: true, strip_right: true },
  { type: 'Prepend', prepend: '▁' },
  { type: 'ByteLevel' },
  { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  { type: 'Replace', pattern: { String: 'a' }, content: '' },
  { type: 'Replace', pattern: { String: 'a' }, content: '▁b' },
  { type: 'Replace', pattern: { String: '' }, content: 'x' },
  { type: 'Replace', pattern: { Regex: '(a+)+$' }, content: 'x' },
  { type: 'Precompiled', precompiled_charsmap: 'AAAAAAAA' },
];
const preTokenizers: Part[] = [
  { type: 'BertPreTokenizer' },
  { type: 'Whitespace' },
  { type: 'WhitespaceSplit' },
  { type: 'Digits', individual_digits: true },
  { type: 'Punctuation', behavior: 'MergedWithNext' },
  { type: 'UnicodeScripts' },
  { type: 'CharDelimiterSplit', delimiter: 'l' },
  { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  { type: 'Split', pattern: { String: 'a' }, behavior: 'Isolated', invert: false },
  { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Removed', invert: true },
  { type: 'FixedLength', length: 0 },
];
const special = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
const sequence = (id: string, type_id = 0) => ({ Sequence: { id, type_id } });
const template = (): Part => ({
  type: 'TemplateProcessing',
  single: [special('[CLS]'), sequence('A'), special('[SEP]')],
  pair: [special('[CLS]'), sequence('A'), special('[SEP]'), sequence('B', 1), special('[SEP]', 1)],
  special_tokens: {
    '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
    '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
  },
});
const postProcessors: Part[] = [
  { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
  { type: 'RobertaProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2], trim_offsets: true, add_prefix_space: true },
  { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
];
const decoders: Part[] = [
  { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  { type: 'BPEDecoder', suffix: '</w>' },
  { type: 'CTC', pad_token: '', word_delimiter_token: '|', cleanup: true },
  { type: 'Strip', content: ' ', start: 3, stop: 99 },
  { type: 'ByteFallback' },
  { type: 'Fuse' },
  { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
];
const vocab = () => Object.fromEntries(words.map((word, id) => [word, id]));
const wordPiece = (): Part => ({
  type: 'WordPiece',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 100,
  vocab: vocab(),
});
const otherModels: (() => Part)[] = [
  () => ({ type: 'WordLevel', unk_token: '[UNK]', vocab: vocab() }),
  () => ({ type: 'BPE', unk_token: '[UNK]', vocab: { ...vocab(), b: 13, ab: 14 }, merges: ['a b'] }),
  () => ({
    type: 'BPE',
    vocab: { ...vocab(), ab: 13, b: 14, aab: 15 },
    merges: [
      ['a', 'b'],
      ['a', 'ab'],
    ],
  }),
  () => ({
    type: 'BPE',
    continuing_subword_prefix: '##',
    end_of_word_suffix: '</w>',
    vocab: { ...vocab(), '##b': 13, ab: 14 },
    merges: ['a ##b'],
  }),
  () => ({ type: 'Unigram', unk_id: 1, byte_fallback: false, vocab: words.map((word, id) => [word, -id]) }),
  () => ({ type: 'Unigram', unk_id: 1, byte_fallback: true, vocab: [...words, '<0x41>', ''].map((word) => [word, 0]) }),
];
const added = (content: string, draws: Draws) => ({
  id: draws.below(20),
  content,
  single_word: draws.once(2),
  lstrip: draws.once(2),
  rstrip: draws.once(2),
  normalized: draws.once(2),
  special: draws.once(2),
});

/** One part, or a sequence of some. */
function partOf(member: string, parts: Part[], draws: Draws): Part | null {
  if (draws.once(6)) return null;
  if (draws.once(4))
    return { type: 'Sequence', [member]: Array.from({ length: draws.below(4) }, () => draws.pick(parts)) };
  return draws.pick(parts);
}

function makeDocument(draws: Draws): { document: Part; verdict: Verdict } {
  const document: Part & { added_tokens: Part[] } = {
    version: '1.0',
    truncation: draws.once(3) ? { max_length: draws.below(5), strategy: 'LongestFirst', stride: 9 } : null,
    padding: draws.once(3) ? { strategy: { Fixed: 2 ** 40 }, pad_to_multiple_of: 0 } : null,
    added_tokens: draws.once(2)
      ? []
      : ['[SEP]', 't7', 'a', ' ', '', 'ß', '\u0301', '日'].map((content) => added(content, draws)),
    normalizer: normalizers[0],
    pre_tokenizer: preTokenizers[0],
    post_processor: template(),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: wordPiece(),
  };
  if (draws.once(6)) return { document, verdict: document.added_tokens.length === 0 ? 'read' : 'either' };
  if (draws.once(2)) document.normalizer = partOf('normalizers', normalizers, draws);
  if (draws.once(2)) document.pre_tokenizer = partOf('pretokenizers', preTokenizers, draws);
  if (draws.once(4)) document.post_processor = partOf('processors', [...postProcessors, template()], draws);
  if (draws.once(3)) document.decoder = partOf('decoders', decoders, draws);
  if (draws.once(3)) document.model = draws.pick(otherModels)();
  return { document, verdict: 'either' };
}

function makeFiles(draws: Draws): { input: TokenizerFiles; verdict: Verdict } {
  const configText = draws.once(3) ? JSON.stringify(makeConfig(draws)) : undefined;
  if (draws.once(5)) {
    const lines = draws.once(2) ? words : words.filter(() => !draws.once(20));
    const vocabText = `${lines.join('\n')}\n`;
    const input = { vocabText: draws.once(3) ? damageText(vocabText, draws) : vocabText, configText, where: 'folder' };
    return { input, verdict: 'either' };
  }
  const { document, verdict } = makeDocument(draws);
  const kind = draws.below(4);
  const changed: Part = kind < 2 ? document : structuredClone(document);
  if (kind >= 2) changeMembers(changed, draws);
  const text = JSON.stringify(changed);
  const tokenizerJson = kind < 3 ? text : damageText(text, draws);
  const isWhole = kind < 2 && configText === undefined;
  return { input: { tokenizerJson, configText, where: 'folder' }, verdict: isWhole ? verdict : 'either' };
}

function makeConfig(draws: Draws): Part {
  const config = {
    do_lower_case: true,
    strip_accents: null,
    truncation_side: 'right',
    cls_token: '[CLS]',
    mask_token: { content: '[MASK]' },
    added_tokens_decoder: { 20: added('t7', draws), 3: added('[SEP]', draws) },
  };
  if (!draws.once(3)) changeMembers(config, draws);
  return config;
}

const target: FuzzTarget<TokenizerFiles> = {
  site: 3,
  make: makeFiles,
  async read(files) {
    const tokenizer = createTokenizer(files);
    const inBounds = (ids: ArrayLike<number>) => Array.from(ids).every((id) => id >= 0 && id < tokenizer.vocabSize);
    for (const { ids, offsets } of await tokenizer.encodeBatch(texts, { maxLength: 64, offsets: true })) {
      if (!inBounds(ids)) throw new Error(`ids ${ids} of ${tokenizer.vocabSize}`);
      if (offsets.length !== ids.length) throw new Error(`${offsets.length} offsets of ${ids.length} tokens`);
    }
    const { ids } = await tokenizer.encodePair(texts[2]!, texts[3]!);
    if (!inBounds(ids)) throw new Error(`ids ${ids} of ${tokenizer.vocabSize}`);
    await tokenizer.decode(ids, { skipSpecialTokens: false });
    tokenizer.toFiles();
  },
};

// Where the native library met something that it does not expect, it would end this process.
test('every made-up tokenizer is used or refused by a DataError', async () => {
  const inputs = inputsFromEnvironment(3_000);
  const tally = await fuzz(target, inputs);
  console.info('tokenizer', tally);
  expect(tally.read).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
}, 0);
