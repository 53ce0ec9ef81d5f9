import type { EvaluationEvent, StartEvent, StepEvent } from '../../../src/trainer/events.ts';
import { metricText } from '../../plain/train-lines.ts';
import type { DataEvent, StampedEvent } from '../../run/events.ts';
import { append, createSeries } from '../series.ts';
import { controlText } from './control-text.ts';
import { cutCurves } from './cut.ts';
import { measured, noPace } from './eta.ts';
import { logged } from './log.ts';
import type { DashboardState, RunSettings } from './state.ts';

/** Lists hold this many of the newest; curves hold all, in less detail. */
const mostEvaluations = 200;
const mostCheckpoints = 100;
/** Throughput is a mean over about this many steps. */
const recentSteps = 20;
/** Seconds beyond a step's own, up to its double, that belong to it; more is a machine that slept. */
const leastOverhead = 2;

/**
 * The state after one more event. The object is a new one; its curves and lists are the old ones, changed in place.
 * Events of a run that was resumed may go back to an earlier step: what came after it is forgotten then.
 */
export function reduce(before: DashboardState, event: StampedEvent): DashboardState {
  const time = Date.parse(event.time);
  const state = { ...before, version: before.version + 1, began: before.began ?? time, time };
  if (isWork(event)) state.worked = time;
  switch (event.type) {
    case 'phase':
      state.phase = event.phase;
      state.paused = event.phase === 'paused';
      state.stepEnded = null;
      if (event.phase === 'saving') state.saveBegan = time;
      return state;
    case 'progress':
      state.progress = event.message;
      return state;
    case 'data':
      return withData(state, event);
    case 'model': {
      const { name, version } = event.engine;
      state.model = { name: event.name, engine: `${name} ${version}`, parameters: event.parameters };
      return state;
    }
    case 'run':
      state.folder = event.folder;
      return logged(state, 'info', `run folder ${event.folder}`);
    case 'resume':
      return resumed(state, event.step, event.from);
    case 'start':
      return started(state, event);
    case 'step':
      return stepped(state, event, time);
    case 'evaluation':
      return evaluated(state, event);
    case 'checkpoint': {
      const { step, location, reason } = event;
      if (state.saveBegan !== null) {
        state.pace = { ...state.pace, saving: measured(state.pace.saving, (time - state.saveBegan) / 1000) };
        state.saveBegan = null;
      }
      saved(state, { step, location, reason, value: valueAt(state, step) });
      return logged(state, 'info', `saved ${location} (${reason}, step ${step})`);
    }
    case 'warning':
      return logged(state, 'warn', event.message);
    case 'control': {
      if (event.state === 'done' && event.command === 'pause') state.paused = true;
      if (event.state === 'done' && event.command === 'resume') state.paused = false;
      if (event.state === 'done') state.stepEnded = null;
      return logged(state, 'control', controlText(event));
    }
    case 'resources': {
      const { rssBytes, cpuPercent } = event;
      const peakRssBytes = Math.max(rssBytes, state.resources?.peakRssBytes ?? 0);
      state.resources = { rssBytes, cpuPercent, peakRssBytes };
      return state;
    }
    case 'diagnostics': {
      const { step, split, diagnostics } = event;
      state.diagnostics = { step, split, diagnostics };
      return state;
    }
    case 'end': {
      state.end = event;
      state.best = event.best ?? state.best;
      return logged(state, 'info', `training ended at step ${event.step}: ${event.reason}`);
    }
    case 'results':
      state.results = event.results;
      state.folder = event.folder;
      return logged(state, 'info', `results written to ${event.folder}`);
    case 'failure':
      state.failure = event.message;
      return logged(state, 'error', event.message);
  }
}

const isWork = ({ type }: StampedEvent) =>
  type === 'step' || type === 'evaluation' || type === 'checkpoint' || type === 'phase' || type === 'start';

/** The settings of the run, which its events do not tell. */
export function withSettings(state: DashboardState, settings: RunSettings): DashboardState {
  return { ...state, version: state.version + 1, settings };
}

/** A line that the process printed beside its events. */
export function withOutput(state: DashboardState, line: string, time: number): DashboardState {
  return logged({ ...state, version: state.version + 1, time }, 'output', line);
}

function withData(state: DashboardState, { task, labels, audit, files }: DataEvent): DashboardState {
  const { train, validation, test } = audit.rows;
  state.task = task;
  state.labels = labels;
  state.rows = { train, validation, test };
  state.data = files.find(({ split }) => split === 'train')?.name ?? null;
  return state;
}

