import type { EndEvent, EvaluationEvent, StartEvent } from '../../src/trainer/events.ts';
import { append, createSeries, type Series } from '../dashboard/series.ts';
import type { Diagnostics } from '../run/diagnostics.ts';
import type { DataEvent, DiagnosticsEvent, ModelEvent, StampedEvent } from '../run/events.ts';

/** What `events.jsonl` tells. */
export interface RecordedEvents {
  began: string | null;
  data: DataEvent | null;
  model: ModelEvent | null;
  start: StartEvent | null;
  end: EndEvent | null;
  /** By optimizer step. */
  curves: { loss: Series; learningRate: Series; gradientNorm: Series };
  evaluations: Evaluations;
  /** Of the best checkpoint on the validation rows, and of the test rows. */
  diagnostics: { validation?: DiagnosticsOfStep; test?: DiagnosticsOfStep };
  /** Steps that the run was gone on with after. */
  resumedAfter: number[];
  warnings: { count: number; first: string[] };
  failure: string | null;
}

export interface DiagnosticsOfStep {
  step: number;
  diagnostics: Diagnostics;
}

/** Every one as long as they are few; then every second, every fourth, and so on, and always the best and the last. */
export interface Evaluations {
  count: number;
  shown: EvaluationEvent[];
}

const mostEvaluations = 100;
const warningsKept = 20;

/** Keeps of a run's events what is told of them afterwards, in bounded memory. */
export function createCollector() {
  const kept: Omit<RecordedEvents, 'evaluations' | 'diagnostics'> = {
    began: null,
    data: null,
    model: null,
    start: null,
    end: null,
    curves: { loss: createSeries(), learningRate: createSeries(), gradientNorm: createSeries() },
    resumedAfter: [],
    warnings: { count: 0, first: [] },
    failure: null,
  };
  const evaluations = createSampler();
  const diagnostics = createChooser();
  return {
    add(event: StampedEvent): void {
      kept.began ??= event.time;
      switch (event.type) {
        case 'data':
          kept.data = event;
          break;
        case 'model':
          kept.model = event;
          break;
        case 'start':
          kept.start = event;
          break;
        case 'end':
          kept.end = event;
          break;
        case 'step':
          append(kept.curves.loss, event.step, event.loss);
          append(kept.curves.learningRate, event.step, event.learningRate);
          append(kept.curves.gradientNorm, event.step, event.gradientNorm);
          break;
        case 'evaluation':
          evaluations.add(event);
          if (event.best) diagnostics.best(event.step);
          break;
        case 'diagnostics':
          diagnostics.add(event);
          break;
        case 'resume':
          kept.resumedAfter.push(event.step);
          break;
        case 'warning':
          kept.warnings.count++;
          if (kept.warnings.first.length < warningsKept) kept.warnings.first.push(event.message);
          break;
        case 'failure':
          kept.failure = event.message;
          break;
      }
    },
    events: (): RecordedEvents => ({
      ...kept,
      evaluations: evaluations.chosen(),
      diagnostics: diagnostics.chosen(),
    }),
  };
}

/** Thins out evaluations as they become many. */
function createSampler() {
  let regular: EvaluationEvent[] = [];
  let stride = 1;
  let count = 0;
  let best: EvaluationEvent | undefined;
  let last: EvaluationEvent | undefined;
  return {
    add(event: EvaluationEvent): void {
      if (count++ % stride === 0) regular.push(event);
      if (event.best) best = event;
      last = event;
      if (regular.length <= mostEvaluations) return;
      regular = regular.filter((_, i) => i % 2 === 0);
      stride *= 2;
    },
    chosen(): Evaluations {
      const also = [best, last].filter((event) => event !== undefined && !regular.includes(event));
      return { count, shown: [...regular, ...(also as EvaluationEvent[])].sort((a, b) => a.step - b.step) };
    },
  };
}

/** Of the validation rows those of the best step, whatever comes first: they or the word that it is the best. */
function createChooser() {
  let bestStep: number | undefined;
  const newest: { validation?: DiagnosticsOfStep; test?: DiagnosticsOfStep } = {};
  let ofBest: DiagnosticsOfStep | undefined;
  return {
    best(step: number): void {
      bestStep = step;
      ofBest = newest.validation?.step === step ? newest.validation : undefined;
    },
    add({ split, step, diagnostics }: DiagnosticsEvent): void {
      newest[split] = { step, diagnostics };
      if (split === 'validation' && step === bestStep) ofBest = newest.validation;
    },
    chosen(): RecordedEvents['diagnostics'] {
      const validation = ofBest ?? newest.validation;
      return {
        ...(validation === undefined ? {} : { validation }),
        ...(newest.test === undefined ? {} : { test: newest.test }),
      };
    },
  };
}
