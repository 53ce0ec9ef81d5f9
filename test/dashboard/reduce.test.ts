import { describe, expect, test } from 'vitest';
import { view } from '../../cli/dashboard/series.ts';
import { etaOf, plannedRates, preparation, statusOf, throughput } from '../../cli/dashboard/state/derive.ts';
import { reduce, withOutput, withSettings } from '../../cli/dashboard/state/reduce.ts';
import { type DashboardState, initialState } from '../../cli/dashboard/state/state.ts';
import type { AnyEvent } from '../../cli/run/events.ts';
import type { RunResults } from '../../cli/run/results.ts';
import type { Liveness } from '../../cli/watch/source.ts';
import type { EndEvent } from '../../src/trainer/events.ts';
import {
  at,
  dataEvent,
  diagnostics,
  modelEvent,
  noon,
  reduced,
  sampleState,
  settings,
  startEvent,
  stepEvent,
  trainingEvents,
} from './sample-run.ts';

const alive: Liveness = { state: 'alive', heartbeat: null, lastCheckpoint: null, resume: null };
const texts = ({ log }: DashboardState) => log.map(({ level, text }) => [level, text]);
const valuesOf = (series: DashboardState['curves']['loss'], from: number, to: number) =>
  view(series, from, to, 1000)
    .filter(({ x }) => x >= from && x <= to)
    .map(({ x, mean }) => [x, mean]);

/** Training has begun, with one event a second from then on. */
function begun(...events: AnyEvent[]): DashboardState {
  const start = [dataEvent(['no', 'yes']), modelEvent, startEvent].map((event, i) => at(i, event));
  return reduced([...start, ...events.map((event, i) => at(3 + i, event))]);
}

test('what is trained on, with what, and where', () => {
  const state = begun({ type: 'run', folder: 'runs/sst2', taken: null });
  expect(state).toMatchObject({
    began: noon,
    time: noon + 3000,
    task: 'sequence-classification',
    labels: ['no', 'yes'],
    rows: { train: 67_360, validation: 872, test: 0 },
    data: 'data/sst2.tsv',
    model: { name: 'distilbert-base-uncased', engine: 'tensorflow 2.15.1', parameters: 66_955_010 },
    folder: 'runs/sst2',
    start: startEvent,
    version: 4,
  });
});

test('a step moves on, and its figures are points of the curves', () => {
  const state = begun(stepEvent(1, 0.7), stepEvent(2, 0.5));
  expect(state).toMatchObject({ step: 2, epoch: 2 / 2105, phase: 'training', last: stepEvent(2, 0.5) });
  const { loss, learningRate, gradientNorm, examplesPerSecond, tokensPerSecond } = state.curves;
  expect(valuesOf(loss, 0, 10)).toEqual([
    [1, 0.7],
    [2, 0.5],
  ]);
  expect(valuesOf(learningRate, 0, 10).map(([, y]) => y)).toEqual([5e-5 * (1 / 632), 5e-5 * (2 / 632)]);
  expect(valuesOf(gradientNorm, 0, 10).map(([, y]) => y)).toEqual([1.1, 1.2]);
  expect(valuesOf(examplesPerSecond, 0, 10).map(([, y]) => y)).toEqual([64, 64]);
  expect(valuesOf(tokensPerSecond, 0, 10).map(([, y]) => y)).toEqual([1600, 1600]);
  expect(throughput(state)).toEqual({ examples: 64, tokens: 1600 });
});

test('throughput is that of the last twenty steps or so', () => {
  const slow = (step: number): AnyEvent => ({ ...(stepEvent(step) as object), seconds: 2 }) as AnyEvent;
  const steps = Array.from({ length: 400 }, (_, i) => (i < 200 ? stepEvent(i + 1) : slow(i + 1)));
  expect(throughput(begun(...steps))!.examples).toBeCloseTo(16, 2);
});

