/** Fetches the files of a model that training needs from the Hugging Face hub into its cache. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { downloadFile, HubApiError, modelInfo, pathsInfo } from '@huggingface/hub';
import { DistiltuneError, UsageError } from '../errors.ts';
import { noWeightsError, otherWeightFiles, shardNames, weightsFile, weightsIndexFile } from '../weight-files.ts';
import { cachedModelFolder, findCached, type HubModel, isCommit, isFile, linkBlob, writeRef } from './hub-cache.ts';

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

/**
 * Fetches what the cache does not have of a model and returns the snapshot's folder. A file takes its place in the cache when it
 * is whole and its checksum is right.
 * @throws HubUnreachableError where there is no network; UsageError for a model or revision that the hub does not show
 */
export async function downloadModel(model: HubModel, options: DownloadOptions): Promise<string> {
  if (options.token !== undefined && !options.token.startsWith('hf_')) {
    throw new UsageError('The token for the hub does not begin with "hf_".', {
      fix: 'Set HF_TOKEN to a token from https://huggingface.co/settings/tokens, or unset it.',
    });
  }
  const silence = silenceGuard(options);
  try {
    return await download(model, options, silence);
  } catch (error) {
    throw explain(error, model, options, silence);
  } finally {
    silence.stop();
  }
}

async function download(model: HubModel, options: DownloadOptions, silence: SilenceGuard): Promise<string> {
  const hub = {
    hubUrl: options.endpoint,
    fetch: silence.fetch,
    ...(options.token !== undefined && { accessToken: options.token }),
  };
  const { sha } = await modelInfo({ ...hub, name: model.name, revision: model.revision, additionalFields: ['sha'] });
  if (!isCommit(sha)) throw new Error(`it names the commit "${sha}"`);
  const noteRef = async (root: string) => {
    if (sha !== model.revision) await writeRef(root, model.revision, sha);
  };
  const cached = await findCached(options.cacheDir, { name: model.name, revision: sha });
  const whole = cached.find(({ lacks }) => lacks.length === 0);
  if (whole !== undefined) {
    // A cache that others share may be read-only; the snapshot is good all the same.
    await noteRef(whole.root).catch(() => undefined);
    return whole.folder;
  }
  const root = cachedModelFolder(options.cacheDir, model.name);
  const snapshot = join(root, 'snapshots', sha);

  const describe = async (paths: string[]): Promise<Map<string, RemoteFile>> => {
    const infos = await pathsInfo({ ...hub, repo: model.name, revision: sha, paths });
    return new Map(
      infos
        .filter((info) => info.type === 'file')
        .map((info) => [info.path, { path: info.path, size: info.size, etag: info.lfs?.oid ?? info.oid ?? '' }]),
    );
  };
  const fetchFile = async (file: RemoteFile): Promise<string> => {
    const path = join(snapshot, file.path);
    if (await isFile(path)) return path;
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(file.etag)) throw new Error(`it names the checksum "${file.etag}"`);
    const blob = join(root, 'blobs', file.etag);
    if (!(await isFile(blob))) {
      // Through plain HTTP: the hub serves every file so, and one path is one path to test.
      const body = await downloadFile({ ...hub, repo: model.name, revision: sha, path: file.path, xet: false });
      if (body === null) throw new Error(`it does not have the file ${file.path} that it lists`);
      await store(body.stream(), file, blob, silence, options.onProgress);
    }
    await linkBlob(blob, path);
    return path;
  };

  const files = await describe([...smallFiles, weightsFile, weightsIndexFile, ...otherWeightFiles]);
  if (!files.has(weightsFile) && !files.has(weightsIndexFile)) {
    throw noWeightsError([...files.keys()], `${options.endpoint}/${model.name}`, model.name);
  }
  for (const name of smallFiles) {
    const file = files.get(name);
    if (file === undefined) continue;
    const path = await fetchFile(file);
    if (name === 'config.json') options.checkConfig?.(await readFile(path, 'utf8'), path);
  }
  if (files.has(weightsFile)) {
    await fetchFile(files.get(weightsFile)!);
  } else {
    const index = await fetchFile(files.get(weightsIndexFile)!);
    const names = shardNames(await readFile(index, 'utf8'), index);
    const shards = await describe(names);
    for (const name of names) {
      const shard = shards.get(name);
      if (shard === undefined) throw new Error(`it does not have the file ${name} that the model's index names`);
      await fetchFile(shard);
    }
  }
  // Last, so that an interrupted download leaves the name at the snapshot it had before.
  await noteRef(root);
  return snapshot;
}

interface RemoteFile {
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

/** The error for a person. What a caller aborted with, and what already is one, stays as it is. */
function explain(error: unknown, model: HubModel, options: DownloadOptions, silence: SilenceGuard): unknown {
  if (options.signal?.aborted) return options.signal.reason;
  if (error instanceof DistiltuneError) return error;
  const where = `${options.endpoint}/${model.name}`;
  if (error instanceof HubApiError) {
    if (error.statusCode === 429 || error.statusCode >= 500) {
      return new HubUnreachableError(`it answers with status ${error.statusCode}`, { where, cause: error });
    }
    return refused(error, model, options, where);
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
    fix: 'Try again; where it stays so, fetch the model with another tool and name its folder.',
    cause: error,
  });
}

function refused(error: HubApiError, model: HubModel, options: DownloadOptions, where: string): UsageError {
  const wanted = `"${model.name}"${model.revision === 'main' ? '' : ` at revision "${model.revision}"`}`;
  if (error.statusCode === 403) {
    return new UsageError(`The hub does not let this account have ${wanted}.`, {
      where,
      fix: `Accept the model's conditions at ${where}, and set HF_TOKEN to a token of that account.`,
      cause: error,
    });
  }
  return new UsageError(`The hub shows no model ${wanted} (status ${error.statusCode}).`, {
    where,
    fix:
      'Check the spelling, e.g. distilbert-base-uncased or org/name@revision' +
      `${options.token === undefined ? '; a private model needs a token (HF_TOKEN)' : '; the token may not cover it'}.`,
    cause: error,
  });
}
