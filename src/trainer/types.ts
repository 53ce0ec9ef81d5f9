import type { ActiveVocabulary, WordEmbeddings } from '../encoder/active-vocabulary.ts';
import type { ParameterSpec } from '../encoder/names.ts';
import type { Gradients } from '../encoder/weights.ts';
import type { Engine, RandomKey, Variable } from '../engine/types.ts';
import type { FrozenActivations } from '../tasks/frozen-activations.ts';

/** What can be trained: a model, seen from the trainer. */
export interface Trainable<Target> {
  readonly engine: Engine;
  readonly config: { nLayers: number; vocabSize: number };
  readonly parameters: readonly ParameterSpec[];
  readonly variables: ReadonlyMap<string, Variable>;
  readonly embeddings: WordEmbeddings;
  weigh(targets: Target[]): number;
  trainBatch(
    batch: {
      samples: Sample<Target>[];
      normalizer: number;
      key: RandomKey;
      gradientCheckpointing: boolean;
      activations: FrozenActivations | null;
    },
    frozen: ReadonlySet<string>,
    gradients: Gradients,
  ): { loss: number };
  /** @returns null when `signal` was aborted meanwhile */
  holdActivations(
    sequences: () => Iterable<ArrayLike<number>>,
    frozen: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<FrozenActivations | null>;
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
  /**
   * Every token id that a sample has, ascending. Where these are few, training takes less time and memory, and gives the same.
   * null or absent: that is not known ahead.
   */
  usedTokens?(): Int32Array | null;
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

/** First and second moment of each weight, by the weight's name. */
export type Moments = ReadonlyMap<string, readonly [Variable, Variable]>;

/** The part of the active vocabulary that a checkpoint keeps. */
export type SavedVocabulary = Pick<ActiveVocabulary, 'ids' | 'rest' | 'decay'>;

/** Where a run goes on: what `CheckpointStore.save` was given. The weights, all rows of them, are in the model already. */
export interface ResumePoint {
  state: TrainerState;
  /** The active vocabulary that was saved; null: all rows of the word embeddings trained. */
  vocabulary(): Promise<SavedVocabulary | null>;
  /**
   * Fills the optimizer's moments with those that were saved. Where only some rows of the word embeddings had some and now all
   * have, those of the others are 0.
   */
  restoreMoments(moments: Moments): Promise<void>;
}

/** Why a checkpoint is taken. */
export type CheckpointReason = 'best' | 'periodic' | 'asked' | 'stop' | 'end';

/**
 * Where checkpoints go. The weights are read from the model while `save` runs, by its own `save`: of the word embeddings,
 * `variables` may have some rows only. An exact resume takes `moments` and `vocabulary`, too.
 */
export interface CheckpointStore {
  /** @returns where it was saved, in words for a person */
  save(
    reason: CheckpointReason,
    state: TrainerState,
    moments: Moments,
    vocabulary: SavedVocabulary | null,
  ): Promise<string>;
}