test('evaluations: the best so far, the change to the best before, and what was measured', () => {
  const evaluation = (step: number, accuracy: number, best: boolean): AnyEvent => ({
    type: 'evaluation',
    step,
    epoch: step / 2105,
    metrics: { accuracy, loss: 1 - accuracy },
    best,
    seconds: 7,
  });
  const state = begun(evaluation(600, 0.75, true), evaluation(1200, 0.5, false), evaluation(1800, 0.875, true));
  expect(state.evaluations.map(({ step, best, change, metrics }) => [step, best, change, metrics])).toEqual([
    [600, true, null, { accuracy: 0.75, loss: 0.25 }],
    [1200, false, -0.25, { accuracy: 0.5, loss: 0.5 }],
    [1800, true, 0.125, { accuracy: 0.875, loss: 0.125 }],
  ]);
  expect(state.best).toEqual({ step: 1800, epoch: 1800 / 2105, metric: 'accuracy', value: 0.875 });
  expect(valuesOf(state.curves.metrics.get('accuracy')!, 0, 2000)).toEqual([
    [600, 0.75],
    [1200, 0.5],
    [1800, 0.875],
  ]);
  expect(state).toMatchObject({ evaluationCount: 3, improvements: 2, evaluatedAt: 1800 });
  expect(texts(state)).toEqual([
    ['info', 'evaluated step 600: accuracy 0.7500, the best so far'],
    ['info', 'evaluated step 1200: accuracy 0.5000'],
    ['info', 'evaluated step 1800: accuracy 0.8750, the best so far'],
  ]);
});

test('a metric that is not defined is told as such, and is no point of a curve', () => {
  const metrics = { accuracy: 0.5, roc_auc: null as unknown as number };
  const state = begun({ type: 'evaluation', step: 5, epoch: 0.1, metrics, best: true, seconds: 1 });
  expect([...state.curves.metrics.keys()]).toEqual(['accuracy']);
  expect(state.evaluations[0]!.metrics).toEqual(metrics);
});

test('the checkpoints that there are: the best replaces the best, the oldest to resume from go', () => {
  const { checkpoints } = sampleState();
  expect(checkpoints).toEqual([
    { step: 3000, location: 'runs/sst2/checkpoints/step-3000', reason: 'periodic', value: 0.917 },
    { step: 4000, location: 'runs/sst2/checkpoints/step-4000', reason: 'periodic', value: null },
    { step: 4200, location: 'runs/sst2/model', reason: 'best', value: 0.924 },
  ]);
});

test('pause and resume, asked and done; a step says that it goes on', () => {
  const control = (command: 'pause' | 'resume' | 'save', state: 'asked' | 'done' | 'refused', step: number): AnyEvent =>
    ({
      type: 'control',
      command,
      state,
      step,
      ...(state === 'refused' ? { reason: 'there is no folder' } : {}),
    }) as AnyEvent;
  const asked = begun(stepEvent(1), control('pause', 'asked', 1));
  expect(statusOf(asked, alive)).toBe('training');
  const paused = reduce(asked, at(20, control('pause', 'done', 2)));
  expect(statusOf(paused, alive)).toBe('paused');
  expect(statusOf(reduce(paused, at(30, stepEvent(3))), alive)).toBe('training');
  const resumed = reduce(paused, at(40, control('resume', 'done', 2)));
  expect(statusOf(resumed, alive)).toBe('training');
  expect(texts(reduce(resumed, at(50, control('save', 'refused', 2))))).toEqual([
    ['control', 'pause asked: after this step'],
    ['control', 'paused at step 2'],
    ['control', 'resumed at step 2'],
    ['control', 'save refused: there is no folder'],
  ]);
});

test('a pause is no part of the time that steps take', () => {
  const pause = (state: 'asked' | 'done', command: 'pause' | 'resume'): AnyEvent => ({
    type: 'control',
    command,
    state,
    step: 3,
  });
  const steps = [1, 2, 3].map((step) => at(4 + step * 0.5, stepEvent(step)));
  const paused = [at(5.6, pause('asked', 'pause')), at(5.7, pause('done', 'pause')), at(3605, pause('done', 'resume'))];
  const state = reduced([...steps, ...paused, at(3605.5, stepEvent(4))], begun());
  expect(state.pace.steps).toEqual({ count: 4, mean: 0.5, variance: 0 });
});

test('what passes between steps is part of them, a machine that slept is not', () => {
  const state = reduced(
    [at(10, stepEvent(1)), at(10.75, stepEvent(2)), at(11.5, stepEvent(3)), at(5000, stepEvent(4))],
    begun(),
  );
  expect(state.pace.steps.mean).toBeCloseTo((0.75 + 0.75 + 0.5) / 3, 10);
});

