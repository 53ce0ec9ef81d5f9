import { DistiltuneError } from '../../src/errors.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import { memoryAdvice, memoryComplaint } from './out-of-memory.ts';
import { wayOn } from './way-on.ts';

/** What a disk may answer to a write. */
const diskFaults = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ESTALE'];

/**
 * What a disk or the memory refused, in words that say what to do; every other error as it is.
 * @param run folder of the run; null where it has none yet
 */
export function explainFailure(error: unknown, settings: Settings, run: string | null): unknown {
  if (error instanceof DistiltuneError || !(error instanceof Error)) return error;
  const complaint = memoryComplaint(error);
  if (complaint !== null) {
    return new DistiltuneError(`out of memory: ${complaint}`, { fix: memoryAdvice(settings, run), cause: error });
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (run === null || code === undefined || !diskFaults.includes(code)) return error;
  return new DistiltuneError(`the run could not be written: ${error.message}`, {
    where: path ?? run,
    fix: `see to the disk, then ${wayOn(run)}`,
    cause: error,
  });
}
