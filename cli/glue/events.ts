import type { RecipeName } from '../../tasks/glue/recipes.ts';
import type { GlueTaskName } from '../../tasks/glue/tasks.ts';

/** A training run of a benchmark. */
export interface BenchmarkRun {
  task: GlueTaskName;
  seed: number;
  /** Of a grid; null: the recipe has one trial only. */
  trial: string | null;
  /** Relative to the benchmark's folder. */
  folder: string;
}

/** A benchmark begins, or goes on: whatever was said before is void. What is there already is told again, as `kept`. */
export interface BenchmarkEvent {
  type: 'benchmark';
  pid: number;
  model: string;
  recipe: RecipeName;
  seeds: number[];
  /** In the order in which they are trained; `trials` are tried with the first seed, the best with the others. */
  tasks: { name: GlueTaskName; title: string; trials: string[] }[];
  /** Tasks without their files. */
  missing: { task: GlueTaskName; reason: string }[];
  /** Training runs in all. */
  runs: number;
  /** The command that goes on with it when it was interrupted. */
  command: string;
}

export interface RunStartedEvent extends BenchmarkRun {
  type: 'run-started';
}

export interface RunEndedEvent extends BenchmarkRun {
  type: 'run-ended';
  /** `kept`: it had been trained before. */
  outcome: 'trained' | 'kept' | 'diverged' | 'stopped' | 'failed';
  /** The task's score, 0 to 1 (Spearman and Matthews from -1); null where there is none. */
  score: number | null;
  /** That it took in all, whenever that was; 0 where it has not ended. */
  seconds: number;
}

/** Of a grid: the trial that the other seeds are trained with. */
export interface TrialChosenEvent {
  type: 'trial-chosen';
  task: GlueTaskName;
  trial: string;
}

export interface BenchmarkEndedEvent {
  type: 'benchmark-ended';
  /** `stopped`: the same command goes on with it. */
  reason: 'finished' | 'stopped' | 'failed';
  /** What went wrong. */
  message: string | null;
}

export type AnyGlueEvent = BenchmarkEvent | RunStartedEvent | RunEndedEvent | TrialChosenEvent | BenchmarkEndedEvent;

/** One line of a benchmark's `events.jsonl`. */
export type GlueEvent = { v: 1; time: string } & AnyGlueEvent;
