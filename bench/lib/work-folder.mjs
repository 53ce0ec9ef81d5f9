/** A temporary folder that is gone when the process is, however it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function makeWorkFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'distiltune-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  return folder;
}
