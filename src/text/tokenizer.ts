import { type Encoding as RustEncoding, Tokenizer as RustTokenizer } from 'tokenizers';
import { DataError, UsageError } from '../errors.ts';
import { withNullMembers } from '../json-text.ts';
import { shorten } from '../shorten.ts';
import { type AlignedEncoding, assemble, type Encoding, type Layout, type Piece } from './encoding.ts';
import { tokenizerProblem } from './tokenizer-check.ts';
import {
  configTextFor,
  isWordPiece,
  parseJsonObject,
  placeOf,
  specialTokenNames,
  specialTokensMap,
  type TokenizerConfig,
  type TokenizerDocument,
  type TokenizerFiles,
  tokenizerJsonFromVocab,
} from './tokenizer-files.ts';
import { utf16Indices } from './utf16-offsets.ts';

export type { AlignedEncoding, Encoding };

export interface EncodeOptions {
  /** Most tokens of an example, special tokens included; pairs give way longest first. No limit by default. */
  maxLength?: number | undefined;
  /** Give `AlignedEncoding`s: offsets, word ids and sequence ids too. Costs time. */
  offsets?: boolean | undefined;
}

export type EncodingOf<O extends EncodeOptions> = O extends { offsets: true } ? AlignedEncoding : Encoding;

/** Ids of the special tokens; `mask` and `unk` where the vocabulary has them. */
export interface SpecialIds {
  pad: number;
  cls: number;
  sep: number;
  mask: number | undefined;
  unk: number | undefined;
}

/**
 * Text to token ids, as Hugging Face's fast tokenizers do it. A lone surrogate counts as U+FFFD. A special token that
 * stands in a text literally ("[SEP]") becomes that token. All `encode` functions throw `UsageError` when `maxLength`
 * has no room for the special tokens (transformers silently truncates nothing then).
 */
export interface Tokenizer {
  /** The highest id + 1: the fewest rows the word embedding may have. */
  readonly vocabSize: number;
  readonly special: SpecialIds;
  encode<O extends EncodeOptions>(text: string, options?: O): Promise<EncodingOf<O>>;
  encodePair<O extends EncodeOptions>(first: string, second: string, options?: O): Promise<EncodingOf<O>>;
  /** A text that is already split into words (`is_split_into_words=True` in transformers). */
  encodeWords<O extends EncodeOptions>(words: readonly string[], options?: O): Promise<EncodingOf<O>>;
  /** The batch forms use every core and are much faster than one call per text. Order is kept. */
  encodeBatch<O extends EncodeOptions>(texts: readonly string[], options?: O): Promise<Array<EncodingOf<O>>>;
  encodePairBatch<O extends EncodeOptions>(
    pairs: ReadonlyArray<readonly [first: string, second: string]>,
    options?: O,
  ): Promise<Array<EncodingOf<O>>>;
  encodeWordsBatch<O extends EncodeOptions>(
    sentences: ReadonlyArray<readonly string[]>,
    options?: O,
  ): Promise<Array<EncodingOf<O>>>;
  /** Token ids to text; special tokens are left out unless `skipSpecialTokens` is false. */
  decode(ids: ArrayLike<number>, options?: { skipSpecialTokens?: boolean }): Promise<string>;
  /** The token of each id ("##ing"); `''` where there is none: models may have more ids than their vocabulary tokens. */
  tokens(ids: ArrayLike<number>): string[];
  /**
   * The files to write beside a saved model, by file name. Given texts are kept byte for byte, but for the truncation
   * and padding settings of tokenizer.json, which become null, and a tokenizer_config.json that contradicts
   * tokenizer.json.
   */
  toFiles(): Record<string, string>;
}

/** A text, or its words. */
type Sequence = string | readonly string[];

/** The Rust library holds about 200 bytes per token of a batch, so one call gets a bounded part of it. */
const CALL_TEXTS = 1024;
const CALL_CHARACTERS = 1 << 20;

/** Words come again and again, from call to call: so many of those are remembered that are no longer than this. */
const REMEMBERED = 1 << 16;
const REMEMBERED_LENGTH = 24;

/**
 * A tokenizer from the texts of a checkpoint's files: tokenizer.json, else BERT's WordPiece pipeline over vocab.txt.
 * Throws `DataError` that names the file when one is missing or broken.
 */