test('the time left counts evaluations and saves to come', () => {
  const { events, seconds } = trainingEvents(4294);
  const state = reduced(events, withSettings(initialState(), settings));
  // Seven evaluations were made, six of them the best; four are left, and saves at 5000 and 6000.
  const left = 2021 * 0.5 + 4 * 10 + (2 + 4 * (7 / 9)) * state.pace.saving.mean;
  expect(etaOf(state, noon + seconds * 1000)!.seconds).toBeCloseTo(left, 6);
});

test('straight after a resume the time left is that of the steps left at the pace of this process', () => {
  const before = trainingEvents(2050).events;
  const resumed = reduced(
    [
      ...before,
      at(90_000, { type: 'run', folder: 'runs/sst2', taken: null }),
      at(90_000, { type: 'resume', step: 2000, from: 'runs/sst2/checkpoints/step-2000' }),
      at(90_001, startEvent),
      at(90_001, { type: 'phase', phase: 'training', step: 2000 }),
    ],
    withSettings(initialState(), { ...settings, checkpoint: { everySteps: null, keep: 2 } }),
  );
  expect(etaOf(resumed, noon + 90_001_000)).toBeNull();
  expect(resumed).toMatchObject({ step: 2000, resumed: { step: 2000, from: 'runs/sst2/checkpoints/step-2000' } });
  const twice: AnyEvent = { ...(stepEvent(2001) as object), seconds: 1 } as AnyEvent;
  const first = reduce(resumed, at(90_002, twice));
  // Not measured yet: an evaluation takes a third of a step's time for its 872 rows; a save is not known.
  const evaluation = ((1 / 32) * 872) / 3;
  expect(etaOf(first, noon + 90_002_000)!.seconds).toBeCloseTo(4314 + 8 * evaluation, 6);
});

test('what came after the checkpoint that a run goes on from is forgotten', () => {
  const state = reduced([at(9000, { type: 'resume', step: 1500, from: 'x' })], sampleState());
  const kept = view(state.curves.loss, 0, 6315, 10_000);
  expect(Math.max(...kept.map(({ x }) => x))).toBeLessThanOrEqual(1500);
  expect(state.evaluations.map(({ step }) => step)).toEqual([600, 1200]);
  expect(state.best).toMatchObject({ step: 1200, value: 0.902 });
  expect(state).toMatchObject({ step: 1500, evaluationCount: 2, improvements: 2, evaluatedAt: 1200 });
  const more = reduce(state, at(9001, stepEvent(1501, 0.4321)));
  expect(valuesOf(more.curves.loss, 1501, 1501)).toEqual([[1501, 0.4321]]);
});

test('diagnostics and resources are the newest, the peak the highest', () => {
  const resources = (rssBytes: number): AnyEvent => ({ type: 'resources', step: 1, rssBytes, cpuPercent: 150 });
  const state = begun(resources(100), resources(300), resources(200), {
    type: 'diagnostics',
    step: 600,
    split: 'validation',
    diagnostics,
  });
  expect(state.resources).toEqual({ rssBytes: 200, cpuPercent: 150, peakRssBytes: 300 });
  expect(state.diagnostics).toEqual({ step: 600, split: 'validation', diagnostics });
});

