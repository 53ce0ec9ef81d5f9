import type { Example } from '../data/types.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import type { Head } from '../heads/types.ts';

export type TaskType = 'sequence-classification' | 'regression';

/**
 * What turns rows of text into targets, and a head's outputs into predictions. A plain object, like its head.
 * `Target` is what the head learns (a class index, a number); `Prediction` what a person reads.
 */
export interface Task<Target, Prediction> {
  readonly type: TaskType;
  readonly head: Head<Target>;
  /** Class names in the order of their ids; empty when there are no classes. */
  readonly labels: readonly string[];
  /** Outputs per prediction. */
  readonly outputs: number;
  /** The config of a checkpoint of this task: its labels and problem type are written into it. */
  configure(config: DistilBertConfig): DistilBertConfig;
  /** @throws DataError naming the line when the label is absent or is none of the task's. */
  target(example: Example): Target;
  /** @param logits one row of outputs */
  prediction(logits: Float32Array): Prediction;
}

/** `probabilities` has every label, in the order of the task's. */
export interface ClassPrediction {
  label: string;
  /** The label's probability. */
  score: number;
  probabilities: Record<string, number>;
}

export interface ValuePrediction {
  value: number;
}
