import { join } from 'node:path';
import { sendControl } from '../control/client.ts';
import type { ControlCommand } from '../control/protocol.ts';
import type { StampedEvent } from '../run/events.ts';
import { readStatus } from '../run/run-folder.ts';
import { feedOf } from './follow-events.ts';
import { livenessOf } from './liveness.ts';
import { parseRunEvent } from './parse-event.ts';
import type { Liveness, RunSource } from './source.ts';

/**
 * A run of another process, live or ended, from its folder alone. Looking at it changes nothing; it is steered through its
 * control channel, and leaving it leaves it as it is.
 * @param options.isAwaited whether a process is about to begin or go on with the run, whatever its folder says of the last one
 */
export function followRun(
  folder: string,
  { isAwaited = () => false }: { isAwaited?: () => boolean } = {},
): RunSource & { skipped(): number } {
  const feed = feedOf(join(folder, 'events.jsonl'), {
    parse: parseRunEvent,
    isOver: () => livenessOf(folder).state !== 'alive' && !isAwaited(),
  });
  /** Whether the run itself has told how it ended; null: not all of its events are read. */
  let hasLastWord: boolean | null = null;

  const liveness = (): Liveness => {
    const found = livenessOf(folder);
    if (found.state !== 'alive' && isAwaited()) return { ...found, state: 'alive', resume: null };
    // Where a process was killed, the one that had started it may have noted that it failed.
    const isSilent = found.state === 'ended' && hasLastWord === false && readStatus(folder)?.state === 'failed';
    return isSilent ? { ...found, state: 'died' } : found;
  };

  async function* events(signal: AbortSignal): AsyncGenerator<StampedEvent[]> {
    let said = false;
    for await (const batch of feed.events(signal)) {
      hasLastWord = null;
      for (const { type } of batch) {
        if (type === 'run' || type === 'resume') said = false;
        if (type === 'failure' || type === 'results') said = true;
      }
      yield batch;
    }
    if (!signal.aborted) hasLastWord = said;
  }

  return {
    events,
    onRestart: feed.onRestart,
    skipped: feed.skipped,
    get control() {
      return liveness().state === 'alive' ? (command: ControlCommand) => sendControl(folder, command) : undefined;
    },
    liveness,
    detach: () => {},
    folder: () => folder,
  };
}
