import { rm } from 'node:fs/promises';
import { UsageError } from '../../src/errors.ts';
import { ask } from '../ask.ts';
import type { Context } from '../context.ts';
import { plural, printable } from '../plain/table.ts';
import { type RunSummary, requireSummary } from './summary.ts';

/** Removes run folders, after asking. Nothing else than a run is ever removed, and none that is going on. */
export async function removeRuns(folders: string[], yes: boolean, context: Context): Promise<void> {
  const runs = await Promise.all(folders.map(requireSummary));
  for (const run of runs) refuseRunning(run);
  if (!yes) {
    const what = folders.length === 1 ? printable(folders[0]!) : plural(folders.length, 'run');
    if (!context.isInteractive) {
      throw new UsageError('nobody is there to be asked whether to remove it', { where: what, fix: 'give --yes' });
    }
    if (!/^y(es)?$/i.test(await ask(`Remove ${what} with its model? [y/N] `))) return;
  }
  for (const folder of folders) {
    await rm(folder, { recursive: true });
    context.note(`removed ${folder}`);
  }
  if (context.json) context.stdout.line(JSON.stringify({ removed: folders }));
}

/** @throws UsageError for a run that is going on */
export function refuseRunning({ folder, pid }: RunSummary): void {
  if (pid === null) return;
  throw new UsageError(`this run is going on (process ${pid})`, { where: folder, fix: 'stop it first' });
}
