import type { BenchmarkEvent, RunEndedEvent, RunStartedEvent } from '../../cli/glue/events.ts';
import { type GlueTaskName, glueTask } from '../../tasks/glue/tasks.ts';

/** A benchmark's first event. */
export function benchmarkOf(options: {
  tasks: GlueTaskName[];
  seeds: number[];
  missing?: GlueTaskName[];
  trials?: string[];
}): BenchmarkEvent {
  const { tasks, seeds, missing = [], trials = [] } = options;
  return {
    type: 'benchmark',
    pid: 1,
    model: 'distilbert-base-uncased',
    recipe: trials.length > 0 ? 'tuned' : 'hf',
    seeds,
    tasks: tasks.map((name) => ({ name, title: glueTask(name).title, trials })),
    missing: missing.map((task) => ({ task, reason: 'there is no folder' })),
    runs: tasks.length * (Math.max(1, trials.length) + seeds.length - 1),
    command: 'distiltune glue run --data glue',
  };
}

const folderOf = (task: GlueTaskName, seed: number, trial: string | null) =>
  [task, ...(trial === null ? [] : [trial]), `seed-${seed}`].join('/');

export function started(task: GlueTaskName, seed: number, trial: string | null = null): RunStartedEvent {
  return { type: 'run-started', task, seed, trial, folder: folderOf(task, seed, trial) };
}

export function ended(
  task: GlueTaskName,
  seed: number,
  score: number | null,
  other: Partial<Pick<RunEndedEvent, 'outcome' | 'seconds' | 'trial'>> = {},
): RunEndedEvent {
  const { outcome = 'trained', seconds = 100, trial = null } = other;
  return { type: 'run-ended', task, seed, trial, folder: folderOf(task, seed, trial), outcome, score, seconds };
}
