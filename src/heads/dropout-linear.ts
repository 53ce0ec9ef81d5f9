import { linear, linearInputGradient, linearWeightGradient } from '../encoder/linear.ts';
import type { Tensor } from '../engine/types.ts';
import type { LossGradient } from './losses.ts';
import type { HeadTraining } from './types.ts';

/**
 * The last two layers of most heads, dropout and the linear layer `name`, forward and backward around a loss. Adds the
 * gradients of the layer. Draws at the head's place 0.
 * @param x [N, D], which stays the caller's
 * @param lossOf the loss of the layer's outputs, [N, C]
 * @returns the loss and its gradient with respect to x
 */
export function trainDropoutLinear(
  { engine: e, weights, gradients, drawMask }: HeadTraining,
  name: string,
  rate: number,
  x: Tensor,
  lossOf: (logits: Tensor) => LossGradient,
): { loss: number; dx: Tensor } {
  const mask = drawMask(x.shape, rate, 0);
  const dropped = mask ? e.multiply(x, mask) : x;
  const logits = linear(e, weights, name, dropped);
  const { loss, dLogits } = lossOf(logits);
  linearWeightGradient(e, weights, gradients, name, dropped, dLogits);
  const dx = e.tidy(() => {
    const dDropped = linearInputGradient(e, weights, name, dLogits);
    return mask ? e.multiply(dDropped, mask) : dDropped;
  });
  e.dispose(logits, dLogits);
  if (mask) e.dispose(mask, dropped);
  return { loss, dx };
}
