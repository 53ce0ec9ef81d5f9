/** Fetches the files of a repository of the Hugging Face hub into its cache; of a model those that training needs. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { datasetInfo, downloadFile, HubApiError, listFiles, modelInfo, pathsInfo } from '@huggingface/hub';
import { DistiltuneError, UsageError } from '../errors.ts';
import { shorten } from '../shorten.ts';
import { noWeightsError, otherWeightFiles, shardNames, weightsFile, weightsIndexFile } from '../weight-files.ts';
import {
  cachedRepoFolder,
  findCached,
  type HubModel,
  type HubRepo,
  isCommit,
  isFile,
  linkBlob,
  writeRef,
} from './hub-cache.ts';
import { MOST_TEXT_BYTES } from './model-folder.ts';

export interface DownloadProgress {
  file: string;
  /** Bytes. */
  done: number;
  total: number;
}

export interface DownloadOptions {
  cacheDir: string;
  endpoint: string;
  token?: string;
  checkConfig?: (text: string, where: string) => void;
  onProgress?: (progress: DownloadProgress) => void;
  /** Milliseconds without a byte after which the hub counts as out of reach. */
  patienceMs: number;
  signal?: AbortSignal;
}

/** The hub gave no answer, or says that it cannot for now. */
export class HubUnreachableError extends DistiltuneError {}

const smallFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt', 'special_tokens_map.json'];

/** A repository at the commit that its revision stands at now. */
export interface OpenRepo {
  commit: string;
  /** Its folder in the cache. */
  root: string;
  /** The folder of the commit's files in the cache. */
  snapshot: string;
  /** Those of the paths that the repository has. */
  describe(paths: string[]): Promise<Map<string, RemoteFile>>;
  /** The files of a folder and all below; none where there is no such folder. */
  list(folder: string): Promise<RemoteFile[]>;
  /** Fetches a file unless it is there, and returns its path. It takes its place when it is whole and its checksum is right. */
  fetch(file: RemoteFile): Promise<string>;
  /** Notes the commit under the revision's name. Last, so that an interrupted download leaves the name where it stood. */
  note(folder?: string): Promise<void>;
}

/**
 * Asks the hub for a repository, and hands it to `use`.
 * @throws HubUnreachableError where there is no network; UsageError for a repository or revision that the hub does not show
 */
export async function withRepo<T>(
  repo: HubRepo,
  options: DownloadOptions,
  use: (opened: OpenRepo) => Promise<T>,
): Promise<T> {
  if (options.token !== undefined && !options.token.startsWith('hf_')) {
    throw new UsageError('The token for the hub does not begin with "hf_".', {
      fix: 'Set HF_TOKEN to a token from https://huggingface.co/settings/tokens, or unset it.',
    });
  }
  const silence = silenceGuard(options);
  try {
    return await use(await openRepo(repo, options, silence));
  } catch (error) {
    throw explain(withoutToken(error, options.token), repo, options, silence);
  } finally {
    silence.stop();
  }
}

async function openRepo(repo: HubRepo, options: DownloadOptions, silence: SilenceGuard): Promise<OpenRepo> {
  const hub = {
    hubUrl: options.endpoint,
    fetch: silence.fetch,
    ...(options.token !== undefined && { accessToken: options.token }),
  };
  const { type, name, revision } = repo;
  const asked = { ...hub, name, revision };
  const { sha } =
    type === 'model'
      ? await modelInfo({ ...asked, additionalFields: ['sha'] })
      : await datasetInfo({ ...asked, additionalFields: ['sha'] });
  if (!isCommit(sha)) throw new Error(`it names the commit "${shorten(String(sha))}"`);
  const root = cachedRepoFolder(options.cacheDir, repo);
  const snapshot = join(root, 'snapshots', sha);
  const at = { ...hub, repo: { type, name }, revision: sha };
  const remote = ({
    path,
    size,
    oid,
    lfs,
  }: Pick<RemoteFile, 'path' | 'size'> & { oid?: string; lfs?: { oid: string } }) =>
    ({ path, size, etag: lfs?.oid ?? oid ?? '' }) satisfies RemoteFile;
  return {
    commit: sha,
    root,
    snapshot,
    async describe(paths) {
      const infos = await pathsInfo({ ...at, paths });
      return new Map(infos.filter((entry) => entry.type === 'file').map((entry) => [entry.path, remote(entry)]));
    },
    async list(folder) {
      const found: RemoteFile[] = [];
      try {
        for await (const entry of listFiles({ ...at, path: folder, recursive: true })) {
          if (entry.type === 'file') found.push(remote(entry));
        }
      } catch (error) {
        if (!(error instanceof HubApiError && error.statusCode === 404)) throw error;
      }
      return found;
    },
    async fetch(file) {
      if (!isInside(file.path)) throw new Error(`it names a file "${shorten(file.path)}"`);
      const path = join(snapshot, file.path);
      if (await isFile(path)) return path;
      if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(file.etag))
        throw new Error(`it names the checksum "${shorten(file.etag)}"`);
      const blob = join(root, 'blobs', file.etag);
      if (!(await isFile(blob))) {
        // Through plain HTTP: the hub serves every file so, and one path is one path to test.
        const body = await downloadFile({ ...at, path: file.path, xet: false });
        if (body === null) throw new Error(`it does not have the file ${file.path} that it lists`);
        await store(body.stream(), file, blob, silence, options.onProgress);
      }
      await linkBlob(blob, path);
      return path;
    },
    async note(folder = root) {
      if (sha !== revision) await writeRef(folder, revision, sha);
    },
  };
}

