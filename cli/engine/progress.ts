import type { InstallProgress } from '../../src/engine/install/types.ts';
import type { Output } from '../context.ts';

const BAR_CELLS = 24;
const REDRAW_MS = 100;
const PIPED_LINE_MS = 10_000;

/**
 * Shows an installation's progress: one line that redraws itself on a terminal; elsewhere a line per piece of work,
 * and one every ten seconds where a piece takes long.
 * @param plain the terminal cannot redraw a line
 */
export function showInstallProgress(stream: Output, plain: boolean) {
  const redraws = stream.isTerminal && !plain;
  let message = '';
  let shownAt = 0;
  let drawn = false;
  return {
    show(progress: InstallProgress): void {
      const now = Date.now();
      if (progress.message === message && now - shownAt < (redraws ? REDRAW_MS : PIPED_LINE_MS)) return;
      message = progress.message;
      shownAt = now;
      const text = progressText(progress, redraws);
      if (redraws) stream.write(`\r\x1b[K${text.slice(0, stream.width - 1)}`);
      else stream.line(text);
      drawn = redraws;
    },
    clear(): void {
      if (drawn) stream.write('\r\x1b[K');
      drawn = false;
    },
  };
}

/** One line: what is done, and how far it is. */
export function progressText({ message, received, total }: InstallProgress, bar: boolean): string {
  if (received === null) return message;
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  if (total === null) return `${message}  ${megabytes(received)} MB`;
  const amount = `${megabytes(received)} of ${megabytes(total)} MB`;
  if (!bar) return `${message}  ${amount}`;
  const filled = Math.round((BAR_CELLS * received) / total);
  return `${message}  ${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}  ${amount}`;
}
