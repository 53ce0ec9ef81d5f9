import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveDataset, resolveModel } from '../../src/data/hub.ts';
import { hubCacheDir } from '../../src/data/hub-cache.ts';
import { DataError, DistiltuneError, UsageError } from '../../src/errors.ts';
import type { ModelFolder } from '../../src/files.ts';
import { etagOf, gitSha1, type HubServer, json, pathInfo, sha256, startHub } from './hub-server.ts';

const text = (content: string) => new TextEncoder().encode(content);
const commitA = 'a'.repeat(40);
const commitB = 'b'.repeat(40);
const weightsA = new Uint8Array(300_000).map((_, i) => i % 251);
const weightsB = weightsA.map((byte) => byte ^ 0xff);
const filesA = {
  'config.json': text('{"model_type": "distilbert"}'),
  'tokenizer.json': text(`{"a": "${'x'.repeat(2000)}"}`),
  'vocab.txt': text('[PAD]\n'),
  'model.safetensors': weightsA,
  'pytorch_model.bin': new Uint8Array(50_000),
  'README.md': text('# not needed'),
  'onnx/model.onnx': new Uint8Array(10),
};
const index = text(
  JSON.stringify({ weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors', c: 'model-1.safetensors' } }),
);

let root: string;
let cacheDir: string;
let embeddedDir: string;
let hub: HubServer;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'distiltune-hub-'));
  cacheDir = join(root, 'hub');
  embeddedDir = join(root, 'models');
  await mkdir(join(embeddedDir, 'tiny'), { recursive: true });
  await writeFile(join(embeddedDir, 'tiny', 'config.json'), '{}');
  hub = await startHub({
    'org/name': {
      revisions: { main: commitA, [commitA]: commitA, [commitB]: commitB, 'refs/pr/1': commitB },
      files: { [commitA]: filesA, [commitB]: { ...filesA, 'model.safetensors': weightsB } },
    },
    sharded: {
      revisions: { main: commitA, [commitA]: commitA },
      files: {
        [commitA]: {
          'config.json': filesA['config.json'],
          'vocab.txt': filesA['vocab.txt'],
          'model.safetensors.index.json': index,
          'model-1.safetensors': weightsA,
          'model-2.safetensors': weightsB,
        },
      },
    },
  });
});

afterEach(async () => {
  await hub.close();
  await rm(root, { recursive: true });
});

type Options = Parameters<typeof resolveModel>[1];
const resolve = (name: string, options: Options = {}) =>
  resolveModel(name, { cacheDir, embeddedDir, endpoint: hub.address, ...options });

async function refusal(promise: Promise<unknown>): Promise<DistiltuneError> {
  const error = await promise.then(
    () => 'resolved',
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DistiltuneError);
  return error;
}

/** The SHA-256 of a file of a model. */
async function hashOf(folder: ModelFolder, name: string): Promise<string> {
  const file = await folder.open(name);
  try {
    return sha256(await file.read(0, file.size));
  } finally {
    await file.close();
  }
}

/** Every path under a folder. */
async function tree(folder: string): Promise<string[]> {
  return existsSync(folder) ? (await readdir(folder, { recursive: true })).sort() : [];
}

/** Lays a snapshot into the cache as Python's huggingface_hub does. */
async function pythonCache(name: string, commit: string, files: Record<string, Uint8Array>, ref = 'main') {
  const model = join(cacheDir, `models--${name.replace('/', '--')}`);
  const snapshot = join(model, 'snapshots', commit);
  for (const folder of [snapshot, join(model, 'blobs'), join(model, 'refs')]) await mkdir(folder, { recursive: true });
  await writeFile(join(model, 'refs', ref), commit);
  for (const [file, bytes] of Object.entries(files).filter(([name]) => !name.includes('/'))) {
    await writeFile(join(model, 'blobs', etagOf(bytes)), bytes);
    await symlink(join('..', '..', 'blobs', etagOf(bytes)), join(snapshot, file));
  }
  return snapshot;
}

