/** Finds the model that a name stands for: a folder, an embedded model, or one of the Hugging Face hub. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DistiltuneError, UsageError } from '../errors.ts';
import type { ModelFolder } from '../files.ts';
import {
  type CachedModel,
  cachedCommit,
  cachedRepoFolder,
  defaultHubCache,
  findCached,
  type HubModel,
} from './hub-cache.ts';
import { type DownloadProgress, downloadModel, HubUnreachableError, withRepo } from './hub-download.ts';
import { openModelFolder } from './model-folder.ts';

export interface ResolveOptions {
  /** The hub's cache (see `hubCacheDir`); default: `~/.cache/huggingface/hub`. */
  cacheDir?: string;
  /** Use what the cache has and nothing else. */
  offline?: boolean;
  /** For private and gated models. */
  token?: string;
  /** Address of the hub; default: https://huggingface.co. */
  endpoint?: string;
  /** Folder of the embedded models; default: the package's `models`. */
  embeddedDir?: string;
  /** Given the text of a downloaded `config.json` before the weights are fetched; throws for a model that is of no use. */
  checkConfig?: (text: string, where: string) => void;
  onProgress?: (progress: DownloadProgress) => void;
  /** Milliseconds without a byte after which the hub counts as out of reach; default: 15,000. */
  patienceMs?: number;
  signal?: AbortSignal;
}

const hubAddress = 'https://huggingface.co';

/**
 * Opens the model that `name` stands for: an existing folder, an embedded model, or a model of the hub (`name`, `org/name`,
 * `org/name@revision`), which is fetched into the hub's cache unless it is there.
 * @throws UsageError for a name that can stand for nothing; DistiltuneError where the model can be neither found nor fetched
 */
export async function resolveModel(name: string, options: ResolveOptions = {}): Promise<ModelFolder> {
  if (await isFolder(name)) return openModelFolder(name);
  const embeddedDir = options.embeddedDir ?? embeddedModelsDir();
  const embedded = await embeddedModels(embeddedDir);
  if (embedded.includes(name)) return openModelFolder(join(embeddedDir, name));

  const model = parseHubName(name);
  if (model === undefined || existsSync(name)) {
    throw new UsageError(existsSync(name) ? `"${name}" is a file.` : `There is no model "${name}".`, {
      fix: `Name ${atHand(embedded)} or a model of the hub such as distilbert-base-uncased or org/name@revision.`,
    });
  }
  return openModelFolder(await hubFolder(model, embedded, options));
}

/** What fetching a dataset takes: as for a model. */
export type DatasetOptions = Omit<ResolveOptions, 'embeddedDir' | 'checkConfig'>;

/**
 * Fetches the Parquet files of some folders of a dataset of the hub into the hub's cache, where Python's datasets keep theirs, and
 * returns the snapshot's folder. Without a network, what the cache has.
 * @throws DistiltuneError where there is neither; UsageError for a dataset that the hub does not show
 */
export async function resolveDataset(
  dataset: HubModel,
  folders: readonly string[],
  options: DatasetOptions = {},
): Promise<string> {
  const { cacheDir = defaultHubCache(), endpoint = hubAddress, offline = false, patienceMs = 15_000 } = options;
  const repo = { ...dataset, type: 'dataset' as const };
  const root = cachedRepoFolder(cacheDir, repo);
  const commit = await cachedCommit(root, dataset.revision);
  const cached = commit === undefined ? undefined : join(root, 'snapshots', commit);
  const notThere = (reason: string, cause?: unknown) =>
    new DistiltuneError(`The dataset "${dataset.name}" is not in the cache, and ${reason}. Looked in ${root}.`, {
      fix: 'Fetch it once where there is a network, or name a folder that has the files.',
      cause,
    });
  const hasCached = cached !== undefined && (await isFolder(cached));
  if (offline) {
    if (hasCached) return cached;
    throw notThere('the hub must not be asked (offline)');
  }
  try {
    return await withRepo(repo, { ...options, cacheDir, endpoint, patienceMs }, async (opened) => {
      for (const folder of folders) {
        for (const file of await opened.list(folder)) if (file.path.endsWith('.parquet')) await opened.fetch(file);
      }
      await opened.note();
      return opened.snapshot;
    });
  } catch (error) {
    if (!(error instanceof HubUnreachableError)) throw error;
    if (hasCached) return cached;
    throw notThere(`${endpoint} cannot be reached (${error.message})`, error);
  }
}

/** The folder of the hub's cache that holds the model, fetched where it must be. */
async function hubFolder(model: HubModel, embedded: string[], options: ResolveOptions): Promise<string> {
  const { cacheDir = defaultHubCache(), endpoint = hubAddress, offline = false, patienceMs = 15_000 } = options;
  const cached = await findCached(cacheDir, model);
  const whole = cached.find((found) => found.lacks.length === 0);
  if (whole !== undefined && (offline || whole.pinned)) return whole.folder;
  if (offline) throw notFound(model, cacheDir, cached, embedded, 'and the hub must not be asked (offline)');
  try {
    return await downloadModel(model, { ...options, cacheDir, endpoint, patienceMs });
  } catch (error) {
    if (!(error instanceof HubUnreachableError)) throw error;
    if (whole !== undefined) return whole.folder;
    throw notFound(model, cacheDir, cached, embedded, `and ${endpoint} cannot be reached (${error.message})`, error);
  }
}

function notFound(
  model: HubModel,
  cacheDir: string,
  cached: CachedModel[],
  embedded: string[],
  reason: string,
  cause?: unknown,
): DistiltuneError {
  const partial = cached.map(({ folder, lacks }) => `${folder} (lacks ${lacks.join(' and ')})`);
  const lookedIn = partial.length > 0 ? partial.join(', ') : cacheDir;
  return new DistiltuneError(`The model "${model.name}" is not in the cache ${reason}. Looked in ${lookedIn}.`, {
    fix: `Fetch it once where there is a network (its files land in ${cacheDir}), or name ${atHand(embedded)}.`,
    cause,
  });
}

/** What can be named without the hub. */
function atHand(embedded: string[]): string {
  return ['a folder with config.json and model.safetensors', ...embedded.map((name) => `the embedded ${name}`)].join(
    ' or ',
  );
}

/** `name`, `org/name`, each with `@revision` or without; undefined for what cannot be a model of the hub. */
function parseHubName(text: string): HubModel | undefined {
  const [, name, revision = 'main'] =
    /^((?:[\w][\w.-]*\/)?[\w][\w.-]*?)(?:@([\w][\w.-]*(?:\/[\w][\w.-]*)*))?$/.exec(text) ?? [];
  // The hub allows neither in a name: the cache writes "/" as "--".
  if (name === undefined || name.length > 96 || /--|\.\.|\.\.$/.test(name) || revision.includes('..')) return undefined;
  return { name, revision };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** `models` in the package's root, which is two folders above the sources and three above their compiled form. */
function embeddedModelsDir(): string {
  const candidates = ['../../models', '../../../models'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

async function embeddedModels(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => existsSync(join(folder, name, 'config.json')));
}
