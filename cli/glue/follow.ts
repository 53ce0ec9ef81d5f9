import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendControl } from '../control/client.ts';
import type { ControlAnswer, ControlCommand } from '../control/protocol.ts';
import { followRun } from '../watch/follow.ts';
import { feedOf } from '../watch/follow-events.ts';
import { openLines } from '../watch/line-reader.ts';
import { lastSaved, stateOf } from '../watch/liveness.ts';
import { parseGlueEvent } from '../watch/parse-event.ts';
import type { GlueSource } from '../watch/source.ts';
import { readGlueStatus } from './status.ts';

/** What a benchmark in the background prints, in its folder. */
export const outputName = 'output.log';

/**
 * A benchmark of another process, live or ended, from its folder alone. Steering goes to the run of the moment; stopping
 * between two runs goes to the benchmark's process.
 */
export function followGlue(folder: string): GlueSource & { skipped(): number } {
  const status = () => readGlueStatus(folder);
  const state = () => stateOf(status);
  const feed = feedOf(join(folder, 'events.jsonl'), { parse: parseGlueEvent, isOver: () => state() !== 'alive' });

  const control = async (command: ControlCommand): Promise<ControlAnswer> => {
    const { current = null, pid } = status() ?? {};
    const isEnd = command === 'stop' || command === 'abort';
    if (current !== null) {
      const answer = await sendControl(join(folder, current), command);
      if (answer.ok || !isEnd) return answer;
    }
    if (!isEnd) return { ok: false, reason: 'no run is being trained at the moment' };
    if (pid === undefined || state() !== 'alive') return { ok: false, reason: 'the benchmark has ended' };
    return stopProcess(pid, command, () => state() !== 'alive');
  };

  return {
    events: feed.events,
    onRestart: feed.onRestart,
    skipped: feed.skipped,
    log: (onLine) => void tellOutput(join(folder, outputName), onLine, () => state() !== 'alive'),
    get control() {
      return state() === 'alive' ? control : undefined;
    },
    liveness() {
      const { heartbeat, current = null, command = null, state: said } = status() ?? {};
      const found = state();
      return {
        state: found,
        heartbeat: heartbeat === undefined ? null : new Date(heartbeat),
        lastCheckpoint: current === null ? null : lastSaved(join(folder, current)),
        resume: found === 'alive' || said === 'finished' ? null : command,
      };
    },
    detach: () => {},
    folder: () => folder,
    run(name) {
      // Its own status is of the process before, until the new one has begun.
      const isAwaited = () => status()?.current === name && state() === 'alive';
      return followRun(join(folder, name), { isAwaited });
    },
  };
}

const patienceMs = 60_000;
const pollMs = 100;

async function stopProcess(pid: number, command: ControlCommand, isOver: () => boolean): Promise<ControlAnswer> {
  try {
    process.kill(pid, 'SIGTERM');
    if (command === 'abort') {
      // Two that are pending at once count as one.
      await sleep(pollMs);
      process.kill(pid, 'SIGTERM');
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return { ok: false, reason: 'it belongs to another user' };
  }
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (isOver()) return { ok: true, step: 0 };
    await sleep(pollMs);
  }
  return { ok: false, reason: 'it has not ended yet' };
}

async function tellOutput(path: string, onLine: (line: string) => void, isOver: () => boolean): Promise<void> {
  if (!existsSync(path)) return;
  const reader = openLines(path);
  for (;;) {
    const isLast = isOver();
    const found = await reader.read().catch(() => null);
    for (const line of found?.lines ?? []) onLine(line);
    if (found === null && isLast) return reader.close();
    if (found === null) await sleep(pollMs, undefined, { ref: false });
  }
}
