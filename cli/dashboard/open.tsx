import './terminal/production.ts';
import { createElement } from 'react';
import type { Context } from '../context.ts';
import { resultLines } from '../plain/train-lines.ts';
import type { RunSource } from '../watch/source.ts';
import { RunScreen } from './run/run-screen.tsx';
import { statusOf } from './state/derive.ts';
import type { DashboardState } from './state/state.ts';
import { openHost } from './terminal/host.tsx';
import { themeOf } from './theme-of.ts';

/**
 * Shows a run on the terminal until a person leaves it, then says on the main screen what it came to.
 * @returns whether the run had ended, or goes on
 * @throws UsageError where there is no terminal
 */
export async function openDashboard(
  source: RunSource,
  context: Context,
  { commandLine }: { commandLine: string },
): Promise<'ended' | 'detached'> {
  const host = await openHost({ stdin: process.stdin, stdout: process.stdout, theme: themeOf(context) });
  let last: DashboardState | null = null;
  const left = new Promise<'ended' | 'detached' | 'back'>((resolve) => {
    const onLeave = (why: 'ended' | 'detached' | 'back', state: DashboardState) => {
      last = state;
      resolve(why);
    };
    host.show(createElement(RunScreen, { source, onLeave, commandLine }));
  });
  const why = await Promise.race([left, host.closed.then(() => 'back' as const)]);
  await host.close();
  if (last !== null) for (const line of lastWords(last, source, context)) context.stdout.line(line);
  return why === 'detached' ? 'detached' : 'ended';
}

/** What a run came to, or that it goes on and how to see it again. */
function lastWords(state: DashboardState, source: RunSource, { stdout }: Context): string[] {
  const folder = source.folder() ?? state.folder;
  const { results, failure, step } = state;
  const liveness = source.liveness();
  if (folder === null) return failure === null ? [] : [failure];
  if (results !== null) return resultLines(folder, results, stdout);
  const status = statusOf(state, liveness);
  if (liveness.state === 'alive' && failure === null) {
    return [`the run goes on at step ${step}; see it again with: distiltune watch ${folder}`];
  }
  const kept = liveness.lastCheckpoint === null ? [] : [`last checkpoint: ${liveness.lastCheckpoint}`];
  const goOn = liveness.resume === null ? [] : [`go on with it: ${liveness.resume}`];
  return [`the run ${status} at step ${step}${failure === null ? '' : `: ${failure}`}`, ...kept, ...goOn];
}
