import { mean, type Summary, summarize } from '../../../tasks/glue/metrics.ts';
import { type BenchmarkMean, benchmarkMean, inOrder } from '../../../tasks/glue/report.ts';
import { type GlueTaskName, glueTask } from '../../../tasks/glue/tasks.ts';
import type { BenchmarkEndedEvent, BenchmarkEvent, BenchmarkRun, GlueEvent, RunEndedEvent } from '../../glue/events.ts';

/** A benchmark as far as it has got. */
export interface Board {
  /** null: nothing was said yet. */
  benchmark: BenchmarkEvent | null;
  /** What ended, the newest of a folder only. */
  ended: ReadonlyMap<string, RunEndedEvent>;
  /** null: between two runs, before the first, or after the last. */
  current: BenchmarkRun | null;
  /** Of a grid, the trial that was taken, by task. */
  chosen: Readonly<Partial<Record<GlueTaskName, string>>>;
  end: BenchmarkEndedEvent | null;
}

export const emptyBoard: Board = { benchmark: null, ended: new Map(), current: null, chosen: {}, end: null };

/** The board after an event. */
export function boardAfter(board: Board, event: GlueEvent): Board {
  switch (event.type) {
    case 'benchmark':
      return { ...emptyBoard, benchmark: event };
    case 'run-started':
      return { ...board, current: event };
    case 'run-ended': {
      const isCurrent = board.current?.folder === event.folder;
      return {
        ...board,
        ended: new Map(board.ended).set(event.folder, event),
        current: isCurrent ? null : board.current,
      };
    }
    case 'trial-chosen':
      return { ...board, chosen: { ...board.chosen, [event.task]: event.trial } };
    case 'benchmark-ended':
      return { ...board, current: null, end: event };
  }
}

/** What the table shows of a task with a seed. */
export type Cell =
  | { state: 'waiting' }
  /** `tried`: trials of a grid that have ended, of how many. */
  | { state: 'running'; tried: number; trials: number }
  | { state: 'trying'; tried: number; trials: number }
  | { state: 'scored'; score: number }
  /** It came to its end without a score: it diverged, or a metric is undefined. */
  | { state: 'unconverged' }
  | { state: 'stopped' | 'failed' };

export interface BoardRow {
  task: GlueTaskName;
  title: string;
  /** One for each seed; null: the task has no files. */
  cells: Cell[] | null;
  /** Over the seeds that have a score; null: none has. */
  score: Summary | null;
}

/** A row for each task, in the order of the table of scores. */
export function boardRows(board: Board): BoardRow[] {
  const { benchmark } = board;
  if (benchmark === null) return [];
  const rows = benchmark.tasks.map(({ name, title, trials }): BoardRow => {
    const cells = benchmark.seeds.map((seed) => cellOf(board, name, seed, Math.max(1, trials.length)));
    return { task: name, title, cells, score: summarize(scoresOf(cells)) };
  });
  const missing = benchmark.missing.map(({ task }): BoardRow => {
    return { task, title: glueTask(task).title, cells: null, score: null };
  });
  return inOrder([...rows, ...missing]);
}

/** As the report counts: a run that failed to converge has no score. */
const scoresOf = (cells: readonly Cell[]): number[] =>
  cells.flatMap((cell) => (cell.state === 'scored' ? [cell.score] : []));

const runningAlone: Cell = { state: 'running', tried: 0, trials: 1 };

function cellOf({ ended, current, chosen }: Board, task: GlueTaskName, seed: number, trials: number): Cell {
  const all = [...ended.values()].filter((run) => run.task === task && run.seed === seed);
  const isCurrent = current?.task === task && current.seed === seed;
  const isGrid = all.some(({ trial }) => trial !== null) || (isCurrent && current.trial !== null);
  const tried = isGrid ? all.filter(({ outcome }) => outcome !== 'stopped').length : 0;
  const taken = chosen[task];
  if (isCurrent) return isGrid && taken === undefined ? { state: 'running', tried, trials } : runningAlone;
  // Until one is taken, every trial of a grid may be the one.
  if (isGrid && taken === undefined) return { state: 'trying', tried, trials };
  const run = isGrid ? all.find(({ trial }) => trial === taken) : all[0];
  if (run === undefined) return { state: 'waiting' };
  if (run.outcome === 'stopped' || run.outcome === 'failed') return { state: run.outcome };
  return run.score === null ? { state: 'unconverged' } : { state: 'scored', score: run.score };
}

/** The means so far, over the tasks that have a score; without WNLI, as the published ones mostly are. */
export function meansSoFar(rows: readonly BoardRow[]): { withoutWnli: BenchmarkMean; withWnli: BenchmarkMean } {
  return { withoutWnli: benchmarkMean(rows, false), withWnli: benchmarkMean(rows, true) };
}

/** Runs that have come to their end. */
export function runsDone({ ended }: Board): number {
  return [...ended.values()].filter(isDone).length;
}

const isDone = ({ outcome }: RunEndedEvent): boolean => outcome !== 'stopped' && outcome !== 'failed';

/**
 * Seconds until the benchmark's end: what the run of the moment still takes, and for every run to come what its task took
 * before, else in proportion to its rows and epochs. null where nothing can be said yet.
 * @param current what the run of the moment has taken and still takes; null where that is not known
 */
export function secondsLeft(board: Board, current: { taken: number; left: number } | null): number | null {
  const { benchmark } = board;
  if (benchmark === null || board.end !== null) return null;
  const known = [...board.ended.values()].filter((run) => isDone(run) && run.seconds > 0);
  const paces = known.map((run) => run.seconds / workOf(run));
  if (current !== null && board.current !== null) paces.push((current.taken + current.left) / workOf(board.current));
  if (paces.length === 0) return null;
  const pace = mean(paces);
  const expected = (run: Work): number => {
    const alike = known.filter(({ task }) => task === run.task);
    const ownPace = alike.length === 0 ? pace : mean(alike.map((each) => each.seconds / workOf(each)));
    return ownPace * workOf(run);
  };
  const toCome = plannedRuns(board).filter((run) => !isEndedOrCurrent(board, run));
  const now = board.current === null ? 0 : (current?.left ?? expected(board.current));
  return toCome.reduce((sum, run) => sum + expected(run), now);
}

type Work = Pick<BenchmarkRun, 'task' | 'seed' | 'trial'>;

/** Rows that a run reads, of the official files: only their proportions matter. */
function workOf({ task, trial }: Pick<BenchmarkRun, 'task' | 'trial'>): number {
  const { train, epochs } = glueTask(task);
  const ofTrial = Number(/epochs-(\d+)$/.exec(trial ?? '')?.[1]);
  return train.rows * (Number.isNaN(ofTrial) ? epochs : ofTrial);
}

/** Of a grid, all trials with the first seed, and one with each of the others: the taken one, else for now the first. */
function plannedRuns({ benchmark, chosen }: Board): Work[] {
  const { tasks, seeds } = benchmark!;
  return tasks.flatMap(({ name: task, trials }) =>
    seeds.flatMap((seed, i): Work[] => {
      if (trials.length < 2) return [{ task, seed, trial: null }];
      return i === 0
        ? trials.map((trial) => ({ task, seed, trial }))
        : [{ task, seed, trial: chosen[task] ?? trials[0]! }];
    }),
  );
}

function isEndedOrCurrent({ ended, current }: Board, run: Work): boolean {
  const isSame = (other: Work) => other.task === run.task && other.seed === run.seed && other.trial === run.trial;
  if (current !== null && isSame(current)) return true;
  return [...ended.values()].some((other) => isDone(other) && isSame(other));
}
