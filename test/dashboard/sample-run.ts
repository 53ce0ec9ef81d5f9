import { reduce, withSettings } from '../../cli/dashboard/state/reduce.ts';
import { type DashboardState, initialState, type RunSettings } from '../../cli/dashboard/state/state.ts';
import type { Diagnostics } from '../../cli/run/diagnostics.ts';
import type { AnyEvent, StampedEvent } from '../../cli/run/events.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';

/** Twelve o'clock. */
export const noon = Date.UTC(2026, 0, 15, 12);

/** An event so many seconds after noon. */
export function at(seconds: number, event: AnyEvent): StampedEvent {
  return { v: 1, time: new Date(noon + seconds * 1000).toISOString(), ...event };
}

/** The events of a data file with so many rows; what the screen does not read is left out. */
export function dataEvent(labels: string[], rows = { train: 67_360, validation: 872, test: 0 }): AnyEvent {
  return {
    type: 'data',
    task: 'sequence-classification',
    files: [{ split: 'train', name: 'data/sst2.tsv' }],
    labels,
    audit: { kind: 'texts', task: 'sequence-classification', rows: { ...rows, total: rows.train + rows.validation } },
  } as unknown as AnyEvent;
}

export const modelEvent: AnyEvent = {
  type: 'model',
  engine: { name: 'tensorflow', version: '2.15.1', kernels: 'fused' },
  name: 'distilbert-base-uncased',
  folder: '/models/distilbert-base-uncased',
  parameters: 66_955_010,
  newlyInitialized: [],
  unexpected: [],
};

export const startEvent: AnyEvent = {
  type: 'start',
  totalSteps: 6315,
  stepsPerEpoch: 2105,
  epochs: 3,
  trainExamples: 67_360,
  parameters: 66_955_010,
  trainableParameters: 66_955_010,
  metric: 'accuracy',
  direction: 'max',
};

export const settings: RunSettings = {
  ...defaultSettings,
  maxLength: 128,
  evaluate: { everySteps: 600, metric: 'accuracy', earlyStopping: null },
  checkpoint: { everySteps: 1000, keep: 2 },
};

/** Half a second each: 64 examples/s and 1,600 real tokens/s. */
export function stepEvent(step: number, loss = lossAt(step)): AnyEvent {
  return {
    type: 'step',
    step,
    epoch: step / 2105,
    loss,
    learningRate: 5e-5 * (step < 632 ? step / 632 : 1 - (step - 632) / (6315 - 632)),
    gradientNorm: 1 + (step % 7) / 10,
    examples: 32,
    tokens: 800,
    seconds: 0.5,
  };
}

/** From 0.69 down to 0.2, up and down by a tenth. */
export const lossAt = (step: number) => 0.2 + 0.49 * Math.exp(-step / 800) + (((step * 37) % 100) / 100 - 0.5) * 0.1;

export const diagnostics: Diagnostics = {
  task: 'sequence-classification',
  labels: ['negative', 'positive'],
  confusion: {
    labels: ['negative', 'positive'],
    counts: [
      [390, 38],
      [28, 416],
    ],
  },
  mostConfused: [
    { gold: 'negative', predicted: 'positive', count: 38 },
    { gold: 'positive', predicted: 'negative', count: 28 },
  ],
  classes: [
    { label: 'negative', precision: 0.933, recall: 0.911, f1: 0.922, support: 428 },
    { label: 'positive', precision: 0.916, recall: 0.937, f1: 0.926, support: 444 },
  ],
  mistakes: [
    { text: 'a film that is anything but dull', gold: 'positive', predicted: 'negative', score: 0.98 },
    { text: 'you could hate it for the same reason', gold: 'negative', predicted: 'positive', score: 0.91 },
  ],
  calibration: {
    bins: [
      { confidence: 0.55, accuracy: 0.5, count: 20 },
      { confidence: 0.95, accuracy: 0.93, count: 852 },
    ],
    expectedCalibrationError: 0.021,
  },
} as unknown as Diagnostics;

const accuracies = [0.881, 0.902, 0.911, 0.908, 0.917, 0.92, 0.924];

/** Steps 1 to `steps` with an evaluation every 600 and a checkpoint every 1000; the events and the second that they end in. */
export function trainingEvents(steps: number): { events: StampedEvent[]; seconds: number } {
  const events = [
    at(0, { type: 'phase', phase: 'preparing', step: 0 }),
    at(1, dataEvent(['negative', 'positive'])),
    at(2, modelEvent),
    at(3, { type: 'run', folder: 'runs/sst2', taken: null }),
    at(4, startEvent),
    at(4, { type: 'phase', phase: 'training', step: 0 }),
  ];
  let seconds = 4;
  let best = 0;
  for (let step = 1; step <= steps; step++) {
    seconds += 0.5;
    events.push(at(seconds, stepEvent(step)));
    if (step % 600 === 0) {
      const accuracy = accuracies[step / 600 - 1]!;
      const isBest = accuracy > best;
      events.push(at(seconds, { type: 'phase', phase: 'evaluating', step }));
      seconds += 10;
      const metrics = { accuracy, macro_f1: accuracy - 0.001, f1: accuracy + 0.001, loss: 0.3 - step / 50_000 };
      events.push(at(seconds, { type: 'evaluation', step, epoch: step / 2105, metrics, best: isBest, seconds: 10 }));
      events.push(at(seconds, { type: 'diagnostics', step, split: 'validation', diagnostics }));
      if (isBest) {
        best = accuracy;
        events.push(at(seconds, { type: 'phase', phase: 'saving', step }));
        seconds += 1;
        events.push(at(seconds, { type: 'checkpoint', step, location: 'runs/sst2/model', reason: 'best' }));
      }
      events.push(at(seconds, { type: 'phase', phase: 'training', step }));
    }
    if (step % 1000 === 0) {
      events.push(at(seconds, { type: 'phase', phase: 'saving', step }));
      seconds += 2;
      const location = `runs/sst2/checkpoints/step-${step}`;
      events.push(at(seconds, { type: 'checkpoint', step, location, reason: 'periodic' }));
    }
  }
  events.push(at(seconds, { type: 'resources', step: steps, rssBytes: 1.2 * 2 ** 30, cpuPercent: 180.4 }));
  return { events, seconds };
}

export const reduced = (events: readonly StampedEvent[], state: DashboardState = initialState()): DashboardState =>
  events.reduce(reduce, state);

/** A run at step 4294 of 6315, as the settings and the events before it make it. */
export function sampleState(): DashboardState {
  return reduced(trainingEvents(4294).events, withSettings(initialState(), settings));
}
