import type { UndefinedOptions } from './undefined.ts';

/**
 * A measurement that is fed in parts, so that an evaluation need not hold its predictions. Rows added in any number of calls,
 * and scorers merged, give what one call over all rows gives. A call that throws has added nothing.
 */
export interface Scorer<Row extends unknown[], State, Result, Options = UndefinedOptions> {
  add(...row: Row): void;
  /** Adds what another scorer of the same settings has seen: the scorer itself, or its `state` as `{ state }`. */
  merge(other: { readonly state: State }): void;
  /** What was seen so far: plain data that can be cloned to and from a worker. */
  readonly state: State;
  /** The metrics of what was seen so far; NaN, with a reason, where nothing was. Adding may go on afterwards. */
  result(options?: Options): Result;
}
