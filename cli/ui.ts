import { UsageError } from '../src/errors.ts';
import type { Context } from './context.ts';

/** How progress is shown; `auto`: the dashboard where a person sits before a terminal that can show it, else lines. */
export type Ui = 'auto' | 'dashboard' | 'plain' | 'jsonl' | 'none';

/**
 * Whether progress is to be shown on the dashboard.
 * @throws UsageError when it was asked for where there is no terminal
 */
export function isOnDashboard(ui: Ui, context: Context): boolean {
  const { environment, json, quiet, stdout, stderr } = context;
  const canShow = process.stdin.isTTY === true && stdout.isTerminal;
  if (ui === 'dashboard' && !canShow) {
    throw new UsageError('the dashboard needs a terminal', { where: '--ui', fix: 'use --ui plain' });
  }
  if (ui !== 'auto') return ui === 'dashboard';
  return canShow && stderr.isTerminal && !environment.isUnattended && !json && !quiet;
}
