import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { resolveModel } from '../src/data/hub.ts';
import { probeAddon } from '../src/engine/install/probe-addon.ts';
import { findKernels, locateEngine } from '../src/engine/locate.ts';
import { defaultSettings } from '../src/trainer/settings.ts';
import type { Context } from './context.ts';
import { alignRows, wrap } from './plain/table.ts';

export interface Check {
  name: string;
  /** `warn`: it works, but not as well as it could. */
  state: 'ok' | 'warn' | 'fail';
  detail: string;
  fix?: string;
}

const oldestNode = [20, 15] as const;
/** Columns of the mark and the name. */
const beforeDetail = 19;
const hubTimeoutMs = 4000;
const gigabyte = 1e9;
const installBytes = 2 * gigabyte;
const runBytes = 1 * gigabyte;
const comfortableMemory = 3 * gigabyte;

/** Looks at everything that training depends on, and says of each what it found and what to do. */
export async function runDoctor(context: Context): Promise<void> {
  const checks = await Promise.all([
    checkNode(),
    checkEngine(context),
    checkModel(),
    checkMemory(),
    checkDisk('cache', context.environment.cacheDir, installBytes),
    checkDisk('this folder', process.cwd(), runBytes),
    checkHub(context),
    checkTerminal(context),
  ]);
  const { stdout } = context;
  if (context.json) stdout.line(JSON.stringify(checks));
  else {
    const { green, yellow, red } = stdout.colors;
    const marks = { ok: green('ok'), warn: yellow('warn'), fail: red('fail') };
    const lines = (text: string) => wrap(text, Math.max(30, stdout.width - beforeDetail));
    const rows = checks.flatMap(({ name, state, detail, fix }) => [
      ...lines(detail).map((line, i) => (i === 0 ? [marks[state], name, line] : ['', '', line])),
      ...(fix === undefined ? [] : lines(fix).map((line) => ['', '', line])),
    ]);
    for (const line of alignRows(rows)) stdout.line(line);
  }
  if (checks.some(({ state }) => state === 'fail')) process.exitCode = 1;
}

async function checkNode(): Promise<Check> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const check = { name: 'Node.js', detail: `${process.versions.node}, ${process.platform} ${process.arch}` };
  return isNew
    ? { ...check, state: 'ok' }
    : { ...check, state: 'fail', fix: `install ${oldestNode.join('.')} or newer` };
}

async function checkEngine({ environment }: Context): Promise<Check> {
  const name = 'engine';
  const { engine, kernels, cacheDir, variables } = environment;
  if (engine === 'wasm') return { name, state: 'ok', detail: 'wasm, as DISTILTUNE_ENGINE asks' };
  const { location, reasons } = locateEngine({ cacheDir });
  const fix = 'run distiltune engine install';
  if (location === null) return { name, state: 'warn', detail: `wasm, the slow one: ${reasons.join('; ')}`, fix };
  try {
    const { tensorflow } = await probeAddon(location.addon, { environment: variables, nodePath: process.execPath });
    const detail = `native TensorFlow ${tensorflow} (${location.source})`;
    if (kernels === 'composed') return { name, state: 'ok', detail: `${detail}, kernels composed as asked` };
    const { failure } = findKernels(location, { cacheDir });
    if (failure === null) return { name, state: 'ok', detail: `${detail}, kernels compiled` };
    const slower = `${detail}, slower than it could be: ${failure.reason}`;
    return { name, state: 'warn', detail: slower, ...(failure.fix === null ? {} : { fix: failure.fix }) };
  } catch (error) {
    const detail = `native TensorFlow does not load: ${(error as Error).message}`;
    return { name, state: 'warn', detail, fix: `${fix} --force` };
  }
}

async function checkModel(): Promise<Check> {
  const name = 'model';
  const { model } = defaultSettings;
  try {
    const files = await (await resolveModel(model, { offline: true })).list();
    if (files.includes('model.safetensors')) return { name, state: 'ok', detail: `${model} is embedded` };
  } catch {
    // Said below.
  }
  return { name, state: 'fail', detail: `the embedded ${model} is not whole`, fix: 'install distiltune again' };
}

async function checkMemory(): Promise<Check> {
  const total = process.constrainedMemory() || totalmem();
  const bytes = Math.min(total, totalmem());
  const detail = `${inGigabytes(bytes)} in all, ${inGigabytes(freemem())} free`;
  return bytes >= comfortableMemory
    ? { name: 'memory', state: 'ok', detail }
    : { name: 'memory', state: 'warn', detail, fix: 'keep to small models, or set accumulate=4' };
}

/** Room in a folder, or where it would be made. */
async function checkDisk(name: string, folder: string, wanted: number): Promise<Check> {
  let existing = folder;
  while (dirname(existing) !== existing && !(await exists(existing))) existing = dirname(existing);
  try {
    if (!(await stat(existing)).isDirectory()) throw new Error(`${existing} is no folder`);
    await access(existing, constants.W_OK);
    const { bavail, bsize } = await statfs(existing);
    const detail = `${folder}, ${inGigabytes(bavail * bsize)} free`;
    if (bavail * bsize >= wanted) return { name, state: 'ok', detail };
    return { name, state: 'warn', detail, fix: `free ${inGigabytes(wanted)} there` };
  } catch (error) {
    const fix = name === 'cache' ? 'set DISTILTUNE_CACHE to a folder that can be written to' : 'work in another folder';
    return { name, state: 'warn', detail: `${folder}: ${(error as Error).message}`, fix };
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function checkHub({ environment }: Context): Promise<Check> {
  const name = 'hub';
  const { offline, endpoint = 'https://huggingface.co', cacheDir } = environment.hub;
  if (offline) return { name, state: 'ok', detail: `not asked (HF_HUB_OFFLINE); cache in ${cacheDir}` };
  const fix = 'models come from folders and the cache only; the embedded one needs no network';
  try {
    const response = await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.timeout(hubTimeoutMs) });
    if (response.status < 500) return { name, state: 'ok', detail: `${endpoint} answers` };
    return { name, state: 'warn', detail: `${endpoint} answers with status ${response.status}`, fix };
  } catch (error) {
    const { cause, name: kind, message } = error as Error & { cause?: Error };
    const reason = kind === 'TimeoutError' ? `no answer in ${hubTimeoutMs / 1000} s` : (cause?.message ?? message);
    return { name, state: 'warn', detail: `${endpoint} cannot be reached: ${reason}`, fix };
  }
}

async function checkTerminal({ stderr, stdout }: Context): Promise<Check> {
  const kind = (output: Context['stdout']) => (output.isTerminal ? `${output.width} columns` : 'piped');
  const colours = stderr.colors.isColorSupported || stdout.colors.isColorSupported ? 'colours' : 'no colours';
  return { name: 'terminal', state: 'ok', detail: `output ${kind(stdout)}, progress ${kind(stderr)}, ${colours}` };
}

const inGigabytes = (bytes: number) => `${(bytes / gigabyte).toFixed(1)} GB`;
