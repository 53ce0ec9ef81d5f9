/**
 * What the native library must not be given. It is Rust: where it is wrong about a tokenizer.json, it ends the process
 * and cannot be caught. So a document is looked through first: parts that are known by name, none of which is known to
 * break off or to grow a text without measure, with the references between them whole.
 */
import { duplicateKey } from '../json-text.ts';
import { shorten } from '../shorten.ts';

type Members = Record<string, unknown>;

/** Kinds of parts that may be used, by the member of the document they stand in. */
const kindsOf: Record<string, readonly string[]> = {
  normalizer: [
    ...['BertNormalizer', 'Lowercase', 'Strip', 'StripAccents', 'NFC', 'NFD', 'NFKC', 'NFKD', 'Nmt', 'Prepend'],
    ...['Replace', 'ByteLevel'],
  ],
  pre_tokenizer: [
    ...['BertPreTokenizer', 'ByteLevel', 'CharDelimiterSplit', 'Digits', 'Metaspace', 'Punctuation', 'Split'],
    ...['UnicodeScripts', 'Whitespace', 'WhitespaceSplit'],
  ],
  post_processor: ['TemplateProcessing', 'BertProcessing', 'RobertaProcessing', 'ByteLevel'],
  decoder: ['WordPiece', 'ByteLevel', 'Metaspace', 'BPEDecoder', 'CTC', 'ByteFallback', 'Fuse', 'Replace'],
};
/** Under which name a `Sequence` holds its parts. */
const partsOf: Record<string, string> = {
  normalizer: 'normalizers',
  pre_tokenizer: 'pretokenizers',
  post_processor: 'processors',
  decoder: 'decoders',
};
const modelKinds = ['WordPiece', 'WordLevel', 'BPE', 'Unigram'];

const MOST_PARTS = 32;
/** How much longer than a text its normalized form may become by replacements. */
const MOST_GROWTH = 64;
const MOST_TEMPLATE_PIECES = 64;
const MOST_ADDED_TOKENS = 100_000;
/** WordPiece tries every part of a word: the time goes with the square of this. */
const MOST_CHARACTERS_PER_WORD = 1000;
const MOST_AFFIX_CHARACTERS = 32;
/** Rows of the largest word embeddings by far; ids beyond cannot be a model's. */
const MOST_IDS = 2 ** 24;

/**
 * The first thing in a tokenizer.json for which it cannot be used; undefined for one that can.
 * @param document the parsed `json`
 */
export function tokenizerProblem(json: string, document: Members): string | undefined {
  // Of two members, the library might take the one that was not looked at.
  const twice = duplicateKey(json);
  if (twice !== undefined) return `it has the key ${quoted(twice)} twice`;
  for (const member of Object.keys(kindsOf)) {
    const problem = partsProblem(member, document[member]);
    if (problem !== undefined) return problem;
  }
  return addedTokensProblem(document.added_tokens) ?? modelProblem(document.model);
}

function partsProblem(member: string, value: unknown): string | undefined {
  const parts: Members[] = [];
  const problem = collectParts(member, value, parts);
  if (problem !== undefined) return problem;
  let growth = 1;
  for (const part of parts) {
    growth *= growthOf(part);
    const flaw = partFlaw(part);
    if (flaw !== undefined) return `its ${member} ${quoted(part.type)} ${flaw}`;
  }
  const templates = parts.filter(
    ({ type }) => kindsOf.post_processor!.includes(type as string) && type !== 'ByteLevel',
  );
  if (member === 'post_processor' && templates.length > 1)
    return 'its post_processor puts special tokens in more than once';
  return growth > MOST_GROWTH ? `its ${member} could make a text more than ${MOST_GROWTH} times as long` : undefined;
}

