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

const wordPattern = new RegExp(`[${punctuation}${chinese}]|[^${blank}${punctuation}${chinese}]+`, 'gu');
const droppedBefore = new RegExp(`^[${dropped}]+`, 'u');
const droppedAfter = new RegExp(`[${dropped}]+$`, 'u');

/**
 * Splits a text as BERT's pre-tokenizer does: at whitespace, each punctuation mark and each Chinese character alone.
 * Characters that become no token belong to no word at its ends; a word has at least one other.
 */
export function splitWords(text: string): SplitWords {
  const words: string[] = [];
  const offsets: SplitWords['offsets'] = [];
  for (const match of text.matchAll(wordPattern)) {
    const [found] = match;
    const word = found.replace(droppedBefore, '');
    if (word === '') continue;
    const start = match.index + found.length - word.length;
    const trimmed = word.replace(droppedAfter, '');
    words.push(trimmed);
    offsets.push([start, start + trimmed.length]);
  }
  return { words, offsets };
}
