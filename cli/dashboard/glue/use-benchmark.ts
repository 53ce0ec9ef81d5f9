import { useEffect, useState } from 'react';
import type { GlueSource, Liveness } from '../../watch/source.ts';
import { type Board, boardAfter, emptyBoard } from './board.ts';

/** A benchmark as it was a moment ago. */
export interface Benchmark {
  board: Board;
  liveness: Liveness;
  /** Milliseconds since 1970. */
  now: number;
  /** Why its events cannot be read; null: they can. */
  problem: { error: unknown } | null;
}

const clockMs = 1000;

/** Follows a benchmark while the component is mounted. */
export function useBenchmark(source: GlueSource): Benchmark {
  const [board, setBoard] = useState<Board>(emptyBoard);
  const [clock, setClock] = useState(() => ({ liveness: source.liveness(), now: Date.now() }));
  const [problem, setProblem] = useState<Benchmark['problem']>(null);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const look = () => setClock({ liveness: source.liveness(), now: Date.now() });
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
  return { board, ...clock, problem };
}