/** The parts of a normalizer and so on, those of sequences of sequences in one row. */
function collectParts(member: string, value: unknown, parts: Members[]): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isObject(value) || typeof value.type !== 'string') return `its ${member} has no "type"`;
  if (value.type === 'Sequence') {
    const inner = value[partsOf[member]!];
    if (!Array.isArray(inner)) return `its ${member} "Sequence" has no list "${partsOf[member]}"`;
    for (const part of inner) {
      const problem = collectParts(member, part ?? 0, parts);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (!kindsOf[member]!.includes(value.type)) return `its ${member} ${quoted(value.type)} is not supported`;
  parts.push(value);
  return parts.length > MOST_PARTS ? `its ${member} has more than ${MOST_PARTS} parts` : undefined;
}

const literalFlaw = 'needs a "pattern" that is a "String" of some length, no "Regex"';

/** What is wrong with one part, worded to follow its name. */
function partFlaw(part: Members): string | undefined {
  switch (part.type) {
    case 'Replace':
      if (!isText(part.content) || !/^[!-~▁]+$/.test(part.content))
        return 'needs a "content" of printable ASCII or "▁"';
      return isLiteral(part.pattern) ? undefined : literalFlaw;
    case 'Split':
      return isLiteral(part.pattern) ? undefined : literalFlaw;
    case 'Prepend':
      return isAffix(part.prepend) ? undefined : `puts more than ${MOST_AFFIX_CHARACTERS} characters before a text`;
    case 'TemplateProcessing':
      return templateFlaw(part);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return [part.sep, part.cls].every(isTokenWithId) ? undefined : 'needs "sep" and "cls", each a token and its id';
    default:
      return undefined;
  }
}

/** A regular expression can bring the library's engine to its limit of tries on some text, and that ends the process. */
function isLiteral(pattern: unknown): pattern is { String: string } {
  return (
    isObject(pattern) &&
    Object.keys(pattern).length === 1 &&
    typeof pattern.String === 'string' &&
    pattern.String !== ''
  );
}

function growthOf({ type, pattern, content }: Members): number {
  if (type !== 'Replace' || !isLiteral(pattern) || typeof content !== 'string') return 1;
  return Math.max(1, content.length / pattern.String.length);
}

/** The library takes for granted that what a template names is there. */
function templateFlaw({ single, pair, special_tokens: tokens }: Members): string | undefined {
  if (!isObject(tokens)) return 'has no "special_tokens"';
  for (const [name, token] of Object.entries(tokens)) {
    const { ids, tokens: texts } = isObject(token) ? token : {};
    if (
      !isList(ids, isId) ||
      !isList(texts, isText) ||
      ids.length !== texts.length ||
      ids.length > MOST_TEMPLATE_PIECES
    ) {
      return `has no ids and tokens, as many of each, for ${quoted(name)}`;
    }
  }
  return templatePiecesFlaw('single', single, ['A'], tokens) ?? templatePiecesFlaw('pair', pair, ['A', 'B'], tokens);
}

function templatePiecesFlaw(name: string, pieces: unknown, sequences: string[], tokens: Members): string | undefined {
  if (!Array.isArray(pieces) || pieces.length > MOST_TEMPLATE_PIECES)
    return `has no "${name}" of at most ${MOST_TEMPLATE_PIECES} pieces`;
  const met: unknown[] = [];
  for (const piece of pieces) {
    const {
      Sequence: sequence,
      SpecialToken: special,
      ...others
    } = isObject(piece) ? piece : ({ none: piece } as Members);
    if (Object.keys(others).length > 0) return `has a piece in "${name}" that is neither a Sequence nor a SpecialToken`;
    if (isObject(sequence) && special === undefined) met.push(sequence.id);
    else if (
      !isObject(special) ||
      sequence !== undefined ||
      typeof special.id !== 'string' ||
      !Object.hasOwn(tokens, special.id)
    ) {
      return `names a special token in "${name}" that it does not have`;
    }
  }
  return String(met.sort()) === String(sequences)
    ? undefined
    : `must have each of the sequences ${sequences.join(' and ')} once in "${name}"`;
}

function addedTokensProblem(tokens: unknown): string | undefined {
  if (tokens === undefined || tokens === null) return undefined;
  if (!isList(tokens, (token): token is Members => isObject(token) && typeof token.content === 'string')) {
    return 'its added_tokens are not a list of tokens with a "content"';
  }
  // The library searches a text for what a normalizer leaves of such a token; nothing would be found in the middle of a letter.
  const vanishing = tokens.find(
    ({ content, normalized }) => normalized !== false && content !== '' && !isLasting(content as string),
  );
  if (vanishing !== undefined)
    return `its added token ${quoted(vanishing.content)} is "normalized" and has no letter, digit or ASCII sign`;
  return tokens.length > MOST_ADDED_TOKENS ? `it has more than ${MOST_ADDED_TOKENS} added tokens` : undefined;
}

/** Whether something of the text is left by every normalizer that may be used: by Unicode's, or by one that takes off accents and blanks. */
const isLasting = (text: string): boolean => /[\p{L}\p{N}!-~]/u.test(text.normalize('NFKD'));

function modelProblem(model: unknown): string | undefined {
  if (!isObject(model)) return 'it has no model';
  // Old files leave the kind out.
  const type = model.type ?? (model.max_input_chars_per_word === undefined ? undefined : 'WordPiece');
  if (!modelKinds.includes(type as string))
    return `its model is of the kind ${quoted(type)}, not ${modelKinds.join(', ')}`;
  for (const affix of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (!isAffix(model[affix] ?? ''))
      return `its model's ${affix} is no text of at most ${MOST_AFFIX_CHARACTERS} characters`;
  }
  if (type === 'Unigram') return unigramProblem(model);
  const { vocab, unk_token: unknown } = model;
  if (!isObject(vocab) || !Object.values(vocab).every(isId))
    return `its vocabulary is no table from tokens to ids below ${MOST_IDS}`;
  // Left to the library, this is an error at the first text that has an unknown word.
  if (
    (typeof unknown !== 'string' || !Object.hasOwn(vocab, unknown)) &&
    (type !== 'BPE' || typeof unknown === 'string')
  ) {
    return `its unk_token ${quoted(unknown)} is not in its vocabulary`;
  }
  const most = model.max_input_chars_per_word ?? 100;
  if (type === 'WordPiece' && !(typeof most === 'number' && most <= MOST_CHARACTERS_PER_WORD)) {
    return `its max_input_chars_per_word is above ${MOST_CHARACTERS_PER_WORD}`;
  }
  return type === 'BPE' ? mergesProblem(model, vocab) : undefined;
}

function unigramProblem({ vocab, unk_id: unknown }: Members): string | undefined {
  const isPiece = (piece: unknown): piece is [string, number] =>
    Array.isArray(piece) && piece.length === 2 && typeof piece[0] === 'string' && Number.isFinite(piece[1]);
  if (!isList(vocab, isPiece) || vocab.length > MOST_IDS)
    return 'its vocabulary is no list of tokens, each with its score';
  return isId(unknown) && unknown < vocab.length ? undefined : 'its unk_id is not an id of its vocabulary';
}

/** The library takes for granted that both parts of a merge, and what comes of it, are in the vocabulary. */
function mergesProblem({ merges, continuing_subword_prefix: prefix }: Members, vocab: Members): string | undefined {
  if (!Array.isArray(merges)) return 'its model has no list of merges';
  const prefixLength = typeof prefix === 'string' ? prefix.length : 0;
  for (const merge of merges) {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!isList(pair, isText) || pair.length !== 2) return 'one of its merges is not of two tokens';
    const [left, right] = pair as [string, string];
    const isPrefixed = prefixLength === 0 || right.startsWith(prefix as string);
    const merged = left + right.slice(prefixLength);
    if (!isPrefixed || ![left, right, merged].every((token) => Object.hasOwn(vocab, token))) {
      return `its merge of ${quoted(left)} and ${quoted(right)} is not within its vocabulary`;
    }
  }
  return undefined;
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isId = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < MOST_IDS;
const isAffix = (value: unknown): value is string => isText(value) && value.length <= MOST_AFFIX_CHARACTERS;
const isTokenWithId = (value: unknown): boolean => Array.isArray(value) && isText(value[0]) && isId(value[1]);
function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

const quoted = (value: unknown): string => shorten(JSON.stringify(value) ?? 'nothing', 60);
