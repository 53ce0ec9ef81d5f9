import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AnyEvent } from '../../cli/run/events.ts';
import type { RunResults } from '../../cli/run/results.ts';
import type { RunStatus } from '../../cli/run/run-folder.ts';
import { defaultSettings, type Settings } from '../../src/trainer/settings.ts';

export interface RunParts {
  state?: RunStatus['state'];
  step?: number;
  totalSteps?: number;
  heartbeat?: string;
  /** Of the first event, in milliseconds since 1970. */
  began?: number;
  /** Of the process; absent: one that is gone. */
  pid?: number;
  task?: string;
  labels?: string[];
  settings?: Partial<Settings>;
  /** Rows by split, and hashes of files. */
  examples?: Record<string, number>;
  files?: Record<string, { name: string; sha256: string }>;
  /** Absent: the run has none. */
  results?: Partial<RunResults>;
  events?: AnyEvent[];
}

export const began = Date.parse('2026-03-01T12:00:00Z');

/** Writes what a run leaves in its folder, without training. Events are a second apart. */
export function writeRun(folder: string, parts: RunParts = {}): string {
  const { state = 'finished', step = 20, totalSteps = 20, task = 'sequence-classification', events = [] } = parts;
  const write = (name: string, value: unknown) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(value));
  };
  write('status.json', {
    v: 1,
    pid: parts.pid ?? 2 ** 30,
    state,
    phase: 'training',
    step,
    totalSteps,
    heartbeat: parts.heartbeat ?? new Date(began + 100_000).toISOString(),
  } satisfies RunStatus);
  write('config.json', {
    v: 1,
    ...defaultSettings,
    model: 'tiny',
    ...parts.settings,
    resolved: { task, labels: parts.labels ?? ['no', 'yes'] },
    examples: parts.examples ?? { train: 90, validation: 10, test: 0 },
    files: parts.files ?? { train: { name: 'answers.csv', sha256: 'a'.repeat(64) } },
    source: { folder: 'models/tiny', sha256: { 'model.safetensors': 'c'.repeat(64) } },
    versions: { distiltune: '0.1.0', engine: 'wasm 4.22.0', node: '20.20.2' },
  });
  const lines = events.map((event, i) =>
    JSON.stringify({ v: 1, time: new Date((parts.began ?? began) + 1000 * i).toISOString(), ...event }),
  );
  writeFileSync(join(folder, 'events.jsonl'), lines.map((line) => `${line}\n`).join(''));
  if (parts.results !== undefined) write('results.json', resultsOf(parts.results));
  return folder;
}

function resultsOf(parts: Partial<RunResults>): RunResults {
  return {
    v: 1,
    reason: 'finished',
    metrics: {},
    best: { step: 20, epoch: 2, metric: 'accuracy', value: 0.9 },
    seconds: { engine: 1, tokenize: 1, train: 40, evaluate: 6, save: 2 },
    examplesPerSecond: 100,
    realTokensPerSecond: 2500,
    peakRssBytes: 1_500_000_000,
    steps: 20,
    parameters: 1234,
    reports: {},
    ...parts,
  };
}

/** Events of a run of `steps` steps, two epochs, whose loss is `loss(step)`, evaluated after each epoch. */
export function trainingEvents(steps: number, loss: (step: number) => number): AnyEvent[] {
  const perEpoch = steps / 2;
  const start: AnyEvent = {
    type: 'start',
    totalSteps: steps,
    stepsPerEpoch: perEpoch,
    epochs: 2,
    trainExamples: 90,
    parameters: 1234,
    trainableParameters: 1234,
    metric: 'accuracy',
    direction: 'max',
  };
  const events: AnyEvent[] = [start];
  for (let step = 1; step <= steps; step++) {
    const epoch = step / perEpoch;
    const learningRate = 1e-3 * (1 - step / steps);
    events.push({
      type: 'step',
      step,
      epoch,
      loss: loss(step),
      learningRate,
      gradientNorm: 1,
      examples: 16,
      tokens: 100,
      seconds: 2,
    });
    if (step % perEpoch > 0) continue;
    const metrics = { accuracy: 0.5 + 0.4 * (step / steps), loss: loss(step) };
    events.push({ type: 'evaluation', step, epoch, metrics, best: true, seconds: 3 });
  }
  return events;
}
