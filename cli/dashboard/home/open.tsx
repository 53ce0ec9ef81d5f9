// Without JSX, whose compiled form loads react before all else.
import '../terminal/production.ts';
import { createElement } from 'react';
import type { Context } from '../../context.ts';
import { followGlue } from '../../glue/follow.ts';
import { packageVersion } from '../../program.ts';
import { type DetachableRun, launchDetachable } from '../../run/launch.ts';
import { followRun } from '../../watch/follow.ts';
import { shellLine } from '../start/shell.ts';
import { openHost } from '../terminal/host.tsx';
import { themeOf } from '../theme-of.ts';
import { type Doors, HomeScreen } from './home-screen.tsx';
import { startGlue } from './start-glue.ts';

/**
 * Shows the home screen on the terminal until a person goes back to the shell.
 * @param help what the help says
 * @throws UsageError where there is no terminal
 */
export async function openHome(context: Context, help: string): Promise<void> {
  const runs: DetachableRun[] = [];
  let isInterrupted = false;
  const doors: Doors = {
    train(job) {
      const run = launchDetachable(job, context, {
        onStop(_, again) {
          isInterrupted = true;
          context.note(
            again ? 'aborted: the last checkpoint is kept' : 'finishing the step, then saving (again to abort)',
          );
        },
      });
      runs.push(run);
      return run;
    },
    glue: (run, words, onLine) => startGlue(run, words, context, onLine),
    watch: followRun,
    watchGlue: followGlue,
  };
  const host = await openHost({ stdin: process.stdin, stdout: process.stdout, theme: themeOf(context) });
  const left = new Promise<void>((resolve) => {
    host.show(createElement(HomeScreen, { context, doors, version: packageVersion(), help, onLeave: resolve }));
  });
  await Promise.race([left, host.closed]);
  await host.close();
  for (const run of runs) await leave(run, isInterrupted, context);
}

/** A signal takes the screen away and lets a run end; where the terminal is gone without one, it goes on. */
async function leave(run: DetachableRun, isInterrupted: boolean, context: Context): Promise<void> {
  if (isInterrupted || run.isEnding()) {
    // The screen has told what went wrong.
    await run.done.catch(() => {});
    return;
  }
  const folder = run.folder();
  run.detach();
  if (folder !== null)
    context.note(`the run goes on; see it again with: ${shellLine(['distiltune', 'watch', folder])}`);
}
