import type { Engine, Tensor, Variable } from '../engine/types.ts';
import { type Adapter, adapterOf, type Lora, loraA, merged } from './lora.ts';

/** The weights of a model under the checkpoint's own names. */
export interface Weights {
  /** The current value, without a copy: leave the `tidy` it was read in before it is updated. */
  read(name: string): Tensor;
  /** Whether the gradient of this weight is wanted. */
  trains(name: string): boolean;
  /** What trains in place of a linear layer's weight, by the layer's name; null or absent: nothing does. */
  adapter?(linear: string): Adapter | null;
}

export function weightsOf(variables: ReadonlyMap<string, Variable>, frozen: ReadonlySet<string> = new Set()): Weights {
  return {
    read: (name) => variableOf(variables, name).read(),
    trains: (name) => variables.has(name) && !frozen.has(name),
  };
}

/**
 * The same, each weight read once and held until `release`: a pass reads most of them several times. Begin it outside of the
 * `tidy`s of the pass, and release it before the weights are updated.
 * @param adapted the linear layers' weights are read merged with what LoRA adds to them
 */
export function heldWeights(
  variables: ReadonlyMap<string, Variable>,
  frozen: ReadonlySet<string> = new Set(),
  adapted: { engine: Engine; lora: Lora } | null = null,
): Weights & { release(): void } {
  const held = new Map(Array.from(variables, ([name, variable]) => [name, variable.read()] as const));
  const adapters = new Map<string, Adapter>();
  for (const linear of adapted?.lora.linears ?? []) {
    const { engine, lora } = adapted!;
    const adapter = adapterOf(engine, lora, variables, linear);
    adapters.set(linear, adapter);
    const weight = held.get(`${linear}.weight`)!;
    held.set(`${linear}.weight`, merged(engine, weight, adapter));
    weight.dispose();
  }
  return {
    read: (name) => held.get(name) ?? variableOf(variables, name).read(),
    trains: (name) => variables.has(name) && !frozen.has(name),
    adapter: (linear) => (frozen.has(loraA(linear)) ? null : (adapters.get(linear) ?? null)),
    release() {
      for (const tensor of held.values()) tensor.dispose();
      for (const { a, b, scale } of adapters.values()) for (const tensor of [a, b, scale]) tensor.dispose();
    },
  };
}

function variableOf(variables: ReadonlyMap<string, Variable>, name: string): Variable {
  const variable = variables.get(name);
  if (!variable) throw new Error(`the model has no weight named ${name}`);
  return variable;
}

/** Gradients by weight name; what is added to a name twice is summed. Each tensor belongs to the collection. */
export class Gradients {
  readonly tensors: Map<string, Tensor> = new Map();
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(name: string, gradient: Tensor): void {
    const held = this.tensors.get(name);
    if (!held) {
      this.tensors.set(name, gradient);
      return;
    }
    this.tensors.set(name, this.#engine.add(held, gradient));
    this.#engine.dispose(held, gradient);
  }

  /** Adds those of the gradients that are wanted, and disposes the others. */
  addTrained(weights: Weights, gradients: Readonly<Record<string, Tensor>>): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      if (weights.trains(name)) this.add(name, gradient);
      else this.#engine.dispose(gradient);
    }
  }

  dispose(): void {
    this.#engine.dispose(...this.tensors.values());
    this.tensors.clear();
  }
}
