import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Variable } from '../../src/engine/types.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import type { Model } from '../../src/tasks/model.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import {
  type ControlAnswer,
  type ControlCommand,
  createControl,
  type TrainControl,
} from '../../src/trainer/control.ts';
import type { TrainEvent } from '../../src/trainer/events.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainOptions, type TrainSettings, train } from '../../src/trainer/train.ts';
import type { CheckpointReason, ResumePoint, TrainerState } from '../../src/trainer/types.ts';
import { testEngine } from '../engine/helper.ts';
import { tinyExamples, tinyModel } from '../tasks/tiny-model.ts';

const settings: TrainSettings = {
  ...defaultSettings,
  batchSize: 8,
  epochs: 3, // of three steps each
  accumulate: 2,
  optimizer: { ...defaultSettings.optimizer, learningRate: 3e-3 },
};
let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

type Weights = Map<string, Float32Array>;

/** Everything that going on takes, as numbers. */
interface Saved {
  reason: CheckpointReason;
  state: TrainerState;
  weights: Weights;
  moments: Map<string, readonly [Float32Array, Float32Array]>;
}

interface Run {
  events: TrainEvent[];
  weights: Weights;
  saved: Saved[];
  answers: [ControlCommand, ControlAnswer][];
  error: unknown;
}

interface Asking extends Partial<TrainOptions<number>> {
  changes?: Partial<TrainSettings>;
  /** Asks when an event comes; what it asks for is noted with its answer. */
  on?: (event: TrainEvent, ask: (command: ControlCommand) => void, control: TrainControl) => unknown;
  /** A point to go on from. */
  from?: Saved;
}

const valuesOf = (variable: Variable) => engine.tidy(() => engine.values(variable.read()));
const weightsOf = (model: Model): Weights =>
  new Map(model.parameters.map(({ name }) => [name, valuesOf(model.variables.get(name)!)]));

async function run({ changes, on, from, ...options }: Asking = {}): Promise<Run> {
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  const data = await encodeExamples(model, tinyExamples(22), { maxLength: 24 });
  const control = createControl();
  const result: Run = { events: [], weights: new Map(), saved: [], answers: [], error: undefined };
  const asked: Promise<unknown>[] = [];
  const ask = (command: ControlCommand) => {
    asked.push(control.ask(command).then((answer) => result.answers.push([command, answer])));
  };
  const resume: ResumePoint | undefined = from && {
    state: from.state,
    vocabulary: async () => null,
    async restoreMoments(moments) {
      for (const [name, values] of from.weights) assign(model.variables.get(name)!, values);
      for (const [name, pair] of moments) {
        for (const [i, variable] of pair.entries()) assign(variable, from.moments.get(name)![i]!);
      }
    },
  };
  const checkpoints: TrainOptions<number>['checkpoints'] = {
    async save(reason, state, moments) {
      const values = new Map([...moments].map(([name, [a, b]]) => [name, [valuesOf(a), valuesOf(b)] as const]));
      result.saved.push({ reason, state, weights: weightsOf(model), moments: values });
      return `${reason} ${state.step}`;
    },
  };
  try {
    const all = { model, data, settings: { ...settings, ...changes }, checkpoints, control, resume, ...options };
    for await (const event of train(all)) {
      result.events.push(event);
      on?.(event, ask, control);
    }
  } catch (error) {
    result.error = error;
  }
  await Promise.all(asked);
  result.weights = weightsOf(model);
  model.dispose();
  return result;
}

const assign = (variable: Variable, values: Float32Array) =>
  engine.tidy(() => variable.assign(engine.floats(values, variable.shape)));

/** What was learnt, without how long it took. */
const steps = ({ events }: Run) =>
  events.flatMap((event) => (event.type === 'step' ? [[event.step, event.loss, event.gradientNorm]] : []));
/** In the order in which it happened. */
const story = ({ events }: Run) =>
  events.flatMap((event) => {
    if (event.type === 'phase' || event.type === 'step')
      return [`${event.type === 'step' ? 'step' : event.phase} ${event.step}`];
    if (event.type === 'control') return [`${event.command} ${event.state} ${event.step}`];
    if (event.type === 'checkpoint') return [`saved ${event.reason} ${event.step}`];
    if (event.type === 'evaluation')
      return [`evaluated ${event.step}${event.asked ? ', asked' : ''}${event.best ? ', best' : ''}`];
    if (event.type === 'end') return [`end ${event.reason} ${event.step}`];
    return [];
  });
/** Evaluations that give these values in turn. */
const scripted = (values: number[]): Pick<Asking, 'evaluate' | 'metric'> => {
  const left = [...values];
  return { evaluate: async () => ({ score: left.shift()! }), metric: { name: 'score', direction: 'max' } };
};
const isStep = (event: TrainEvent, step: number) => event.type === 'step' && event.step === step;

