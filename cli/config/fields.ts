import { tagSchemes } from '../../src/data/tags.ts';
import { loraTargets } from '../../src/encoder/lora.ts';
import { metricDirections } from '../../src/eval/metric-names.ts';
import { taskTypes } from '../../src/tasks/types.ts';

/** What a value may be: the part of JSON Schema that the settings need. */
export type Rule =
  | { type: 'null' | 'boolean' | 'string' }
  | { enum: readonly string[] }
  | {
      type: 'number' | 'integer';
      minimum?: number;
      maximum?: number;
      exclusiveMinimum?: number;
      exclusiveMaximum?: number;
    }
  | { type: 'array'; items: Rule }
  | { type: 'object'; additionalProperties: Rule };

/** One setting: its dotted key, what it takes, and how it is given on the command line. */
export interface Field {
  key: string;
  /** The value must meet one of them. */
  rules: readonly Rule[];
  description: string;
  /** Its flag with what it takes, where it has one; booleans are `--name` and `--no-name`. */
  flag?: string;
}

/** A value for a key, and where it comes from, in words for a person. */
export interface Given {
  key: string;
  value: unknown;
  origin: string;
}

const text: Rule = { type: 'string' };
const nothing: Rule = { type: 'null' };
const yesOrNo: Rule = { type: 'boolean' };
const share: Rule = { type: 'number', minimum: 0, exclusiveMaximum: 1 };
const count: Rule = { type: 'integer', minimum: 1 };
const notNegative: Rule = { type: 'number', minimum: 0 };
const positive: Rule = { type: 'number', exclusiveMinimum: 0 };

