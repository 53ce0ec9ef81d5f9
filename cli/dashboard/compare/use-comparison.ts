import { useEffect, useRef, useState } from 'react';
import { hasRecord } from '../../glue/record.ts';
import type { Comparison } from '../../runs/compare.ts';
import { compareFolders } from '../../runs/measure.ts';
import { followRun } from '../../watch/follow.ts';
import { addEvent, emptyCurves, type RunCurves } from './curves.ts';

/** What is known of runs that are compared; it becomes more while they are read and while they train. */
export interface Compared {
  /** null: being read. */
  comparison: Comparison | null;
  /** Of each run; none of benchmarks. */
  curves: readonly RunCurves[];
  problem: { error: unknown } | null;
}

const refreshMs = 500;
/** Tables of runs that train change with their evaluations. */
const recompareMs = 5000;

/** Reads runs and goes on with those that are still being trained. */
export function useComparison(folders: readonly string[]): Compared {
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [problem, setProblem] = useState<{ error: unknown } | null>(null);
  const [, setVersion] = useState(0);
  const curves = useRef<RunCurves[]>([]);
  const key = JSON.stringify(folders);

  useEffect(() => {
    const runs: string[] = JSON.parse(key);
    const leaving = new AbortController();
    let hasChanged = true;
    const fail = (error: unknown) => {
      if (!leaving.signal.aborted) setProblem({ error });
    };
    const compare = async () => {
      const found = await compareFolders(runs);
      if (!leaving.signal.aborted) setComparison(found);
    };
    const follow = async (folder: string, i: number) => {
      const source = followRun(folder);
      source.onRestart?.(() => {
        curves.current[i] = emptyCurves();
      });
      const wasAlive = source.liveness().state === 'alive';
      for await (const batch of source.events(leaving.signal)) {
        for (const event of batch) addEvent(curves.current[i]!, event);
        hasChanged = true;
      }
      if (wasAlive && !leaving.signal.aborted) await compare();
    };
    curves.current = runs.map(emptyCurves);
    setComparison(null);
    setProblem(null);
    compare().catch(fail);
    if (!runs.some(hasRecord)) for (const [i, folder] of runs.entries()) follow(folder, i).catch(fail);
    const draw = setInterval(() => {
      if (!hasChanged) return;
      hasChanged = false;
      setVersion((before) => before + 1);
    }, refreshMs);
    const again = setInterval(() => {
      if (runs.some((folder) => !hasRecord(folder) && followRun(folder).liveness().state === 'alive'))
        compare().catch(fail);
    }, recompareMs);
    return () => {
      leaving.abort();
      clearInterval(draw);
      clearInterval(again);
    };
  }, [key]);
  return { comparison, curves: curves.current, problem };
}