export function createTokenizer(files: TokenizerFiles): Tokenizer {
  const config = (
    files.configText === undefined ? {} : parseJsonObject(files.configText, placeOf(files, 'tokenizer_config.json'))
  ) as TokenizerConfig;
  const tokenizerJson = plainTokenizerJson(files, config);
  const sourceFile = placeOf(files, files.tokenizerJson === undefined ? 'vocab.txt' : 'tokenizer.json');
  const document = parseJsonObject(tokenizerJson, sourceFile) as TokenizerDocument;
  const problem = tokenizerProblem(tokenizerJson, document as Record<string, unknown>);
  if (problem !== undefined) {
    throw new DataError(`not a tokenizer that can be used: ${problem}`, {
      where: sourceFile,
      fix: 'use the tokenizer of a DistilBERT or BERT model; if this is one, download or copy the file again',
    });
  }
  const rust = loadRust(tokenizerJson, sourceFile);
  const names = specialTokenNames(config);

  const requiredId = (name: string): number => {
    const id = rust.tokenToId(name);
    if (id !== null) return id;
    throw new DataError(`the vocabulary has no special token ${shorten(name)}`, {
      where: sourceFile,
      fix: 'name the special tokens in tokenizer_config.json (pad_token, cls_token, sep_token, ...)',
    });
  };
  const special: SpecialIds = {
    pad: requiredId(names.pad),
    cls: requiredId(names.cls),
    sep: requiredId(names.sep),
    mask: rust.tokenToId(names.mask) ?? undefined,
    unk: rust.tokenToId(names.unk) ?? undefined,
  };

  const vocabSize = Object.values(rust.getVocab(true)).reduce((most, id) => Math.max(most, id), -1) + 1;

  /** The library's errors of a call have the file for their cause: any text can be encoded by a good one. */
  const named = <T>(call: Promise<T>): Promise<T> =>
    call.catch((cause: Error) => {
      throw new DataError(`the tokenizer cannot encode a text: ${shorten(cause.message, 300)}`, {
        where: sourceFile,
        fix: 'download or copy the file again',
        cause,
      });
    });
  const remembered = { plain: new Map<string, Piece>(), aligned: new Map<string, Piece>() };
  const layouts: Array<Promise<Layout> | undefined> = [];
  const layoutFor = (sequences: 1 | 2): Promise<Layout> => {
    layouts[sequences] ??= named(probeLayout(rust, sequences, vocabSize));
    return layouts[sequences];
  };

  async function encodeAll<O extends EncodeOptions>(
    sequences: 1 | 2,
    examples: ReadonlyArray<readonly Sequence[]>,
    options: O | undefined,
  ): Promise<Array<EncodingOf<O>>> {
    const layout = await layoutFor(sequences);
    const room = roomFor(options?.maxLength, layout.length - sequences);
    const encodings: Encoding[] = [];
    for (const part of callParts(examples)) {
      const aligned = options?.offsets === true;
      const known = remembered[aligned ? 'aligned' : 'plain'];
      const pieceOf = await named(encodePieces(rust, part.flat(2), aligned, known));
      for (const example of part) {
        const pieces = example.map((sequence) => pieceOfSequence(sequence, pieceOf));
        encodings.push(assemble(layout, pieces, room, config.truncation_side === 'left', aligned));
      }
    }
    return encodings as Array<EncodingOf<O>>;
  }

  return {
    vocabSize,
    special,
    encode: async (text, options) => (await encodeAll(1, [[text]], options))[0]!,
    encodePair: async (first, second, options) => (await encodeAll(2, [[first, second]], options))[0]!,
    encodeWords: async (words, options) => (await encodeAll(1, [[words]], options))[0]!,
    encodeBatch: (texts, options) =>
      encodeAll(
        1,
        texts.map((text) => [text]),
        options,
      ),
    encodePairBatch: (pairs, options) => encodeAll(2, pairs, options),
    encodeWordsBatch: (sentences, options) =>
      encodeAll(
        1,
        sentences.map((words) => [words]),
        options,
      ),
    decode: (ids, options) => rust.decode(Array.from(ids), options?.skipSpecialTokens ?? true),
    tokens: (ids) => Array.from(ids, (id) => rust.idToToken(id) ?? ''),
    toFiles: () => ({
      'tokenizer.json': tokenizerJson,
      'tokenizer_config.json': configTextFor(document, files.configText, config, names),
      'special_tokens_map.json': `${JSON.stringify(specialTokensMap(names), null, 2)}\n`,
      ...(isWordPiece(document) ? { 'vocab.txt': files.vocabText ?? vocabTextOf(rust) } : {}),
    }),
  };
}

/** tokenizer.json's text without truncation and padding, whichever file it has to be made from. */
function plainTokenizerJson(files: TokenizerFiles, config: TokenizerConfig): string {
  if (files.tokenizerJson !== undefined) {
    parseJsonObject(files.tokenizerJson, placeOf(files, 'tokenizer.json'));
    return withNullMembers(files.tokenizerJson, new Set(['truncation', 'padding']));
  }
  if (files.vocabText !== undefined) {
    return tokenizerJsonFromVocab(files.vocabText, config, placeOf(files, 'vocab.txt'));
  }
  throw new DataError('no tokenizer: neither tokenizer.json nor vocab.txt is there', {
    ...(files.where === undefined ? {} : { where: files.where }),
    fix: 'copy one of them from the model this checkpoint came from',
  });
}

