import type { Engine } from '../../../src/engine/types.ts';
import type { MaskFilling } from '../../../src/pipelines/fill-mask.ts';
import type { FoundModel } from '../../../src/pipelines/find-model.ts';
import { pipeline } from '../../../src/pipelines/pipeline.ts';
import { readConfig } from '../../../src/tasks/model.ts';
import { type Predictor, predict } from '../../../src/tasks/predict.ts';
import type { AnyExample } from '../../../src/tasks/prepare.ts';
import type { Prediction } from '../../../src/tasks/types.ts';
import { type LoadedModel, loadFound } from '../../load.ts';
import type { TriedInput, TriedModel, TriedResult } from './messages.ts';

/** A model with what computes its answers. */
export interface Tried {
  model: TriedModel;
  answer(input: TriedInput): Promise<TriedResult>;
}

/** Fillings that are told for a mask. */
const fillingsShown = 10;

/**
 * Loads a model for texts that are typed; its answers are those of `distiltune predict` and `fill-mask`.
 * @throws DataError where there is no fine-tuned model
 */
export async function loadTried(found: FoundModel, engine: Engine): Promise<Tried> {
  const { architecture } = await readConfig(found.folder);
  return architecture === 'DistilBertForMaskedLM'
    ? loadFiller(found.folder, engine)
    : predictorOf(await loadFound(found, engine));
}

async function loadFiller(folder: FoundModel['folder'], engine: Engine): Promise<Tried> {
  const unmask = await pipeline('fill-mask', folder, { engine });
  return {
    model: { task: 'masked-lm', labels: [], second: null, mask: unmask.mask_token, engine: engine.name },
    async answer({ text }) {
      const found = await unmask(text, { top_k: fillingsShown });
      const isOfMasks = found.every((item): item is MaskFilling[] => Array.isArray(item));
      return { fillings: isOfMasks ? found : [found as MaskFilling[]] };
    },
  };
}

function predictorOf({ model, maxLength, columns }: LoadedModel): Tried {
  const { task, engine } = model;
  const { type, labels } = task;
  const takesPair = columns.pair !== null && type !== 'token-classification';
  const second = type === 'question-answering' ? 'context' : takesPair ? 'pair' : null;
  const exampleOf = (input: TriedInput): AnyExample => {
    const { text, second: other } = input;
    if (type === 'question-answering') return { id: '1', question: text, context: other, line: 1 };
    if (type === 'token-classification') return task.exampleOf(text) as AnyExample;
    return other === '' ? { text, line: 1 } : { text, pair: other, line: 1 };
  };
  return {
    model: { task: type, labels, second, mask: null, engine: engine.name },
    async answer(input) {
      const { value } = await predict(model as Predictor<AnyExample, Prediction>, [exampleOf(input)], {
        maxLength: Math.min(maxLength, model.config.maxPositionEmbeddings),
      }).next();
      return value as TriedResult;
    },
  };
}
