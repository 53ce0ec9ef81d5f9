import { createPerplexityScorer } from 'ml-metrics';
import type { MaskItem } from '../tasks/masked-lm.ts';
import type { Task } from '../tasks/types.ts';
import type { BaseReport, Measure } from './measure.ts';
import type { MetricName } from './metric-names.ts';

export interface PerplexityReport extends BaseReport {
  task: 'masked-lm';
  /** How many tokens were to be predicted. The masks of an evaluation are the same every time. */
  predictedTokens: number;
}

/** The metrics of a masked LM; the first chooses the best checkpoint unless told otherwise. */
export const perplexityMetricNames: readonly MetricName[] = ['perplexity', 'loss', 'accuracy'];

/**
 * Perplexity is exp(loss), the loss the mean of -log p over all tokens that are to be predicted; accuracy how often the
 * true token is the likeliest. All are NaN when no token was.
 */
export function perplexityMeasure(_: Task, count: number): Measure<MaskItem, PerplexityReport> {
  const scorer = createPerplexityScorer();
  let right = 0;
  return {
    add(_, { gold }, [outputs]) {
      const width = outputs!.length / gold!.length;
      gold!.forEach((token, i) => {
        const { logSum, best } = logSumExp(outputs!, i * width, width);
        scorer.add(logSum - outputs![i * width + token]!, 1);
        right += best === token ? 1 : 0;
      });
    },
    report() {
      const { tokens, loss, perplexity } = scorer.result();
      return {
        task: 'masked-lm',
        examples: count,
        predictedTokens: tokens,
        metrics: { perplexity, loss, accuracy: right / tokens },
      };
    },
  };
}

function logSumExp(values: Float32Array, from: number, count: number): { logSum: number; best: number } {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[from + i]! > values[from + best]!) best = i;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(values[from + i]! - values[from + best]!);
  return { logSum: values[from + best]! + Math.log(sum), best };
}
