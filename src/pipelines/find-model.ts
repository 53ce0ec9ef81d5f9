import { type ResolveOptions, resolveModel } from '../data/hub.ts';
import { openModelFolder } from '../data/model-folder.ts';
import { DataError } from '../errors.ts';
import type { ModelFolder } from '../files.ts';

export interface FoundModel {
  folder: ModelFolder;
  /** Most tokens of a sequence that a run was trained with; null where that is not known. */
  maxLength: number | null;
  /** What `config.json` of a run says; null where there is none that can be read. */
  run: Readonly<Record<string, unknown>> | null;
}

/**
 * Finds what `name` stands for: the folder of a run (its best model), the folder of a model, an embedded model, or a
 * model of the hub.
 * @throws DataError when a run has saved no model; UsageError or DistiltuneError as `resolveModel`
 */
export async function findModel(name: string, options: ResolveOptions = {}): Promise<FoundModel> {
  return (await findInRun(name)) ?? { folder: await resolveModel(name, options), maxLength: null, run: null };
}

/** A run's folder has the best model in a folder of its own, and a log and a status beside it. */
async function findInRun(path: string): Promise<FoundModel | undefined> {
  const run = await openIfFolder(path);
  if (run === undefined) return undefined;
  const best = await openIfFolder(`${path}/model`);
  if (best !== undefined && (await best.list()).includes('config.json')) {
    const config = readRunConfig((await run.readText('config.json')) ?? '{}');
    const maxLength = config?.maxLength;
    return { folder: best, maxLength: typeof maxLength === 'number' ? maxLength : null, run: config };
  }
  const files = await run.list();
  if (!files.includes('events.jsonl') && !files.includes('status.json')) return undefined;
  throw new DataError('This run has saved no model yet.', {
    where: path,
    fix: 'Wait for its first evaluation, or train it again.',
  });
}

async function openIfFolder(path: string): Promise<ModelFolder | undefined> {
  try {
    return await openModelFolder(path);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** The model is whole without it: a config that cannot be read says nothing. */
function readRunConfig(text: string): FoundModel['run'] {
  try {
    const config: unknown = JSON.parse(text);
    return typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
