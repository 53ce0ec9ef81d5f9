import type { Example } from '../../src/data/types.ts';
import { DataError } from '../../src/errors.ts';
import { type Predictor, predict } from '../../src/tasks/predict.ts';
import type { ClassPrediction, ValuePrediction } from '../../src/tasks/types.ts';
import { classMap } from '../../tasks/glue/labels.ts';
import type { GlueTask } from '../../tasks/glue/tasks.ts';
import type { Context } from '../context.ts';
import { type LoadedModel, loadForUse } from '../load.ts';
import { withStopSignal } from '../stop-signal.ts';

/** Tokens that GLUE's models read of a row, where a model does not say. */
const usualLength = 128;

/** A model for a task, whose outputs are read as the task's class numbers or scores. */
export interface GlueModel {
  loaded: LoadedModel;
  maxLength: number;
  /** Of each output of the model, the task's class number; null: a regression. */
  classes: number[] | null;
  /** False: the model's labels are bare numbers, taken to count as GLUE does. */
  byName: boolean;
}

/** @throws DataError when the model is one for something else */
export async function loadGlueModel(name: string, task: GlueTask, context: Context): Promise<GlueModel> {
  const loaded = await loadForUse(name, context);
  const { model } = loaded;
  try {
    if (model.task.type !== task.kind) {
      throw new DataError(`${task.title} takes a model for ${task.kind}, and this is one for ${model.task.type}`, {
        where: name,
        fix: `fine-tune one: distiltune glue run --tasks ${task.name}`,
      });
    }
    const map = task.kind === 'regression' ? null : classMap(model.task.labels, task, name);
    const maxLength = Math.min(loaded.maxLength, usualLength);
    return { loaded, maxLength, classes: map?.classes ?? null, byName: map?.byName ?? true };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** [N] the task's class numbers, or scores, in the order of the rows: one for each. */
export async function predictRows(
  { loaded, maxLength, classes }: GlueModel,
  rows: readonly { text: string; pair: string | null; line: number }[],
): Promise<number[]> {
  const model = loaded.model as unknown as Predictor<Example, ClassPrediction | ValuePrediction>;
  const { labels } = loaded.model.task;
  const examples = rows.map(({ text, pair, line }): Example => (pair === null ? { text, line } : { text, pair, line }));
  return withStopSignal(async (signal) => {
    const found: number[] = [];
    for await (const prediction of predict(model, examples, { maxLength, signal })) {
      found.push('value' in prediction ? prediction.value : classes![labels.indexOf(prediction.label)]!);
    }
    return found;
  });
}
