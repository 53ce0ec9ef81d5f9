import type { TaskType } from '../../../src/data/types.ts';
import type { EndEvent, Phase, StartEvent, StepEvent } from '../../../src/trainer/events.ts';
import type { Settings } from '../../../src/trainer/settings.ts';
import type { Diagnostics } from '../../run/diagnostics.ts';
import type { RunResults } from '../../run/results.ts';
import { createSeries, type Series } from '../series.ts';
import { noPace, type Pace } from './eta.ts';

/** The settings that a dashboard shows or computes with; they stand in the run's `config.json`. */
export type RunSettings = Pick<
  Settings,
  'batchSize' | 'maxLength' | 'optimizer' | 'schedule' | 'evaluate' | 'checkpoint' | 'seed'
>;

export interface EvaluationRecord {
  step: number;
  epoch: number;
  metrics: Record<string, number>;
  best: boolean;
  seconds: number;
  /** Its deciding metric less that of the best before it; null for the first. */
  change: number | null;
}

export interface CheckpointRecord {
  step: number;
  location: string;
  reason: string;
  /** Value of the deciding metric at its step; null where it was not measured there. */
  value: number | null;
}

export interface LogLine {
  /** Milliseconds since 1970. */
  time: number;
  level: 'info' | 'warn' | 'error' | 'control' | 'output';
  text: string;
}

/** Curves over the steps of training. */
export interface Curves {
  loss: Series;
  learningRate: Series;
  gradientNorm: Series;
  examplesPerSecond: Series;
  tokensPerSecond: Series;
  /** Of evaluations, by the metric's name. */
  metrics: Map<string, Series>;
}

/**
 * All that a screen shows of a run. `curves` and the lists are changed in place, so that a million events take no more
 * memory and time than a thousand; `version` counts what was reduced and tells that something changed.
 */
export interface DashboardState {
  version: number;
  /** When the first and the newest event happened, in milliseconds since 1970; null: there was none. */
  began: number | null;
  time: number | null;
  task: TaskType | null;
  labels: readonly string[];
  rows: { train: number; validation: number; test: number };
  /** Name of the file that is trained on. */
  data: string | null;
  model: { name: string; engine: string; parameters: number } | null;
  folder: string | null;
  settings: RunSettings | null;
  start: StartEvent | null;
  resumed: { step: number; from: string } | null;
  phase: Phase;
  /** What is going on while preparing, in words. */
  progress: string | null;
  paused: boolean;
  /** The last step that was done, and the epoch it came to. */
  step: number;
  epoch: number;
  last: StepEvent | null;
  curves: Curves;
  /** Means of a step over the last twenty or so. Tokens are real ones, seconds of training only. */
  recent: { examples: number; tokens: number; seconds: number };
  /** The newest ones; `evaluationCount` counts all. */
  evaluations: EvaluationRecord[];
  evaluationCount: number;
  improvements: number;
  evaluatedAt: number;
  best: { step: number; epoch: number; metric: string; value: number } | null;
  checkpoints: CheckpointRecord[];
  diagnostics: { step: number; split: 'validation' | 'test'; diagnostics: Diagnostics } | null;
  /** Of the process; the peak is the largest that was seen. */
  resources: { rssBytes: number; cpuPercent: number; peakRssBytes: number } | null;
  log: LogLine[];
  /** Seconds of the units of work that this process has done. */
  pace: { steps: Pace; evaluating: Pace; saving: Pace };
  /** When the last step ended, where the next one follows it directly; else null. */
  stepEnded: number | null;
  saveBegan: number | null;
  /** When the newest unit of work ended, and so the one under way began. */
  worked: number | null;
  end: EndEvent | null;
  results: RunResults | null;
  failure: string | null;
}

export function initialState(): DashboardState {
  return {
    version: 0,
    began: null,
    time: null,
    task: null,
    labels: [],
    rows: { train: 0, validation: 0, test: 0 },
    data: null,
    model: null,
    folder: null,
    settings: null,
    start: null,
    resumed: null,
    phase: 'preparing',
    progress: null,
    paused: false,
    step: 0,
    epoch: 0,
    last: null,
    curves: emptyCurves(),
    recent: { examples: 0, tokens: 0, seconds: 0 },
    evaluations: [],
    evaluationCount: 0,
    improvements: 0,
    evaluatedAt: 0,
    best: null,
    checkpoints: [],
    diagnostics: null,
    resources: null,
    log: [],
    pace: { steps: noPace, evaluating: noPace, saving: noPace },
    stepEnded: null,
    saveBegan: null,
    worked: null,
    end: null,
    results: null,
    failure: null,
  };
}

export const emptyCurves = (): Curves => ({
  loss: createSeries(),
  learningRate: createSeries(),
  gradientNorm: createSeries(),
  examplesPerSecond: createSeries(),
  tokensPerSecond: createSeries(),
  metrics: new Map(),
});
