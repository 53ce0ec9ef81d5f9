import type { DistilBertConfig } from './config.ts';

/** One trainable tensor: its name in the checkpoint, its shape, how it begins and whether weight decay applies. */
export interface ParameterSpec {
  /** The tensor's name in a Hugging Face checkpoint, e.g. `distilbert.transformer.layer.0.ffn.lin1.weight`. */
  name: string;
  shape: number[];
  /**
   * How a new one begins; `normal` has the configuration's `initializerRange` as its standard deviation,
   * `uniform` lies within 1 / sqrt(inputs), as torch.nn.Linear begins.
   */
  init: 'normal' | 'uniform' | 'zeros' | 'ones' | 'sinusoidal';
  /** False for biases and LayerNorm, as in transformers' `Trainer.get_decay_parameter_names`. */
  decay: boolean;
}

/** What the encoder's parameters begin with; every other parameter is a head's. */
export const encoderPrefix = 'distilbert.';

/** The word embeddings, [V, D], which the masked-LM head may share. */
export const wordEmbeddings: string = `${encoderPrefix}embeddings.word_embeddings.weight`;

/** A linear layer: weight [out, in] and bias [out]. */
export function linearParameters(name: string, out: number, inputs: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [out, inputs], init: 'normal', decay: true },
    { name: `${name}.bias`, shape: [out], init: 'zeros', decay: false },
  ];
}

/** A layer normalisation over `size` features. */
export function layerNormParameters(name: string, size: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [size], init: 'ones', decay: false },
    { name: `${name}.bias`, shape: [size], init: 'zeros', decay: false },
  ];
}

/** The encoder's parameters in the order in which data flows through them. */
export function encoderParameters(config: DistilBertConfig): ParameterSpec[] {
  const { dim: D, hiddenDim: F, vocabSize: V, maxPositionEmbeddings: positions } = config;
  const embeddings = `${encoderPrefix}embeddings`;
  const specs: ParameterSpec[] = [
    { name: wordEmbeddings, shape: [V, D], init: 'normal', decay: true },
    {
      name: `${embeddings}.position_embeddings.weight`,
      shape: [positions, D],
      init: config.sinusoidalPosEmbds ? 'sinusoidal' : 'normal',
      decay: true,
    },
    ...layerNormParameters(`${embeddings}.LayerNorm`, D),
  ];
  for (let index = 0; index < config.nLayers; index++) {
    const layer = `${encoderPrefix}transformer.layer.${index}`;
    for (const projection of ['q_lin', 'k_lin', 'v_lin', 'out_lin']) {
      specs.push(...linearParameters(`${layer}.attention.${projection}`, D, D));
    }
    specs.push(
      ...layerNormParameters(`${layer}.sa_layer_norm`, D),
      ...linearParameters(`${layer}.ffn.lin1`, F, D),
      ...linearParameters(`${layer}.ffn.lin2`, D, F),
      ...layerNormParameters(`${layer}.output_layer_norm`, D),
    );
  }
  return specs;
}

/** From names found in checkpoints to the names used here; applied in turn. */
const translations: [RegExp, string][] = [
  // A bare DistilBertModel is saved without the prefix.
  [/^(?=embeddings\.|transformer\.)/, encoderPrefix],
  // LayerNorm's parameters as checkpoints converted from TensorFlow 1 have them.
  [/((?:LayerNorm|_layer_norm)\.)gamma$/, '$1weight'],
  [/((?:LayerNorm|_layer_norm)\.)beta$/, '$1bias'],
];

/** Tensors in checkpoints that are no parameters: counting from 0 on needs no file. */
const notParameters = /^distilbert\.embeddings\.position_ids$/;

/** The name used here for a tensor of a checkpoint; undefined for one to be passed over in silence. */
export function parameterName(tensorName: string): string | undefined {
  let name = tensorName;
  for (const [pattern, replacement] of translations) name = name.replace(pattern, replacement);
  return notParameters.test(name) ? undefined : name;
}

/**
 * Whether a tensor of a checkpoint is to be a second copy of the word embeddings: the projection's weight beside a
 * masked-LM head that has none of its own. Files that were not written as safetensors from the start hold such copies.
 * @param expected the model's parameters by name
 */
export function copiesWordEmbeddings(name: string, expected: ReadonlyMap<string, unknown>): boolean {
  return name === 'vocab_projector.weight' && expected.has('vocab_projector.bias') && !expected.has(name);
}
