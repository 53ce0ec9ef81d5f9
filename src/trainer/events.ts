/**
 * What `train()` yields. Every renderer (plain lines, JSONL, dashboard) is a consumer of this one stream.
 * `step` counts optimizer steps from 1; `epoch` is a fraction (1.5: half of the second epoch done).
 */
export type Phase = 'preparing' | 'training' | 'evaluating' | 'saving';

export interface StartEvent {
  type: 'start';
  totalSteps: number;
  stepsPerEpoch: number;
  epochs: number;
  trainExamples: number;
  parameters: number;
  trainableParameters: number;
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
  seconds: number;
}

export interface CheckpointEvent {
  type: 'checkpoint';
  step: number;
  /** Where it was saved, in the words of the checkpoint store (a folder). */
  location: string;
  reason: 'best' | 'periodic' | 'stop' | 'end';
}

export interface WarningEvent {
  type: 'warning';
  step: number;
  message: string;
}

export interface EndEvent {
  type: 'end';
  reason: 'finished' | 'early-stopping' | 'stopped' | 'diverged';
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
  | WarningEvent
  | EndEvent;
