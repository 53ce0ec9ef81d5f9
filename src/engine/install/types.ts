import type { Environment } from './run-command.ts';

/** The ladder: each step is tried when those before it did not lead to native TensorFlow. */
export type InstallStep = 'present' | 'upstream' | 'wheel' | 'wasm';

export interface InstallProgress {
  step: InstallStep | 'kernels';
  /** What is being done, in a few words. */
  message: string;
  /** Bytes so far and in all, where the work is counted in bytes. */
  received: number | null;
  total: number | null;
}

/** Why a step did not lead to native TensorFlow, and what a person can do about it. */
export interface StepFailure {
  step: InstallStep;
  reason: string;
  fix: string | null;
}

/** What the steps are given. */
export interface StepContext {
  environment: Environment;
  /** The Node.js program that tries the addon out. */
  nodePath: string;
  signal: AbortSignal | undefined;
  /** Make anew what is there already. */
  force: boolean;
  /** An empty folder in the cache's root; all that begins with its name is removed afterwards. */
  temporary: string;
  progress: (message: string, received?: number | null, total?: number | null) => void;
}
