import { DataError } from '../errors.ts';
import { isNestedTooDeep } from '../json-text.ts';
import { shorten } from '../shorten.ts';

/** Shape and settings of a DistilBERT, as `config.json` of a Hugging Face folder has them. */
export interface DistilBertConfig {
  vocabSize: number;
  /** Longest sequence, special tokens included. */
  maxPositionEmbeddings: number;
  /** Hidden size, D. */
  dim: number;
  /** Inner size of the feed-forward, F. */
  hiddenDim: number;
  nLayers: number;
  nHeads: number;
  activation: 'gelu' | 'relu';
  /** Probability that an output of the embeddings or of the feed-forward is dropped. */
  dropout: number;
  /** Probability that an attention weight is dropped. */
  attentionDropout: number;
  qaDropout: number;
  seqClassifDropout: number;
  /** Standard deviation of newly initialised weights. */
  initializerRange: number;
  padTokenId: number | null;
  /** Position embeddings are the fixed sines and cosines, not learnt. */
  sinusoidalPosEmbds: boolean;
  /** The masked-LM head's projection is the word embeddings' weight. */
  tieWeights: boolean;
  /** The transformers class that the weights beside the file belong to: the first of `architectures`. */
  architecture?: string;
  /** Names of the classes, in the order of their ids; absent where the file has none. */
  labels?: string[];
  problemType?: ProblemType;
  /** Every other key of the file, under its own name: written back as it was. */
  extra: Record<string, unknown>;
}

export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification';

/** What transformers' `DistilBertConfig` takes for a key that `config.json` does not have. */
export const defaultConfig: DistilBertConfig = {
  vocabSize: 30522,
  maxPositionEmbeddings: 512,
  dim: 768,
  hiddenDim: 3072,
  nLayers: 6,
  nHeads: 12,
  activation: 'gelu',
  dropout: 0.1,
  attentionDropout: 0.1,
  qaDropout: 0.1,
  seqClassifDropout: 0.2,
  initializerRange: 0.02,
  padTokenId: 0,
  sinusoidalPosEmbds: false,
  tieWeights: true,
  extra: {},
};

/** Keys that describe the weights beside the file: `configJson` writes its own. */
const aboutTheWeights = ['model_type', 'architectures', 'dtype', 'torch_dtype', 'label2id', '_num_labels'];

/** Sizes that no DistilBERT comes near; each costs memory before a weight is read. */
const MOST_LAYERS = 1000;
const MOST_LABELS = 1_000_000;
/** 8 GiB of float32. */
const MOST_WEIGHTS = 2 ** 31;

/**
 * Reads the text of a `config.json`.
 * @param where the file, for messages
 * @throws DataError that lists every key that cannot be used, with what was expected and found
 */
