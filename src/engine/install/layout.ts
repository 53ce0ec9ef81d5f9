import { existsSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NODE_API_VERSION, TFJS_NODE_VERSION } from './sources.ts';

/**
 * Where the parts of the engine lie in the cache. Each part is one folder named by its versions, made under another
 * name, renamed when complete, and never changed afterwards. A folder without its manifest is not there.
 */
export interface EngineLayout {
  root: string;
  /** tfjs-node's JavaScript, for programs that do not have it in their node_modules. */
  tfjsNode: string;
  /** tfjs-node as its own installer sets it up: JavaScript, addon and library. */
  upstream: string;
  /** TensorFlow's C library and its headers. */
  library: string;
  /** The addon compiled against that library. */
  addon: string;
  /** Complete, checked downloads that are still needed. */
  downloads: string;
  lock: string;
  /** What the last installation came to. */
  record: string;
}

/** Folders of the root whose names begin so are the work of a running installation, or left over from a killed one. */
export const TEMPORARY_PREFIX = 'temporary-';

/** The engine's part of the cache folder. */
export function engineLayout(cacheDir: string, tensorflowVersion: string): EngineLayout {
  const root = path.join(path.resolve(cacheDir), 'engine');
  const system = `${os.platform()}-${os.arch()}`;
  const package_ = `tfjs-node-${TFJS_NODE_VERSION}`;
  return {
    root,
    tfjsNode: path.join(root, package_),
    upstream: path.join(root, `${package_}-upstream-napi-${NODE_API_VERSION}-${system}`),
    library: path.join(root, `tensorflow-${tensorflowVersion}-${system}`),
    addon: path.join(root, `${package_}-tensorflow-${tensorflowVersion}-napi-${NODE_API_VERSION}-${system}`),
    downloads: path.join(root, 'downloads'),
    lock: path.join(root, 'lock'),
    record: path.join(root, 'last-installation.json'),
  };
}

/**
 * The folder for a person's cached files.
 *
 * `DISTILTUNE_CACHE` names it outright; else it is `distiltune` in `XDG_CACHE_HOME`, or in the system's usual place
 * (`~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`).
 */
export function userCacheFolder(
  environment: Record<string, string | undefined>,
  platform: string = os.platform(),
  home: string = os.homedir(),
): string {
  if (environment.DISTILTUNE_CACHE) return path.resolve(environment.DISTILTUNE_CACHE);
  // The XDG specification says that a relative path is to be ignored.
  const xdg = environment.XDG_CACHE_HOME;
  if (xdg && path.isAbsolute(xdg)) return path.join(xdg, 'distiltune');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'distiltune');
  if (platform === 'win32') {
    return path.join(environment.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'distiltune', 'Cache');
  }
  return path.join(home, '.cache', 'distiltune');
}

/** What a part of the cache is: `manifest.json` in its folder. */
export interface Manifest {
  tfjsNode?: string;
  tensorflow?: string;
  /** Path within the folder -> size and checksum. */
  files: Record<string, { bytes: number; sha256: string }>;
}

/**
 * The manifest of a part whose files are all there in their right sizes; undefined otherwise. Checksums were compared
 * when the part was made and are not computed again: reading 600 MB would cost a second at each start.
 */
export function readManifest(folder: string): Manifest | undefined {
  const file = path.join(folder, 'manifest.json');
  if (!existsSync(file)) return undefined;
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    const whole = Object.entries(manifest.files).every(
      ([name, { bytes }]) => statSync(path.join(folder, name)).size === bytes,
    );
    return whole ? manifest : undefined;
  } catch {
    return undefined;
  }
}
