import type { DistilBertConfig } from '../encoder/config.ts';
import type { Engine } from '../engine/types.ts';
import { DataError } from '../errors.ts';
import type { ModelFolder } from '../files.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { AggregationStrategy } from './decode/entities.ts';
import { maskedLm } from './masked-lm.ts';
import { loadModel, type Model, readConfig, readTokenizer } from './model.ts';
import { multiLabel } from './multi-label.ts';
import { questionAnswering } from './question-answering.ts';
import { regression } from './regression.ts';
import { savedSettings } from './saved-settings.ts';
import { sequenceClassification } from './sequence-classification.ts';
import { tokenClassification } from './token-classification.ts';
import type { Prediction, Task } from './types.ts';

/** A model whose task is known at run time only. */
export type TrainedModel = Model<unknown, unknown, unknown, Prediction>;

/** How predictions are read off the outputs, where that is not the model's own affair. */
export interface TrainedTaskOptions {
  /** Token classification: see `TokenClassificationOptions`. */
  aggregation?: AggregationStrategy | undefined;
  /** Question answering: how many candidates are told. */
  nBest?: number | undefined;
  /** Masked LM: how many fillings are told. */
  top?: number | undefined;
}

/**
 * Loads a fine-tuned model with the task, and the labels, that its config names.
 * @throws DataError when it is a bare encoder, or its head is not whole
 */
export async function loadTrainedModel(
  engine: Engine,
  folder: ModelFolder,
  options: TrainedTaskOptions = {},
): Promise<TrainedModel> {
  const config = await readConfig(folder);
  const task = taskOf(config, await readTokenizer(folder), folder.where, options);
  const model = await loadModel(engine, folder, task);
  const { missing, misShaped } = model.report;
  const absent = [...missing, ...misShaped.map(({ name }) => name)];
  if (absent.length === 0) return model;
  // A head that was just initialised would answer at random.
  model.dispose();
  throw new DataError(`The checkpoint lacks weights of its ${task.type} head: ${absent.join(', ')}.`, {
    where: folder.where,
    fix: FIX,
  });
}

const FIX = 'Give the folder of a fine-tuned model, or fine-tune one with `distiltune train`.';

function taskOf(
  config: DistilBertConfig,
  tokenizer: Tokenizer,
  where: string,
  { aggregation, nBest, top }: TrainedTaskOptions,
): AnyTask {
  const { architecture, problemType } = config;
  // transformers leaves out of config.json what is its default: two classes with these names.
  const isClassifier = /^DistilBertFor(Sequence|Token)Classification$/.test(architecture ?? '');
  const labels = config.labels ?? (isClassifier ? ['LABEL_0', 'LABEL_1'] : undefined);
  const saved = savedSettings(config);
  if (architecture === 'DistilBertForQuestionAnswering') {
    return questionAnswering({ ...saved, nBest }) as AnyTask;
  }
  if (architecture === 'DistilBertForMaskedLM') return maskedLm({ tokenizer, top }) as AnyTask;
  if (architecture === 'DistilBertForTokenClassification' && labels) {
    return tokenClassification({ labels, aggregation }) as AnyTask;
  }
  if (problemType === 'regression' || labels?.length === 1) return regression(saved) as AnyTask;
  if (!labels) {
    throw new DataError('The model has no labels: it was not fine-tuned for a task.', { where, fix: FIX });
  }
  if (problemType === 'multi_label_classification') return multiLabel({ labels, ...saved }) as AnyTask;
  return sequenceClassification({ labels, ...saved }) as AnyTask;
}

type AnyTask = Task<unknown, unknown, unknown, Prediction>;
