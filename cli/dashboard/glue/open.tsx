// Without JSX, whose compiled form loads react before all else.
import '../terminal/production.ts';
import { createElement } from 'react';
import type { Context } from '../../context.ts';
import type { GlueSource } from '../../watch/source.ts';
import { shellWord } from '../start/shell.ts';
import { openHost } from '../terminal/host.tsx';
import { themeOf } from '../theme-of.ts';
import { GlueScreen, type OnLeaveGlue } from './glue-screen.tsx';

/**
 * Shows a benchmark on the terminal until a person leaves it.
 * @returns whether it had ended, or goes on
 * @throws UsageError where there is no terminal
 */
export async function openGlueDashboard(
  source: GlueSource,
  context: Context,
  { commandLine }: { commandLine: string },
): Promise<'ended' | 'detached'> {
  const host = await openHost({ stdin: process.stdin, stdout: process.stdout, theme: themeOf(context) });
  const left = new Promise<Parameters<OnLeaveGlue>[0]>((resolve) => {
    host.show(createElement(GlueScreen, { source, onLeave: resolve, commandLine }));
  });
  const why = await Promise.race([left, host.closed.then(() => 'back' as const)]);
  await host.close();
  if (why === 'detached')
    context.stdout.line(`the benchmark goes on; see it again with: distiltune watch ${shellWord(source.folder())}`);
  return why === 'detached' ? 'detached' : 'ended';
}