describe('without the hub', () => {
  test('a folder, whatever its name', async () => {
    const folder = await resolve(join(embeddedDir, 'tiny'));
    expect(folder.where).toBe(join(embeddedDir, 'tiny'));
    expect(await folder.list()).toEqual(['config.json']);
  });
  test('an embedded model', async () => {
    expect((await resolve('tiny')).where).toBe(join(embeddedDir, 'tiny'));
  });
  test("the package's own model, wherever the program was started", async () => {
    const folder = await resolveModel('minilm-l6-h384-uncased', { offline: true, cacheDir });
    expect(await folder.readText('config.json')).toContain('"model_type": "distilbert"');
    expect((await folder.list()).sort()).toEqual([
      'LICENSE',
      'README.md',
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
  });
  test.each(['./nowhere', '/no/such/folder', 'a/b/c', 'C:\\models', '', 'org/..', 'a--b', 'name@', 'name@../x', '~/m'])(
    'the name %j can stand for nothing',
    async (name) => {
      const error = await refusal(resolve(name));
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toBe(`There is no model "${name}".`);
      expect(error.fix).toBe(
        'Name a folder with config.json and model.safetensors or the embedded tiny or a model of the hub such as ' +
          'distilbert-base-uncased or org/name@revision.',
      );
      expect(hub.requests).toEqual([]);
    },
  );
  test('a file is no model', async () => {
    const file = join(embeddedDir, 'tiny', 'config.json');
    expect((await refusal(resolve(file))).message).toBe(`"${file}" is a file.`);
  });
  test('the folder of the cache, from the variables that Python goes by', () => {
    const home = join(homedir(), '.cache', 'huggingface', 'hub');
    expect(hubCacheDir({})).toBe(home);
    expect(hubCacheDir({ HF_HOME: '' })).toBe(home);
    expect(hubCacheDir({ XDG_CACHE_HOME: '/x' })).toBe('/x/huggingface/hub');
    expect(hubCacheDir({ XDG_CACHE_HOME: '/x', HF_HOME: '/h' })).toBe('/h/hub');
    expect(hubCacheDir({ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' })).toBe('/old');
    expect(hubCacheDir({ HF_HUB_CACHE: '~/c', HUGGINGFACE_HUB_CACHE: '/old' })).toBe(join(homedir(), 'c'));
  });
});

describe('fetched', () => {
  test("into the layout of Python's cache, needed files only, each once", async () => {
    const progress: string[] = [];
    const folder = await resolve('org/name', {
      onProgress: ({ file, done, total }) => done === total && progress.push(`${file} ${total}`),
    });
    const model = join(cacheDir, 'models--org--name');
    expect(folder.where).toBe(join(model, 'snapshots', commitA));
    expect(await hashOf(folder, 'model.safetensors')).toBe(sha256(weightsA));
    const needed = ['config.json', 'model.safetensors', 'tokenizer.json', 'vocab.txt'] as const;
    expect(await tree(model)).toEqual(
      [
        'blobs',
        gitSha1(filesA['config.json']),
        sha256(weightsA),
        sha256(filesA['tokenizer.json']),
        gitSha1(filesA['vocab.txt']),
        'refs',
        'refs/main',
        'snapshots',
        `snapshots/${commitA}`,
        ...needed.map((name) => `snapshots/${commitA}/${name}`),
      ]
        .map((path) => (/^[0-9a-f]{40,}$/.test(path) ? `blobs/${path}` : path))
        .sort(),
    );
    expect(await readFile(join(model, 'refs', 'main'), 'utf8')).toBe(commitA);
    expect(await readlink(join(folder.where, 'model.safetensors'))).toBe(`../../blobs/${sha256(weightsA)}`);
    expect(progress.sort()).toEqual(needed.map((name) => `${name} ${filesA[name].length}`).sort());

    hub.requests.length = 0;
    expect((await resolve('org/name')).where).toBe(folder.where);
    expect(hub.requests).toEqual(['GET /api/models/org/name/revision/main']);
    hub.requests.length = 0;
    expect((await resolve('org/name', { offline: true })).where).toBe(folder.where);
    expect((await resolve(`org/name@${commitA}`)).where).toBe(folder.where);
    expect(hub.requests).toEqual([]);
  });

  test('a sharded model', async () => {
    const folder = await resolve('sharded');
    expect(await hashOf(folder, 'model-1.safetensors')).toBe(sha256(weightsA));
    expect(await hashOf(folder, 'model-2.safetensors')).toBe(sha256(weightsB));
    expect((await resolve('sharded', { offline: true })).where).toBe(folder.where);
    await rm(join(folder.where, 'model-2.safetensors'));
    expect((await refusal(resolve('sharded', { offline: true }))).message).toContain('(lacks model-2.safetensors)');
  });

  test('a revision with slashes; what both have in common is not fetched again', async () => {
    await resolve('org/name');
    hub.requests.length = 0;
    const folder = await resolve('org/name@refs/pr/1');
    expect(await hashOf(folder, 'model.safetensors')).toBe(sha256(weightsB));
    expect(await readFile(join(cacheDir, 'models--org--name', 'refs', 'refs/pr/1'), 'utf8')).toBe(commitB);
    expect(new Set(hub.requests.filter((request) => request.includes('/resolve/')))).toEqual(
      new Set([`GET /org/name/resolve/${commitB}/model.safetensors`]),
    );
  });

  test('with the token, where one is given', async () => {
    await resolve('org/name', { token: 'hf_secret' });
    expect([...hub.tokens]).toEqual(['Bearer hf_secret']);
    expect((await refusal(resolve('org/name', { token: 'secret' }))).message).toContain('does not begin with "hf_"');
  });

  test('not at all where the configuration is refused', async () => {
    const checkConfig = (content: string, where: string) => {
      expect(content).toBe('{"model_type": "distilbert"}');
      throw new DataError('not this one', { where });
    };
    expect((await refusal(resolve('org/name', { checkConfig }))).message).toBe('not this one');
    expect(hub.requests.filter((request) => request.includes('model.safetensors'))).toEqual([]);
  });

  test('by two at once', async () => {
    const folders = await Promise.all([resolve('org/name'), resolve('org/name'), resolve('org/name')]);
    for (const folder of folders) expect(await hashOf(folder, 'model.safetensors')).toBe(sha256(weightsA));
    expect((await tree(cacheDir)).filter((path) => /incomplete|tmp/.test(path))).toEqual([]);
  });
});

describe('what Python fetched is found', () => {
  test('offline, by branch and by commit', async () => {
    const snapshot = await pythonCache('org/name', commitB, filesA);
    expect((await resolve('org/name', { offline: true })).where).toBe(snapshot);
    expect((await resolve(`org/name@${commitB}`, { offline: true })).where).toBe(snapshot);
    expect(hub.requests).toEqual([]);
  });
  test('only what it left out is fetched', async () => {
    const { 'model.safetensors': _, ...fewer } = filesA;
    await pythonCache('org/name', commitA, fewer);
    const error = await refusal(resolve('org/name', { offline: true }));
    expect(error.message).toContain('(lacks model.safetensors)');
    const folder = await resolve('org/name');
    expect(await hashOf(folder, 'model.safetensors')).toBe(sha256(weightsA));
    expect(new Set(hub.requests.filter((request) => request.includes('/resolve/')))).toEqual(
      new Set([`GET /org/name/resolve/${commitA}/model.safetensors`]),
    );
  });
  test("DistilBERT's own checkpoints under either of their names", async () => {
    const snapshot = await pythonCache('distilbert/distilbert-base-uncased', commitA, filesA);
    expect((await resolve('distilbert-base-uncased', { offline: true })).where).toBe(snapshot);
    hub.models['distilbert-base-uncased'] = hub.models['org/name']!;
    expect((await resolve('distilbert-base-uncased')).where).toBe(snapshot);
    expect(hub.requests).toEqual(['GET /api/models/distilbert-base-uncased/revision/main']);
    await rm(cacheDir, { recursive: true });
    const older = await pythonCache('distilbert-base-uncased', commitA, filesA);
    expect((await resolve('distilbert/distilbert-base-uncased', { offline: true })).where).toBe(older);
  });
  test('a link whose blob is gone is no file', async () => {
    await pythonCache('org/name', commitA, filesA);
    await rm(join(cacheDir, 'models--org--name', 'blobs', sha256(weightsA)));
    expect((await refusal(resolve('org/name', { offline: true }))).message).toContain('(lacks model.safetensors)');
    expect(await hashOf(await resolve('org/name'), 'model.safetensors')).toBe(sha256(weightsA));
  });
});

describe('a download that fails', () => {
  /** Answers for the weights' contents, not for the question how large they are. */
  const atWeights = (answer: (response: Parameters<HubServer['disturb']>[1]) => void): HubServer['disturb'] => {
    let asked = 0;
    return (path, response) => {
      if (!path.endsWith('/model.safetensors') || ++asked < 2) return false;
      answer(response);
      return true;
    };
  };
  const broken: [string, Parameters<typeof atWeights>[0], string][] = [
    [
      'breaks off',
      (response) => {
        response.writeHead(200, { 'Content-Length': weightsA.length });
        response.write(weightsA.subarray(0, 70_000), () => response.destroy());
      },
      'cannot be reached',
    ],
    [
      'is too short',
      (response) => response.end(weightsA.subarray(0, 70_000)),
      'model.safetensors ended after 70000 of 300000 bytes',
    ],
    ['is damaged', (response) => response.end(weightsB), 'model.safetensors arrived damaged'],
    ['brings an error', (response) => json(response, { error: 'broken' }, 500), 'cannot be reached'],
    [
      'falls silent',
      (response) => response.writeHead(200).write(weightsA.subarray(0, 70_000)),
      'no answer for 3 seconds',
    ],
  ];
  test.each(broken)('because it %s leaves nothing behind', async (_, answer, message) => {
    hub.disturb = atWeights(answer);
    expect((await refusal(resolve('org/name', { patienceMs: 3000 }))).message).toContain(message);
    const left = await tree(cacheDir);
    expect(left.filter((path) => /incomplete|safetensors|refs/.test(path) || path.includes(sha256(weightsA)))).toEqual(
      [],
    );
    hub.disturb = () => false;
    expect(await hashOf(await resolve('org/name'), 'model.safetensors')).toBe(sha256(weightsA));
  });

  test('leaves the name at the snapshot it had', async () => {
    const before = await resolve('org/name');
    hub.models['org/name']!.revisions.main = commitB;
    hub.disturb = atWeights((response) => response.end(weightsA));
    expect((await refusal(resolve('org/name'))).message).toContain('arrived damaged');
    expect((await resolve('org/name', { offline: true })).where).toBe(before.where);
  });

  test('because the caller aborts, with the reason of the caller', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => controller.abort(reason);
    await expect(resolve('org/name', { signal: controller.signal, onProgress })).rejects.toBe(reason);
    await expect(resolve('org/name', { signal: controller.signal })).rejects.toBe(reason);
    expect((await tree(cacheDir)).filter((path) => path.includes('incomplete'))).toEqual([]);
  });
});

describe('no network', () => {
  /** An address of this machine at which nothing listens. */
  async function deadAddress(): Promise<string> {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as { port: number };
    await new Promise((closed) => server.close(closed));
    return `http://127.0.0.1:${port}`;
  }
  test('where was looked and what to do', async () => {
    const endpoint = await deadAddress();
    const error = await refusal(resolve('org/name', { endpoint }));
    expect(error.exitCode).toBe(1);
    expect(error.message).toBe(
      `The model "org/name" is not in the cache and ${endpoint} cannot be reached ` +
        `(connect ECONNREFUSED ${endpoint.slice('http://'.length)}). Looked in ${cacheDir}.`,
    );
    expect(error.fix).toBe(
      `Fetch it once where there is a network (its files land in ${cacheDir}), or name a folder with config.json and ` +
        'model.safetensors or the embedded tiny.',
    );
  });
  test('what is in the cache is used', async () => {
    const { where } = await resolve('org/name');
    expect((await resolve('org/name', { endpoint: await deadAddress() })).where).toBe(where);
  });
  test('a hub that never answers is given up', async () => {
    hub.disturb = () => true;
    expect((await refusal(resolve('org/name', { patienceMs: 200 }))).message).toContain('(no answer for 0.2 seconds)');
  });
  test('offline asks nobody', async () => {
    const error = await refusal(resolve('org/name', { offline: true }));
    expect(error.message).toBe(
      `The model "org/name" is not in the cache and the hub must not be asked (offline). Looked in ${cacheDir}.`,
    );
    expect(hub.requests).toEqual([]);
  });
});

describe('the hub refuses', () => {
  test('an unknown model and an unknown revision', async () => {
    const error = await refusal(resolve('org/other'));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe('The hub shows no model "org/other" (status 404).');
    expect((await refusal(resolve('org/name@v9'))).message).toBe(
      'The hub shows no model "org/name" at revision "v9" (status 404).',
    );
  });
  test('a model behind conditions', async () => {
    hub.disturb = (_, response) => {
      json(response, { error: 'gated' }, 403);
      return true;
    };
    expect((await refusal(resolve('org/name'))).fix).toContain(`${hub.address}/org/name`);
  });
  test('a model with a pickle only: nothing is fetched', async () => {
    const { 'model.safetensors': _, ...fewer } = filesA;
    hub.models['org/name']!.files[commitA] = fewer;
    const error = await refusal(resolve('org/name'));
    expect(error.message).toContain('The weights are in pytorch_model.bin, a pickle');
    expect(error.fix).toContain("m = r'org/name'");
    expect(await tree(cacheDir)).toEqual([]);
  });
});

describe('the token', () => {
  const token = 'hf_secretsecretsecret';
  test('goes to the hub, and not where the hub leads to', async () => {
    const elsewhere = await startHub(hub.models);
    hub.disturb = (path, response) => {
      if (!path.endsWith('/model.safetensors')) return false;
      response.setHeader('ETag', `"${etagOf(weightsA)}"`);
      response.writeHead(302, { Location: `${elsewhere.address}${path}` }).end();
      return true;
    };
    try {
      const folder = await resolve('org/name', { token });
      expect(await hashOf(folder, 'model.safetensors')).toBe(sha256(weightsA));
    } finally {
      await elsewhere.close();
    }
    expect([...hub.tokens]).toEqual([`Bearer ${token}`]);
    expect(elsewhere.requests).toContain(`GET /org/name/resolve/${commitA}/model.safetensors`);
    expect([...elsewhere.tokens]).toEqual([undefined]);
  });
  const answers: [string, (response: Parameters<HubServer['disturb']>[1]) => void][] = [
    ['an error', (response) => json(response, { error: `Bearer ${token} is not known` }, 401)],
    ['another one', (response) => json(response, { error: token }, 400)],
    ['a breakdown', (response) => json(response, { error: token }, 500)],
    ['the name of a commit', (response) => json(response, { _id: 'x', id: 'org/name', sha: token })],
    ['no JSON', (response) => response.end(`<html>${token}`)],
  ];
  test.each(answers)('is in no error where the hub sends it back as %s', async (_, answer) => {
    hub.disturb = (__, response) => {
      answer(response);
      return true;
    };
    const error = await refusal(resolve('org/name', { token }));
    expect([...hub.tokens]).toEqual([`Bearer ${token}`]);
    for (let told: unknown = error; told instanceof Error; told = told.cause) {
      expect(inspect(told, { depth: 9, showHidden: true })).not.toContain(token);
      expect(`${told.message}${told.stack}`).not.toContain(token);
    }
  });
});

describe('a hub that means harm cannot lead out of the cache', () => {
  /** Whatever happens, nothing but the cache and the embedded model is in the folder. */
  const nothingOutside = async () => {
    const outside = (await tree(root)).filter((path) => !path.startsWith('hub/models--'));
    expect(outside.filter((path) => path !== 'hub')).toEqual(['models', 'models/tiny', 'models/tiny/config.json']);
  };
  test('by the name of a commit', async () => {
    hub.models['org/name']!.revisions.main = '../../../../evil';
    hub.models['org/name']!.files['../../../../evil'] = filesA;
    expect((await refusal(resolve('org/name'))).message).toContain('it names the commit "../../../../evil"');
    await nothingOutside();
  });
  test('by files that were not asked for', async () => {
    hub.disturb = (path, response) => {
      if (!path.includes('/paths-info/')) return false;
      const evil = pathInfo('../../../../evil', text('x'));
      json(response, [
        evil,
        ...(['config.json', 'vocab.txt', 'model.safetensors'] as const).map((name) => pathInfo(name, filesA[name])),
      ]);
      return true;
    };
    await resolve('org/name');
    await nothingOutside();
  });
  test('by a configuration without end: it is not fetched', async () => {
    hub.disturb = (path, response) => {
      if (!path.includes('/paths-info/')) return false;
      json(response, [
        { ...pathInfo('config.json', filesA['config.json']), size: 2 ** 40 },
        pathInfo('model.safetensors', weightsA),
      ]);
      return true;
    };
    expect((await refusal(resolve('org/name'))).message).toContain('config.json has 1099511627776 bytes');
    expect(hub.requests.filter((request) => request.includes('/resolve/'))).toEqual([]);
  });
  test('by a checksum', async () => {
    hub.disturb = (path, response) => {
      if (!path.includes('/paths-info/')) return false;
      const info = { ...pathInfo('config.json', filesA['config.json']), oid: '../../../../evil' };
      json(response, [info, pathInfo('model.safetensors', weightsA)]);
      return true;
    };
    expect((await refusal(resolve('org/name'))).message).toContain('it names the checksum "../../../../evil"');
    await nothingOutside();
  });
  test('by the index of a sharded model', async () => {
    const evil = text(JSON.stringify({ weight_map: { a: '../../../../evil.safetensors' } }));
    hub.models.sharded!.files[commitA]!['model.safetensors.index.json'] = evil;
    hub.models.sharded!.files[commitA]!['../../../../evil.safetensors'] = weightsA;
    expect((await refusal(resolve('sharded'))).message).toContain('which is no safetensors file of its folder');
    await nothingOutside();
  });
});

describe('a dataset', () => {
  const rte = new Uint8Array(5000).map((_, i) => i % 250);
  const glue = {
    'README.md': text('# not needed'),
    'rte/train-00000-of-00001.parquet': rte,
    'rte/validation-00000-of-00001.parquet': text('PAR1 small'),
    'rte/notes.txt': text('not needed'),
    'cola/train-00000-of-00001.parquet': text('PAR1 of another task'),
  };
  const dataset = { name: 'org/glue', revision: 'main' };
  const fetchDataset = (folders: string[], options: Options = {}) =>
    resolveDataset(dataset, folders, { cacheDir, endpoint: hub.address, ...options });
  beforeEach(() => {
    hub.models['datasets/org/glue'] = {
      revisions: { main: commitA, [commitA]: commitA },
      files: { [commitA]: glue },
    };
  });

  test('the Parquet files of the folders that are asked for, in the cache that Python keeps', async () => {
    const folder = await fetchDataset(['rte', 'wnli']);
    expect(folder).toBe(join(cacheDir, 'datasets--org--glue', 'snapshots', commitA));
    expect((await tree(folder)).filter((path) => path.endsWith('.parquet'))).toEqual([
      'rte/train-00000-of-00001.parquet',
      'rte/validation-00000-of-00001.parquet',
    ]);
    expect(new Uint8Array(await readFile(join(folder, 'rte/train-00000-of-00001.parquet')))).toEqual(rte);
    expect(await readFile(join(cacheDir, 'datasets--org--glue/refs/main'), 'utf8')).toBe(commitA);
  });
  test('what is there is not fetched again; offline it is all there is', async () => {
    await fetchDataset(['rte']);
    hub.requests = [];
    await fetchDataset(['rte', 'cola']);
    expect(hub.requests.filter((request) => request.includes('/resolve/') && request.includes('/rte/'))).toEqual([]);
    hub.requests = [];
    expect(await tree(await fetchDataset(['rte'], { offline: true }))).toContain('cola/train-00000-of-00001.parquet');
    expect(hub.requests).toEqual([]);
  });
  test('without a network: what the cache has, else an error that says where it looked', async () => {
    const error = await refusal(fetchDataset(['rte'], { offline: true }));
    expect(error.message).toBe(
      `The dataset "org/glue" is not in the cache, and the hub must not be asked (offline). Looked in ${join(cacheDir, 'datasets--org--glue')}.`,
    );
    const folder = await fetchDataset(['rte']);
    const away = 'http://127.0.0.1:1';
    expect(await fetchDataset(['rte'], { endpoint: away })).toBe(folder);
    await rm(cacheDir, { recursive: true });
    expect((await refusal(fetchDataset(['rte'], { endpoint: away }))).message).toContain('cannot be reached');
  });
  test.each([
    'rte/../../../../../evil.parquet',
    'rte/..\\..\\evil.parquet',
    'rte/C:evil.parquet',
    'rte/./evil.parquet',
    'rte//evil.parquet',
    'rte/evil\0.parquet',
  ])('a file that would lie outside of the snapshot is refused: %j', async (path) => {
    hub.models['datasets/org/glue']!.files[commitA] = { [path]: text('PAR1') };
    const error = await refusal(fetchDataset(['rte']));
    expect(error.message).toContain(`it names a file "${path}"`);
    expect(await tree(root).then((paths) => paths.filter((path) => path.includes('evil')))).toEqual([]);
  });
  test('a damaged file is never in the cache', async () => {
    hub.disturb = (path, response) => {
      if (!path.endsWith('rte/train-00000-of-00001.parquet')) return false;
      response.setHeader('ETag', `"${etagOf(rte)}"`);
      response.writeHead(206, { 'Content-Range': `bytes 0-0/${rte.length}`, 'Content-Length': rte.length });
      response.end(rte.map((byte) => byte ^ 1));
      return true;
    };
    const error = await refusal(fetchDataset(['rte']));
    expect(error.message).toContain('rte/train-00000-of-00001.parquet arrived damaged: its checksum is wrong');
    expect((await tree(cacheDir)).filter((path) => path.endsWith('.parquet') || path.endsWith('.incomplete'))).toEqual(
      [],
    );
  });
  test('a dataset that the hub does not show', async () => {
    const error = await refusal(
      resolveDataset({ name: 'org/none', revision: 'main' }, ['rte'], { cacheDir, endpoint: hub.address }),
    );
    expect(error.message).toBe('The hub shows no dataset "org/none" (status 404).');
  });
});
