import { setTimeout as sleep } from 'node:timers/promises';
import { DataError } from '../../src/errors.ts';
import { openLines } from './line-reader.ts';

const pollMs = 250;

/** Events of one consumer, and who else wants to know of them. */
export interface EventFeed<Event> {
  events(signal: AbortSignal): AsyncGenerator<Event[]>;
  onRestart(listener: () => void): void;
  skipped(): number;
}

/**
 * Reads a log from its beginning, and then as it grows, in batches of bounded size.
 * @param path of the log, which may not be there yet
 * @param parse gives null for a line that is to be left out and counted
 * @param isOver whether nobody writes to it any more
 */
export function feedOf<Event>(
  path: string,
  { parse, isOver }: { parse: (line: string) => Event | null; isOver: () => boolean },
): EventFeed<Event> {
  const listeners = new Set<() => void>();
  let skipped = 0;
  return {
    async *events(signal) {
      const reader = openLines(path);
      skipped = 0;
      try {
        while (!signal.aborted) {
          // Asked before reading: what was written last is read then.
          const isLast = isOver();
          const found = await reader.read();
          if (found === null) {
            if (isLast) return;
            await sleep(pollMs, undefined, { signal }).catch(() => {});
            continue;
          }
          if (found.isNew) {
            skipped = 0;
            for (const listener of listeners) listener();
          }
          skipped += found.skipped;
          const batch: Event[] = [];
          for (const line of found.lines) {
            const event = parse(line);
            if (event === null) skipped++;
            else batch.push(event);
          }
          if (batch.length > 0) yield batch;
        }
      } catch (cause) {
        throw new DataError('the events cannot be read', { where: path, fix: 'check its permissions', cause });
      } finally {
        await reader.close();
      }
    },
    onRestart: (listener) => void listeners.add(listener),
    skipped: () => skipped,
  };
}
