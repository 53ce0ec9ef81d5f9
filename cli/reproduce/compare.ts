import type { MaskFilling } from '../../src/pipelines/fill-mask.ts';
import type { PublishedExample } from './published.ts';

/** Most by which a probability may differ: it was computed in float32, and by another version of another library. */
export const tolerance = 1e-5;

/** A published figure beside ours. */
export interface ComparedFigure {
  /** The published place among the fillings, from 1. */
  rank: number;
  token_str: string;
  published: number;
  /** What the model gives the published word; null where that is no token of its vocabulary. */
  score: number | null;
  /** `score` less `published`. */
  difference: number | null;
  /** What the model has at that place: another word, or another id for it, is no agreement. */
  found: { token_str: string; token: number } | null;
  agrees: boolean;
}

export interface ComparedExample {
  text: string;
  figures: ComparedFigure[];
}

/**
 * @param ours the model's likeliest fillings of the text, the likeliest first, at least as many as were published
 * @param scoreOf the probability that the model gives a published word; null where it is no token
 */
export function compare(
  { text, fillings }: PublishedExample,
  ours: readonly MaskFilling[],
  scoreOf: (word: string) => number | null,
): ComparedExample {
  const figures = fillings.map(({ token_str, score: published, token }, i): ComparedFigure => {
    const at = ours[i];
    const score = scoreOf(token_str);
    const difference = score === null ? null : score - published;
    const isSame = at?.token_str === token_str && (token === undefined || token === at.token);
    return {
      rank: i + 1,
      token_str,
      published,
      score,
      difference,
      found: at === undefined ? null : { token_str: at.token_str, token: at.token },
      agrees: isSame && difference !== null && Math.abs(difference) <= tolerance,
    };
  });
  return { text, figures };
}
