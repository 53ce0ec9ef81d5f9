import { shorten } from './shorten.ts';
import { isTagOf, type TagScheme, tagProblems, toIob2 } from './tags.ts';
import type { ExampleNote, RefusedRow, TokenExample } from './types.ts';

/** A sentence as a file has it. */
export interface RawSentence {
  words: string[];
  /** As written; null where there are none. */
  tags: string[] | null;
  /** The line of each word, or of all. */
  lines: number | readonly number[];
}

const lineOf = (lines: RawSentence['lines'], index: number) => (typeof lines === 'number' ? lines : lines[index]!);

/**
 * A sentence as an example, its tags as IOB2; or why it cannot be used: a tag that the scheme does not have. Tags that their
 * neighbours do not allow are noted.
 */
export function tokenExample({ words, tags, lines }: RawSentence, scheme: TagScheme): TokenExample | RefusedRow {
  const line = lineOf(lines, 0);
  if (tags === null) return { words, line };
  const wrong = tags.findIndex((tag) => !isTagOf(tag, scheme));
  if (wrong >= 0) {
    return {
      line: lineOf(lines, wrong),
      reason: `the tag "${shorten(tags[wrong]!)}" of "${shorten(words[wrong]!)}" is none of ${scheme}${example(scheme)}`,
    };
  }
  const result: TokenExample = { words, tags: toIob2(tags, scheme), line };
  const notes = tagProblems(tags, scheme).map(({ index, problem }): ExampleNote => {
    return { kind: 'scheme', line: lineOf(lines, index), reason: problem };
  });
  if (notes.length > 0) result.notes = notes;
  return result;
}

function example(scheme: TagScheme): string {
  if (scheme === 'none') return '';
  const last = scheme === 'IOBES' ? ', E-NAME, S-NAME' : scheme === 'BILOU' ? ', L-NAME, U-NAME' : '';
  return ` (O, B-NAME, I-NAME${last})`;
}
