import type { SplitName } from '../../src/data/split.ts';
import type { AnyAuditReport } from '../../src/data/trainable.ts';
import type { TaskType } from '../../src/data/types.ts';
import type { TrainEvent } from '../../src/trainer/events.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { FileReading } from './reading.ts';
import type { RunResults } from './results.ts';

/** How a file was read. */
export type ReadFile = FileReading & { split: SplitName };

/** The data has been read, split and tokenised. */
export interface DataEvent {
  type: 'data';
  task: TaskType;
  files: ReadFile[];
  /** Names of the classes in the order of their numbers; empty for regression. */
  labels: string[];
  audit: AnyAuditReport;
}

/** The engine and the model are ready. */
export interface ModelEvent {
  type: 'model';
  /** Kernels: those compiled for this processor, or those composed of the engine's own operations. */
  engine: { name: string; version: string; kernels: 'fused' | 'composed'; products?: 'float32' | 'bfloat16' };
  name: string;
  /** Folder that the checkpoint was read from. */
  folder: string;
  parameters: number;
  /** Weights that the checkpoint does not have. */
  newlyInitialized: string[];
  /** Tensors of the checkpoint that the model has no use for. */
  unexpected: string[];
}

/** The run has a folder; from here on what happens is written to it. */
export interface RunEvent {
  type: 'run';
  folder: string;
  /** The name it would have had, which is another run's. */
  taken: string | null;
}

/** The run goes on after a checkpoint. What its log had of later steps is gone: it comes again. */
export interface ResumeEvent {
  type: 'resume';
  step: number;
  /** The checkpoint's folder. */
  from: string;
}

/** How far something is that takes a while before training. Not written to the run folder. */
export interface ProgressEvent {
  type: 'progress';
  message: string;
}

/** All is written. */
export interface ResultsEvent {
  type: 'results';
  folder: string;
  results: RunResults;
}

/** The run ended with an error. */
export interface FailureEvent {
  type: 'failure';
  message: string;
}

/** What an evaluation shows beside its metrics: after each on the validation rows, and at the end of the test rows. */
export interface DiagnosticsEvent {
  type: 'diagnostics';
  step: number;
  split: 'validation' | 'test';
  diagnostics: Diagnostics;
}

/** What the training process takes of the machine, every few seconds while it works. */
export interface ResourcesEvent {
  type: 'resources';
  step: number;
  rssBytes: number;
  /** Processor time since the last one, over all cores: 250 is two and a half cores. */
  cpuPercent: number;
}

export type AnyEvent =
  | TrainEvent
  | DataEvent
  | ModelEvent
  | RunEvent
  | ResumeEvent
  | ProgressEvent
  | DiagnosticsEvent
  | ResourcesEvent
  | ResultsEvent
  | FailureEvent;

/** One line of `events.jsonl` and of `--ui jsonl`. */
export type StampedEvent = { v: 1; time: string } & AnyEvent;
