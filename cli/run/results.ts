import type { Report } from '../../src/eval/evaluate.ts';
import type { EndEvent } from '../../src/trainer/events.ts';

/** What `results.json` holds. A metric that is not defined is null there. */
export interface RunResults {
  v: 1;
  /** A run that was aborted has no results. */
  reason: Exclude<EndEvent['reason'], 'aborted'>;
  metrics: { validation?: Record<string, number>; test?: Record<string, number> };
  best: EndEvent['best'];
  /** Wall-clock seconds of each part. */
  seconds: { engine: number; tokenize: number; train: number; evaluate: number; save: number };
  /** Of training steps only, as the next. */
  examplesPerSecond: number;
  /** Padding is not counted. */
  realTokensPerSecond: number;
  peakRssBytes: number;
  /** Optimizer steps done. */
  steps: number;
  parameters: number;
  /** Metrics, per-class scores, confusion and mistakes of the best checkpoint. */
  reports: { validation?: Report; test?: Report };
}
