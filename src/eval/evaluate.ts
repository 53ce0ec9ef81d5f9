import { DivergedError } from '../errors.ts';
import type { ExampleSet } from '../tasks/example-set.ts';
import type { Model } from '../tasks/model.ts';
import { logitsOf } from '../tasks/predict.ts';
import { softmax } from '../tasks/sequence-classification.ts';
import type { TaskType } from '../tasks/types.ts';
import { type ClassificationReport, classificationReport } from './classification-report.ts';
import { classificationMetricNames, type MetricName, regressionMetricNames } from './metric-names.ts';
import { type RegressionReport, regressionReport } from './regression-report.ts';

export type Report = ClassificationReport | RegressionReport;

/** What a model said of a set, beside what is true. */
export interface Evaluation {
  report: Report;
  /** Outputs of the head, row i for example i, [N, outputs]. */
  logits: Float32Array;
}

export interface EvaluateOptions {
  /** How many mistakes and confused pairs the report names at most. */
  top?: number | undefined;
  signal?: AbortSignal | undefined;
}

// Sequences taken from the set at once, so that those of like length share a batch.
const WINDOW = 4096;

/**
 * Measures a model on labelled examples, through the same passes as `predict`.
 * @throws DivergedError when an output is not finite; RangeError when the set is empty; the signal's reason when aborted
 */
export async function evaluate<Target extends number>(
  model: Model<Target, unknown>,
  examples: ExampleSet<Target>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { outputs, labels, type } = model.task;
  const logits = new Float32Array(examples.length * outputs);
  for (let start = 0; start < examples.length; start += WINDOW) {
    const count = Math.min(WINDOW, examples.length - start);
    const sequences = Array.from({ length: count }, (_, i) => examples.ids(start + i));
    logits.set(await logitsOf(model, sequences, options), start * outputs);
  }
  if (!logits.every(Number.isFinite)) {
    throw new DivergedError('The model puts out NaN or infinite numbers: its training has diverged.', {
      fix: 'Train it again with a lower learning rate or more warm-up.',
    });
  }
  const gold = Float64Array.from({ length: examples.length }, (_, i) => examples.target(i));
  const top = options.top === undefined ? {} : { top: options.top };
  if (type === 'regression') return { report: regressionReport({ gold, predicted: logits }, top), logits };
  const probabilities = new Float64Array(logits.length);
  const predicted = new Int32Array(examples.length);
  for (let i = 0; i < examples.length; i++) {
    const row = softmax(logits.subarray(i * outputs, (i + 1) * outputs));
    probabilities.set(row, i * outputs);
    predicted[i] = row.indexOf(Math.max(...row));
  }
  return { report: classificationReport({ gold, predicted, probabilities, labels }, top), logits };
}

/** The metrics that `evaluate` gives for a task; the first chooses the best checkpoint unless another is asked for. */
export function metricsOf(task: { type: TaskType; labels: readonly string[] }): readonly MetricName[] {
  return task.type === 'regression' ? regressionMetricNames : classificationMetricNames(task.labels.length);
}
