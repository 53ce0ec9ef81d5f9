import type { EndEvent } from '../../../src/trainer/events.ts';
import { scheduleFactor, warmupSteps } from '../../../src/trainer/schedule.ts';
import type { Liveness } from '../../watch/source.ts';
import { type Plan, type Remaining, timeLeft } from './eta.ts';
import type { DashboardState } from './state.ts';

export type Status =
  | 'preparing'
  | 'warming up'
  | 'training'
  | 'evaluating'
  | 'saving'
  | 'paused'
  | 'finished'
  | 'stopped early'
  | 'stopped'
  | 'diverged'
  | 'failed'
  | 'aborted'
  | 'died';

/** What a run is doing, or how it ended, in one word or two. */
export function statusOf(state: DashboardState, liveness: Liveness): Status {
  const { end, results, failure } = state;
  if (results !== null) return endings[results.reason];
  // After its last step a run may still test and write; what diverged or was given up does not.
  if (end !== null && (liveness.state !== 'alive' || end.reason === 'diverged' || end.reason === 'aborted')) {
    return endings[end.reason];
  }
  if (failure !== null) return 'failed';
  if (liveness.state === 'died') return 'died';
  if (liveness.state === 'ended') return 'aborted';
  if (state.paused) return 'paused';
  if (state.phase !== 'training') return state.phase;
  return isWarmingUp(state) ? 'warming up' : 'training';
}

const endings: Readonly<Record<EndEvent['reason'], Status>> = {
  finished: 'finished',
  'early-stopping': 'stopped early',
  stopped: 'stopped',
  aborted: 'aborted',
  diverged: 'diverged',
};

const lasting: readonly Status[] = ['finished', 'stopped early', 'stopped', 'diverged', 'failed', 'aborted', 'died'];

/** Nothing more will come of the run. */
export const isOver = (status: Status): boolean => lasting.includes(status);

function isWarmingUp({ start, settings, step }: DashboardState): boolean {
  if (start === null || settings === null) return false;
  return step < warmupSteps(settings.schedule.warmup, start.totalSteps);
}

/** What is going on before training: reading, tokenising, loading; the words of the process where it has any. */
export function preparation({ progress, task, model }: DashboardState): string {
  if (model !== null) return 'starting';
  if (task !== null) return 'loading the model';
  return progress ?? 'reading the data';
}

/**
 * Seconds that the run still takes, as of `now` (milliseconds since 1970); null where nothing can be said. While a run
 * is paused it stays as it is.
 */
export function etaOf(state: DashboardState, now: number): Remaining | null {
  const { start, settings, rows, pace, recent, worked } = state;
  if (start === null || state.end !== null) return null;
  const plan: Plan = {
    totalSteps: start.totalSteps,
    stepsPerEpoch: start.stepsPerEpoch,
    evaluateEvery: settings?.evaluate.everySteps ?? null,
    saveEvery: settings?.checkpoint.everySteps ?? null,
    validationRows: rows.validation,
    testRows: rows.test,
  };
  return timeLeft(plan, {
    step: state.step,
    evaluatedAt: state.evaluatedAt,
    evaluations: state.evaluationCount,
    improvements: state.improvements,
    steps: pace.steps,
    evaluating: pace.evaluating,
    saving: pace.saving,
    secondsPerExample: recent.examples > 0 ? recent.seconds / recent.examples : 0,
    underWay: state.paused || worked === null ? 0 : Math.max(0, (now - worked) / 1000),
  });
}

/** Of recent steps; null before the first. */
export function throughput({ recent }: DashboardState): { examples: number; tokens: number } | null {
  if (recent.seconds <= 0) return null;
  return { examples: recent.examples / recent.seconds, tokens: recent.tokens / recent.seconds };
}

/** The learning rate that the settings plan, at `columns` steps from `from` to `to`; empty where they are not known. */
export function plannedRates(
  { settings, start }: DashboardState,
  from: number,
  to: number,
  columns: number,
): { x: number; y: number }[] {
  if (settings === null || start === null) return [];
  const last = Math.min(to, start.totalSteps);
  const first = Math.max(1, from);
  if (last < first) return [];
  const count = Math.max(2, Math.min(columns, Math.floor(last - first) + 1));
  return Array.from({ length: count }, (_, i) => {
    const x = Math.round(first + ((last - first) * i) / (count - 1));
    return { x, y: settings.optimizer.learningRate * scheduleFactor(settings.schedule, x, start.totalSteps) };
  });
}
