import { type Numbers, requireCount } from './numbers.ts';
import type { Scorer } from './scorer.ts';
import { addTo, emptySum, mergeInto, type RunningSum, totalOf } from './sum.ts';
import { undefinedMetric } from './undefined.ts';

/**
 * Perplexity, 1 or more for a model of discrete tokens: exp of the mean negative log likelihood (Jelinek et al. 1977,
 * doi:10.1121/1.2016299). A uniform choice among n tokens has perplexity n.
 * @param negativeLogLikelihoods one per predicted token, in nats
 * @throws RangeError when nothing is given, or a value is NaN
 */
export function perplexity(negativeLogLikelihoods: Numbers): number {
  if (negativeLogLikelihoods.length === 0) {
    throw new RangeError('negativeLogLikelihoods is empty (length 0): there is nothing to measure');
  }
  const scorer = createPerplexityScorer();
  for (let i = 0; i < negativeLogLikelihoods.length; i++) scorer.add(negativeLogLikelihoods[i]!, 1);
  return scorer.result().perplexity;
}

export interface PerplexityMetrics {
  /** How many predicted tokens were added. */
  tokens: number;
  /** The mean negative log likelihood, in nats. */
  loss: number;
  perplexity: number;
}

export interface PerplexityState {
  tokens: number;
  loss: RunningSum;
}

export type PerplexityScorer = Scorer<
  [negativeLogLikelihood: number, tokens: number],
  PerplexityState,
  PerplexityMetrics
>;

/**
 * Perplexity from batches: `add(negativeLogLikelihood, tokens)` takes the sum, in nats, over that many predicted tokens, which
 * may be none (then the sum is 0). `add` throws a RangeError when the sum is NaN or the number is no whole number.
 */
export function createPerplexityScorer(): PerplexityScorer {
  const state: PerplexityState = { tokens: 0, loss: emptySum() };
  return {
    state,
    add: (negativeLogLikelihood, tokens) => {
      requireCount('tokens', tokens, 0);
      if (Number.isNaN(negativeLogLikelihood) || (tokens === 0 && negativeLogLikelihood !== 0)) {
        throw new RangeError(`the negative log likelihood of ${tokens} tokens is ${negativeLogLikelihood}`);
      }
      addTo(state.loss, negativeLogLikelihood);
      state.tokens += tokens;
    },
    merge: ({ state: other }) => {
      mergeInto(state.loss, other.loss);
      state.tokens += other.tokens;
    },
    result: (options = {}) => {
      const given = (metric: string, value: number) =>
        state.tokens === 0 ? undefinedMetric(options, metric, '', 'no token was added') : value;
      const loss = totalOf(state.loss) / state.tokens;
      return { tokens: state.tokens, loss: given('loss', loss), perplexity: given('perplexity', Math.exp(loss)) };
    },
  };
}