/**
 * Fetches what the cache does not have of a model and returns the snapshot's folder.
 * @throws HubUnreachableError where there is no network; UsageError for a model or revision that the hub does not show
 */
export function downloadModel(model: HubModel, options: DownloadOptions): Promise<string> {
  return withRepo({ ...model, type: 'model' }, options, (repo) => downloadFrom(repo, model.name, options));
}

async function downloadFrom(repo: OpenRepo, name: string, options: DownloadOptions): Promise<string> {
  const cached = await findCached(options.cacheDir, { name, revision: repo.commit });
  const whole = cached.find(({ lacks }) => lacks.length === 0);
  if (whole !== undefined) {
    // A cache that others share may be read-only; the snapshot is good all the same.
    await repo.note(whole.root).catch(() => undefined);
    return whole.folder;
  }
  const files = await repo.describe([...smallFiles, weightsFile, weightsIndexFile, ...otherWeightFiles]);
  if (!files.has(weightsFile) && !files.has(weightsIndexFile)) {
    throw noWeightsError([...files.keys()], `${options.endpoint}/${name}`, name);
  }
  for (const small of smallFiles) {
    const file = files.get(small);
    if (file === undefined) continue;
    if (file.size > MOST_TEXT_BYTES)
      throw new Error(`${small} has ${file.size} bytes, and ${MOST_TEXT_BYTES} is the limit`);
    const path = await repo.fetch(file);
    if (small === 'config.json') options.checkConfig?.(await readFile(path, 'utf8'), path);
  }
  if (files.has(weightsFile)) {
    await repo.fetch(files.get(weightsFile)!);
  } else {
    const index = await repo.fetch(files.get(weightsIndexFile)!);
    const names = shardNames(await readFile(index, 'utf8'), index);
    const shards = await repo.describe(names);
    for (const shardName of names) {
      const shard = shards.get(shardName);
      if (shard === undefined) throw new Error(`it does not have the file ${shardName} that the model's index names`);
      await repo.fetch(shard);
    }
  }
  await repo.note();
  return repo.snapshot;
}

/** A name is the hub's to choose; a place outside of the snapshot is not, here or on another system. */
function isInside(path: string): boolean {
  return path.split('/').every((part) => /^[^\\:\0]+$/.test(part) && part !== '.' && part !== '..');
}

export interface RemoteFile {
  path: string;
  size: number;
  /** SHA-256 of a large file; of a small one the SHA-1 that git gives it. */
  etag: string;
}