export function parseConfig(text: string, where: string): DistilBertConfig {
  const raw = parseObject(text, where);
  refuseOtherModels(raw, where);
  const problems: string[] = [];
  const used = new Set(aboutTheWeights);

  /** The value of the first of `keys` that the file has; `fallback` where it has none or a wrong one. */
  function take<T>(keys: string[], expected: string, accepts: (value: unknown) => value is T, fallback: T): T {
    for (const key of keys) used.add(key);
    const key = keys.find((candidate) => Object.hasOwn(raw, candidate));
    if (key === undefined) return fallback;
    const value = raw[key];
    if (accepts(value)) return value;
    problems.push(`${key}: expected ${expected}, found ${show(value)}`);
    return fallback;
  }
  const count = (keys: string[], fallback: number) => take(keys, 'a whole number above 0', isCount, fallback);
  const rate = (key: string, fallback: number) => take([key], 'a number from 0 to below 1', isRate, fallback);
  const flag = (keys: string[], fallback: boolean) => take(keys, 'true or false', isBoolean, fallback);

  // The second names are those that transformers maps to DistilBERT's own (`attribute_map`) or wrote in earlier versions.
  const config: DistilBertConfig = {
    vocabSize: count(['vocab_size'], defaultConfig.vocabSize),
    maxPositionEmbeddings: count(['max_position_embeddings'], defaultConfig.maxPositionEmbeddings),
    dim: count(['dim', 'hidden_size'], defaultConfig.dim),
    hiddenDim: count(['hidden_dim'], defaultConfig.hiddenDim),
    nLayers: take(
      ['n_layers', 'num_hidden_layers'],
      `a whole number from 1 to ${MOST_LAYERS}`,
      isLayerCount,
      defaultConfig.nLayers,
    ),
    nHeads: count(['n_heads', 'num_attention_heads'], defaultConfig.nHeads),
    activation: take(['activation'], '"gelu" or "relu"', isActivation, defaultConfig.activation),
    dropout: rate('dropout', defaultConfig.dropout),
    attentionDropout: rate('attention_dropout', defaultConfig.attentionDropout),
    qaDropout: rate('qa_dropout', defaultConfig.qaDropout),
    seqClassifDropout: rate('seq_classif_dropout', defaultConfig.seqClassifDropout),
    initializerRange: take(['initializer_range'], 'a number of 0 or more', isScale, defaultConfig.initializerRange),
    padTokenId: take(['pad_token_id'], 'a token id or null', isTokenIdOrNull, defaultConfig.padTokenId),
    sinusoidalPosEmbds: flag(['sinusoidal_pos_embds'], defaultConfig.sinusoidalPosEmbds),
    tieWeights: flag(['tie_word_embeddings', 'tie_weights_'], defaultConfig.tieWeights),
    extra: {},
  };

  const architectures = take(['architectures'], 'a list of names or null', isNamesOrNull, null);
  if (architectures?.[0] !== undefined) config.architecture = architectures[0];
  const problemType = take(
    ['problem_type'],
    problemTypes.map((type) => `"${type}"`).join(', '),
    isProblemTypeOrNull,
    null,
  );
  if (problemType !== null) config.problemType = problemType;
  const numLabels = take(['num_labels'], `a whole number from 1 to ${MOST_LABELS}`, isLabelCount, 0);
  const names = take(['id2label'], 'names under the ids "0", "1", ... without a gap', isLabelTableOrNull, null);
  if (names !== null) config.labels = Object.values(names).map(String);
  else if (numLabels > 0) config.labels = Array.from({ length: numLabels }, (_, id) => `LABEL_${id}`);

  if (problems.length === 0) problems.push(...misfits(config));
  if (problems.length > 0) {
    throw new DataError(`The model's configuration cannot be used: ${problems.join('; ')}.`, {
      where,
      fix: 'Correct these keys, or take the file again from where the model comes from.',
    });
  }
  config.extra = Object.fromEntries(Object.entries(raw).filter(([key]) => !used.has(key)));
  return config;
}

/**
 * The text of a `config.json` that Python transformers reads without a warning, its keys sorted as transformers sorts them.
 * @param model.architecture transformers' class that the weights beside it belong to, e.g. `DistilBertForSequenceClassification`
 */
