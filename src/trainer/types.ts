import type { ParameterSpec } from '../encoder/names.ts';
import type { Gradients } from '../encoder/weights.ts';
import type { Engine, RandomKey, Variable } from '../engine/types.ts';

/** What can be trained: a model, seen from the trainer. */
export interface Trainable<Target> {
  readonly engine: Engine;
  readonly config: { nLayers: number };
  readonly parameters: readonly ParameterSpec[];
  readonly variables: ReadonlyMap<string, Variable>;
  weigh(targets: Target[]): number;
  trainBatch(
    batch: { samples: Sample<Target>[]; normalizer: number; key: RandomKey },
    frozen: ReadonlySet<string>,
    gradients: Gradients,
  ): { loss: number };
}

/** One row of a batch: a sequence, or several with one target. */
export interface Sample<Target> {
  sequences: ArrayLike<number>[];
  target: Target;
}

/** What is trained on. */
export interface TrainingSet<Target> {
  readonly samples: number;
  /** @param key a function of the seed and the epoch, for what is drawn anew in each epoch */
  sample(i: number, key: RandomKey): Sample<Target>;
}

/** The best evaluation so far. */
export interface Best {
  step: number;
  epoch: number;
  metric: string;
  value: number;
}

/** Everything a resumed run needs beside weights, moments and settings: all randomness is a function of seed and step. */
export interface TrainerState {
  /** Optimizer steps done. */
  step: number;
  /** Whether the evaluation that is due at this step has still to be made. */
  evaluationPending: boolean;
  best: Best | null;
  /** The best value among the evaluations that were due; those that were asked for do not count. */
  bestDue: number | null;
  /** Evaluations that were due since the one that gave `bestDue`. */
  evaluationsWithoutImprovement: number;
}

/** Where a run goes on: what `CheckpointStore.save` was given. The weights are in the model already. */
export interface ResumePoint {
  state: TrainerState;
  /** Fills the optimizer's moments with those that were saved. */
  restoreMoments(moments: ReadonlyMap<string, readonly [Variable, Variable]>): Promise<void>;
}

/** Why a checkpoint is taken. */
export type CheckpointReason = 'best' | 'periodic' | 'asked' | 'stop' | 'end';

/** Where checkpoints go. The weights are read from the model while `save` runs. */
export interface CheckpointStore {
  /** @returns where it was saved, in words for a person */
  save(
    reason: CheckpointReason,
    state: TrainerState,
    moments: ReadonlyMap<string, readonly [Variable, Variable]>,
  ): Promise<string>;
}
