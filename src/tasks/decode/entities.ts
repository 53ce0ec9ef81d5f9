import type { Tokenizer } from '../../text/tokenizer.ts';
import type { JoinedTokens } from './join-windows.ts';
import { softmax } from './softmax.ts';
import { joinWordPieces } from './word-pieces.ts';

/** A token of a text with what the model says of it. */
export interface ClassifiedToken {
  /** As the vocabulary has it ("##ing"). */
  token: string;
  /** Whether it is the token for what the vocabulary does not have. */
  unknown: boolean;
  /** Its position in the text's encoding, special tokens counted. */
  index: number;
  /** `text.slice(start, end)` is what it stands for. */
  start: number;
  end: number;
  /** One per class, adding up to 1. */
  probabilities: ArrayLike<number>;
}

/** Which tokens are taken together, and which of them decides on the label: see `groupEntities`. */
export type AggregationStrategy = 'none' | 'simple' | 'first' | 'average' | 'max';

/** One token with its label, as strategy `none` gives it. */
export interface TokenEntity {
  entity: string;
  score: number;
  index: number;
  word: string;
  start: number;
  end: number;
  /** `text.slice(start, end)`: unlike `word` it is what the text says. */
  text: string;
}

/** Neighbouring tokens or words of one label. */
export interface EntityGroup {
  /** The label without "B-" or "I-". */
  entity_group: string;
  /** Mean of its parts' probabilities. */
  score: number;
  word: string;
  start: number;
  end: number;
  text: string;
}

/** A token or word that has got a label. */
interface Labelled {
  entity: string;
  score: number;
  word: string;
  start: number;
  end: number;
}

/**
 * Names the tokens that `joinWindows` gave and turns their outputs into probabilities.
 * @param wordStarts for a text that was split into words before: where each word begins in the text, as offsets are then
 * counted within words
 */
export function classifiedTokens(
  { ids, offsets, wordIds, firstIndex, logits }: JoinedTokens,
  tokenizer: Pick<Tokenizer, 'tokens' | 'special'>,
  wordStarts?: readonly number[],
): ClassifiedToken[] {
  const classes = logits.length / ids.length;
  return tokenizer.tokens(ids).map((token, i) => {
    const shift = wordStarts === undefined ? 0 : wordStarts[wordIds[i]!]!;
    return {
      token,
      unknown: ids[i] === tokenizer.special.unk,
      index: firstIndex + i,
      start: offsets[i]![0] + shift,
      end: offsets[i]![1] + shift,
      probabilities: softmax(logits.subarray(i * classes, (i + 1) * classes)),
    };
  });
}

/**
 * Entities of a text, as transformers' token-classification pipeline finds them for a WordPiece tokenizer.
 * - `none`: each token for itself.
 * - `simple`: neighbouring tokens of one label are one entity; "B-" begins another.
 * - `first`, `average`, `max`: the same over words, so that no word falls apart. A word has the label of its first token,
 *   of the mean of its tokens' probabilities, or of the token that is surest.
 *
 * A token continues a word when it is not as long as the text it stands for, in code points: the pipeline's own rule,
 * true of every "##ing" and of the few tokens that normalisation has made longer or shorter.
 * @param labels by class
 * @param ignored what is left out, as the results name it: "O"; "B-PER" with strategy `none` and "PER" with the others
 */
