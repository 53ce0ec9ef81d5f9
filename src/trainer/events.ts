import type { ControlCommand } from './control.ts';

/**
 * What `train()` yields. Every renderer (plain lines, JSONL, dashboard) is a consumer of this one stream.
 * `step` counts optimizer steps from 1; `epoch` is a fraction (1.5: half of the second epoch done).
 */
export type Phase = 'preparing' | 'training' | 'evaluating' | 'saving' | 'paused';

export interface StartEvent {
  type: 'start';
  totalSteps: number;
  stepsPerEpoch: number;
  epochs: number;
  trainExamples: number;
  parameters: number;
  trainableParameters: number;
  /** Bytes that the activations of frozen layers take, where they are kept. */
  heldActivations?: number;
  /** Name of the metric that chooses the best checkpoint, and its direction. */
  metric: string;
  direction: 'max' | 'min';
}

export interface PhaseEvent {
  type: 'phase';
  phase: Phase;
  step: number;
}

export interface StepEvent {
  type: 'step';
  step: number;
  epoch: number;
  /** Mean loss of the step's examples, class weights and label smoothing included. */
  loss: number;
  learningRate: number;
  /** L2 norm of all gradients before clipping. */
  gradientNorm: number;
  examples: number;
  /** Real tokens: padding is not counted. */
  tokens: number;
  /** Wall-clock seconds of this step. */
  seconds: number;
}

export interface EvaluationEvent {
  type: 'evaluation';
  step: number;
  epoch: number;
  metrics: Record<string, number>;
  /** Whether this evaluation is the best so far. */
  best: boolean;
  /** Made because someone asked for it: early stopping does not count it. */
  asked?: true;
  seconds: number;
}

export interface CheckpointEvent {
  type: 'checkpoint';
  step: number;
  /** Where it was saved, in the words of the checkpoint store (a folder). */
  location: string;
  reason: 'best' | 'periodic' | 'asked' | 'stop' | 'end';
}

/** Something was asked of the run while it was going on: see `TrainControl`. */
export interface ControlEvent {
  type: 'control';
  command: ControlCommand;
  /** `done`: it is in effect, after `step`. */
  state: 'asked' | 'done' | 'refused';
  step: number;
  /** Why it was refused. */
  reason?: string;
}

export interface WarningEvent {
  type: 'warning';
  step: number;
  message: string;
}

export interface EndEvent {
  type: 'end';
  /** `stopped`: with all saved that going on takes. `aborted`: with what had been saved before. */
  reason: 'finished' | 'early-stopping' | 'stopped' | 'aborted' | 'diverged';
  step: number;
  best: { step: number; epoch: number; metric: string; value: number } | null;
  seconds: { train: number; evaluate: number; save: number };
  /** Of training steps only. */
  examplesPerSecond: number;
  realTokensPerSecond: number;
}

export type TrainEvent =
  | StartEvent
  | PhaseEvent
  | StepEvent
  | EvaluationEvent
  | CheckpointEvent
  | ControlEvent
  | WarningEvent
  | EndEvent;
