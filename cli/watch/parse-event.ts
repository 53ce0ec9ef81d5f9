import type { AnyGlueEvent, GlueEvent } from '../glue/events.ts';
import type { AnyEvent, StampedEvent } from '../run/events.ts';

const runEvents = {
  phase: true,
  progress: true,
  data: true,
  model: true,
  run: true,
  resume: true,
  start: true,
  step: true,
  evaluation: true,
  diagnostics: true,
  resources: true,
  checkpoint: true,
  control: true,
  warning: true,
  end: true,
  results: true,
  failure: true,
} satisfies Record<AnyEvent['type'], true>;

const glueEvents = {
  benchmark: true,
  'run-started': true,
  'run-ended': true,
  'trial-chosen': true,
  'benchmark-ended': true,
} satisfies Record<AnyGlueEvent['type'], true>;

/** A line of a run's log; null: it is damaged, or from a version that knows more kinds of events. */
export const parseRunEvent = (line: string): StampedEvent | null => parse(line, runEvents) as StampedEvent | null;

/** A line of a benchmark's log; null as `parseRunEvent`. */
export const parseGlueEvent = (line: string): GlueEvent | null => parse(line, glueEvents) as GlueEvent | null;

function parse(line: string, known: Readonly<Record<string, true>>): unknown {
  try {
    const event = JSON.parse(line);
    const isKnown = event.v === 1 && Object.hasOwn(known, event.type) && !Number.isNaN(Date.parse(event.time));
    return isKnown ? event : null;
  } catch {
    return null;
  }
}
