import type { Row } from './cells.ts';
import { changes } from './changes.ts';

/** Brings frames to a terminal: only what changed, not too often, and never more than the terminal takes. */
export interface Painter {
  /** There is something new to show: at the next turn after a key, otherwise when the last frame has stood long enough. */
  invalidate(): void;
  /** A key was pressed: what changes in the next moments is shown at once. */
  hurry(): void;
  /** The terminal may show anything: the next frame is written whole. */
  forget(): void;
  stop(): void;
}

// Milliseconds.
const hurriedFor = 100;
const hurriedInterval = 30;

/**
 * @param options.frame the rows to show; called only when they will be written
 * @param options.interval milliseconds between frames that no key asked for
 */
export function createPainter(options: { stdout: NodeJS.WriteStream; frame: () => Row[]; interval: number }): Painter {
  const { stdout, frame, interval } = options;
  let shown: Row[] | null = null;
  let paintedAt = Number.NEGATIVE_INFINITY;
  let hurriedUntil = Number.NEGATIVE_INFINITY;
  let dueAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let state: 'ready' | 'draining' | 'stopped' = 'ready';

  const paint = () => {
    dueAt = Number.POSITIVE_INFINITY;
    if (state !== 'ready') return;
    if (stdout.writableNeedDrain) {
      // What happens meanwhile shows in one frame, afterwards.
      state = 'draining';
      stdout.once('drain', drained);
      return;
    }
    const rows = frame();
    const bytes = changes(shown, rows);
    shown = rows;
    paintedAt = performance.now();
    if (bytes !== '') stdout.write(`\x1b[?2026h${bytes}\x1b[?2026l`);
  };
  const drained = () => {
    state = 'ready';
    paint();
  };
  const invalidate = () => {
    if (state !== 'ready') return;
    const now = performance.now();
    const at = Math.max(now, paintedAt + (now < hurriedUntil ? hurriedInterval : interval));
    if (at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(paint, at - now);
  };
  return {
    invalidate,
    hurry() {
      hurriedUntil = performance.now() + hurriedFor;
    },
    forget() {
      shown = null;
      paintedAt = Number.NEGATIVE_INFINITY;
      invalidate();
    },
    stop() {
      state = 'stopped';
      clearTimeout(timer);
      stdout.off('drain', drained);
    },
  };
}
