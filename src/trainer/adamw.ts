import type { ActiveVocabulary } from '../encoder/active-vocabulary.ts';
import { wordEmbeddings } from '../encoder/names.ts';
import type { AdamUpdate, Engine, Tensor, Variable } from '../engine/types.ts';
import type { ParameterRule } from './parameter-groups.ts';
import type { Moments } from './types.ts';

export interface AdamWSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Largest L2 norm of all gradients together; 0: no clipping. */
  clipNorm: number;
}

/** AdamW (Loshchilov & Hutter 2019), its moments under the names of the weights they belong to. */
export interface AdamW {
  /**
   * One update of every weight that has a rule and a gradient. Disposes the gradients.
   * @param step from 1
   * @param factor the schedule's, on every learning rate
   * @returns the gradients' L2 norm before clipping; when it is not finite nothing is updated
   */
  update(gradients: Map<string, Tensor>, step: number, factor: number): number;
  /** First and second moment of each weight, by the weight's name. */
  readonly moments: Moments;
  dispose(): void;
}

/** @param vocabulary the rows of the word embeddings that do not train, which decay only; null: all train */
export function createAdamW(
  engine: Engine,
  variables: ReadonlyMap<string, Variable>,
  rules: ParameterRule[],
  settings: AdamWSettings,
  vocabulary: ActiveVocabulary | null = null,
): AdamW {
  const moments = new Map<string, readonly [Variable, Variable]>();
  const zeros = (shape: number[]) => engine.tidy(() => engine.variable(engine.zeros(shape)));
  for (const { name } of rules) {
    const { shape } = variables.get(name)!;
    moments.set(name, [zeros(shape), zeros(shape)]);
  }
  return {
    moments,
    update(gradients, step, factor) {
      const norm = Math.sqrt(engine.sumOfSquares(gradients.values()));
      if (Number.isFinite(norm)) {
        // As torch.nn.utils.clip_grad_norm_: the small constant is part of what it computes.
        const clip = settings.clipNorm > 0 ? Math.min(1, settings.clipNorm / (norm + 1e-6)) : 1;
        const learningRate = settings.learningRate * factor;
        const updates: AdamUpdate[] = [];
        for (const { name, rate, weightDecay } of rules) {
          const gradient = gradients.get(name);
          if (!gradient) continue;
          const [moment1, moment2] = moments.get(name)!;
          const weight = variables.get(name)!;
          updates.push({ weight, moment1, moment2, gradient, learningRate: learningRate * rate, weightDecay });
          if (vocabulary && name === wordEmbeddings) vocabulary.decay *= 1 - learningRate * rate * weightDecay;
        }
        const { beta1, beta2, epsilon } = settings;
        engine.adamStep(updates, { step, beta1, beta2, epsilon, gradientScale: clip });
      }
      engine.dispose(...gradients.values());
      return norm;
    },
    dispose() {
      for (const pair of moments.values()) for (const moment of pair) moment.dispose();
    },
  };
}
