import type { Context } from '../context.ts';
import { shorten } from './table.ts';

/** One line that says how far something is. */
export interface Progress {
  update(text: string): void;
  /** Takes the line away, so that others can be written. */
  clear(): void;
}

const redrawMs = 100;
const pipedMs = 10_000;

/** On a terminal one line that is written over; elsewhere a line every 10 seconds. Nothing with `--quiet`. */
export function createProgress({ stderr, quiet }: Pick<Context, 'stderr' | 'quiet'>): Progress {
  let last = performance.now();
  let drawn = false;
  return {
    update(text) {
      const now = performance.now();
      if (quiet || now - last < (stderr.isTerminal ? redrawMs : pipedMs)) return;
      last = now;
      if (!stderr.isTerminal) return stderr.line(text);
      stderr.write(`\r\x1b[2K${stderr.colors.dim(shorten(text, stderr.width - 1))}`);
      drawn = true;
    },
    clear() {
      if (drawn) stderr.write('\r\x1b[2K');
      drawn = false;
    },
  };
}
