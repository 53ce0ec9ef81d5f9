import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseRunEvent } from '../watch/parse-event.ts';
import type { StampedEvent } from './events.ts';

/** Events on their way from a training process to whoever reads them. */
export interface EventQueue {
  push(event: StampedEvent): void;
  /** No more will come. */
  end(): void;
  /**
   * All that was not read yet, as it comes. Of a run that goes on after a checkpoint, what its log has of before comes where it
   * is told. For one reader: what it has read is forgotten.
   */
  batches(signal: AbortSignal): AsyncIterable<StampedEvent[]>;
}

const batchSize = 5000;

export function createEventQueue(): EventQueue {
  let waiting: StampedEvent[] = [];
  let isOver = false;
  let wake = () => {};
  let run: Extract<StampedEvent, { type: 'run' }> | undefined;

  /** A run that goes on has told its folder before it tells after which step. */
  async function* withHistory(batch: StampedEvent[]): AsyncGenerator<StampedEvent[]> {
    const resumed = batch.findIndex(({ type }) => type === 'resume');
    if (resumed < 0 || run === undefined) return yield batch;
    yield batch.slice(0, resumed);
    yield* eventsBefore(run.folder, run.time);
    yield batch.slice(resumed);
  }

  return {
    push(event) {
      if (event.type === 'run') run = event;
      waiting.push(event);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    async *batches(signal) {
      const stop = () => wake();
      signal.addEventListener('abort', stop);
      try {
        while (!signal.aborted) {
          if (waiting.length > 0) {
            const batch = waiting;
            waiting = [];
            yield* withHistory(batch);
          } else if (isOver) return;
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

/** What the log of a run has of before a time (ISO), in batches. What cannot be read is left out. */
async function* eventsBefore(folder: string, time: string): AsyncGenerator<StampedEvent[]> {
  const lines = createInterface({ input: createReadStream(join(folder, 'events.jsonl')), crlfDelay: Infinity });
  let batch: StampedEvent[] = [];
  for await (const line of lines) {
    const event = parseRunEvent(line);
    if (event === null) continue;
    if (event.time >= time) break;
    batch.push(event);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
