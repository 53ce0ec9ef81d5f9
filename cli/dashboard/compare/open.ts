// Without JSX, whose compiled form loads react before all else.
import '../terminal/production.ts';
import { createElement } from 'react';
import type { Context } from '../../context.ts';
import { openHost } from '../terminal/host.tsx';
import { themeOf } from '../theme-of.ts';
import { CompareScreen } from './compare-screen.tsx';

/**
 * Compares runs on the terminal until a person leaves.
 * @throws UsageError where there is no terminal
 */
export async function openComparison(runs: readonly string[], context: Context): Promise<void> {
  const host = await openHost({ stdin: process.stdin, stdout: process.stdout, theme: themeOf(context) });
  const left = new Promise<void>((resolve) => {
    host.show(createElement(CompareScreen, { runs, onBack: resolve }));
  });
  await Promise.race([left, host.closed]);
  await host.close();
}
