import type { Metrics } from './metric-names.ts';

/** Adds up what a model says of examples, one at a time and in any order, to a report. */
export interface Measure<Item, Report> {
  /**
   * @param index of the example in its set
   * @param outputs of each of its sequences, all finite
   */
  add(index: number, item: Item, outputs: Float32Array[]): void;
  /**
   * @param top how many mistakes and the like it names at most
   * @throws RangeError when nothing was added
   */
  report(options: { top: number }): Report;
}

/** What every report has. Plain data, ready for JSON. */
export interface BaseReport {
  examples: number;
  metrics: Metrics;
}
