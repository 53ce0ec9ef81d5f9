import type { TaskType } from '../data/types.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import type { RandomKey } from '../engine/types.ts';
import type { Pooling } from '../heads/pooling.ts';
import type { Head } from '../heads/types.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

export type { TaskType };

export const taskTypes = [
  'sequence-classification',
  'regression',
  'multi-label',
  'token-classification',
  'question-answering',
  'masked-lm',
] as const satisfies readonly TaskType[];

/** What the encoder reads of an example. */
export interface Input {
  /** Token ids, special tokens included: one sequence, or the overlapping windows of a longer text. */
  sequences: ArrayLike<number>[];
  /** Of each sequence, the positions whose outputs are wanted; absent: every row that the head reads. */
  positions?: ArrayLike<number>[];
}

/** An example, tokenised. `Item` is what reading the outputs takes: offsets, what is true where that is known. */
export interface Features<Item> extends Input {
  item: Item;
  /** Tokens of the whole text before anything was cut off or divided, special tokens included. */
  fullLength: number;
}

/** What one row of a batch is learnt from: one sequence, or several with one target. */
export interface Sample<Target> {
  sequences: ArrayLike<number>[];
  target: Target;
}

export interface FeatureOptions {
  /** Most tokens of a sequence, special tokens included. */
  maxLength: number;
  /** To learn from and to measure with, or to predict: a task may divide then what it cuts off there. */
  purpose: 'learning' | 'prediction';
}

/** What becomes of a text longer than `maxLength`: its end is cut off, or the outputs of overlapping windows are pooled. */
export type LongTexts = 'truncate' | Pooling;

/**
 * What turns examples into what the encoder reads and the head learns, and a head's outputs into predictions. A plain
 * object, like its head. `Target` is what the head learns (a class index, a label per token); `Item` what is kept of
 * an example to read its outputs and to measure them; `Prediction` what a person reads.
 */
export interface Task<Example = unknown, Target = unknown, Item = unknown, Prediction = unknown> {
  /** Features are not learnt, so that they are no `TaskType`. */
  readonly type: TaskType | 'feature-extraction';
  readonly head: Head<Target>;
  /** Class names in the order of their ids; empty when there are no classes. */
  readonly labels: readonly string[];
  /** The config of a checkpoint of this task: its labels and problem type are written into it. */
  configure(config: DistilBertConfig): DistilBertConfig;
  /** The example that a text alone makes. @throws UsageError when the task needs more than a text */
  exampleOf(text: string): Example;
  /** Tokenises examples, labelled or not, one `Features` each. */
  featurize(tokenizer: Tokenizer, examples: readonly Example[], options: FeatureOptions): Promise<Features<Item>[]>;
  /**
   * What is learnt of a labelled example: one target for all its sequences together, or one for each.
   * @throws DataError naming the line when a label is absent or is none of the task's
   */
  targets(example: Example, features: Features<Item>): Target[];
  /**
   * Masked LM: what is read and learnt is drawn anew each time, a function of the key. Absent: `targets` says all.
   */
  draw?(ids: ArrayLike<number>, key: RandomKey): Features<Item> & Sample<Target>;
  /** @param outputs of each sequence, flat rows: [outputs], or [L, outputs] where the head reads every token */
  prediction(item: Item, outputs: Float32Array[]): Prediction;
}

/** `probabilities` has every label, in the order of the task's. */
export interface ClassPrediction {
  label: string;
  /** The label's probability. */
  score: number;
  probabilities: Record<string, number>;
}

/** `probabilities` has every label, each on its own: they do not sum to 1. */
export interface LabelsPrediction {
  /** Those whose probability reaches their threshold, the most probable first. */
  labels: string[];
  probabilities: Record<string, number>;
}

export interface ValuePrediction {
  value: number;
}

/** An entity in a text: `text.slice(start, end)`, UTF-16 units. */
export interface Entity {
  label: string;
  start: number;
  end: number;
  text: string;
  /** Probability, as the strategy aggregates it. */
  score: number;
}

export interface TokensPrediction {
  words: string[];
  /** One per word. */
  tags: string[];
  entities: Entity[];
}

/** A slice of the context; `''` from 0 to 0: no answer. */
export interface Answer {
  answer: string;
  start: number;
  end: number;
  score: number;
}

export interface AnswerPrediction extends Answer {
  id: string;
  /** The likeliest answers, the best first. */
  nBest: Answer[];
  /** Score of "no answer" less that of the best answer; above the threshold the answer is `''`. null: there always is one. */
  nullOdds: number | null;
}

/** What may stand at a mask. */
export interface Filling {
  score: number;
  token: number;
  token_str: string;
  /** The sequence with this filling, special tokens included, other masks as they are. */
  ids: Int32Array;
}

/** One list for each mask of the text, the likeliest filling first. */
export interface FillPrediction {
  masks: Filling[][];
}

export type Prediction =
  | ClassPrediction
  | LabelsPrediction
  | ValuePrediction
  | TokensPrediction
  | AnswerPrediction
  | FillPrediction;
