import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compiledKernels, type KernelOptions, kernelsPart, whyNotCompiled } from './install/kernels-part.ts';
import { engineLayout, readManifest } from './install/layout.ts';
import { NODE_API_VERSION, publishedSources, TFJS_NODE_VERSION } from './install/sources.ts';

/** Where a native TensorFlow that can be loaded lies. */
export interface EngineLocation {
  source: 'node_modules' | 'cache';
  /** Folder of the tfjs-node package whose JavaScript is used. */
  tfjsNode: string;
  tfjsNodeVersion: string;
  /** The compiled addon, `tfjs_binding.node`. */
  addon: string;
  /** The addon with the kernels of `native/`, compiled for this processor; null: composed kernels do their work. */
  kernels: string | null;
}

export interface LocateOptions extends KernelOptions {
  /** The person's cache folder (see `userCacheFolder`). */
  cacheDir: string;
  /** A file or URL from which `@tensorflow/tfjs-node` is looked for; by default this one. */
  resolveFrom?: string | undefined;
}

/** What the last installation left to remember; the file `record` of the cache. */
export interface InstallationRecord {
  /** ISO 8601. */
  time: string;
  engine: 'native' | 'wasm';
  failures: { step: string; reason: string; fix: string | null }[];
  /** Addons that were found and do not load. */
  refused: string[];
  /** The kernels that could not be made, by the folder they would be in; null when they are there. */
  kernels: (KernelsFailure & { folder: string | null }) | null;
}

/** Why there are no compiled kernels, and what a person can do about it. */
export interface KernelsFailure {
  reason: string;
  fix: string | null;
}

/** tfjs-node's package inside a folder that npm installed it into. */
export const PACKAGE_IN_FOLDER = path.join('node_modules', '@tensorflow', 'tfjs-node');

/** Where tfjs-node's own installer puts the addon. */
export const addonInPackage = (tfjsNode: string): string =>
  path.join(tfjsNode, 'lib', `napi-v${NODE_API_VERSION}`, 'tfjs_binding.node');

/**
 * Finds native TensorFlow without loading it: in node_modules when tfjs-node is whole there, else in the person's
 * cache. Where there is none, `reasons` says what is missing, and the wasm engine is what remains.
 */
export function locateEngine(options: LocateOptions): { location: EngineLocation | null; reasons: string[] } {
  const { cacheDir, resolveFrom = import.meta.url } = options;
  const layout = engineLayout(cacheDir, publishedSources.wheel.version);
  const found = (place: Omit<EngineLocation, 'kernels'>) => {
    return { location: { ...place, kernels: findKernels(place, options).kernels }, reasons: [] };
  };
  const refused = readRecord(layout.record)?.refused ?? [];
  const reasons: string[] = [];

  const own = findTfjsNode(resolveFrom);
  if (own) {
    const addon = addonInPackage(own.folder);
    if (refused.includes(addon)) reasons.push(`the addon in node_modules does not load (${addon})`);
    else if (existsSync(addon)) {
      return found({ source: 'node_modules', tfjsNode: own.folder, tfjsNodeVersion: own.version, addon });
    } else reasons.push(`tfjs-node in node_modules has no addon (${addon})`);
  } else reasons.push('tfjs-node is not in node_modules');

  const cachedPackage = readManifest(layout.tfjsNode) && path.join(layout.tfjsNode, PACKAGE_IN_FOLDER);
  const matching = own?.version === TFJS_NODE_VERSION ? own.folder : cachedPackage;
  if (readManifest(layout.addon) && readManifest(layout.library)) {
    const addon = path.join(layout.addon, 'tfjs_binding.node');
    if (!matching) reasons.push(`tfjs-node ${TFJS_NODE_VERSION} is neither in node_modules nor in the cache`);
    else if (!refused.includes(addon)) {
      return found({ source: 'cache', tfjsNode: matching, tfjsNodeVersion: TFJS_NODE_VERSION, addon });
    } else reasons.push(`the addon in the cache does not load (${addon})`);
  } else if (readManifest(layout.upstream)) {
    const tfjsNode = path.join(layout.upstream, PACKAGE_IN_FOLDER);
    const addon = addonInPackage(tfjsNode);
    if (!refused.includes(addon)) {
      return found({ source: 'cache', tfjsNode, tfjsNodeVersion: TFJS_NODE_VERSION, addon });
    }
    reasons.push(`the addon in the cache does not load (${addon})`);
  } else reasons.push(`the cache has no native TensorFlow for this machine (${layout.root})`);
  return { location: null, reasons };
}

/**
 * The compiled kernels that go with an addon, or why there are none; `untried` when an installation may well make them.
 */
export function findKernels(
  place: Pick<EngineLocation, 'addon' | 'tfjsNode'>,
  options: LocateOptions,
): { kernels: string; failure: null } | { kernels: null; failure: KernelsFailure & { untried: boolean } } {
  const layout = engineLayout(options.cacheDir, publishedSources.wheel.version);
  try {
    const part = kernelsPart(layout, place, options);
    const kernels = compiledKernels(part);
    if (kernels) return { kernels, failure: null };
    const recorded = readRecord(layout.record)?.kernels;
    if (recorded?.folder === part.folder) {
      return { kernels: null, failure: { reason: recorded.reason, fix: recorded.fix, untried: false } };
    }
    const reason = whyNotCompiled(layout, part);
    return { kernels: null, failure: { reason, fix: 'run `distiltune engine install`', untried: true } };
  } catch (error) {
    const { message, fix = null } = error as Error & { fix?: string };
    return { kernels: null, failure: { reason: message, fix, untried: false } };
  }
}

/** The tfjs-node package that `resolveFrom` sees, addon or not; undefined when there is none of version 4. */
export function findTfjsNode(resolveFrom: string): { folder: string; version: string } | undefined {
  try {
    const file = createRequire(resolveFrom).resolve('@tensorflow/tfjs-node/package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return version.startsWith('4.') ? { folder: path.dirname(file), version } : undefined;
  } catch {
    return undefined;
  }
}

export function readRecord(file: string): InstallationRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as InstallationRecord;
  } catch {
    return undefined;
  }
}
