/** A sparse matrix by rows: the entries of row i are at `starts[i]` up to `starts[i + 1]`. */
export interface SparseRows {
  rows: number;
  columns: number;
  starts: Int32Array;
  /** Column of each entry, ascending within a row. */
  indices: Int32Array;
  values: Float64Array;
}

/** The terms that were learnt from the training texts, with their weights. */
export interface Tfidf {
  bigrams: boolean;
  /** Term to column. */
  vocabulary: Map<string, number>;
  /** Inverse document frequency per column: ln((1 + texts) / (1 + texts with the term)) + 1. */
  idf: Float64Array;
}

// Chinese and Japanese are written without spaces, so there each character is a term; elsewhere, words of two letters and up.
const cjk = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]';
const term = new RegExp(`${cjk}|(?:(?!${cjk})[\\p{L}\\p{M}\\p{N}_]){2,}`, 'gu');

/**
 * Learns the terms of texts: lower-cased words, with `bigrams` also pairs of neighbouring words. When there are more than
 * `maxTerms`, those that most texts have are kept.
 * On text with spaces between words these are the defaults of sklearn.feature_extraction.text.TfidfVectorizer.
 */
export function fitTfidf(texts: readonly string[], options: { bigrams: boolean; maxTerms: number }): Tfidf {
  const textsWith = new Map<string, number>();
  for (const text of texts) {
    for (const t of new Set(termsOf(text, options.bigrams))) textsWith.set(t, (textsWith.get(t) ?? 0) + 1);
  }
  // Sorting is stable, so that terms in equally many texts stay in the order of their first appearance.
  const kept = [...textsWith].sort((a, b) => b[1] - a[1]).slice(0, options.maxTerms);
  return {
    bigrams: options.bigrams,
    vocabulary: new Map(kept.map(([t], column) => [t, column])),
    idf: Float64Array.from(kept, ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1),
  };
}

/** One row per text: count of each known term times its idf, scaled to length 1. Unknown terms are left out. */
export function transform(tfidf: Tfidf, texts: readonly string[]): SparseRows {
  const starts = new Int32Array(texts.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  texts.forEach((text, row) => {
    const counts = new Map<number, number>();
    for (const t of termsOf(text, tfidf.bigrams)) {
      const column = tfidf.vocabulary.get(t);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    const entries = [...counts]
      .sort((a, b) => a[0] - b[0])
      .map(([column, count]) => ({ column, weight: count * tfidf.idf[column]! }));
    const norm = Math.sqrt(entries.reduce((total, { weight }) => total + weight * weight, 0));
    for (const { column, weight } of entries) {
      indices.push(column);
      values.push(weight / norm);
    }
    starts[row + 1] = indices.length;
  });
  return {
    rows: texts.length,
    columns: tfidf.idf.length,
    starts,
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}

function termsOf(text: string, bigrams: boolean): string[] {
  const words = text.toLowerCase().match(term) ?? [];
  return bigrams ? [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)] : words;
}
