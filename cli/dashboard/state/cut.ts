import { cutAfter } from '../series.ts';
import type { Curves } from './state.ts';

/** The curves up to a step. */
export function cutCurves(curves: Curves, step: number): Curves {
  const { loss, learningRate, gradientNorm, examplesPerSecond, tokensPerSecond, metrics } = curves;
  return {
    loss: cutAfter(loss, step),
    learningRate: cutAfter(learningRate, step),
    gradientNorm: cutAfter(gradientNorm, step),
    examplesPerSecond: cutAfter(examplesPerSecond, step),
    tokensPerSecond: cutAfter(tokensPerSecond, step),
    metrics: new Map([...metrics].map(([name, series]) => [name, cutAfter(series, step)])),
  };
}
