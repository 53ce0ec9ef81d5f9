import type { Engine, Tensor } from '../engine/types.ts';
import { adapterGradients, loraA, loraB } from './lora.ts';
import type { Gradients, Weights } from './weights.ts';

/** x W^T + b with the weight and bias that are stored under `name`. x is [T, in]; returns [T, out]. */
export function linear(e: Engine, weights: Weights, name: string, x: Tensor): Tensor {
  return e.tidy(() => e.linear(x, weights.read(`${name}.weight`), weights.read(`${name}.bias`)));
}

/** x W^T without the bias, which the kernel that comes next adds. */
export function product(e: Engine, weights: Weights, name: string, x: Tensor): Tensor {
  return e.tidy(() => e.matMul(x, weights.read(`${name}.weight`), false, true));
}

/** Adds the gradient of the weight alone, dy^T x, or those of what trains in its place. */
export function productGradient(
  e: Engine,
  weights: Weights,
  gradients: Gradients,
  name: string,
  x: Tensor,
  dy: Tensor,
): void {
  const adapter = weights.adapter?.(name) ?? null;
  if (adapter) {
    const { dA, dB } = adapterGradients(e, adapter, x, dy);
    gradients.add(loraA(name), dA);
    gradients.add(loraB(name), dB);
  }
  if (weights.trains(`${name}.weight`)) gradients.add(`${name}.weight`, e.matMul(dy, x, true, false));
}

/** Adds the gradients of `linear`'s weight and bias. `dy` is [T, out], `x` what went in. */
export function linearWeightGradient(
  e: Engine,
  weights: Weights,
  gradients: Gradients,
  name: string,
  x: Tensor,
  dy: Tensor,
): void {
  productGradient(e, weights, gradients, name, x, dy);
  if (weights.trains(`${name}.bias`)) gradients.add(`${name}.bias`, e.sumRows(dy));
}

/** The gradient of `linear` with respect to x: dy W, [T, in]. */
export function linearInputGradient(e: Engine, weights: Weights, name: string, dy: Tensor): Tensor {
  return e.tidy(() => e.matMul(dy, weights.read(`${name}.weight`)));
}
