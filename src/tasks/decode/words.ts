import { largest } from './entities.ts';

/** The tag of each word, W of them. */
export interface WordTags {
  /** [W] */
  tags: string[];
  /** [W], the probability of each tag; null where the word had no token. */
  scores: Array<number | null>;
  /** The words without a token: cut off, or made of characters that the tokenizer drops. Their tag is "O". */
  withoutTokens: number[];
}

/**
 * Gives each word the most probable tag of its first token, as the training labels are given to first tokens.
 * @param tokens the word of each token, counted from 0 and null for special tokens, and its probabilities by class
 * @param words number of words, W
 */
export function wordTags(
  tokens: ReadonlyArray<{ wordId: number | null; probabilities: ArrayLike<number> }>,
  labels: readonly string[],
  words: number,
): WordTags {
  const tags = new Array<string>(words).fill('O');
  const scores = new Array<number | null>(words).fill(null);
  for (const { wordId, probabilities } of tokens) {
    if (wordId === null || scores[wordId] !== null) continue;
    const best = largest(probabilities);
    tags[wordId] = labels[best]!;
    scores[wordId] = probabilities[best]!;
  }
  return { tags, scores, withoutTokens: scores.flatMap((score, word) => (score === null ? [word] : [])) };
}

/** An entity made of whole words. */
export interface WordEntity {
  label: string;
  /** Mean probability of its words' tags, of those that have one; 0 where none has. */
  score: number;
  /** Its words: from `firstWord` up to, not including, `endWord`. */
  firstWord: number;
  endWord: number;
  /** In UTF-16 units of the text that the words stand in. */
  start: number;
  end: number;
  /** `text.slice(start, end)` */
  text: string;
}

/** Words and where they stand in a text. */
export interface WordsInText {
  text: string;
  offsets: ReadonlyArray<readonly [start: number, end: number]>;
}

/** A text for words that came without one: the words with a space between. */
export function textOfWords(words: readonly string[]): WordsInText {
  let at = 0;
  const offsets = words.map((word): [number, number] => {
    const start = at;
    at += word.length + 1;
    return [start, start + word.length];
  });
  return { text: words.join(' '), offsets };
}

/**
 * Entities that IOB2 tags mark, read as conlleval reads them: an "I-" that continues no entity of its type begins one.
 * A tag without "B-" or "I-" is outside.
 * @param tags one per word
 * @param scores one per word, as `wordTags` gives them
 */
export function entitiesOfTags(
  { text, offsets }: WordsInText,
  tags: readonly string[],
  scores: ReadonlyArray<number | null>,
): WordEntity[] {
  const entities: WordEntity[] = [];
  let open: { label: string; from: number } | undefined;
  const close = (endWord: number) => {
    if (open === undefined) return;
    const known = scores.slice(open.from, endWord).filter((score) => score !== null);
    const start = offsets[open.from]![0];
    const end = offsets[endWord - 1]![1];
    entities.push({
      label: open.label,
      score: known.length === 0 ? 0 : known.reduce((sum, score) => sum + score, 0) / known.length,
      firstWord: open.from,
      endWord,
      start,
      end,
      text: text.slice(start, end),
    });
    open = undefined;
  };
  tags.forEach((tag, word) => {
    const label = /^[BI]-/.test(tag) ? tag.slice(2) : undefined;
    if (label !== undefined && label === open?.label && tag.startsWith('I-')) return;
    close(word);
    if (label !== undefined) open = { label, from: word };
  });
  close(tags.length);
  return entities;
}
