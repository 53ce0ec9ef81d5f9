import type { DistilBertConfig } from '../encoder/config.ts';
import type { ParameterSpec } from '../encoder/names.ts';
import type { Gradients, Weights } from '../encoder/weights.ts';
import type { Engine, Tensor } from '../engine/types.ts';
import { NOT_PREDICTED } from '../text/masking.ts';

/** What a head is given in every pass. */
export interface HeadContext {
  engine: Engine;
  config: DistilBertConfig;
  weights: Weights;
}

/** How the rows of `hidden` belong together. */
export interface RowLayout {
  /** Tokens of each sequence, in the order of the rows, [B]. With rows `first` a sequence has one row all the same. */
  lengths: Int32Array;
  /** Which target each sequence belongs to, [B]: sequences are sorted by length, and a long text may have several. */
  targetOf: Int32Array;
}

/** What a pass for training adds. */
export interface HeadTraining extends HeadContext {
  gradients: Gradients;
  layout: RowLayout;
  /** Dropout mask, 0 or 1 / (1 - rate); null where nothing is dropped. `place` tells the head's own places apart. */
  drawMask(shape: number[], rate: number, place: number): Tensor | null;
}

/** Labels of tokens that no loss is computed for have this id, as in PyTorch. */
export const IGNORED = NOT_PREDICTED;

/**
 * A task's own layers on top of the encoder. A plain object: no state but the settings it was made with; its weights
 * live with the model under the names of `parameters`.
 */
export interface Head<Target> {
  /** The transformers class whose checkpoint this head's weights make up. */
  readonly architecture: string;
  /** Which hidden states it reads: of each sequence's first token, [B, D], or of every token, [T, D]. */
  readonly rows: 'first' | 'all';
  /** The weights beside the encoder's own. A weight shared with the encoder is not among them. */
  parameters(config: DistilBertConfig): ParameterSpec[];
  /** Outputs for prediction, one row per row of `hidden`, whichever rows those are. Does not dispose `hidden`. */
  logits(context: HeadContext, hidden: Tensor): Tensor;
  /**
   * How much the targets weigh in a mean loss: the sum over all micro-batches of a step is the `normalizer` of each, so
   * that a step's loss and gradients do not depend on how it was split.
   */
  weigh(targets: Target[]): number;
  /**
   * Loss and gradients of one micro-batch. Adds the gradients of the head's weights; disposes `hidden`.
   * @param targets what `layout.targetOf` counts
   * @param normalizer above 0
   * @returns the part of the step's mean loss, and its gradient with respect to `hidden`
   */
  train(
    context: HeadTraining,
    hidden: Tensor,
    targets: Target[],
    normalizer: number,
  ): { loss: number; dHidden: Tensor };
}