/** Every setting, in the order in which they are shown. The type and the defaults are in src/trainer/settings.ts. */
export const fields: readonly Field[] = [
  {
    key: 'model',
    rules: [text],
    flag: '--model <NAME>',
    description: 'the model to fine-tune: a folder, the embedded model, or a name on the Hugging Face hub',
  },
  {
    key: 'task',
    rules: [{ enum: ['auto', ...taskTypes] }],
    flag: '--task <TASK>',
    description: `auto, or ${taskTypes.join(', ')}`,
  },
  {
    key: 'data.train',
    rules: [text, nothing],
    description: 'the file to train on, or a folder with train, validation and test files',
  },
  {
    key: 'data.validation',
    rules: [text, share],
    flag: '--validation <FILE|SHARE>',
    description: 'a file to measure on while training, or the share of the rows to hold out for it',
  },
  {
    key: 'data.test',
    rules: [text, share, nothing],
    flag: '--test <FILE|SHARE>',
    description: 'a file to measure the result on, or the share of the rows to hold out for it',
  },
  {
    key: 'data.textColumn',
    rules: [text],
    flag: '--text-column <COLUMN>',
    description: 'name or number of the column with the text',
  },
  {
    key: 'data.pairColumn',
    rules: [text, nothing],
    flag: '--pair-column <COLUMN>',
    description: 'column with the second text of each row, or none',
  },
  { key: 'data.labelColumn', rules: [text], flag: '--label-column <COLUMN>', description: 'column with the labels' },
  {
    key: 'data.labelColumns',
    rules: [{ type: 'array', items: text }, nothing],
    flag: '--label-columns <COLUMNS>',
    description: 'multi-label: columns that each say whether a label applies, divided by commas',
  },
  {
    key: 'data.labelDelimiter',
    rules: [text, nothing],
    flag: '--label-delimiter <CHARACTER>',
    description: 'multi-label: what divides the labels of a cell',
  },
  {
    key: 'data.tagScheme',
    rules: [{ enum: ['auto', ...tagSchemes] }],
    flag: '--tag-scheme <SCHEME>',
    description: `token classification: how tags write entities: auto, ${tagSchemes.join(', ')}`,
  },
  {
    key: 'data.entityOffsets',
    rules: [{ enum: ['utf-16', 'code-points'] }],
    description:
      "token classification: what the offsets of entities count: utf-16, as JavaScript's, or code-points, as Python's",
  },
  {
    key: 'data.textUnit',
    rules: [{ enum: ['line', 'paragraph'] }],
    flag: '--text-unit <UNIT>',
    description: 'plain text: whether a line or a paragraph is one text',
  },
  {
    key: 'data.delimiter',
    rules: [text, nothing],
    flag: '--delimiter <CHARACTER>',
    description: 'what divides cells: comma, semicolon, tab, pipe, none, or a character',
  },
  {
    key: 'data.encoding',
    rules: [text, nothing],
    flag: '--encoding <NAME>',
    description: 'encoding of the files, such as utf-8 or windows-1252',
  },
  { key: 'data.quotes', rules: [yesOrNo, nothing], flag: '--quotes', description: 'whether " quotes a cell' },
  {
    key: 'data.header',
    rules: [yesOrNo, nothing],
    flag: '--header',
    description: 'whether the first row names the columns',
  },
  {
    key: 'maxLength',
    rules: [{ type: 'integer', minimum: 3 }, nothing],
    flag: '--max-length <TOKENS>',
    description: 'most tokens of a sequence; null: 384 for question answering, else 128',
  },
  {
    key: 'longTexts',
    rules: [{ enum: ['truncate', 'mean', 'max'] }],
    flag: '--long-texts <HOW>',
    description: 'longer texts are cut, or read in windows whose outputs are pooled: truncate, mean or max',
  },
  {
    key: 'stride',
    rules: [{ type: 'integer', minimum: 0 }],
    flag: '--stride <TOKENS>',
    description: 'tokens that neighbouring windows share',
  },
  {
    key: 'masking.probability',
    rules: [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }],
    description: 'masked-lm: share of the tokens to be predicted',
  },
  {
    key: 'masking.wholeWords',
    rules: [yesOrNo],
    flag: '--whole-words',
    description: 'masked-lm: mask the parts of a word together',
  },
  {
    key: 'tuneThresholds',
    rules: [yesOrNo, nothing],
    flag: '--tune-thresholds',
    description: 'choose thresholds of labels, or of no answer, on the validation rows; null: for multi-label',
  },
  { key: 'batchSize', rules: [count], flag: '--batch-size <ROWS>', description: 'rows of one optimizer step' },
  {
    key: 'accumulate',
    rules: [count],
    flag: '--accumulate <PARTS>',
    description: 'parts that a step is computed in: less memory, the same result',
  },
  {
    key: 'tokensPerBatch',
    rules: [count, nothing],
    flag: '--tokens-per-batch <TOKENS>',
    description: 'most tokens computed at once, in as many parts as that takes: less memory, the same result',
  },
  {
    key: 'gradientCheckpointing',
    rules: [yesOrNo],
    flag: '--gradient-checkpointing',
    description: 'compute layers again in the backward pass: less memory, slower, the same result',
  },
  {
    key: 'cacheActivations',
    rules: [yesOrNo],
    flag: '--cache-activations',
    description:
      'compute frozen layers (freeze.layers) once and keep what they give: faster epochs, no dropout in them',
  },
  {
    key: 'lora.rank',
    rules: [{ type: 'integer', minimum: 0 }],
    flag: '--lora-rank <R>',
    description: 'LoRA: the encoder stays, small matrices of this rank beside its weights train, and the head; 0: off',
  },
  { key: 'lora.alpha', rules: [positive], description: 'what they add is multiplied by alpha / rank' },
  {
    key: 'lora.targets',
    rules: [{ type: 'array', items: { enum: loraTargets } }],
    description: `which linear layers have them: some of ${loraTargets.join(', ')}`,
  },
  {
    key: 'bf16',
    rules: [yesOrNo],
    flag: '--bf16',
    description:
      'matrix products in bfloat16, where the processor has AVX512-BF16: faster, numbers others in the third digit',
  },
  { key: 'epochs', rules: [positive], flag: '--epochs <NUMBER>', description: 'times through the training rows' },
  {
    key: 'maxSteps',
    rules: [count, nothing],
    flag: '--max-steps <STEPS>',
    description: 'optimizer steps, instead of epochs',
  },
  {
    key: 'optimizer.learningRate',
    rules: [positive],
    flag: '--learning-rate <RATE>',
    description: "AdamW's learning rate at its highest",
  },
  {
    key: 'optimizer.weightDecay',
    rules: [notNegative],
    flag: '--weight-decay <RATE>',
    description: 'of all weights but biases and LayerNorms',
  },
  { key: 'optimizer.beta1', rules: [share], description: 'decay of the first moment' },
  { key: 'optimizer.beta2', rules: [share], description: 'decay of the second moment' },
  { key: 'optimizer.epsilon', rules: [positive], description: 'added to the root of the second moment' },
  {
    key: 'optimizer.layerDecay',
    rules: [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }],
    flag: '--layer-decay <FACTOR>',
    description: 'factor on the learning rate from each layer to the one below it',
  },
  {
    key: 'optimizer.clipNorm',
    rules: [notNegative],
    flag: '--clip-norm <NORM>',
    description: 'largest norm of all gradients together; 0: not clipped',
  },
  {
    key: 'schedule.type',
    rules: [{ enum: ['linear', 'cosine', 'constant'] }],
    description: 'how the learning rate falls after the warm-up: linear, cosine or constant',
  },
  {
    key: 'schedule.warmup',
    rules: [notNegative],
    flag: '--warmup <SHARE|STEPS>',
    description: 'share of all steps below 1, steps from 1 on',
  },
  {
    key: 'evaluate.everySteps',
    rules: [count, nothing],
    description: 'steps between evaluations; null: after each epoch',
  },
  {
    key: 'evaluate.metric',
    rules: [{ enum: ['auto', ...Object.keys(metricDirections)] }],
    flag: '--metric <NAME>',
    description: 'chooses the best checkpoint: accuracy, macro_f1, loss, ...',
  },
  {
    key: 'evaluate.earlyStopping',
    rules: [count, nothing],
    flag: '--early-stopping <EVALUATIONS>',
    description: 'stop after so many evaluations without improvement',
  },
  {
    key: 'checkpoint.everySteps',
    rules: [count, nothing],
    description: 'steps between checkpoints that a run can be resumed from; null: one every 15 minutes',
  },
  { key: 'checkpoint.keep', rules: [count], description: 'how many of them are kept' },
  {
    key: 'classWeights',
    rules: [nothing, { enum: ['balanced'] }, { type: 'object', additionalProperties: positive }],
    flag: '--class-weights <WEIGHTS>',
    description: 'balanced, or a weight for each label such as {spam: 2, ham: 1}',
  },
  {
    key: 'labelSmoothing',
    rules: [share],
    flag: '--label-smoothing <SHARE>',
    description: 'share of each target that is spread over all classes',
  },
  { key: 'freeze.embeddings', rules: [yesOrNo], description: 'leave the embeddings as they are' },
  {
    key: 'freeze.layers',
    rules: [{ type: 'integer', minimum: 0 }],
    description: 'leave that many of the lowest layers as they are',
  },
  { key: 'dropout', rules: [share, nothing], flag: '--dropout <RATE>', description: "null: the model's own" },
  { key: 'shuffle', rules: [yesOrNo], flag: '--shuffle', description: 'new order of the rows in each epoch' },
  {
    key: 'seed',
    rules: [{ type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 }],
    flag: '--seed <NUMBER>',
    description: 'of the split, the order, dropout and new weights',
  },
];

export const fieldOf = new Map(fields.map((field) => [field.key, field]));

/** `optimizer.learningRate` -> `DISTILTUNE_OPTIMIZER_LEARNING_RATE`: the key in capitals, words and parts divided by `_`. */
export function variableOf(key: string): string {
  return `DISTILTUNE_${key.replaceAll('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** Whether a field is a yes or a no, which on the command line is `--name` or `--no-name`. */
export const isSwitch = ({ rules }: Field): boolean => rules.some((rule) => 'type' in rule && rule.type === 'boolean');
