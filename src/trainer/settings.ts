import type { TagScheme } from '../data/tags.ts';
import type { TaskType } from '../data/types.ts';
import type { LoraSettings } from '../encoder/lora.ts';

/** The settings of a run: one type, one defaults object. Keys are those of the YAML file and of `key=value`. */
export interface Settings {
  /** A folder, the name of the embedded model, or a hub name (`org/name@revision`). */
  model: string;
  task: 'auto' | TaskType;
  data: {
    train: string | null;
    /** A file, or the share of the training rows to hold out. */
    validation: string | number;
    /** A file, or a share; null: none. */
    test: string | number | null;
    textColumn: string;
    pairColumn: string | null;
    labelColumn: string;
    /** Multi-label: one column per label. */
    labelColumns: string[] | null;
    /** Multi-label: what divides the labels of a cell. */
    labelDelimiter: string | null;
    /** Token classification: how the tags write entities. */
    tagScheme: 'auto' | TagScheme;
    /** Token classification: what the offsets of entities count. */
    entityOffsets: 'utf-16' | 'code-points';
    /** Plain text: what one text is. */
    textUnit: 'line' | 'paragraph';
    /** null: detected. */
    delimiter: string | null;
    encoding: string | null;
    /** Whether `"` quotes a cell. */
    quotes: boolean | null;
    header: boolean | null;
  };
  /** null: 384 for question answering, else 128, or what the model has positions for where that is less. */
  maxLength: number | null;
  /** Longer texts of tasks on whole texts: cut off, or read in windows whose outputs are pooled. */
  longTexts: 'truncate' | 'mean' | 'max';
  /** Tokens that neighbouring windows share. */
  stride: number;
  masking: {
    /** Share of the tokens that a masked LM is to predict. */
    probability: number;
    /** Whether the sub-words of a word are masked together. */
    wholeWords: boolean;
  };
  /**
   * Whether thresholds are chosen on the validation rows and kept with the model: of each label (multi-label), of no
   * answer (question answering). null: for multi-label.
   */
  tuneThresholds: boolean | null;
  /** Examples of one optimizer step. */
  batchSize: number;
  /** Micro-batches that one optimizer step is split into. */
  accumulate: number;
  /** Most tokens that go through the model at once, unless one example has more; null: no limit. */
  tokensPerBatch: number | null;
  /** Computes layers again in the backward pass instead of keeping what their gradients need: the same weights, to the bit. */
  gradientCheckpointing: boolean;
  /**
   * Computes the frozen layers once and keeps what they give of each training text: epochs take the time of the layers that
   * train. The frozen ones drop nothing then.
   */
  cacheActivations: boolean;
  /** Low-rank adapters in place of linear layers' weights; rank 0: none. */
  lora: LoraSettings;
  /** Matrix products in bfloat16, training and evaluation; weights, sums and everything else stay float. */
  bf16: boolean;
  epochs: number;
  /** Overrides `epochs` when set. */
  maxSteps: number | null;
  optimizer: {
    learningRate: number;
    weightDecay: number;
    beta1: number;
    beta2: number;
    epsilon: number;
    /** Learning rate of layer k is `learningRate * layerDecay^(nLayers - k)`; the head has the full rate. */
    layerDecay: number;
    /** Largest L2 norm of all gradients together; 0: no clipping. */
    clipNorm: number;
  };
  schedule: {
    type: 'linear' | 'cosine' | 'constant';
    /** A ratio of all steps below 1, a number of steps from 1 on. */
    warmup: number;
  };
  evaluate: {
    /** null: once per epoch. */
    everySteps: number | null;
    /** Metric that chooses the best checkpoint; auto: the task's own. */
    metric: string;
    /** Stop after this many evaluations without an improvement; null: never. */
    earlyStopping: number | null;
  };
  /** `everySteps` null: every 15 minutes. */
  checkpoint: { everySteps: number | null; keep: number };
  classWeights: null | 'balanced' | Record<string, number>;
  labelSmoothing: number;
  freeze: { embeddings: boolean; layers: number };
  /** null: the checkpoint's own. */
  dropout: number | null;
  shuffle: boolean;
  seed: number;
}

export const defaultSettings: Settings = {
  model: 'minilm-l6-h384-uncased',
  task: 'auto',
  data: {
    train: null,
    validation: 0.1,
    test: null,
    textColumn: 'auto',
    pairColumn: null,
    labelColumn: 'auto',
    labelColumns: null,
    labelDelimiter: null,
    tagScheme: 'auto',
    entityOffsets: 'utf-16',
    textUnit: 'line',
    delimiter: null,
    encoding: null,
    quotes: null,
    header: null,
  },
  maxLength: null,
  longTexts: 'truncate',
  stride: 128,
  masking: { probability: 0.15, wholeWords: false },
  tuneThresholds: null,
  batchSize: 32,
  accumulate: 1,
  tokensPerBatch: null,
  gradientCheckpointing: false,
  cacheActivations: false,
  // As PEFT's.
  lora: { rank: 0, alpha: 8, targets: ['q_lin', 'v_lin'] },
  bf16: false,
  epochs: 3,
  maxSteps: null,
  optimizer: {
    learningRate: 5e-5,
    weightDecay: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    layerDecay: 1,
    clipNorm: 1,
  },
  schedule: { type: 'linear', warmup: 0.1 },
  evaluate: { everySteps: null, metric: 'auto', earlyStopping: null },
  checkpoint: { everySteps: null, keep: 2 },
  classWeights: null,
  labelSmoothing: 0,
  freeze: { embeddings: false, layers: 0 },
  dropout: null,
  shuffle: true,
  seed: 42,
};

/** Most tokens of a sequence: what was asked for, else what suits the task, as far as the model has positions. */
export function maxLengthFor(task: TaskType, asked: number | null, positions: number): number {
  return asked ?? Math.min(task === 'question-answering' ? 384 : 128, positions);
}
