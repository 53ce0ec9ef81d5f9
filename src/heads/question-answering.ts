import { linear } from '../encoder/linear.ts';
import { linearParameters } from '../encoder/names.ts';
import type { Engine, Tensor } from '../engine/types.ts';
import { trainDropoutLinear } from './dropout-linear.ts';
import type { LossGradient } from './losses.ts';
import type { Head, RowLayout } from './types.ts';

/** First and last token of an answer, counted from the first token of its window, both included. */
export interface AnswerSpan {
  start: number;
  end: number;
}

/**
 * DistilBERT's head for extractive question answering (modeling_distilbert.py, `DistilBertForQuestionAnswering`):
 * dropout -> qa_outputs [2, D], the scores of each token as the answer's first and as its last.
 *
 * Each softmax runs over the tokens of its own window. The reference runs it over the padding of its batch too, which it
 * does not mask: on a padded batch its loss is larger by what the padding draws, on a window by itself the two agree.
 */
export function questionAnsweringHead(): Head<AnswerSpan> {
  return {
    architecture: 'DistilBertForQuestionAnswering',
    rows: 'all',
    parameters: ({ dim }) => linearParameters('qa_outputs', 2, dim),
    logits: ({ engine, weights }, hidden) => linear(engine, weights, 'qa_outputs', hidden),
    weigh: (targets) => targets.length,
    train: (context, hidden, targets, normalizer) => {
      const { engine, config, layout } = context;
      const { loss, dx } = trainDropoutLinear(context, 'qa_outputs', config.qaDropout, hidden, (logits) =>
        spanLoss(engine, logits, targets, layout, normalizer),
      );
      engine.dispose(hidden);
      return { loss, dHidden: dx };
    },
  };
}

/**
 * The mean of the cross entropies of an answer's first and of its last token, summed over the windows and divided by
 * `normalizer`. A batch has few tokens and each has two outputs, so that plain arrays do.
 * @param logits [T, 2]
 * @throws RangeError for an answer outside its window
 */
function spanLoss(
  e: Engine,
  logits: Tensor,
  targets: AnswerSpan[],
  { lengths, targetOf }: RowLayout,
  normalizer: number,
): LossGradient {
  const values = e.values(logits);
  const gradient = new Float32Array(values.length);
  let loss = 0;
  let first = 0;
  lengths.forEach((length, window) => {
    const { start, end } = targets[targetOf[window]!]!;
    for (const [output, token] of [start, end].entries()) {
      if (!(token >= 0 && token < length)) {
        throw new RangeError(`token ${token} of an answer is outside its window of ${length} tokens`);
      }
      const at = (t: number) => (first + t) * 2 + output;
      let largest = Number.NEGATIVE_INFINITY;
      for (let t = 0; t < length; t++) largest = Math.max(largest, values[at(t)]!);
      let sum = 0;
      for (let t = 0; t < length; t++) sum += Math.exp(values[at(t)]! - largest);
      const logSum = largest + Math.log(sum);
      loss += (logSum - values[at(token)]!) / 2;
      for (let t = 0; t < length; t++) {
        const probability = Math.exp(values[at(t)]! - logSum);
        gradient[at(t)] = (probability - (t === token ? 1 : 0)) / (2 * normalizer);
      }
    }
    first += length;
  });
  return { loss: loss / normalizer, dLogits: e.floats(gradient, logits.shape) };
}
