import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { Manifest } from '../../../src/engine/install/layout.ts';
import type { EngineSources } from '../../../src/engine/install/sources.ts';
import { publishedSources } from '../../../src/engine/install/sources.ts';
import { sha256, zip } from './zip.ts';

/** A temporary folder, gone when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'distiltune-install-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A wheel in miniature, with the real one's name and layout. */
export function smallWheel(library: Uint8Array | string = 'the library'): Buffer {
  const information = 'tensorflow_cpu-2.15.1.dist-info';
  return zip({
    'tensorflow/__init__.py': 'not for us',
    'tensorflow/libtensorflow_cc.so.2': library,
    'tensorflow/libtensorflow_framework.so.2': 'the framework',
    'tensorflow/include/tensorflow/c/c_api.h': '// the C interface\n',
    'tensorflow/include/tensorflow/core/platform/ctstring.h': '// strings\n',
    'tensorflow/include/tensorflow/core/platform/env.h': '// not for us\n',
    [`${information}/METADATA`]: 'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.15.1\n',
    [`${information}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_17_x86_64\n',
    [`${information}/RECORD`]: '',
  });
}

/** Writes a file and the folders above it. */
export function write(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** A part of the cache as an installation leaves it. */
export function writePart(folder: string, files: Record<string, string>): void {
  const manifest: Manifest = { files: {} };
  for (const [name, content] of Object.entries(files)) {
    write(path.join(folder, name), content);
    manifest.files[name] = { bytes: content.length, sha256: '' };
  }
  write(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
}

/** Sources that ask for this wheel, and whose upstream host refuses connections. */
export function sourcesOf(wheel: Uint8Array): EngineSources {
  return {
    upstreamHost: 'http://127.0.0.1:9/',
    wheel: { ...publishedSources.wheel, bytes: wheel.length, sha256: sha256(wheel) },
  };
}

/** The environment in which pip sees nothing but the given wheel, or nothing at all. */
export function pipSees(wheel?: Uint8Array): Record<string, string | undefined> {
  const index = temporaryFolder();
  mkdirSync(index, { recursive: true });
  if (wheel) writeFileSync(path.join(index, publishedSources.wheel.file), wheel);
  return { ...process.env, PIP_CONFIG_FILE: os.devNull, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index };
}

/** What lies in the engine's part of a cache. */
export const listing = (cacheDir: string): string[] => readdirSync(path.join(cacheDir, 'engine')).sort();

/** Whether a program runs here; the tests that need it are skipped where it does not. */
export function runs(command: string, ...arguments_: string[]): boolean {
  try {
    execFileSync(command, arguments_, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
