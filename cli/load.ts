import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveModel } from '../src/data/hub.ts';
import { openModelFolder } from '../src/data/model-folder.ts';
import { DataError, UsageError } from '../src/errors.ts';
import type { ModelFolder } from '../src/files.ts';
import { loadTrainedModel, type TrainedModel, type TrainedTaskOptions } from '../src/tasks/trained-model.ts';
import { maxLengthFor } from '../src/trainer/settings.ts';
import type { Context } from './context.ts';
import { createProgress } from './plain/progress.ts';
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

interface Found {
  folder: ModelFolder;
  maxLength: number | null;
  columns: RunColumns;
}

const unknownColumns: RunColumns = { text: null, pair: null, label: null, labels: null };

/**
 * Loads what `name` stands for: a run folder (its best model), a model folder, or a name of the hub.
 * @throws DataError where there is no fine-tuned model in it; UsageError for a name that stands for nothing
 */
export async function loadForUse(name: string, context: Context, tasks: TrainedTaskOptions = {}): Promise<LoadedModel> {
  const { folder, maxLength, columns } = await find(name, context);
  const model = await loadTrainedModel(await startEngine(context), folder, tasks);
  const { maxPositionEmbeddings } = model.config;
  const own =
    model.task.type === 'question-answering' ? maxLengthFor(model.task.type, null, maxPositionEmbeddings) : null;
  return { model, maxLength: maxLength ?? own ?? maxPositionEmbeddings, columns };
}

async function find(name: string, context: Context): Promise<Found> {
  const isFolder = (await stat(name).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder && isRun(name)) return findInRun(name);
  if (!isFolder && name.startsWith('runs/')) {
    throw new UsageError('there is no such run', { where: name, fix: '`distiltune runs ls` lists the runs' });
  }
  const progress = createProgress(context);
  try {
    const folder = await resolveModel(name, {
      ...context.environment.hub,
      onProgress: ({ file, done, total }) => progress.update(`${name}: ${file} ${Math.floor((100 * done) / total)} %`),
    });
    return { folder, maxLength: null, columns: unknownColumns };
  } finally {
    progress.clear();
  }
}

/** A model folder has its weights in it; a run has events, a status, or a model folder. */
function isRun(folder: string): boolean {
  return ['events.jsonl', 'status.json', 'model'].some((name) => existsSync(join(folder, name)));
}

async function findInRun(run: string): Promise<Found> {
  const path = join(run, 'model');
  if (!existsSync(join(path, 'config.json'))) {
    throw new DataError('this run has saved no model yet', {
      where: run,
      fix: 'wait for its first evaluation, or train it again',
    });
  }
  const text = await readFile(join(run, 'config.json'), 'utf8').catch(() => '{}');
  const { maxLength, columns } = readRunConfig(text, join(run, 'config.json'));
  return { folder: await openModelFolder(path), maxLength, columns };
}

function readRunConfig(text: string, where: string): Omit<Found, 'folder'> {
  let config: { maxLength?: unknown; columns?: Partial<Record<keyof RunColumns, unknown>> };
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new DataError('this is not JSON', { where, fix: 'the run is damaged: name its model folder instead', cause });
  }
  const name = (value: unknown) => (typeof value === 'string' ? value : null);
  const names = (value: unknown) => (Array.isArray(value) && value.every((item) => name(item) !== null) ? value : null);
  return {
    maxLength: typeof config.maxLength === 'number' ? config.maxLength : null,
    columns: {
      text: name(config.columns?.text),
      pair: name(config.columns?.pair),
      label: name(config.columns?.label),
      labels: names(config.columns?.labels),
    },
  };
}
