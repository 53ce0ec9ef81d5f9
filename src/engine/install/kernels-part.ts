import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DistiltuneError } from '../../errors.ts';
import { type EngineLayout, readManifest } from './layout.ts';
import { linuxProcessorFlags } from './processor.ts';

export const KERNELS_FILE = 'distiltune_kernels.node';

/** How the kernels are compiled. Part of what they are: other flags, other kernels. */
export const KERNEL_FLAGS = ['-std=c++17', '-O3', '-fPIC', '-fno-math-errno', '-fno-trapping-math'];

/** Those that a compiler may not know, and is spared then. */
export const OPTIONAL_KERNEL_FLAGS = ['-march=native', '-mprefer-vector-width=512', '-fopenmp-simd'];

export interface KernelOptions {
  /** Folder of the kernels' sources; by default the package's own. */
  kernelSources?: string | undefined;
  /** What the processor can do, as Linux lists it; by default what it says of this one. */
  processorFlags?: string | null | undefined;
}

/** The kernels that fit this program, its TensorFlow and this processor: what they are made of and where they lie. */
export interface KernelsPart {
  /** Absolute paths of the `.cc` files. */
  sources: string[];
  /** TensorFlow's C headers. */
  include: string;
  /** Folder and names of the libraries that the addon computes with. */
  libraryFolder: string;
  libraries: string[];
  /** Where they are once compiled, named by sources, TensorFlow and processor. */
  folder: string;
}

/**
 * Where the kernels for an addon are, or are to be. They hold code for one processor only, and the folder may be shared
 * by several machines: what the processor can do is part of its name.
 * @throws DistiltuneError where this machine can have none
 */
export function kernelsPart(
  layout: EngineLayout,
  { addon, tfjsNode }: { addon: string; tfjsNode: string },
  { kernelSources = packagedSources(), processorFlags = linuxProcessorFlags() }: KernelOptions,
): KernelsPart {
  if (os.platform() !== 'linux') {
    throw new DistiltuneError(`the kernels are compiled on Linux only; this is ${os.platform()} ${os.arch()}`);
  }
  if (processorFlags === null) throw new DistiltuneError('/proc/cpuinfo does not tell what the processor can do');
  const names = filesOf(kernelSources).filter((name) => /\.(cc|h)$/.test(name));
  const sources = names.filter((name) => name.endsWith('.cc')).map((name) => path.join(kernelSources, name));
  if (sources.length === 0) {
    throw new DistiltuneError(`the kernels' sources are not there (${kernelSources})`, {
      fix: 'install distiltune again',
    });
  }
  // The library of our cache, or that of tfjs-node's own installer.
  const ours = path.dirname(addon) === layout.addon;
  const libraryFolder = ours ? layout.library : path.join(tfjsNode, 'deps', 'lib');
  const libraries = filesOf(libraryFolder).filter((name) => /^libtensorflow(_cc|_framework)?\.so\.2$/.test(name));
  if (libraries.length === 0) throw new DistiltuneError(`the addon's TensorFlow library is not in ${libraryFolder}`);

  const contents = names.flatMap((name) => [name, readFileSync(path.join(kernelSources, name), 'utf8')]);
  const key = [
    hashOf([...KERNEL_FLAGS, ...OPTIONAL_KERNEL_FLAGS, ...contents]),
    // Its size tells one version of the library from another, and reading 600 MB would take a second.
    hashOf(libraries.flatMap((name) => [name, String(statSync(path.join(libraryFolder, name)).size)])),
    hashOf([os.arch(), ...new Set(processorFlags.trim().split(/\s+/).sort())]),
  ];
  return {
    sources,
    include: ours ? path.join(layout.library, 'include') : path.join(tfjsNode, 'deps', 'include'),
    libraryFolder,
    libraries,
    folder: path.join(layout.root, `${PREFIX}${key.join('-')}`),
  };
}

/** The compiled kernels; null when they are not there whole. */
export function compiledKernels({ folder }: KernelsPart): string | null {
  return readManifest(folder) ? path.join(folder, KERNELS_FILE) : null;
}

/** Why kernels that nobody tried to compile are not there. */
export function whyNotCompiled(layout: EngineLayout, { folder }: KernelsPart): string {
  const [sources, tensorflow, processor] = keyOf(path.basename(folder));
  const others = filesOf(layout.root)
    .filter((name) => name.startsWith(PREFIX))
    .map(keyOf);
  const any = (...wanted: [string?, string?, string?]) =>
    others.some((other) => wanted.every((part, i) => part === undefined || part === other[i]));
  if (any(undefined, tensorflow, processor)) return 'the compiled kernels are of another version of their sources';
  if (any(sources, tensorflow)) return 'the kernels were compiled for another processor';
  if (any(sources)) return 'the kernels were compiled for another TensorFlow';
  return 'the kernels are not compiled yet';
}

const PREFIX = 'kernels-';
const keyOf = (name: string): string[] => name.slice(PREFIX.length).split('-');

function hashOf(parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length} ${part}`);
  return hash.digest('hex').slice(0, 12);
}

/** `native/` of the package: this file runs as it is, or from `dist`. */
function packagedSources(): string {
  const places = ['../../../native', '../../../../native'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => filesOf(place).length > 0) ?? places[0]!;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
