/**
 * How a metric says that it has no value: it is NaN, and `onUndefined` is told which metric and why. It is the counterpart of
 * scikit-learn's UndefinedMetricWarning; without it the reason is not kept, and the number is NaN all the same.
 */
export interface UndefinedMetric {
  /** The name of the function, or of the field where a function returns several numbers. */
  metric: string;
  /** Which part of the result: `class 2`, `macro average`, `type PER`; empty where there is only one. */
  of: string;
  /** A sentence without a full stop: `no row was predicted as it`. */
  reason: string;
}

export interface UndefinedOptions {
  /** Called for each part that is undefined, also where the average over the other parts is defined. */
  onUndefined?: ((what: UndefinedMetric) => void) | undefined;
}

/** Tells why a metric is undefined, and returns NaN. */
export function undefinedMetric({ onUndefined }: UndefinedOptions, metric: string, of: string, reason: string): number {
  onUndefined?.({ metric, of, reason });
  return Number.NaN;
}

/**
 * Runs a measurement and keeps the reasons of what it left undefined, each once, as lines: plain data, ready for JSON.
 * `withReasons((options) => rocAucScore(gold, scores, options))` is `{ value, undefinedBecause }`.
 */
export function withReasons<T>(measure: (options: UndefinedOptions) => T): { value: T; undefinedBecause: string[] } {
  const reasons = new Set<string>();
  const value = measure({
    onUndefined: ({ metric, of, reason }) => reasons.add(`${metric}${of === '' ? '' : ` of ${of}`}: ${reason}`),
  });
  return { value, undefinedBecause: [...reasons] };
}

/** The same, told of one metric only. */
export function onlyOf(metric: string, { onUndefined }: UndefinedOptions): UndefinedOptions {
  return { onUndefined: onUndefined && ((what) => what.metric === metric && onUndefined(what)) };
}
