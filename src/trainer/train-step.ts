import { MICRO_BATCH_SITES } from '../encoder/distilbert.ts';
import { Gradients } from '../encoder/weights.ts';
import type { FrozenActivations } from '../tasks/frozen-activations.ts';
import type { AdamW } from './adamw.ts';
import { scheduleFactor } from './schedule.ts';
import type { Settings } from './settings.ts';
import type { Sample, Trainable } from './types.ts';

interface StepContext {
  step: number;
  totalSteps: number;
  settings: Pick<
    Settings,
    'accumulate' | 'tokensPerBatch' | 'gradientCheckpointing' | 'optimizer' | 'schedule' | 'seed'
  >;
  frozen: ReadonlySet<string>;
  optimizer: AdamW;
  /** What the frozen layers give of the training data; null: they are computed at each step. */
  activations: FrozenActivations | null;
}

/** Forward, backward and update on one batch. */
export function trainStep<Target>(
  model: Trainable<Target>,
  samples: Sample<Target>[],
  { step, totalSteps, settings, frozen, optimizer, activations }: StepContext,
) {
  const began = performance.now();
  const factor = scheduleFactor(settings.schedule, step, totalSteps);
  const normalizer = model.weigh(samples.map(({ target }) => target));
  let loss = 0;
  let tokens = 0;
  for (const sample of samples) tokens += tokensOf(sample);
  const gradientNorm = model.engine.tidy(() => {
    // Nothing of the batch is to be learnt: no token has a label.
    if (normalizer === 0) return 0;
    const gradients = new Gradients(model.engine);
    for (const [micro, part] of microBatches(samples, settings).entries()) {
      const key = { seed: settings.seed, step, site: micro * MICRO_BATCH_SITES };
      const { gradientCheckpointing } = settings;
      const batch = { samples: part, normalizer, key, gradientCheckpointing, activations };
      loss += model.trainBatch(batch, frozen, gradients).loss;
    }
    if (!Number.isFinite(loss)) return Number.NaN;
    return optimizer.update(gradients.tensors, step, factor);
  });
  const learningRate = settings.optimizer.learningRate * factor;
  return { loss, learningRate, gradientNorm, tokens, seconds: (performance.now() - began) / 1000 };
}

/**
 * The parts that a step's samples go through the model in, in their order: as many samples as `accumulate` parts of one size
 * have, fewer where these had more than `tokensPerBatch` tokens. A sample that has more is a part of its own.
 */
export function microBatches<Target>(
  samples: Sample<Target>[],
  { accumulate, tokensPerBatch }: Pick<Settings, 'accumulate' | 'tokensPerBatch'>,
): Sample<Target>[][] {
  const size = Math.ceil(samples.length / accumulate);
  const parts: Sample<Target>[][] = [];
  let tokens = 0;
  for (const sample of samples) {
    const own = tokensOf(sample);
    const part = parts.at(-1);
    if (part === undefined || part.length === size || tokens + own > (tokensPerBatch ?? Number.POSITIVE_INFINITY)) {
      parts.push([sample]);
      tokens = own;
    } else {
      part.push(sample);
      tokens += own;
    }
  }
  return parts;
}

const tokensOf = ({ sequences }: Sample<unknown>) => sequences.reduce((sum, { length }) => sum + length, 0);
