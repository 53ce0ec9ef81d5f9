/** Tagged words to write. */
export interface TaggedSentence {
  words: readonly string[];
  /** What is right; absent where it is not known. */
  gold?: readonly string[] | undefined;
  predicted: readonly string[];
}

/**
 * One sentence as lines of `word gold predicted` (`word predicted` without gold), a blank line after it: what conlleval
 * reads. A word or tag is one column, whatever is in it: blanks become `_`, and so does a word of nothing.
 */
export function conllSentence({ words, gold, predicted }: TaggedSentence): string {
  let lines = '';
  for (let i = 0; i < words.length; i++) {
    const tags = gold === undefined ? [predicted[i]!] : [gold[i]!, predicted[i]!];
    lines += `${[words[i]!, ...tags].map(oneColumn).join(' ')}\n`;
  }
  return `${lines}\n`;
}

/** All that conlleval, Python and awk split at, and other control characters. */
const blanks = /[\p{Z}\p{Cc}]/gu;

function oneColumn(cell: string): string {
  const column = cell.replace(blanks, '_');
  // A line of the word alone would begin a document.
  return column === '' ? '_' : column === '-DOCSTART-' ? '_DOCSTART_' : column;
}