describe('what is learnt stays the same, to the bit', () => {
  test.each<[string, ControlCommand[]]>([
    ['a pause', ['pause', 'resume']],
    ['a save', ['save']],
    ['an evaluation', ['evaluate']],
    ['all of them, while paused', ['pause', 'save', 'evaluate', 'save', 'resume']],
  ])('with %s between steps, in the middle of an epoch', async (_, commands) => {
    const whole = await run(scripted([1, 2, 3]));
    const isEvaluated = commands.includes('evaluate');
    const steered = await run({
      ...scripted(isEvaluated ? [1, 0, 2, 3] : [1, 2, 3]),
      on: (event, ask) => {
        if (isStep(event, 5)) for (const command of commands) ask(command);
      },
    });
    expect(steps(steered)).toEqual(steps(whole));
    expect(steered.weights).toEqual(whole.weights);
    expect(steered.answers).toEqual(commands.map((command) => [command, { ok: true, step: 5 }]));
    // The checkpoints that would have been taken anyway are the same, too.
    const due = ({ saved }: Run) => saved.filter(({ reason }) => reason !== 'asked');
    expect(due(steered)).toEqual(due(whole));
  });

  test.each([2, 3])('going on after a checkpoint that was asked for at step %i', async (at) => {
    const values = [1, 2, 3];
    const whole = await run(scripted(values));
    const broken = await run({ ...scripted(values), on: (event, ask) => isStep(event, at) && ask('save') });
    const from = broken.saved.find(({ reason }) => reason === 'asked')!;
    // At the third step an evaluation was due, and asking came first.
    expect(from.state).toMatchObject({ step: at, evaluationPending: at === 3 });
    const resumed = await run({ ...scripted(values), from });
    expect(steps(resumed)).toEqual(steps(whole).slice(at));
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.saved).toEqual(whole.saved);
  });
});

describe('in what order', () => {
  test('a pause holds the run until it is to go on; what is asked meanwhile is done and leaves it paused', async () => {
    let isHeld: boolean | undefined;
    const paused = await run({
      ...scripted([0.5, 0.5, 0.5, 0.5]),
      on: (event, ask) => {
        if (isStep(event, 1)) ask('pause');
        if (event.type === 'control' && event.command === 'pause' && isHeld === undefined) {
          isHeld = true;
          for (const [i, command] of (['save', 'pause', 'evaluate', 'resume'] as const).entries()) {
            setTimeout(
              () => {
                isHeld = command !== 'resume';
                ask(command);
              },
              20 * (i + 1),
            );
          }
        }
        if (isStep(event, 2)) expect(isHeld).toBe(false);
      },
    });
    expect(story(paused).slice(0, 18)).toEqual([
      'training 0',
      'step 1',
      'paused 1',
      'pause done 1',
      'saving 1',
      'saved asked 1',
      'paused 1',
      'save done 1',
      'pause done 1',
      'evaluating 1',
      'evaluated 1, asked, best',
      'saving 1',
      'saved best 1',
      'saving 1',
      'saved asked 1',
      'training 1',
      'paused 1',
      'evaluate done 1',
    ]);
    expect(story(paused).slice(18, 21)).toEqual(['training 1', 'resume done 1', 'step 2']);
  });

  test('nothing of a pause counts as time of training, and nothing runs while it lasts', async () => {
    const held: { used: number; waited: number } = { used: Number.NaN, waited: Number.NaN };
    const { events } = await run({
      on: (event, ask) => {
        if (isStep(event, 1)) ask('pause');
        if (event.type !== 'control' || event.command !== 'pause') return;
        const began = performance.now();
        const before = process.cpuUsage();
        void sleep(1000).then(() => {
          const { user, system } = process.cpuUsage(before);
          held.used = (user + system) / 1000;
          held.waited = performance.now() - began;
          ask('resume');
        });
      },
    });
    // A wait that polled or spun would take as much time as it lasts.
    expect(held.used).toBeLessThan(held.waited / 2);
    const end = events.at(-1)!;
    const trained = events.reduce((sum, event) => sum + (event.type === 'step' ? event.seconds : 0), 0);
    expect(end).toMatchObject({ type: 'end', seconds: { train: expect.closeTo(trained, 9) } });
  });

  test('a save that is asked for during an evaluation comes after it', async () => {
    const evaluated = await run({
      changes: { epochs: 1 },
      ...scripted([1]),
      on: (event, ask) => event.type === 'phase' && event.phase === 'evaluating' && ask('save'),
    });
    // The last one: there is nothing more to go on with, and what there is, is saved.
    expect(story(evaluated).slice(-7)).toEqual([
      'evaluating 3',
      'evaluated 3, best',
      'saving 3',
      'saved best 3',
      'training 3',
      'save refused 3',
      'end finished 3',
    ]);
    const between = await run({
      changes: { epochs: 2 },
      ...scripted([1, 1]),
      on: (event, ask) => event.type === 'phase' && event.phase === 'evaluating' && event.step === 3 && ask('save'),
    });
    expect(story(between)).toEqual(expect.arrayContaining(['saved best 3', 'training 3', 'saving 3', 'saved asked 3']));
    const from = between.saved.find(({ reason }) => reason === 'asked')!;
    expect(from.state).toMatchObject({ step: 3, evaluationPending: false, best: { step: 3 } });
  });

  test('an evaluation that is due answers who asks for one', async () => {
    const { events, answers } = await run({
      changes: { epochs: 2 },
      ...scripted([1, 2]),
      on: (event, ask) => isStep(event, 3) && ask('evaluate'),
    });
    const evaluations = events.filter((event) => event.type === 'evaluation');
    expect(evaluations.map(({ step, asked }) => [step, asked])).toEqual([
      [3, undefined],
      [6, undefined],
    ]);
    expect(answers).toEqual([['evaluate', { ok: true, step: 3 }]]);
  });

  test('asked before the first step, a pause comes before it', async () => {
    const { events } = await run({
      on: (event, ask) => {
        if (event.type === 'start') ask('pause');
        if (event.type === 'control' && event.command === 'pause') ask('resume');
      },
    });
    expect(story({ events } as Run).slice(0, 5)).toEqual([
      'training 0',
      'paused 0',
      'pause done 0',
      'training 0',
      'resume done 0',
    ]);
  });
});

