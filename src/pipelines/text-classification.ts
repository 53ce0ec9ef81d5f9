import type { Example } from '../data/types.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import { poolLogits } from '../heads/pooling.ts';
import { softmax } from '../tasks/decode/softmax.ts';
import { sigmoid } from '../tasks/multi-label.ts';
import { type Predictor, predict } from '../tasks/predict.ts';
import { savedSettings } from '../tasks/saved-settings.ts';
import { poolingOf } from '../tasks/sequence-classification.ts';
import type { TrainedModel } from '../tasks/trained-model.ts';
import type { Task } from '../tasks/types.ts';
import { checkChoice, checkCount, checkOptionNames, checkText } from './arguments.ts';
import type { OneOrSeveral } from './by-option.ts';
import { loadTrained, type ModelSource, type PipelineOptions } from './load-model.ts';

/** A text, or a text with a second one. */
export type TextInput = string | { text: string; text_pair?: string | undefined };

export interface LabelScore {
  label: string;
  score: number;
}

export interface TextClassificationPipelineOptions {
  /** How many labels are told, the most probable first; null: all. Default: 1. */
  top_k?: number | null | undefined;
  /**
   * What makes scores of the outputs. Default: nothing for a regression, a sigmoid for several labels or a single one,
   * else a softmax.
   */
  function_to_apply?: 'softmax' | 'sigmoid' | 'none' | 'default' | undefined;
}

export interface TextClassificationPipeline {
  /** One text: its labels in a list, also where that has one label only. */
  (input: TextInput, options?: TextClassificationPipelineOptions): Promise<LabelScore[]>;
  /** Several: of each its one label, or a list of them where `top_k` asks for more. */
  <const O extends TextClassificationPipelineOptions = object>(
    inputs: readonly TextInput[],
    options?: O,
  ): Promise<OneOrSeveral<LabelScore, O>[]>;
  dispose(): void;
}

/**
 * Labels of texts and of pairs, with their scores; results as transformers.js' TextClassificationPipeline, and as
 * Python's but where `top_k: 1` is given with several texts, for which Python has lists of one. A text that is too
 * long is read as the model was trained to: its end is cut off, or the outputs of its windows are pooled.
 */
export async function textClassificationPipeline(
  source: ModelSource,
  options: PipelineOptions,
): Promise<TextClassificationPipeline> {
  const { model, config, maxLength } = await loadTrained(source, options, {
    tasks: ['sequence-classification', 'multi-label', 'regression'],
    example: 'one that `distiltune train` made of labelled texts',
  });
  const predictor = outputsOf(model);
  const labels = config.labels ?? ['LABEL_0'];

  async function classify(
    input: TextInput | readonly TextInput[],
    asked: TextClassificationPipelineOptions = {},
  ): Promise<LabelScore[] | LabelScore[][]> {
    checkOptionNames(asked, ['top_k', 'function_to_apply']);
    const { top_k = 1, function_to_apply = 'default' } = asked;
    const top = top_k === null ? labels.length : checkCount('top_k', top_k, 1);
    const named = checkChoice('function_to_apply', function_to_apply, functionNames);
    const scoresOf = functions[named === 'default' ? defaultFunction(config, labels) : named];
    const inputs = isBatch(input) ? input : [input];
    const examples = inputs.map((item, i) => toExample(item, inputs.length === 1 ? null : `input ${i + 1}`));
    const results = (await outputsInOrder(predictor, examples, maxLength)).map((logits) => {
      const scores = scoresOf(logits);
      const scored = labels.map((label, id): LabelScore => ({ label, score: scores[id]! }));
      return scored.sort((a, b) => b.score - a.score).slice(0, top);
    });
    if (!isBatch(input)) return results[0]!;
    return top_k === 1 ? results.map(([best]) => best!) : results;
  }

  return Object.assign(classify, { dispose: () => model.dispose() }) as TextClassificationPipeline;
}

const isBatch = (input: TextInput | readonly TextInput[]): input is readonly TextInput[] => Array.isArray(input);

const functionNames = ['softmax', 'sigmoid', 'none', 'default'] as const;
const functions = {
  softmax,
  sigmoid: (logits: Float32Array) => Array.from(logits, sigmoid),
  none: (logits: Float32Array) => Array.from(logits),
};

/** As transformers chooses it by the problem type, which a checkpoint need not name. */
function defaultFunction({ problemType }: DistilBertConfig, labels: readonly string[]): keyof typeof functions {
  if (problemType === 'regression') return 'none';
  return problemType === 'multi_label_classification' || labels.length === 1 ? 'sigmoid' : 'softmax';
}

function toExample(input: TextInput, where: string | null): Example {
  if (typeof input !== 'object' || input === null) return { text: checkText(input, where), line: 0 };
  checkOptionNames(input, ['text', 'text_pair']);
  const text = checkText(input.text, where);
  // As in transformers, where an empty second text is none.
  if (input.text_pair === undefined || input.text_pair === '') return { text, line: 0 };
  return { text, pair: checkText(input.text_pair, where, 'text_pair'), line: 0 };
}

/** The model, giving the outputs themselves for predictions. */
function outputsOf(model: TrainedModel): Predictor<Example, Float32Array> {
  const task = model.task as Task<Example>;
  const pooling = poolingOf(savedSettings(model.config));
  return { ...model, task: { ...task, prediction: (_, outputs) => poolLogits(outputs, pooling) } };
}

/** Outputs of each example. Pairs and single texts are tokenised apart. */
async function outputsInOrder(
  predictor: Predictor<Example, Float32Array>,
  examples: readonly Example[],
  maxLength: number,
): Promise<Float32Array[]> {
  const outputs = new Array<Float32Array>(examples.length);
  for (const paired of [false, true]) {
    const places = [...examples.keys()].filter((i) => (examples[i]!.pair !== undefined) === paired);
    const found = predict(
      predictor,
      places.map((i) => examples[i]!),
      { maxLength },
    );
    let next = 0;
    for await (const logits of found) outputs[places[next++]!] = logits;
  }
  return outputs;
}
