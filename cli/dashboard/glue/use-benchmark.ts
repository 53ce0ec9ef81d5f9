import { useEffect, useState } from 'react';
import type { GlueSource, Liveness } from '../../watch/source.ts';
import { type Board, boardAfter, emptyBoard } from './board.ts';

/** A benchmark as it was a moment ago. */
export interface Benchmark {
  board: Board;
  liveness: Liveness;
  /** Why its events cannot be read; null: they can. */
  problem: { error: unknown } | null;
}

/** Whether the process is there shows by itself only. */
const clockMs = 1000;

/** Follows a benchmark while the component is mounted. */
export function useBenchmark(source: GlueSource): Benchmark {
  const [board, setBoard] = useState<Board>(emptyBoard);
  const [liveness, setLiveness] = useState(() => source.liveness());
  const [problem, setProblem] = useState<Benchmark['problem']>(null);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const look = () => setLiveness(source.liveness());
    const follow = async () => {
      for await (const batch of source.events(signal)) {
        if (signal.aborted) return;
        setBoard((before) => batch.reduce(boardAfter, before));
        look();
      }
    };
    follow().catch((error: unknown) => {
      if (!signal.aborted) setProblem({ error });
    });
    source.onRestart?.(() => setBoard(emptyBoard));
    const timer = setInterval(look, clockMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [source]);
  return { board, liveness, problem };
}