describe('an evaluation that is asked for', () => {
  const patience = { changes: { epochs: 6, evaluate: { ...settings.evaluate, earlyStopping: 2 } } };

  test('counts neither for nor against early stopping', async () => {
    const whole = await run({ ...patience, ...scripted([0.5, 0.6, 0.4, 0.5, 0.9]) });
    expect(whole.events.at(-1)).toMatchObject({ reason: 'early-stopping', step: 12, best: { step: 6, value: 0.6 } });
    // Worse ones, which would use patience up, and a better one, which would take it from those that follow.
    const steered = await run({
      ...patience,
      ...scripted([0.5, 0.1, 0.1, 0.6, 0.4, 0.8, 0.5, 0.9]),
      on: (event, ask) => (isStep(event, 4) || isStep(event, 5) || isStep(event, 10)) && ask('evaluate'),
    });
    expect(steps(steered)).toEqual(steps(whole));
    expect(steered.weights).toEqual(whole.weights);
    expect(steered.events.at(-1)).toMatchObject({ reason: 'early-stopping', best: { step: 10, value: 0.8 } });
    const better = await run({
      ...patience,
      ...scripted([0.5, 0.95, 0.6, 0.7, 0.8, 0.7, 0.6]),
      on: (event, ask) => isStep(event, 4) && ask('evaluate'),
    });
    expect(better.events.at(-1)).toMatchObject({ reason: 'early-stopping', step: 18, best: { step: 4, value: 0.95 } });
  });

  test('becomes best when it is better, and a run that is gone on with knows it', async () => {
    const { saved, events } = await run({
      ...scripted([0.5, 0.9, 0.6, 0.7]),
      on: (event, ask) => isStep(event, 4) && ask('evaluate'),
    });
    expect(saved.map(({ reason, state }) => [reason, state.step])).toEqual([
      ['best', 3],
      ['best', 4],
      ['asked', 4],
    ]);
    expect(saved[2]!.state).toEqual({
      step: 4,
      evaluationPending: false,
      best: { step: 4, epoch: 4 / 3, metric: 'score', value: 0.9 },
      bestDue: 0.5,
      evaluationsWithoutImprovement: 0,
    });
    expect(events.at(-1)).toMatchObject({ best: { step: 4, value: 0.9 } });
  });

  test('is refused where there is nothing to evaluate on', async () => {
    const { answers, events } = await run({ on: (event, ask) => isStep(event, 1) && ask('evaluate') });
    expect(answers).toEqual([['evaluate', { ok: false, reason: 'there are no examples to evaluate on' }]]);
    expect(events).toContainEqual({
      type: 'control',
      command: 'evaluate',
      state: 'refused',
      step: 1,
      reason: 'there are no examples to evaluate on',
    });
  });
});

