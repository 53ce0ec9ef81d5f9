import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { useCallback, useEffect, useRef, useState } from 'react';
import { runFolders } from '../../runs/read.ts';
import { folderBytes, latestFirst, type RunSummary, summarize } from '../../runs/summary.ts';
import type { ListedRun } from './sorting.ts';

const refreshMs = 2000;

/** What was read of a folder, and of which state of it. */
interface Known {
  stamp: string;
  summary: RunSummary | null;
  bytes: number | null;
  /** Whether the bytes are of this state. */
  isCounted: boolean;
}

/**
 * The runs in a folder, kept up to date: those that are going on, and those that come and go.
 * @returns `runs` null: they are being read; `refresh` looks again at once
 */
export function useRuns(parent: string): {
  runs: readonly ListedRun[] | null;
  problem: { error: unknown } | null;
  refresh: () => void;
} {
  const [runs, setRuns] = useState<readonly ListedRun[] | null>(null);
  const [problem, setProblem] = useState<{ error: unknown } | null>(null);
  const [round, setRound] = useState(0);
  const known = useRef(new Map<string, Known>());
  const refresh = useCallback(() => setRound((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round reads anew
  useEffect(() => {
    let isWanted = true;
    let timer: NodeJS.Timeout | undefined;
    const look = async () => {
      try {
        const found = await readKnown(parent, known.current);
        if (!isWanted) return;
        const show = () => isWanted && setRuns(listed(found));
        show();
        setProblem(null);
        for (const [folder, entry] of found) {
          if (entry.summary === null || entry.isCounted) continue;
          entry.bytes = await folderBytes(folder);
          entry.isCounted = true;
          if (!isWanted) return;
        }
        show();
        known.current = found;
      } catch (error) {
        if (!isWanted) return;
        setProblem({ error });
        setRuns([]);
      }
      if (isWanted) timer = setTimeout(look, refreshMs);
    };
    void look();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [parent, round]);
  return { runs, problem, refresh };
}

function listed(known: ReadonlyMap<string, Known>): ListedRun[] {
  const bytesOf = ({ folder }: RunSummary) => known.get(folder)?.bytes ?? null;
  const summaries = [...known.values()].map(({ summary }) => summary).filter((summary) => summary !== null);
  return latestFirst(summaries).map((summary) => ({ ...summary, bytes: bytesOf(summary) }));
}

/** A run's results are large, and rarely change: what has not changed since is not read again. */
async function readKnown(parent: string, before: ReadonlyMap<string, Known>): Promise<Map<string, Known>> {
  const entries = await Promise.all(
    (await runFolders(parent)).map(async (folder): Promise<[string, Known]> => {
      const stamp = await stampOf(folder);
      const last = before.get(folder);
      if (last !== undefined && last.stamp === stamp && last.summary?.pid == null) return [folder, last];
      return [folder, { stamp, summary: await summarize(folder), bytes: last?.bytes ?? null, isCounted: false }];
    }),
  );
  return new Map(entries);
}

async function stampOf(folder: string): Promise<string> {
  const times = await Promise.all(
    ['status.json', 'results.json', 'glue.json'].map((name) =>
      stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return times.join(' ');
}
