/**
 * The cache that Python's huggingface_hub keeps: `models--org--name/` with `blobs/<etag>`, `snapshots/<commit>/<file>` (links
 * to blobs) and `refs/<revision>` (the commit that a branch or tag stood at).
 */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { shardNames, weightsFile, weightsIndexFile } from '../weight-files.ts';

/** A model of the hub. */
export interface HubModel {
  /** `name` or `org/name`. */
  name: string;
  /** A branch, a tag or a commit. */
  revision: string;
}

/** A repository of the hub: models and datasets have a namespace each. */
export interface HubRepo extends HubModel {
  type: 'model' | 'dataset';
}

/** A snapshot in the cache. */
export interface CachedModel {
  /** The model's folder in the cache. */
  root: string;
  /** The snapshot in it. */
  folder: string;
  /** What a model needs and the snapshot does not have; empty for a whole one. */
  lacks: string[];
  /** The revision is a commit, of which nothing newer can exist. */
  pinned: boolean;
}

/** Where huggingface_hub would keep its cache, given the environment. */
export function hubCacheDir(environment: Record<string, string | undefined>): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  const home = (path: string) => path.replace(/^~(?=\/|$)/, homedir());
  const root = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return home(HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(root, 'hub'));
}

export const defaultHubCache = (): string => hubCacheDir({});

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** The folder of a repository in the cache. */
export function cachedRepoFolder(cacheDir: string, { type, name }: Pick<HubRepo, 'type' | 'name'>): string {
  return join(cacheDir, `${type}s--${name.replace('/', '--')}`);
}

/** The commit of a repository that the cache knows its revision to stand at; undefined where it was never fetched. */
export async function cachedCommit(root: string, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const commit = (await readFile(join(root, 'refs', revision), 'utf8').catch(() => '')).trim();
  return isCommit(commit) ? commit : undefined;
}

/** The snapshots of a model at its revision, whole ones or not; none where it was never fetched. */
export async function findCached(cacheDir: string, model: HubModel): Promise<CachedModel[]> {
  const found: CachedModel[] = [];
  for (const name of [model.name, ...otherNames(model.name)]) {
    const root = cachedRepoFolder(cacheDir, { type: 'model', name });
    const commit = await cachedCommit(root, model.revision);
    if (commit === undefined) continue;
    const folder = join(root, 'snapshots', commit);
    const files = await readdir(folder).catch(() => undefined);
    if (files !== undefined)
      found.push({ root, folder, lacks: await lacking(folder), pinned: isCommit(model.revision) });
  }
  return found;
}

/** DistilBERT's own checkpoints moved into an organisation; both names lead to them and Python caches under the one it was given. */
function otherNames(name: string): string[] {
  if (/^distilbert-[^/]+$/.test(name)) return [`distilbert/${name}`];
  if (/^distilbert\/distilbert-/.test(name)) return [name.slice('distilbert/'.length)];
  return [];
}

/** What a model needs and `folder` does not have. A link whose blob is gone counts as nothing. */
async function lacking(folder: string): Promise<string[]> {
  const has = (name: string) => isFile(join(folder, name));
  const lacks: string[] = [];
  if (!(await has('config.json'))) lacks.push('config.json');
  if (!(await has('tokenizer.json')) && !(await has('vocab.txt'))) lacks.push('tokenizer.json or vocab.txt');
  if (await has(weightsFile)) return lacks;
  if (!(await has(weightsIndexFile))) return [...lacks, weightsFile];
  const index = await readFile(join(folder, weightsIndexFile), 'utf8');
  for (const name of shardNames(index, join(folder, weightsIndexFile))) {
    if (!(await has(name))) lacks.push(name);
  }
  return lacks;
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** Makes the file `name` of a snapshot a link to a blob: a relative one, so that the cache can move; a copy where links are forbidden. */
export async function linkBlob(blob: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await symlink(relative(dirname(path), blob), temporary);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    await copyFile(blob, temporary);
  }
  await rename(temporary, path).catch(async (error) => {
    await rm(temporary, { force: true });
    throw error;
  });
}

/** Notes the commit that a branch or tag stands at. */
export async function writeRef(root: string, revision: string, commit: string): Promise<void> {
  const path = join(root, 'refs', revision);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, commit);
  await rename(temporary, path);
}
