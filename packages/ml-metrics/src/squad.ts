/**
 * Scores of extracted answers to one question, as the official SQuAD scorers v1.1 and v2.0 count them (Rajpurkar et al. 2016,
 * arXiv:1606.05250; 2018, arXiv:1806.03822).
 */

export type SquadVersion = '1.1' | '2.0';

/** 1 or 0, and 0 to 1. */
export interface SquadScores {
  exactMatch: number;
  f1: number;
}

/** ASCII punctuation: what Python's `string.punctuation` holds. */
const punctuation = /[!-/:-@[-`{-~]/g;

/** What Python's `str.split` takes for white space: more control characters than JavaScript's \s, and no U+FEFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python splits at them.
const whitespace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** `\b(a|an|the)\b` where a word is of letters, numbers and `_` of any script, as in Python; combining marks are not. */
const article = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** The words of an answer: lower case, without ASCII punctuation and without articles. */
function wordsOf(answer: string): string[] {
  const bare = answer.toLowerCase().replace(punctuation, '').replace(article, ' ');
  return bare.split(whitespace).filter((word) => word !== '');
}

/** An answer as the scorers compare it: lower case, no ASCII punctuation, no articles, single spaces. */
export function normalizeAnswer(answer: string): string {
  return wordsOf(answer).join(' ');
}

/**
 * Exact match and F1 of words of one predicted answer, each the best over the gold answers.
 * v1.1: an answer without words has F1 0. v2.0: gold answers without words are left out; where none remains, and for questions
 * without an answer, the right prediction is the empty string.
 * @param goldAnswers in v2.0 empty when the question has no answer
 * @param prediction empty for no answer
 * @throws RangeError in v1.1 when there is no gold answer
 */
export function squadScores(
  goldAnswers: readonly string[],
  prediction: string,
  version: SquadVersion = '1.1',
): SquadScores {
  if (version === '1.1' && goldAnswers.length === 0) {
    throw new RangeError('a question has no gold answer: SQuAD v1.1 has one for each; score it as version 2.0');
  }
  const predicted = wordsOf(prediction);
  const gold = goldAnswers.map(wordsOf).filter((words) => version === '1.1' || words.length > 0);
  const candidates = gold.length === 0 ? [[]] : gold;
  return {
    exactMatch: candidates.some((words) => words.join(' ') === predicted.join(' ')) ? 1 : 0,
    f1: Math.max(...candidates.map((words) => wordF1(words, predicted, version))),
  };
}

function wordF1(gold: readonly string[], predicted: readonly string[], version: SquadVersion): number {
  if (version === '2.0' && (gold.length === 0 || predicted.length === 0))
    return gold.length === predicted.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of gold) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count > 0) common++;
    left.set(word, count - 1);
  }
  if (common === 0) return 0;
  const precision = common / predicted.length;
  const recall = common / gold.length;
  return (2 * precision * recall) / (precision + recall);
}
