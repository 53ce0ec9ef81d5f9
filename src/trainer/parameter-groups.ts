import { isLora } from '../encoder/lora.ts';
import type { ParameterSpec } from '../encoder/names.ts';
import type { Settings } from './settings.ts';

/** How one weight is trained. */
export interface ParameterRule {
  name: string;
  /** Factor on the learning rate. */
  rate: number;
  weightDecay: number;
}

/** What the rules need of a model. */
export interface RuleSettings {
  weightDecay: number;
  layerDecay: number;
  freeze: Settings['freeze'];
}

/**
 * Splits the weights into frozen ones and ones that train, each with its own rate and decay. Biases and LayerNorms do
 * not decay. With layerDecay d the head has the full rate, the top layer d times it, the one below d^2, the embeddings
 * least (Howard & Ruder 2018; Clark et al. 2020).
 */
export function parameterRules(
  parameters: readonly ParameterSpec[],
  layers: number,
  { weightDecay, layerDecay, freeze }: RuleSettings,
): { rules: ParameterRule[]; frozen: Set<string> } {
  const rules: ParameterRule[] = [];
  // With LoRA nothing else of the encoder trains.
  const hasLora = parameters.some(({ name }) => isLora(name));
  const frozen = new Set<string>();
  for (const { name, decay, init } of parameters) {
    const depth = depthOf(name, layers);
    const asked = depth === 0 ? freeze.embeddings : depth <= freeze.layers;
    const fixed = asked || init === 'sinusoidal' || (hasLora && depth <= layers && !isLora(name));
    if (fixed) frozen.add(name);
    else rules.push({ name, rate: layerDecay ** (layers + 1 - depth), weightDecay: decay ? weightDecay : 0 });
  }
  return { rules, frozen };
}

/** 0: the embeddings; 1 .. layers: the transformer's layers from below; layers + 1: the head. */
function depthOf(name: string, layers: number): number {
  const layer = /^distilbert\.transformer\.layer\.(\d+)\./.exec(name);
  if (layer) return Number(layer[1]) + 1;
  return name.startsWith('distilbert.embeddings.') ? 0 : layers + 1;
}
