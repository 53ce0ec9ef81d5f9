import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DistiltuneError, UsageError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import { shellLine } from '../dashboard/start/shell.ts';
import { followGlue } from '../glue/follow.ts';
import { hasRecord } from '../glue/record.ts';
import { readGlueStatus } from '../glue/status.ts';
import { isRunFolder, readStatus } from '../run/run-folder.ts';
import { isOnDashboard, type Ui } from '../ui.ts';
import { followRun } from './follow.ts';
import { stateOf } from './liveness.ts';
import { printGlue, printRun } from './print.ts';
import { replayRun } from './replay.ts';

export interface WatchFlags {
  replay?: boolean;
  speed?: number;
  ui: Ui;
}

/**
 * Shows a run, or a benchmark, of another process: on the dashboard, as lines until it ends, or its events.
 * @param named its folder; absent: what is going on in `runs/`, else what was last
 * @throws UsageError; DistiltuneError when the run has died
 */
export async function watch(named: string | undefined, flags: WatchFlags, context: Context): Promise<void> {
  const folder = named ?? newest();
  const asked = { ...flags, ui: context.json && flags.ui === 'auto' ? ('jsonl' as const) : flags.ui };
  const commandLine = shellLine(['distiltune', ...process.argv.slice(2)]);
  const isSeen = isOnDashboard(asked.ui, context);
  if (hasRecord(folder)) {
    if (flags.replay) {
      throw new UsageError('a benchmark cannot be played back as a whole', {
        where: folder,
        fix: 'name one of its runs, such as cola/seed-42 in it',
      });
    }
    if (!isSeen) return printGlue(followGlue(folder), asked.ui, context);
    const { showGlue } = await import('../glue/background.ts');
    return showGlue(folder, context, commandLine);
  }
  if (!isRunFolder(folder)) {
    throw new UsageError('there is no run in this folder', {
      where: folder,
      fix: '`distiltune runs ls` lists the runs',
    });
  }
  const source = flags.replay ? replayRun(folder, { speed: flags.speed ?? 1 }) : followRun(folder);
  if (isSeen) {
    const { openDashboard } = await import('../dashboard/open.tsx');
    await openDashboard(source, context, { commandLine });
    return;
  }
  await printRun(source, asked.ui, context);
  const { state, lastCheckpoint, resume } = source.liveness();
  if (state !== 'died') return;
  throw new DistiltuneError('the process of the run has died', {
    where: lastCheckpoint === null ? folder : `${folder}; last checkpoint ${lastCheckpoint}`,
    ...(resume === null ? {} : { fix: `go on with it: ${resume}` }),
  });
}

const parent = 'runs';

/** What is going on in `runs/`, the latest sign of life first; else what gave the last one. */
function newest(): string {
  const names = existsSync(parent) ? readdirSync(parent) : [];
  const found = names.flatMap((name) => {
    const folder = join(parent, name);
    const isGlue = hasRecord(folder);
    const read = () => (isGlue ? readGlueStatus(folder) : readStatus(folder));
    const status = isGlue || isRunFolder(folder) ? read() : undefined;
    return status === undefined ? [] : [{ folder, isAlive: stateOf(read) === 'alive', heartbeat: status.heartbeat }];
  });
  const [first] = found.sort((a, b) => Number(b.isAlive) - Number(a.isAlive) || b.heartbeat.localeCompare(a.heartbeat));
  if (first !== undefined) return first.folder;
  throw new UsageError(`there is no run in ${parent}/`, { fix: 'name its folder: distiltune watch RUN' });
}
