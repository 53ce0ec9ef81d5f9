import type { Resolved } from '../config/resolve.ts';
import type { ControlAnswer, ControlCommand } from '../control/protocol.ts';
import type { Requirement } from '../requirements.ts';
import type { StampedEvent } from './events.ts';
import type { RunResults } from './results.ts';

/** What the training process is asked to do. */
export interface TrainJob extends Resolved {
  /** Folder of the run; `isAsked`: named by a person, not after the data. */
  output: { folder: string; isAsked: boolean };
  /** Go on after the newest checkpoint that is in that folder; where there is none, begin. */
  resume: boolean;
  /** Go on though settings or data are others than when the run began, or its best model is damaged. */
  force?: boolean;
  /** Stop when all is ready for the first step. */
  dryRun: boolean;
  requirements: Requirement[];
  /** What the run is written for beside its own folder's files. */
  log?: 'tensorboard' | undefined;
  /** How the labels are numbered where the checkpoint does not have them. */
  labels?: readonly string[];
  version: string;
}

/** What it comes to; null: a dry run. */
export type TrainOutcome = { folder: string; results: RunResults } | null;

/** An error on its way to another process. */
export interface SentError {
  message: string;
  where?: string | undefined;
  fix?: string | undefined;
  exitCode: number;
  /** A person can do something about it: a `DistiltuneError`. */
  isExpected: boolean;
  stack?: string | undefined;
}

export type ToWorker =
  /** `isDetachable`: the run goes on when its parent is gone. */
  | { type: 'train'; job: TrainJob; isDetachable: boolean }
  | { type: 'stop' }
  | { type: 'control'; id: number; command: ControlCommand };

export type FromWorker =
  | { type: 'event'; event: StampedEvent }
  | { type: 'answer'; id: number; answer: ControlAnswer }
  | { type: 'done'; outcome: TrainOutcome }
  /** Stopped before the first step: there is nothing to save. */
  | { type: 'stopped' }
  /** Ended at once, as asked. */
  | { type: 'aborted' }
  | { type: 'failed'; error: SentError };
