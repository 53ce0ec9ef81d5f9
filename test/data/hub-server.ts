/** A server that speaks the parts of the Hugging Face hub's protocol that fetching a model needs, on this machine. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubServer {
  address: string;
  /** Every request so far, e.g. `GET /org/name/resolve/<commit>/config.json`; a test empties it. */
  requests: string[];
  /** Authorization headers met. */
  tokens: Set<string | undefined>;
  /** Models by name; datasets by name after `datasets/`. */
  models: Record<string, HubServerModel>;
  /** Takes over an answer where it returns true. */
  disturb: (path: string, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

export interface HubServerModel {
  /** Commits by branch, tag or commit. */
  revisions: Record<string, string>;
  /** Files by commit. */
  files: Record<string, Record<string, Uint8Array>>;
}

/** Files from this size on are "large": named by their SHA-256, as the hub does for LFS. */
export const largeFrom = 1000;

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const gitSha1 = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
export const etagOf = (bytes: Uint8Array) => (bytes.length >= largeFrom ? sha256(bytes) : gitSha1(bytes));

export async function startHub(models: HubServer['models']): Promise<HubServer> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://hub').pathname);
    hub.requests.push(`${request.method} ${path}`);
    hub.tokens.add(request.headers.authorization);
    if (!hub.disturb(path, response)) await answer(hub.models, request, path, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: HubServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    tokens: new Set(),
    models,
    disturb: () => false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hub;
}

async function answer(models: HubServer['models'], request: IncomingMessage, path: string, response: ServerResponse) {
  const [, name, revision] =
    /^\/api\/models\/(.+?)\/(?:revision|paths-info)\/(.+)$/.exec(path) ??
    /^\/api\/(datasets\/.+?)\/(?:revision|tree)\/([^/]+)/.exec(path) ??
    /^\/(.+?)\/resolve\/([^/]+)\//.exec(path) ??
    [];
  const model = models[name ?? ''];
  const commit = model?.revisions[revision ?? ''];
  const files = model?.files[commit ?? ''];
  if (files === undefined) return json(response, { error: 'Repository not found' }, 404);
  if (path.includes('/revision/'))
    return json(response, { _id: 'x', id: name, sha: commit, lastModified: '2024-01-01' });
  if (path.includes('/tree/')) {
    const folder = path.slice(path.indexOf(`/tree/${revision}/`) + `/tree/${revision}/`.length);
    const found = Object.keys(files).filter((file) => file.startsWith(`${folder}/`));
    if (found.length === 0) return json(response, { error: 'Not found' }, 404);
    return json(
      response,
      found.map((file) => pathInfo(file, files[file]!)),
    );
  }
  if (path.includes('/paths-info/')) {
    const { paths } = JSON.parse(await bodyOf(request));
    const found = (paths as string[]).filter((file) => Object.hasOwn(files, file));
    return json(
      response,
      found.map((file) => pathInfo(file, files[file]!)),
    );
  }
  const bytes = files[path.slice(path.indexOf(`/resolve/${revision}/`) + `/resolve/${revision}/`.length)];
  if (bytes === undefined) {
    response.setHeader('X-Error-Code', 'EntryNotFound');
    return json(response, { error: 'Entry not found' }, 404);
  }
  response.setHeader('ETag', `"${etagOf(bytes)}"`);
  response.setHeader('Accept-Ranges', 'bytes');
  if (request.headers.range !== undefined) {
    response.writeHead(206, { 'Content-Range': `bytes 0-0/${bytes.length}`, 'Content-Length': 1 });
    return response.end(bytes.subarray(0, 1));
  }
  response.writeHead(200, { 'Content-Length': bytes.length });
  return response.end(bytes);
}

export function pathInfo(path: string, bytes: Uint8Array) {
  const info = { type: 'file', path, size: bytes.length, oid: gitSha1(bytes) };
  return bytes.length < largeFrom
    ? info
    : { ...info, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } };
}

export function json(response: ServerResponse, body: unknown, status = 200) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
