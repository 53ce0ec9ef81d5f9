import type { Engine } from '../src/engine/types.ts';
import type { FoundModel } from '../src/pipelines/find-model.ts';
import { loadTrainedModel, type TrainedModel, type TrainedTaskOptions } from '../src/tasks/trained-model.ts';
import { maxLengthFor } from '../src/trainer/settings.ts';
import type { Context } from './context.ts';
import { findModelToUse } from './find-model.ts';
import { startEngine } from './start-engine.ts';

/** A fine-tuned model, ready to compute. */
export interface LoadedModel {
  model: TrainedModel;
  /** Longest sequence in tokens: what the run was trained with, else what the model has positions for. */
  maxLength: number;
  /** Names of the columns that the run was trained on; null where that is not known. */
  columns: RunColumns;
}

export interface RunColumns {
  text: string | null;
  pair: string | null;
  label: string | null;
  /** Several labels a row, each with its own column. */
  labels: string[] | null;
}

export const unknownColumns: RunColumns = { text: null, pair: null, label: null, labels: null };

/**
 * Loads what `name` stands for: a run folder (its best model), a model folder, or a name of the hub.
 * @throws DataError where there is no fine-tuned model in it; UsageError for a name that stands for nothing
 */
export async function loadForUse(name: string, context: Context, tasks: TrainedTaskOptions = {}): Promise<LoadedModel> {
  const found = await findModelToUse(name, context);
  return loadFound(found, await startEngine(context), tasks);
}

/** The same of a model that was found already. @throws DataError where there is no fine-tuned model in it */
export async function loadFound(
  { folder, maxLength, run }: FoundModel,
  engine: Engine,
  tasks: TrainedTaskOptions = {},
): Promise<LoadedModel> {
  const model = await loadTrainedModel(engine, folder, tasks);
  const { maxPositionEmbeddings } = model.config;
  const own =
    model.task.type === 'question-answering' ? maxLengthFor(model.task.type, null, maxPositionEmbeddings) : null;
  return { model, maxLength: maxLength ?? own ?? maxPositionEmbeddings, columns: columnsOf(run) };
}

function columnsOf(run: FoundModel['run']): RunColumns {
  const columns = (run?.columns ?? {}) as Partial<Record<keyof RunColumns, unknown>>;
  const name = (value: unknown) => (typeof value === 'string' ? value : null);
  const isNames = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string');
  const { text, pair, label, labels } = columns;
  return { text: name(text), pair: name(pair), label: name(label), labels: isNames(labels) ? labels : null };
}
