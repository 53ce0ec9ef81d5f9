/** The words of a text and where they stand: `words[i] === text.slice(...offsets[i])`. */
export interface SplitWords {
  words: string[];
  /** UTF-16 indices. */
  offsets: [start: number, end: number][];
}

// Classes as BERT's normalizer and pre-tokenizer have them (tokenizers, normalizers/bert.rs and pre_tokenizers/bert.rs).
const blank = '\\t\\n\\r\\p{Z}';
const punctuation = '!-\\/:-@\\[-`\\{-~\\p{P}';
const chinese =
  '\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2ceaf}\\u{2f800}-\\u{2fa1f}';
/** Characters that the tokenizer leaves out: control characters, invisible ones, private use, halves of a pair. */
const dropped = '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\ufffd';

// Single characters only: a pattern that repeats overflows its stack on a word of some million characters, or takes a time
// that grows with the square of its length.
const boundary = new RegExp(`[${blank}${punctuation}${chinese}]`, 'gu');
const isBlank = new RegExp(`^[${blank}]$`, 'u');
const isDropped = new RegExp(`^[${dropped}]$`, 'u');

/**
 * Splits a text as BERT's pre-tokenizer does: at whitespace, each punctuation mark and each Chinese character alone.
 * Characters that become no token belong to no word at its ends; a word has at least one other.
 */
export function splitWords(text: string): SplitWords {
  const words: string[] = [];
  const offsets: SplitWords['offsets'] = [];
  const add = (from: number, to: number) => {
    const start = skipDropped(text, from, to);
    if (start === to) return;
    const end = skipDroppedBack(text, start, to);
    words.push(text.slice(start, end));
    offsets.push([start, end]);
  };
  let from = 0;
  for (const { 0: found, index } of text.matchAll(boundary)) {
    add(from, index);
    from = index + found.length;
    if (!isBlank.test(found)) add(index, from);
  }
  add(from, text.length);
  return { words, offsets };
}

function skipDropped(text: string, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const next = at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
    if (!isDropped.test(text.slice(at, next))) break;
    at = next;
  }
  return at;
}

function skipDroppedBack(text: string, from: number, to: number): number {
  let at = to;
  while (at > from) {
    const before = at - (at - from >= 2 && text.codePointAt(at - 2)! > 0xffff ? 2 : 1);
    if (!isDropped.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}
