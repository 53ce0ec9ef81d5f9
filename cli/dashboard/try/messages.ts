import type { MaskFilling } from '../../../src/pipelines/fill-mask.ts';
import type { Prediction, Task } from '../../../src/tasks/types.ts';

/** A model that texts can be tried on. */
export interface TriedModel {
  task: Task['type'];
  /** In the order of their numbers. */
  labels: readonly string[];
  /** What a second text is to the model; null: it reads one text. */
  second: 'pair' | 'context' | null;
  /** What stands for a missing word; null: the model fills none in. */
  mask: string | null;
  /** What computes: `tensorflow` or `wasm`. */
  engine: string;
}

/** What is typed. `second` is '' where there is none. */
export interface TriedInput {
  text: string;
  second: string;
}

/** What a model says of an input: of each mask its fillings, else a prediction. */
export type TriedResult = Exclude<Prediction, { masks: unknown }> | { fillings: MaskFilling[][] };

/** An error on its way to another process, as a person is told of it. */
export interface ToldError {
  message: string;
  where: string | null;
  fix: string | null;
}

export type ToModel = { type: 'ask'; id: number; input: TriedInput };

export type FromModel =
  /** How far the model is fetched, in words. */
  | { type: 'progress'; text: string }
  | { type: 'ready'; model: TriedModel }
  | { type: 'answer'; id: number; result: TriedResult; milliseconds: number }
  /** `id` null: the model cannot be used. */
  | { type: 'failure'; id: number | null; error: ToldError };
