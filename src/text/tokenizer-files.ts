import { DataError } from '../errors.ts';
import { isNestedTooDeep } from '../json-text.ts';
import { shorten } from '../shorten.ts';

/** The texts of a checkpoint folder's tokenizer files. Reading them is the caller's business. */
export interface TokenizerFiles {
  /** tokenizer.json; it wins over vocab.txt. */
  tokenizerJson?: string | undefined;
  /** vocab.txt, one WordPiece a line; enough alone. */
  vocabText?: string | undefined;
  /** tokenizer_config.json. */
  configText?: string | undefined;
  /** The folder or hub name they came from, for error messages. */
  where?: string | undefined;
}

/** The names of the special tokens. */
export interface SpecialTokenNames {
  pad: string;
  cls: string;
  sep: string;
  mask: string;
  unk: string;
}

/** What tokenizer_config.json may say that matters here. */
export interface TokenizerConfig {
  do_lower_case?: boolean;
  strip_accents?: boolean | null;
  tokenize_chinese_chars?: boolean;
  truncation_side?: 'left' | 'right';
  tokenizer_class?: string;
  added_tokens_decoder?: Record<string, AddedToken>;
  [key: string]: unknown;
}

interface AddedToken {
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

/** The parts of tokenizer.json that are looked at here; the Rust library reads the whole. */
export interface TokenizerDocument {
  normalizer?: { type?: string; [key: string]: unknown } | null;
  model?: { type?: string; continuing_subword_prefix?: string; max_input_chars_per_word?: number; unk_token?: unknown };
}

/** Names a file for an error message: `folder/tokenizer.json`. */
export function placeOf(files: TokenizerFiles, name: string): string {
  return files.where === undefined ? name : `${files.where}/${name}`;
}

/** Parses a file that must hold a JSON object. Throws `DataError` that names the file. */
export function parseJsonObject(text: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`not valid JSON: ${(cause as Error).message}`, {
      where: place,
      fix: 'download or copy the file again',
      cause,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataError('expected a JSON object', { where: place, fix: 'download or copy the file again' });
  }
  if (isNestedTooDeep(text)) {
    throw new DataError('the JSON is nested too deep', { where: place, fix: 'download or copy the file again' });
  }
  return value as Record<string, unknown>;
}

/** The special tokens' names by tokenizer_config.json, which gives them as text or as `{ content }`; BERT's by default. */
export function specialTokenNames(config: TokenizerConfig): SpecialTokenNames {
  const name = (key: string, fallback: string): string => {
    const value = config[key];
    if (typeof value === 'string') return value;
    const content = (value as { content?: unknown } | null | undefined)?.content;
    return typeof content === 'string' ? content : fallback;
  };
  return {
    pad: name('pad_token', '[PAD]'),
    cls: name('cls_token', '[CLS]'),
    sep: name('sep_token', '[SEP]'),
    mask: name('mask_token', '[MASK]'),
    unk: name('unk_token', '[UNK]'),
  };
}

/**
 * The text of the tokenizer.json that BERT's WordPiece pipeline has with this vocabulary: what transformers'
 * `BertTokenizer` builds from vocab.txt and tokenizer_config.json.
 */
export function tokenizerJsonFromVocab(vocabText: string, config: TokenizerConfig, place: string): string {
  const lines = vocabText.split('\n').map((line) => line.replace(/\p{White_Space}+$/u, ''));
  if (lines.at(-1) === '') lines.pop();
  const ids = new Map(lines.map((token, id) => [token, id]));
  const names = specialTokenNames(config);
  for (const name of [names.unk, names.pad, names.cls, names.sep]) {
    if (!ids.has(name)) {
      throw new DataError(`the vocabulary has ${lines.length} lines and none is the special token ${shorten(name)}`, {
        where: place,
        fix: 'use the vocab.txt of a BERT model, or name its special tokens in tokenizer_config.json',
      });
    }
  }
  const added = new Map<number, AddedToken>();
  for (const name of Object.values(names)) {
    const id = ids.get(name);
    if (id !== undefined) added.set(id, plainSpecialToken(name));
  }
  for (const [id, token] of Object.entries(config.added_tokens_decoder ?? {})) added.set(Number(id), token);
  const cls = { SpecialToken: { id: names.cls, type_id: 0 } };
  const sep = (typeId: number) => ({ SpecialToken: { id: names.sep, type_id: typeId } });
  const sequence = (id: 'A' | 'B', typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const template = (name: string) => ({ id: name, ids: [ids.get(name)], tokens: [name] });
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...added].sort(([a], [b]) => a - b).map(([id, token]) => ({ id, ...token })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [cls, sequence('A', 0), sep(0)],
      pair: [cls, sequence('A', 0), sep(0), sequence('B', 1), sep(1)],
      special_tokens: { [names.cls]: template(names.cls), [names.sep]: template(names.sep) },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: names.unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  });
}

function plainSpecialToken(content: string): AddedToken {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

/** Old files leave the model's type out; its members tell. */
export function isWordPiece(document: TokenizerDocument): boolean {
  const model = document.model;
  return model?.type === 'WordPiece' || (model?.type === undefined && model?.max_input_chars_per_word !== undefined);
}

/**
 * tokenizer_config.json to write beside a tokenizer.json. The given text is kept as it is unless transformers would
 * read it differently from tokenizer.json: its BERT tokenizers take lower-casing, accents and Chinese characters from
 * the config and overrule tokenizer.json with it.
 */
export function configTextFor(
  document: TokenizerDocument,
  configText: string | undefined,
  config: TokenizerConfig,
  names: SpecialTokenNames,
): string {
  const normalizer = document.normalizer?.type === 'BertNormalizer' ? document.normalizer : undefined;
  const needed: TokenizerConfig =
    normalizer === undefined
      ? {}
      : {
          do_lower_case: normalizer.lowercase as boolean,
          strip_accents: normalizer.strip_accents as boolean | null,
          tokenize_chinese_chars: normalizer.handle_chinese_chars as boolean,
        };
  const defaults = { do_lower_case: true, strip_accents: null, tokenize_chinese_chars: true };
  const stated: TokenizerConfig = { ...defaults, ...config };
  if (configText !== undefined && Object.entries(needed).every(([key, value]) => stated[key] === value)) {
    return configText;
  }
  // DistilBERT has no token types; a generic tokenizer class would hand them to the model.
  const fresh: TokenizerConfig =
    normalizer !== undefined && isWordPiece(document)
      ? { tokenizer_class: 'DistilBertTokenizer', ...specialTokensMap(names) }
      : {
          tokenizer_class: 'PreTrainedTokenizerFast',
          model_input_names: ['input_ids', 'attention_mask'],
          ...specialTokensMap(names),
        };
  return `${JSON.stringify({ ...(configText === undefined ? fresh : config), ...needed }, null, 2)}\n`;
}

/** The content of special_tokens_map.json. */
export function specialTokensMap(names: SpecialTokenNames): Record<string, string> {
  return {
    cls_token: names.cls,
    mask_token: names.mask,
    pad_token: names.pad,
    sep_token: names.sep,
    unk_token: names.unk,
  };
}
