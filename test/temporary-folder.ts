import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Everything that the tests put into the temporary folder goes with this one. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
