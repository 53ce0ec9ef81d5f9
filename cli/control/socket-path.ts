import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { socketName } from './protocol.ts';

/** Bytes that the path of a socket may have, on every system that has Unix sockets. */
const longestPath = 103;

/**
 * A path of a run's socket that is short enough for one: absolute, else as seen from the working directory; null where there is
 * none, and on Windows.
 */
export function socketPath(folder: string): string | null {
  if (process.platform === 'win32') return null;
  const path = join(realpathSync(folder), socketName);
  const paths = [path, relative(process.cwd(), path)];
  return paths.find((candidate) => Buffer.byteLength(candidate) <= longestPath) ?? null;
}
