import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { useEffect, useState } from 'react';
import type { Liveness, RunSource } from '../../watch/source.ts';
import { logged } from '../state/log.ts';
import { reduce, withOutput, withSettings } from '../state/reduce.ts';
import { type DashboardState, initialState, type RunSettings } from '../state/state.ts';

/** A run as it was a moment ago. */
export interface Observed {
  state: DashboardState;
  liveness: Liveness;
  /** Milliseconds since 1970. */
  now: number;
}

/** Between frames that no key asked for: two a second, fewer where they take more than their share of a core from the training. */
const frameMs = 450;
const share = 0.01;
const mostMs = 900;
/** What changes by itself: the time left, whether the process is alive. */
const clockMs = 1000;
/** So many events are reduced before keys are looked at. */
const atOnce = 5000;

/** Follows a run while the component is mounted. */
export function useRun(source: RunSource): Observed {
  const [observed, setObserved] = useState<Observed>(() => observe(source, begun(source)));
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let state = begun(source);
    let shown = -1;
    let shownAt = 0;
    const change = (next: (before: DashboardState) => DashboardState) => {
      if (!signal.aborted) state = next(state);
    };
    const follow = async () => {
      for await (const batch of source.events(signal)) {
        for (let i = 0; i < batch.length; i += atOnce) {
          for (const event of batch.slice(i, i + atOnce)) change((before) => reduce(before, event));
          if (batch.length > atOnce) await setImmediate();
        }
      }
    };
    follow().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      change((before) =>
        logged({ ...before, version: before.version + 1 }, 'error', `the run cannot be read: ${message}`),
      );
    });
    source.onRestart?.(() => change(({ version }) => ({ ...begun(source), version: version + 1 })));
    source.log?.((line) => change((before) => withOutput(before, line, Date.now())));
    let asksSettings = false;
    const askSettings = async () => {
      const folder = source.folder() ?? state.folder;
      if (asksSettings || state.settings !== null || folder === null) return;
      asksSettings = true;
      const settings = await readSettings(folder);
      asksSettings = false;
      if (settings !== null) change((before) => withSettings(before, settings));
    };
    let used = process.cpuUsage();
    let notBefore = 0;
    const timer = setInterval(() => {
      const now = Date.now();
      const isDue = now - shownAt >= clockMs;
      void askSettings();
      if (now < notBefore || (!isDue && state.version === shown)) return;
      const { user, system } = process.cpuUsage(used);
      used = process.cpuUsage();
      // A replay takes nothing from a training.
      if (source.playback === undefined) notBefore = now + Math.min((user + system) / 1000 / share, mostMs);
      shown = state.version;
      shownAt = now;
      setObserved(observe(source, state));
    }, frameMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [source]);
  return observed;
}

/** Before its first event a run has a name, where its folder is known. */
const begun = (source: RunSource): DashboardState => ({ ...initialState(), folder: source.folder() });

const observe = (source: RunSource, state: DashboardState): Observed => ({
  state,
  liveness: source.liveness(),
  now: Date.now(),
});

/** What `config.json` of a run says; null as long as it is not there. */
async function readSettings(folder: string): Promise<RunSettings | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  } catch {
    return null;
  }
}