/** Goes on after a step; what an earlier process did beyond it comes again. */
function resumed(state: DashboardState, step: number, from: string): DashboardState {
  state.resumed = { step, from };
  if (state.step > step) {
    const { evaluations } = state;
    const kept = evaluations.filter((evaluation) => evaluation.step <= step);
    const forgotten = evaluations.filter((evaluation) => evaluation.step > step);
    const best = kept.findLast((evaluation) => evaluation.best);
    const metric = state.start?.metric ?? 'loss';
    state.best =
      best === undefined
        ? null
        : { step: best.step, epoch: best.epoch, metric, value: best.metrics[metric] ?? Number.NaN };
    state.evaluations = kept;
    state.evaluationCount -= forgotten.length;
    state.improvements -= forgotten.filter((evaluation) => evaluation.best).length;
    state.evaluatedAt = kept.at(-1)?.step ?? 0;
    state.checkpoints = state.checkpoints.filter((checkpoint) => checkpoint.step <= step);
    state.curves = cutCurves(state.curves, step);
  }
  state.step = step;
  return logged(state, 'info', `resumed after step ${step}`);
}

/** A process begins to train: what is known of paces is of another one. */
function started(state: DashboardState, event: StartEvent): DashboardState {
  state.start = event;
  state.phase = 'training';
  state.progress = null;
  state.pace = { steps: noPace, evaluating: noPace, saving: noPace };
  state.stepEnded = null;
  state.paused = false;
  state.end = null;
  state.results = null;
  state.failure = null;
  return state;
}

function stepped(state: DashboardState, event: StepEvent, time: number): DashboardState {
  const { step, epoch, loss, learningRate, gradientNorm, examples, tokens, seconds } = event;
  const { curves, pace } = state;
  append(curves.loss, step, loss);
  append(curves.learningRate, step, learningRate);
  append(curves.gradientNorm, step, gradientNorm);
  if (seconds > 0) {
    append(curves.examplesPerSecond, step, examples / seconds);
    append(curves.tokensPerSecond, step, tokens / seconds);
  }
  // What passes between two steps takes time as well; what is no training (evaluating, a pause) is no part of a step.
  const passed = state.stepEnded === null ? seconds : (time - state.stepEnded) / 1000;
  const whole = passed > 2 * seconds + leastOverhead ? seconds : Math.max(passed, seconds);
  state.pace = { ...pace, steps: measured(pace.steps, whole) };
  const weight = 1 / Math.min(Math.max(1, state.pace.steps.count), recentSteps);
  const mean = (old: number, value: number) => old + weight * (value - old);
  const { recent } = state;
  state.recent = {
    examples: mean(recent.examples, examples),
    tokens: mean(recent.tokens, tokens),
    seconds: mean(recent.seconds, seconds),
  };
  state.stepEnded = time;
  state.phase = 'training';
  state.paused = false;
  state.step = step;
  state.epoch = epoch;
  state.last = event;
  return state;
}

function evaluated(state: DashboardState, event: EvaluationEvent): DashboardState {
  const { step, epoch, metrics, best, seconds } = event;
  const name = state.start?.metric ?? 'loss';
  const value = metrics[name] ?? Number.NaN;
  const { metrics: curves } = state.curves;
  for (const [metric, metricValue] of Object.entries(metrics)) {
    if (!Number.isFinite(metricValue)) continue;
    if (!curves.has(metric)) curves.set(metric, createSeries());
    append(curves.get(metric)!, step, metricValue);
  }
  const change = state.best === null ? null : value - state.best.value;
  bounded(state.evaluations, { step, epoch, metrics, best, seconds, change }, mostEvaluations);
  state.evaluationCount++;
  state.evaluatedAt = step;
  state.pace = { ...state.pace, evaluating: measured(state.pace.evaluating, seconds) };
  if (best) {
    state.improvements++;
    state.best = { step, epoch, metric: name, value };
  }
  return logged(
    state,
    'info',
    `evaluated step ${step}: ${name} ${metricText(value)}${best ? ', the best so far' : ''}`,
  );
}

/** A checkpoint takes the place of the one in its folder; of those to resume from the oldest are removed. */
function saved(state: DashboardState, record: DashboardState['checkpoints'][number]): void {
  const isModel = ({ reason }: { reason: string }) => reason === 'best' || reason === 'end';
  const keep = state.settings?.checkpoint.keep ?? mostCheckpoints;
  const others = state.checkpoints.filter(({ location }) => location !== record.location);
  const points = [...others, record].filter((checkpoint) => !isModel(checkpoint));
  const dropped = new Set(points.slice(0, Math.max(0, points.length - keep)));
  state.checkpoints = [...others, record].filter((checkpoint) => !dropped.has(checkpoint)).slice(-mostCheckpoints);
}

function valueAt({ evaluations, start }: DashboardState, step: number): number | null {
  const evaluation = evaluations.findLast((candidate) => candidate.step === step);
  return evaluation?.metrics[start?.metric ?? 'loss'] ?? null;
}

function bounded<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