function loadRust(tokenizerJson: string, place: string): RustTokenizer {
  try {
    return RustTokenizer.fromString(tokenizerJson);
  } catch (cause) {
    throw new DataError(`not a tokenizer that can be read: ${shorten((cause as Error).message, 300)}`, {
      where: place,
      fix: 'download or copy the file again',
      cause,
    });
  }
}

/** Base vocabulary in the order of ids. */
function vocabTextOf(rust: RustTokenizer): string {
  const byId = Object.entries(rust.getVocab(false)).sort(([, a], [, b]) => a - b);
  return `${byId.map(([token]) => token).join('\n')}\n`;
}

/** Learns the post-processor's layout from an example, whatever its kind. */
async function probeLayout(rust: RustTokenizer, sequences: 1 | 2, vocabSize: number): Promise<Layout> {
  const probe = await rust.encode('a', sequences === 2 ? 'a' : undefined);
  const ids = probe.getIds();
  const foreign = ids.find((id) => id >= vocabSize);
  if (foreign !== undefined)
    throw new Error(`its post_processor adds token ${foreign}, and the last one is ${vocabSize - 1}`);
  const layout: Layout = [];
  let previous: number | null | undefined = null;
  for (const [index, sequence] of probe.getSequenceIds().entries()) {
    if (sequence === null || sequence === undefined) layout.push({ id: ids[index]! });
    else if (sequence !== previous) layout.push({ sequence: sequence as 0 | 1 });
    previous = sequence;
  }
  const found = layout.flatMap((part) => ('sequence' in part ? [part.sequence] : [])).sort();
  if (String(found) !== (sequences === 1 ? '0' : '0,1')) {
    throw new Error(`of ${sequences} texts "a" it does not leave each in a place of its own`);
  }
  return layout;
}

/** Tokens that the sequences may share. */
function roomFor(maxLength: number | undefined, specialTokens: number): number {
  if (maxLength === undefined) return Number.POSITIVE_INFINITY;
  if (!Number.isInteger(maxLength) || maxLength < specialTokens) {
    throw new UsageError(`maximum length ${maxLength} has no room for the ${specialTokens} special tokens`, {
      fix: `set it to an integer above ${specialTokens}`,
    });
  }
  return maxLength - specialTokens;
}

/** Cuts a batch into parts of bounded size, never an example in two. */
function* callParts(examples: ReadonlyArray<readonly Sequence[]>): Generator<ReadonlyArray<readonly Sequence[]>> {
  let from = 0;
  let texts = 0;
  let characters = 0;
  for (const [index, example] of examples.entries()) {
    for (const text of example.flat()) {
      texts++;
      characters += text.length;
    }
    if (texts >= CALL_TEXTS || characters >= CALL_CHARACTERS) {
      yield examples.slice(from, index + 1);
      from = index + 1;
      texts = 0;
      characters = 0;
    }
  }
  if (from < examples.length) yield examples.slice(from);
}

/** Encodes each distinct text once, and none that is known: pairs share contexts, sentences share words. */
async function encodePieces(
  rust: RustTokenizer,
  texts: readonly string[],
  aligned: boolean,
  known: Map<string, Piece>,
): Promise<(text: string) => Piece> {
  const fresh = new Map<string, Piece>();
  const distinct = [...new Set(texts)].filter((text) => !known.has(text));
  const encodings = distinct.length === 0 ? [] : await rust.encodeBatch(distinct, { addSpecialTokens: false });
  distinct.forEach((text, index) => {
    const piece = toPiece(text, encodings[index]!, aligned);
    if (text.length > REMEMBERED_LENGTH || known.size >= REMEMBERED) fresh.set(text, piece);
    // A copy of its own: a text may be a view of the block of a file that it was read from.
    else known.set(Buffer.from(text, 'utf16le').toString('utf16le'), piece);
  });
  return (text) => known.get(text) ?? fresh.get(text)!;
}

function toPiece(text: string, encoding: RustEncoding, aligned: boolean): Piece {
  const ids = encoding.getIds();
  if (!aligned) return { ids, offsets: [], wordIds: [] };
  let offsets = encoding.getOffsets() as Array<[number, number]>;
  const utf16 = utf16Indices(text);
  if (utf16 !== undefined) offsets = offsets.map(([start, end]) => [utf16[start]!, utf16[end]!]);
  return { ids, offsets, wordIds: encoding.getWordIds().map((word) => word ?? null) };
}

function pieceOfSequence(sequence: Sequence, pieceOf: (text: string) => Piece): Piece {
  if (typeof sequence === 'string') return pieceOf(sequence);
  const words = sequence.map(pieceOf);
  return {
    ids: words.flatMap((word) => word.ids),
    offsets: words.flatMap((word) => word.offsets),
    wordIds: words.flatMap((word, index) => word.wordIds.map(() => index)),
  };
}
