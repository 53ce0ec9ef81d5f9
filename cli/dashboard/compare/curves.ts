import type { StampedEvent } from '../../run/events.ts';
import { append, createSeries, type Series } from '../series.ts';

/** What a curve is drawn over. Seconds are those that steps and evaluations took: a run that was interrupted has no gap. */
export type Axis = 'step' | 'epoch' | 'seconds';

export const axes: readonly Axis[] = ['step', 'epoch', 'seconds'];

/** The same values over each axis. */
export type Curve = Readonly<Record<Axis, Series>>;

/** Curves of one run, filled in place. */
export interface RunCurves {
  loss: Curve;
  learningRate: Curve;
  /** Of evaluations, by the metric's name. */
  metrics: Map<string, Curve>;
  /** How far it has come. */
  at: Record<Axis, number>;
}

const emptyCurve = (): Curve => ({ step: createSeries(), epoch: createSeries(), seconds: createSeries() });

export const emptyCurves = (): RunCurves => ({
  loss: emptyCurve(),
  learningRate: emptyCurve(),
  metrics: new Map(),
  at: { step: 0, epoch: 0, seconds: 0 },
});

/** Adds what an event tells, in place. */
export function addEvent(curves: RunCurves, event: StampedEvent): void {
  const { at } = curves;
  if (event.type !== 'step' && event.type !== 'evaluation') return;
  at.step = event.step;
  at.epoch = event.epoch;
  at.seconds += event.seconds;
  if (event.type === 'step') {
    add(curves.loss, at, event.loss);
    add(curves.learningRate, at, event.learningRate);
    return;
  }
  for (const [name, value] of Object.entries(event.metrics)) {
    const curve = curves.metrics.get(name) ?? emptyCurve();
    curves.metrics.set(name, curve);
    // JSON has no NaN: a metric that is not defined is null there.
    add(curve, at, value ?? Number.NaN);
  }
}

function add(curve: Curve, at: RunCurves['at'], value: number): void {
  for (const axis of axes) append(curve[axis], at[axis], value);
}
