import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DistiltuneError } from '../../errors.ts';
import { type EngineLocation, type InstallationRecord, type KernelsFailure, locateEngine } from '../locate.ts';
import { ADDON_FILE, compileAddon, findCompiler } from './compile-addon.ts';
import { compileKernels } from './compile-kernels.ts';
import { compiledKernels, type KernelOptions, kernelsPart } from './kernels-part.ts';
import { type EngineLayout, engineLayout, readManifest, TEMPORARY_PREFIX } from './layout.ts';
import { acquireLock } from './lock.ts';
import { probeAddon } from './probe-addon.ts';
import type { Environment } from './run-command.ts';
import { type EngineSources, publishedSources } from './sources.ts';
import { ensureTensorflowLibrary } from './tensorflow-library.ts';
import { ensureTfjsNode } from './tfjs-node-package.ts';
import type { InstallProgress, InstallStep, StepContext, StepFailure } from './types.ts';
import { installFromUpstream } from './upstream.ts';

export interface InstallOptions extends KernelOptions {
  /** The person's cache folder (see `userCacheFolder`). */
  cacheDir: string;
  /** The environment that npm, pip and the compiler are run in. */
  environment: Environment;
  /** The Node.js program that tries the addon out: `process.execPath`. */
  nodePath: string;
  onProgress?: ((progress: InstallProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Which rungs of the ladder to try; all by default. */
  steps?: InstallStep[] | undefined;
  /** Makes the cache's parts anew even where they are whole; the old ones stay until the new ones are ready. */
  force?: boolean | undefined;
  resolveFrom?: string | undefined;
  sources?: EngineSources | undefined;
}

export interface InstallResult {
  engine: 'native' | 'wasm';
  /** The rung that the engine stands on. */
  step: InstallStep;
  location: EngineLocation | null;
  tensorflow: string | null;
  /** Why each rung tried before did not hold. */
  failures: StepFailure[];
  /** Why the kernels of `native/` are not compiled, so that the composed ones remain; null when they are, and with wasm. */
  kernelsFailure: KernelsFailure | null;
}

const LADDER: InstallStep[] = ['present', 'upstream', 'wheel', 'wasm'];

/**
 * Installs native TensorFlow into the person's cache: an addon that already loads is used; else tfjs-node's own
 * installer runs, where its host answers; else, on Linux, the TensorFlow C library is taken out of its Python wheel
 * and the addon compiled against it; else the wasm engine remains, which is part of the package. With native TensorFlow
 * there, the kernels of `native/` are compiled for this processor; where that fails, TensorFlow's own ops remain.
 *
 * May be called again at any time, and by several processes at once: one installs, the others wait and use what it
 * made. A process killed in the middle leaves nothing that a later one would mistake for whole.
 * @throws DistiltuneError when none of the given `steps` leads to an engine; the signal's reason when aborted
 */
export async function installEngine(options: InstallOptions): Promise<InstallResult> {
  const { cacheDir, signal, steps = LADDER, force = false, sources = publishedSources } = options;
  const layout = engineLayout(cacheDir, sources.wheel.version);
  const failures: StepFailure[] = [];
  const refused: string[] = [];
  const report = (step: InstallProgress['step']): StepContext['progress'] => {
    return (message, received = null, total = null) => options.onProgress?.({ step, message, received, total });
  };

  await mkdir(layout.root, { recursive: true });
  const release = await acquireLock(layout.lock, {
    signal,
    onWait: (holder) => report('present')(`waiting for ${holder}, which is installing`),
  });
  try {
    await removeTemporary(layout);
    // What did not load the last time is tried again: the machine may have changed.
    await rm(layout.record, { force: true });
    for (const step of LADDER.filter((rung) => steps.includes(rung) && !(force && rung === 'present'))) {
      const temporary = await mkdtemp(path.join(layout.root, TEMPORARY_PREFIX));
      const context: StepContext = { ...options, signal, force, temporary, progress: report(step) };
      try {
        const installed = await STEPS[step](layout, sources, options, context, refused);
        const engine = installed.location ? 'native' : 'wasm';
        const kernels = installed.location
          ? await ensureKernels(layout, installed.location, options, { ...context, progress: report('kernels') })
          : { location: null, failure: null };
        await writeRecord(layout, { engine, failures, refused, kernels: kernels.failure });
        const kernelsFailure = kernels.failure && { reason: kernels.failure.reason, fix: kernels.failure.fix };
        return { engine, step, ...installed, location: kernels.location, failures, kernelsFailure };
      } catch (error) {
        signal?.throwIfAborted();
        failures.push({ step, ...reasonOf(error) });
      } finally {
        await removeTemporary(layout);
      }
    }
    await writeRecord(layout, { engine: 'wasm', failures, refused, kernels: null });
  } finally {
    await release();
  }
  const fix = failures.findLast((failure) => failure.fix)?.fix;
  throw new DistiltuneError(
    `native TensorFlow is not installed: ${failures.map(({ reason }) => reason).join('; ')}`,
    fix ? { fix } : {},
  );
}

type Step = (
  layout: EngineLayout,
  sources: EngineSources,
  options: InstallOptions,
  context: StepContext,
  refused: string[],
) => Promise<{ location: EngineLocation | null; tensorflow: string | null }>;

const STEPS: Record<InstallStep, Step> = {
  present: async (layout, _sources, options, context, refused) => {
    const reasons: string[] = [];
    for (;;) {
      const { location, reasons: missing } = locateEngine(options);
      if (!location) throw new DistiltuneError([...reasons, ...missing].join('; '));
      try {
        context.progress('trying out the addon that is there');
        return { location, tensorflow: (await probeAddon(location.addon, context)).tensorflow };
      } catch (error) {
        context.signal?.throwIfAborted();
        // From now on it is passed over, here and by whoever looks for an engine.
        reasons.push((error as Error).message);
        refused.push(location.addon);
        await writeRecord(layout, { engine: 'wasm', failures: [], refused, kernels: null });
      }
    }
  },

  upstream: async (layout, { upstreamHost }, options, context) => {
    await installFromUpstream(layout, options.environment.TFJS_NODE_CDN_STORAGE ?? upstreamHost, context);
    return present(options, context);
  },

  wheel: async (layout, { wheel }, options, context, refused) => {
    const system = `${os.platform()} ${os.arch()}`;
    if (system !== 'linux x64') {
      throw new DistiltuneError(
        `the TensorFlow library is taken out of its wheel on linux x64 only; this is ${system}`,
      );
    }
    // The path every x86-64 program made for glibc is started through; on musl (Alpine) it is missing.
    if (!existsSync('/lib64/ld-linux-x86-64.so.2')) {
      throw new DistiltuneError('the TensorFlow library needs glibc, and this Linux has another C library (musl?)', {
        fix: 'use a distribution with glibc (Debian, Ubuntu, Fedora)',
      });
    }
    // Before the download, not after it.
    const compiler = await findCompiler(context);
    const tfjsNode = await ensureTfjsNode(layout, options.resolveFrom ?? import.meta.url, context);
    await ensureTensorflowLibrary(layout, wheel, context);
    const addon = path.join(layout.addon, ADDON_FILE);
    const isRefused = refused.includes(addon);
    if (context.force || isRefused || !readManifest(layout.addon)) {
      await compileAddon(layout, tfjsNode, compiler, context);
    }
    if (isRefused) {
      refused.splice(refused.indexOf(addon), 1);
      await writeRecord(layout, { engine: 'native', failures: [], refused, kernels: null });
    }
    return present(options, context);
  },

  wasm: async () => ({ location: null, tensorflow: null }),
};

/** The engine that was just installed. */
async function present(options: InstallOptions, context: StepContext) {
  const { location, reasons } = locateEngine(options);
  if (!location) throw new DistiltuneError(reasons.join('; '));
  return { location, tensorflow: (await probeAddon(location.addon, context)).tensorflow };
}

/** Compiles the kernels where they are not there for this TensorFlow and this processor. */
async function ensureKernels(
  layout: EngineLayout,
  location: EngineLocation,
  options: InstallOptions,
  context: StepContext,
): Promise<{ location: EngineLocation; failure: InstallationRecord['kernels'] }> {
  let folder: string | null = null;
  try {
    const part = kernelsPart(layout, location, options);
    folder = part.folder;
    if (context.force || !compiledKernels(part)) await compileKernels(part, location.addon, context);
    return { location: { ...location, kernels: compiledKernels(part) }, failure: null };
  } catch (error) {
    context.signal?.throwIfAborted();
    return { location: { ...location, kernels: null }, failure: { folder, ...reasonOf(error) } };
  }
}

function reasonOf(error: unknown): { reason: string; fix: string | null } {
  const fix = error instanceof DistiltuneError ? (error.fix ?? null) : null;
  return { reason: error instanceof Error ? error.message : String(error), fix };
}

async function removeTemporary({ root }: EngineLayout): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    // Retried: a download that outlived its killed parent may still write there.
    await rm(path.join(root, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function writeRecord(layout: EngineLayout, record: Omit<InstallationRecord, 'time'>): Promise<void> {
  const text = JSON.stringify({ time: new Date().toISOString(), ...record }, null, 2);
  await writeFile(`${layout.record}.new`, `${text}\n`);
  await rename(`${layout.record}.new`, layout.record);
}
