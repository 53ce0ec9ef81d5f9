import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A disk of so many kilobytes, gone when the test file is done; null where this user may not mount one. */
export function smallDisk(kilobytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  afterAll(() => void execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' }));
  return folder;
}

export const needsMount = '(skipped where this user may not mount a tmpfs)';
