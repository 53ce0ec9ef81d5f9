import { count } from '../plain/table.ts';
import type { RunRecord } from './record.ts';

export interface Outcome {
  kind: 'good' | 'stopped' | 'bad';
  glyph: string;
  text: string;
  /** What there is to say of it; null: nothing. */
  detail: string | null;
  /** Whether it can be gone on with. */
  isOpen: boolean;
}

/** How a run ended. */
export function outcomeOf({ results, status, events }: RunRecord): Outcome {
  const steps = results?.steps ?? status?.step ?? 0;
  const total = events.start?.totalSteps;
  const at = total === undefined ? '' : ` at step ${count(steps)} of ${count(total)}`;
  switch (results?.reason) {
    case 'finished':
      return { kind: 'good', glyph: '✓', text: 'finished', detail: null, isOpen: false };
    case 'early-stopping':
      return { kind: 'good', glyph: '✓', text: `stopped early${at}`, detail: null, isOpen: false };
    case 'stopped':
      return { kind: 'stopped', glyph: '■', text: `stopped${at}`, detail: null, isOpen: true };
    case 'diverged':
      return { kind: 'bad', glyph: '✗', text: `diverged${at}`, detail: events.failure, isOpen: false };
    case undefined:
      if (events.end?.reason === 'aborted') {
        const detail = 'What had been saved before is kept.';
        return { kind: 'stopped', glyph: '■', text: `aborted${at}`, detail, isOpen: true };
      }
      return { kind: 'bad', glyph: '✗', text: `did not finish${at}`, detail: events.failure, isOpen: true };
  }
}