describe('what a run is doing, or how it ended', () => {
  const ended: Liveness = { ...alive, state: 'ended' };
  const end = (reason: EndEvent['reason']): AnyEvent => ({
    type: 'end',
    reason,
    step: 3,
    best: null,
    seconds: { train: 1, evaluate: 1, save: 1 },
    examplesPerSecond: 1,
    realTokensPerSecond: 1,
  });
  const results = {
    type: 'results',
    folder: 'runs/sst2',
    results: { reason: 'early-stopping' } as RunResults,
  } as const;
  const phase = (name: 'evaluating' | 'saving' | 'paused'): AnyEvent => ({ type: 'phase', phase: name, step: 1 });
  test.each<[string, DashboardState, Liveness]>([
    ['preparing', initialState(), alive],
    ['training', begun(stepEvent(1)), alive],
    ['warming up', withSettings(begun(stepEvent(1)), settings), alive],
    ['training', withSettings(begun(stepEvent(700)), settings), alive],
    ['evaluating', begun(phase('evaluating')), alive],
    ['saving', begun(phase('saving')), alive],
    ['paused', begun(phase('paused')), alive],
    ['aborted', begun(end('aborted')), alive],
    // It has trained, and tests and writes results.
    ['evaluating', begun(end('finished'), phase('evaluating')), alive],
    ['finished', begun(end('finished')), ended],
    ['stopped early', begun(end('early-stopping'), results), alive],
    ['stopped', begun(end('stopped')), ended],
    ['diverged', begun(end('diverged'), { type: 'failure', message: 'The loss became NaN.' }), alive],
    ['failed', begun({ type: 'failure', message: 'no room on the disk' }), ended],
    ['aborted', begun(stepEvent(1)), ended],
    ['died', begun(stepEvent(1)), { ...alive, state: 'died' }],
  ])('%s', (status, state, liveness) => {
    expect(statusOf(state, liveness)).toBe(status);
  });
});

test('what is going on before training', () => {
  const state = reduced([at(0, { type: 'progress', message: 'tokenising: 12,000 rows' })]);
  expect(preparation(initialState())).toBe('reading the data');
  expect(preparation(state)).toBe('tokenising: 12,000 rows');
  expect(preparation(reduce(state, at(1, dataEvent(['a', 'b']))))).toBe('loading the model');
  expect(preparation(reduced([at(1, dataEvent(['a', 'b'])), at(2, modelEvent)], state))).toBe('starting');
});

test('the learning rate planned is that of the schedule', () => {
  const state = withSettings(begun(), settings);
  expect(plannedRates(state, 0, 6315, 3)).toEqual([
    { x: 1, y: 0 },
    { x: 3158, y: 5e-5 * (1 - (3157 - 632) / (6315 - 632)) },
    { x: 6315, y: 5e-5 * (1 - (6314 - 632) / (6315 - 632)) },
  ]);
  expect(plannedRates(begun(), 0, 6315, 3)).toEqual([]);
});

test('the log keeps the last 500 lines, on one line each, without what would draw on the terminal', () => {
  let state = initialState();
  for (let i = 0; i < 600; i++) state = reduce(state, at(i, { type: 'warning', step: i, message: `warning ${i}` }));
  expect(state.log).toHaveLength(500);
  expect(state.log[0]).toEqual({ time: noon + 100_000, level: 'warn', text: 'warning 100' });
  const hostile = withOutput(state, 'a\u001b[2Jb\r\nc', noon).log.at(-1);
  expect(hostile).toEqual({ time: noon, level: 'output', text: 'a\uFFFD[2Jb c' });
});

test('what is kept of a long run is bounded, and still of the whole run', () => {
  let state = begun();
  const moment = at(10, stepEvent(1));
  const steps = 250_000;
  for (let step = 1; step <= steps; step++) {
    state = reduce(state, { ...moment, ...(stepEvent(step) as object) } as typeof moment);
    if (step % 500 === 0) {
      const metrics = { accuracy: 0.5 };
      const evaluation: AnyEvent = { type: 'evaluation', step, epoch: 1, metrics, best: false, seconds: 1 };
      state = reduce(state, { ...moment, ...evaluation } as typeof moment);
      const location = `checkpoints/step-${step}`;
      state = reduce(state, { ...moment, type: 'checkpoint', step, location, reason: 'periodic' });
    }
  }
  expect(state).toMatchObject({ step: steps, evaluationCount: 500 });
  expect(state.evaluations.map(({ step }) => step)).toEqual(Array.from({ length: 200 }, (_, i) => 500 * (301 + i)));
  expect(state.checkpoints).toHaveLength(100);
  expect(state.log).toHaveLength(500);
  const { metrics, ...curves } = state.curves;
  for (const series of [...Object.values(curves), ...metrics.values()]) expect(series.size).toBeLessThanOrEqual(2048);
  expect(state.curves.loss.count).toBe(steps);
  const seen = view(state.curves.loss, 0, steps, 100).map(({ x }) => x);
  expect([seen[0]! <= steps / 100, seen.at(-1)]).toEqual([true, steps]);
});