export function groupEntities(
  text: string,
  tokens: readonly ClassifiedToken[],
  labels: readonly string[],
  strategy: 'none',
  ignored?: readonly string[],
): TokenEntity[];
export function groupEntities(
  text: string,
  tokens: readonly ClassifiedToken[],
  labels: readonly string[],
  strategy: Exclude<AggregationStrategy, 'none'>,
  ignored?: readonly string[],
): EntityGroup[];
export function groupEntities(
  text: string,
  tokens: readonly ClassifiedToken[],
  labels: readonly string[],
  strategy: AggregationStrategy,
  ignored?: readonly string[],
): TokenEntity[] | EntityGroup[];
export function groupEntities(
  text: string,
  tokens: readonly ClassifiedToken[],
  labels: readonly string[],
  strategy: AggregationStrategy,
  ignored: readonly string[] = ['O'],
): TokenEntity[] | EntityGroup[] {
  if (strategy === 'none') {
    return tokens
      .map(({ index, ...token }): TokenEntity => {
        const { entity, score, word, start, end } = labelledToken(text, token, labels);
        return { entity, score, index, word, start, end, text: text.slice(start, end) };
      })
      .filter(({ entity }) => !ignored.includes(entity));
  }
  const parts =
    strategy === 'simple'
      ? tokens.map((token) => labelledToken(text, token, labels))
      : wordsOf(text, tokens).map((word) => labelledWord(text, word, labels, strategy));
  return groupsOf(parts)
    .map((group) => entityGroup(text, group))
    .filter((group) => !ignored.includes(group.entity_group));
}

type Token = Omit<ClassifiedToken, 'index'>;

/** What the results call a token: itself, or the text it stands for when the vocabulary does not have that. */
function wordOf(text: string, { token, unknown, start, end }: Token): string {
  return unknown ? text.slice(start, end) : token;
}

function labelledToken(text: string, token: Token, labels: readonly string[]): Labelled {
  const best = largest(token.probabilities);
  return {
    entity: labels[best]!,
    score: token.probabilities[best]!,
    word: wordOf(text, token),
    start: token.start,
    end: token.end,
  };
}

function wordsOf(text: string, tokens: readonly ClassifiedToken[]): ClassifiedToken[][] {
  const words: ClassifiedToken[][] = [];
  for (const token of tokens) {
    const continues =
      !token.unknown && codePoints(token.token) !== codePoints(text.slice(token.start, token.end)) && words.length > 0;
    if (continues) words.at(-1)!.push(token);
    else words.push([token]);
  }
  return words;
}

function labelledWord(
  text: string,
  tokens: readonly ClassifiedToken[],
  labels: readonly string[],
  strategy: 'first' | 'average' | 'max',
): Labelled {
  const rows = tokens.map(({ probabilities }) => probabilities);
  const sureness = rows.map((row) => row[largest(row)]!);
  const deciding =
    strategy === 'first' ? rows[0]! : strategy === 'max' ? rows[largest(sureness)]! : meanRow(rows, labels.length);
  const best = largest(deciding);
  return {
    entity: labels[best]!,
    score: deciding[best]!,
    word: joinWordPieces(tokens.map((token) => wordOf(text, token))),
    start: tokens[0]!.start,
    end: tokens.at(-1)!.end,
  };
}

/** Runs of one label; a "B-" begins a new one. A label without "B-" or "I-" continues a run of its own. */
function groupsOf(parts: readonly Labelled[]): Labelled[][] {
  const groups: Labelled[][] = [];
  let open: string | undefined;
  for (const part of parts) {
    const type = typeOf(part.entity);
    if (type === open && !part.entity.startsWith('B-')) groups.at(-1)!.push(part);
    else groups.push([part]);
    open = type;
  }
  return groups;
}

function entityGroup(text: string, parts: readonly Labelled[]): EntityGroup {
  const first = parts[0]!;
  const { end } = parts.at(-1)!;
  // The pipeline's name of a group drops whatever stands before the first hyphen.
  const hyphen = first.entity.indexOf('-');
  return {
    entity_group: first.entity.slice(hyphen + 1),
    score: parts.reduce((sum, { score }) => sum + score, 0) / parts.length,
    word: joinWordPieces(parts.map(({ word }) => word)),
    start: first.start,
    end,
    text: text.slice(first.start, end),
  };
}

function typeOf(label: string): string {
  return label.startsWith('B-') || label.startsWith('I-') ? label.slice(2) : label;
}

/** Index of the largest value, the first of equal ones. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function meanRow(rows: ReadonlyArray<ArrayLike<number>>, width: number): number[] {
  return Array.from({ length: width }, (_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length);
}

function codePoints(text: string): number {
  return Array.from(text).length;
}
