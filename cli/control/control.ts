import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DistiltuneError, UsageError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import { isRunFolder } from '../run/run-folder.ts';
import { livenessOf } from '../watch/liveness.ts';
import { sendControl } from './client.ts';
import { type ControlCommand, controlCommands } from './protocol.ts';
import { doneText } from './words.ts';

/**
 * Asks something of a run that is going on elsewhere, and says when it is in effect.
 * @param words the run and the command, or the command alone where one run is going on in `runs/`
 * @throws UsageError, DistiltuneError when the run cannot or does not do it
 */
export async function controlRun(words: readonly string[], context: Context): Promise<void> {
  const command = commandOf(words.at(-1)!);
  const run = words.length > 1 ? words[0]! : theLiveRun(command);
  refuseEnded(run);
  const answer = await sendControl(run, command);
  if (!answer.ok) {
    refuseEnded(run);
    const { state, resume } = livenessOf(run);
    const fix = state === 'died' && resume !== null ? { fix: `go on with it: ${resume}` } : {};
    throw new DistiltuneError(`${command}: ${answer.reason}`, { where: run, ...fix });
  }
  const { stdout } = context;
  if (context.json) stdout.line(JSON.stringify({ run, command, step: answer.step }));
  else stdout.line(doneText(command, answer.step));
}

function commandOf(word: string): ControlCommand {
  const command = controlCommands.find((known) => known === word);
  if (command !== undefined) return command;
  throw new UsageError(`there is no command "${word}" for a run`, {
    fix: `distiltune control RUN ${controlCommands.join('|')}`,
  });
}

/** @throws UsageError when the folder has no run, or one that has ended */
function refuseEnded(run: string): void {
  if (!isRunFolder(run)) {
    throw new UsageError('there is no run in this folder', { where: run, fix: 'see distiltune runs ls' });
  }
  const { state, resume } = livenessOf(run);
  if (state !== 'ended') return;
  const fix = resume === null ? `see distiltune runs show ${run}` : `go on with it: ${resume}`;
  throw new UsageError('the run has ended', { where: run, fix });
}

const folder = 'runs';

function theLiveRun(command: ControlCommand): string {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const live = names
    .map((name) => join(folder, name))
    .filter((run) => isRunFolder(run) && livenessOf(run).state === 'alive');
  const [only] = live;
  if (only !== undefined && live.length === 1) return only;
  throw new UsageError(
    only === undefined ? `no run is going on in ${folder}/` : `several runs are going on: ${live.join(', ')}`,
    {
      fix: `name one: distiltune control RUN ${command}`,
    },
  );
}
