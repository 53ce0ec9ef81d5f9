import { MICRO_BATCH_SITES } from '../encoder/distilbert.ts';
import { Gradients } from '../encoder/weights.ts';
import type { AdamW } from './adamw.ts';
import { scheduleFactor } from './schedule.ts';
import type { Settings } from './settings.ts';
import type { Sample, Trainable } from './types.ts';

interface StepContext {
  step: number;
  totalSteps: number;
  settings: Pick<Settings, 'accumulate' | 'optimizer' | 'schedule' | 'seed'>;
  frozen: ReadonlySet<string>;
  optimizer: AdamW;
}

/** Forward, backward and update on one batch. */
export function trainStep<Target>(
  model: Trainable<Target>,
  samples: Sample<Target>[],
  { step, totalSteps, settings, frozen, optimizer }: StepContext,
) {
  const began = performance.now();
  const factor = scheduleFactor(settings.schedule, step, totalSteps);
  const normalizer = model.weigh(samples.map(({ target }) => target));
  const size = Math.ceil(samples.length / settings.accumulate);
  let loss = 0;
  let tokens = 0;
  for (const { sequences } of samples) for (const sequence of sequences) tokens += sequence.length;
  const gradientNorm = model.engine.tidy(() => {
    // Nothing of the batch is to be learnt: no token has a label.
    if (normalizer === 0) return 0;
    const gradients = new Gradients(model.engine);
    for (let start = 0, micro = 0; start < samples.length; start += size, micro++) {
      const key = { seed: settings.seed, step, site: micro * MICRO_BATCH_SITES };
      const part = samples.slice(start, start + size);
      loss += model.trainBatch({ samples: part, normalizer, key }, frozen, gradients).loss;
    }
    if (!Number.isFinite(loss)) return Number.NaN;
    return optimizer.update(gradients.tensors, step, factor);
  });
  const learningRate = settings.optimizer.learningRate * factor;
  return { loss, learningRate, gradientNorm, tokens, seconds: (performance.now() - began) / 1000 };
}