/** Writes a file beside its place and moves it there when it is whole. */
async function store(
  body: ReadableStream<Uint8Array>,
  file: RemoteFile,
  blob: string,
  silence: SilenceGuard,
  onProgress: DownloadOptions['onProgress'],
): Promise<void> {
  await mkdir(dirname(blob), { recursive: true });
  // A name of its own: another process may be fetching the same file.
  const temporary = `${blob}.${randomBytes(4).toString('hex')}.incomplete`;
  try {
    const hash = file.etag.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${file.size}\0`);
    const target = await open(temporary, 'wx');
    try {
      let done = 0;
      onProgress?.({ file: file.path, done, total: file.size });
      for await (const chunk of silence.read(body)) {
        hash.update(chunk);
        await target.writeFile(chunk);
        done += chunk.length;
        onProgress?.({ file: file.path, done, total: file.size });
      }
      if (done !== file.size) throw new Error(`${file.path} ended after ${done} of ${file.size} bytes`);
      if (hash.digest('hex') !== file.etag) throw new Error(`${file.path} arrived damaged: its checksum is wrong`);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(temporary, blob);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

interface SilenceGuard {
  fetch: typeof fetch;
  /** The chunks of a body. */
  read(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Why the guard ended the requests; undefined while it has not. */
  readonly reason: Error | undefined;
  stop(): void;
}

/** Ends every request when the caller aborts, or when nothing has arrived for too long. */
function silenceGuard({ signal, patienceMs }: DownloadOptions): SilenceGuard {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  let reason: Error | undefined;
  const timer = setTimeout(() => {
    reason = new Error(`no answer for ${patienceMs / 1000} seconds`);
    controller.abort(reason);
  }, patienceMs);
  return {
    get reason() {
      return reason;
    },
    async fetch(input, init) {
      timer.refresh();
      const response = await fetch(input, { ...init, signal: controller.signal });
      timer.refresh();
      return response;
    },
    async *read(body) {
      const reader = body.getReader();
      try {
        while (true) {
          const { done, value } = await reader.read();
          timer.refresh();
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    },
    stop() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** A hub that sends back what it was sent must not get a token into a message, nor into the stack that `-v` shows. */
function withoutToken(error: unknown, token: string | undefined): unknown {
  if (!(error instanceof Error) || token === undefined) return error;
  for (const key of ['message', 'stack', 'data', 'url'] as const) {
    const holder = error as unknown as Record<string, unknown>;
    const text = typeof holder[key] === 'string' ? holder[key] : JSON.stringify(holder[key]);
    if (text?.includes(token)) holder[key] = text.replaceAll(token, 'hf_***');
  }
  withoutToken(error.cause, token);
  return error;
}

/** The error for a person. What a caller aborted with, and what already is one, stays as it is. */
function explain(error: unknown, repo: HubRepo, options: DownloadOptions, silence: SilenceGuard): unknown {
  if (options.signal?.aborted) return options.signal.reason;
  if (error instanceof DistiltuneError) return error;
  const where = `${options.endpoint}/${repo.type === 'dataset' ? 'datasets/' : ''}${repo.name}`;
  if (error instanceof HubApiError) {
    if (error.statusCode === 429 || error.statusCode >= 500) {
      return new HubUnreachableError(`it answers with status ${error.statusCode}`, { where, cause: error });
    }
    return refused(error, repo, options, where);
  }
  if (silence.reason !== undefined) return new HubUnreachableError(silence.reason.message, { where, cause: error });
  const { cause, code, message = String(error) } = error as { cause?: unknown; code?: string; message?: string };
  if (error instanceof TypeError || typeof error === 'string') {
    // fetch's own message says nothing: "fetch failed", "terminated".
    const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message;
    return new HubUnreachableError(reason ?? message, { where, cause: error });
  }
  if (code !== undefined) {
    return new DistiltuneError(`The hub's cache cannot be written: ${message}.`, {
      where: options.cacheDir,
      fix: 'Check the free space and the permissions there, or set HF_HUB_CACHE to another folder.',
      cause: error,
    });
  }
  return new DistiltuneError(`What the hub sent cannot be used: ${message}.`, {
    where,
    fix: 'Try again; where it stays so, fetch it with another tool and name its folder.',
    cause: error,
  });
}

function refused(error: HubApiError, repo: HubRepo, options: DownloadOptions, where: string): UsageError {
  const wanted = `"${repo.name}"${repo.revision === 'main' ? '' : ` at revision "${repo.revision}"`}`;
  if (error.statusCode === 403) {
    return new UsageError(`The hub does not let this account have ${wanted}.`, {
      where,
      fix: `Accept its conditions at ${where}, and set HF_TOKEN to a token of that account.`,
      cause: error,
    });
  }
  return new UsageError(`The hub shows no ${repo.type} ${wanted} (status ${error.statusCode}).`, {
    where,
    fix:
      `Check the spelling, e.g. ${repo.type === 'model' ? 'distilbert-base-uncased or ' : ''}org/name@revision` +
      `${options.token === undefined ? `; a private ${repo.type} needs a token (HF_TOKEN)` : '; the token may not cover it'}.`,
    cause: error,
  });
}