describe('the end', () => {
  test('stop saves after the step, also while paused, and tells who asked when that is done', async () => {
    for (const commands of [['stop'], ['pause', 'stop']] as const) {
      const stopped = await run({
        on: (event, ask) => {
          if (isStep(event, 2)) for (const command of commands) ask(command);
        },
      });
      expect(story(stopped).slice(-4)).toEqual(['saving 2', 'saved stop 2', 'stop done 2', 'end stopped 2']);
      expect(stopped.answers).toEqual(commands.map((command) => [command, { ok: true, step: 2 }]));
    }
  });

  test('so does a signal while paused, and who waits for more hears that it is over', async () => {
    const stop = new AbortController();
    const stopped = await run({
      signal: stop.signal,
      on: (event, ask) => {
        if (isStep(event, 2)) ask('pause');
        if (event.type === 'control' && event.command === 'pause') setTimeout(() => stop.abort(), 20);
        if (event.type === 'checkpoint') ask('resume');
      },
    });
    expect(story(stopped).slice(-6)).toEqual([
      'paused 2',
      'pause done 2',
      'saving 2',
      'saved stop 2',
      'resume refused 2',
      'end stopped 2',
    ]);
    expect(stopped.answers[1]).toEqual(['resume', { ok: false, reason: 'training has ended after step 2' }]);
  });

  test('stop cuts an evaluation short, which then is made when the run goes on', async () => {
    const whole = await run(scripted([1, 2, 3]));
    const stopped = await run({
      metric: { name: 'score', direction: 'max' },
      evaluate: async (signal) => {
        await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
        throw signal!.reason;
      },
      on: (event, ask) => {
        if (event.type === 'phase' && event.phase === 'evaluating') setTimeout(() => ask('stop'), 20);
      },
    });
    expect(story(stopped).slice(-5)).toEqual([
      'evaluating 3',
      'saving 3',
      'saved stop 3',
      'stop done 3',
      'end stopped 3',
    ]);
    const resumed = await run({ ...scripted([1, 2, 3]), from: stopped.saved.at(-1)! });
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.saved).toEqual(whole.saved);
  });

  test('abort saves nothing more, goes before what was asked earlier, and refuses that', async () => {
    const aborted = await run({
      on: (event, ask) => {
        if (isStep(event, 2)) for (const command of ['save', 'stop', 'abort'] as const) ask(command);
      },
    });
    expect(aborted.saved).toEqual([]);
    expect(story(aborted).slice(-4)).toEqual(['abort done 2', 'save refused 2', 'stop refused 2', 'end aborted 2']);
    expect(aborted.answers).toEqual([
      ['abort', { ok: true, step: 2 }],
      ['save', { ok: false, reason: 'the run was aborted' }],
      ['stop', { ok: false, reason: 'the run was aborted' }],
    ]);
  });

  test('after it everything is refused at once, and listeners hear it', async () => {
    let steered: TrainControl | undefined;
    await run({
      on: (_, __, control) => {
        steered = control;
      },
    });
    const heard: unknown[] = [];
    const unlisten = steered!.listen((news) => heard.push(news));
    const reason = 'training has ended after step 9';
    expect(await steered!.ask('pause')).toEqual({ ok: false, reason });
    expect(heard).toEqual([
      { command: 'pause', state: 'asked' },
      { command: 'pause', state: 'refused', reason },
    ]);
    unlisten();
    await steered!.ask('save');
    expect(heard).toHaveLength(2);
  });

  test('of a run that diverges: who asked hears it', async () => {
    const huge = {
      optimizer: { ...settings.optimizer, learningRate: 1e30 },
      schedule: { type: 'constant' as const, warmup: 0 },
    };
    const diverged = await run({
      changes: huge,
      on: (event, ask) => event.type === 'step' && !Number.isFinite(event.loss + event.gradientNorm) && ask('save'),
    });
    expect(diverged.events.at(-1)).toMatchObject({ type: 'end', reason: 'diverged' });
    expect(diverged.answers).toEqual([
      ['save', { ok: false, reason: expect.stringMatching(/^training has ended after step \d+$/) }],
    ]);
  });
});

test('a save that finds no room is refused, and the run goes on', async () => {
  const whole = await run();
  const { answers, events, weights } = await run({
    checkpoints: {
      save: async (reason) => {
        if (reason === 'asked') throw new Error('no space left');
        return reason;
      },
    },
    on: (event, ask) => isStep(event, 2) && ask('save'),
  });
  expect(answers).toEqual([['save', { ok: false, reason: 'it could not be saved: no space left' }]]);
  expect(events.at(-1)).toMatchObject({ reason: 'finished', step: 9 });
  expect(weights).toEqual(whole.weights);
});

test('many pauses leave no listener behind', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const { answers } = await run({
    changes: { epochs: 10 },
    on: (event, ask) => {
      if (event.type === 'step') ask('pause');
      if (event.type === 'control' && event.command === 'pause') setTimeout(() => ask('resume'), 0);
    },
  });
  await sleep(0);
  process.off('warning', warned);
  expect(answers).toHaveLength(60);
  expect(warnings).toEqual([]);
});
