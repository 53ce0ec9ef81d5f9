import type { Engine, Tensor, Variable } from '../engine/types.ts';
import type { ParameterSpec } from './names.ts';

/** The linear layers of a transformer layer, by the names that PEFT's `target_modules` has for them. */
export const loraTargets = ['q_lin', 'k_lin', 'v_lin', 'out_lin', 'lin1', 'lin2'] as const;
export type LoraTarget = (typeof loraTargets)[number];

export interface LoraSettings {
  /** r: rows of A and columns of B, 1 or more. */
  rank: number;
  /** What B A is multiplied by, times the rank. */
  alpha: number;
  /** Which linear layers, of every transformer layer. */
  targets: readonly LoraTarget[];
}

/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): in place of a linear layer's weight W its sum with a product of low rank,
 * W + (alpha / rank) B A, is used; W stays as it is, A [r, in] and B [out, r] train.
 */
export interface Lora {
  readonly settings: LoraSettings;
  /** Names of the linear layers, without `.weight`. */
  readonly linears: readonly string[];
  /** A and B of each. B begins with zeros: the model begins as it was. */
  readonly parameters: readonly ParameterSpec[];
}

/** A and B of one layer, and their factor (a scalar). */
export interface Adapter {
  a: Tensor;
  b: Tensor;
  scale: Tensor;
}

export const loraA = (linear: string): string => `${linear}.lora_A.weight`;
export const loraB = (linear: string): string => `${linear}.lora_B.weight`;
export const isLora = (name: string): boolean => /\.lora_[AB]\.weight$/.test(name);

/** @param parameters those of the model, in which the linear layers are looked for */
export function createLora(parameters: readonly ParameterSpec[], settings: LoraSettings): Lora {
  const linear = new RegExp(`^(distilbert\\.transformer\\.layer\\..+\\.(${settings.targets.join('|')}))\\.weight$`);
  const found = parameters.flatMap(({ name, shape }) => {
    const match = linear.exec(name);
    return match ? [{ name: match[1]!, out: shape[0]!, inputs: shape[1]! }] : [];
  });
  return {
    settings,
    linears: found.map(({ name }) => name),
    parameters: found.flatMap(({ name, out, inputs }): ParameterSpec[] => [
      { name: loraA(name), shape: [settings.rank, inputs], init: 'uniform', decay: true },
      { name: loraB(name), shape: [out, settings.rank], init: 'zeros', decay: true },
    ]),
  };
}

/** A, B and their factor as they are now; for the caller to dispose. */
export function adapterOf(
  e: Engine,
  { settings }: Lora,
  variables: ReadonlyMap<string, Variable>,
  linear: string,
): Adapter {
  return {
    a: variables.get(loraA(linear))!.read(),
    b: variables.get(loraB(linear))!.read(),
    scale: e.floats(Float32Array.of(settings.alpha / settings.rank), []),
  };
}

/** W + (alpha / rank) B A, [out, in]. */
export const merged = (e: Engine, weight: Tensor, { a, b, scale }: Adapter): Tensor =>
  e.tidy(() => e.add(weight, e.multiply(e.matMul(b, a), scale)));

/**
 * The gradients of A and B, without the one of the weight: with s = alpha / rank, s (dy B)^T x and s dy^T (x A^T).
 * @param x [T, in]
 * @param dy [T, out]
 */
export function adapterGradients(
  e: Engine,
  { a, b, scale }: Adapter,
  x: Tensor,
  dy: Tensor,
): { dA: Tensor; dB: Tensor } {
  return e.tidy(() => ({
    dA: e.multiply(e.matMul(e.matMul(dy, b), x, true), scale),
    dB: e.multiply(e.matMul(dy, e.matMul(x, a, false, true), true), scale),
  }));
}