export function configJson(config: DistilBertConfig, model: { architecture: string }): string {
  const { labels } = config;
  const keys: Record<string, unknown> = {
    ...config.extra,
    architectures: [model.architecture],
    model_type: 'distilbert',
    // Without it, transformers would load in the precision of the checkpoint that training began with.
    dtype: 'float32',
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositionEmbeddings,
    dim: config.dim,
    hidden_dim: config.hiddenDim,
    n_layers: config.nLayers,
    n_heads: config.nHeads,
    activation: config.activation,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    qa_dropout: config.qaDropout,
    seq_classif_dropout: config.seqClassifDropout,
    initializer_range: config.initializerRange,
    pad_token_id: config.padTokenId,
    sinusoidal_pos_embds: config.sinusoidalPosEmbds,
    tie_weights_: config.tieWeights,
    tie_word_embeddings: config.tieWeights,
  };
  if (config.problemType !== undefined) keys.problem_type = config.problemType;
  if (labels !== undefined) {
    keys.id2label = Object.fromEntries(labels.map((label, id) => [String(id), label]));
    keys.label2id = Object.fromEntries(labels.map((label, id) => [label, id]));
  }
  const sorted = Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

/** Sizes that are each possible, but not together. */
function misfits(config: DistilBertConfig): string[] {
  const { dim, nHeads, padTokenId, vocabSize } = config;
  const problems: string[] = [];
  const weights = weightCount(config);
  if (weights > MOST_WEIGHTS) {
    problems.push(
      `vocab_size, max_position_embeddings, dim, hidden_dim, n_layers and the labels: expected sizes of a model with at most ${MOST_WEIGHTS} weights, found ${weights}`,
    );
  }
  if (dim % nHeads !== 0) problems.push(`n_heads: expected a divisor of dim (${dim}), found ${nHeads}`);
  if (padTokenId !== null && padTokenId >= vocabSize) {
    problems.push(`pad_token_id: expected an id below vocab_size (${vocabSize}), found ${padTokenId}`);
  }
  return problems;
}

/** About how many weights a model of these sizes has. */
function weightCount(config: DistilBertConfig): number {
  const { vocabSize, maxPositionEmbeddings, dim, hiddenDim, nLayers, labels = [] } = config;
  const layer = 4 * dim * dim + 2 * dim * hiddenDim;
  return dim * (vocabSize + maxPositionEmbeddings + labels.length) + nLayers * layer;
}

function parseObject(text: string, where: string): Record<string, unknown> {
  const fix = 'Take the file again from where the model comes from.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`The model's configuration is not JSON: ${(error as Error).message}.`, {
      where,
      fix,
      cause: error,
    });
  }
  if (isNestedTooDeep(text)) throw new DataError("The model's configuration is nested too deep.", { where, fix });
  if (!isObject(value)) {
    throw new DataError(`The model's configuration is not a JSON object but ${show(value)}.`, { where, fix });
  }
  return value;
}

function refuseOtherModels(raw: Record<string, unknown>, where: string): void {
  const { model_type: type, architectures } = raw;
  if (type === 'distilbert') return;
  // The first DistilBERT checkpoints were saved before `model_type` existed.
  const first = Array.isArray(architectures) ? architectures[0] : undefined;
  if (type === undefined && typeof first === 'string' && first.startsWith('DistilBert')) return;
  throw new DataError(
    type === undefined
      ? 'The configuration does not say which kind of model it is (no "model_type").'
      : `The model is of type ${show(type)}, not "distilbert".`,
    {
      where,
      fix: 'Models with "model_type": "distilbert" work, e.g. minilm-l6-h384-uncased (embedded), distilbert-base-uncased, distilbert-base-cased or distilbert-base-multilingual-cased.',
    },
  );
}

const problemTypes: ProblemType[] = ['regression', 'single_label_classification', 'multi_label_classification'];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isLayerCount = (value: unknown): value is number => isCount(value) && value <= MOST_LAYERS;
const isLabelCount = (value: unknown): value is number => isCount(value) && value <= MOST_LABELS;
const isRate = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 1;
const isScale = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;
const isActivation = (value: unknown): value is 'gelu' | 'relu' => value === 'gelu' || value === 'relu';
const isTokenIdOrNull = (value: unknown): value is number | null => value === null || value === 0 || isCount(value);
const isNamesOrNull = (value: unknown): value is string[] | null =>
  value === null || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
const isProblemTypeOrNull = (value: unknown): value is ProblemType | null =>
  value === null || problemTypes.includes(value as ProblemType);
/** JavaScript keeps keys that are whole numbers in rising order, so that the values come out by id. */
const isLabelTableOrNull = (value: unknown): value is Record<string, string | number | boolean> | null =>
  value === null ||
  (isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(
      ([id, name], index) => id === String(index) && ['string', 'number', 'boolean'].includes(typeof name),
    ));

const show = (value: unknown): string => shorten(JSON.stringify(value) ?? 'nothing', 60);
