import {
  bestThresholds,
  hammingLoss,
  multilabelAveragePrecision,
  multilabelFscores,
  multilabelRocAuc,
  type SupportedFscores,
  subsetAccuracy,
} from 'ml-metrics';
import type { LabelsPrediction, Task } from '../tasks/types.ts';
import type { ClassRow } from './classification-report.ts';
import type { BaseReport, Measure } from './measure.ts';
import type { MetricName, Metrics } from './metric-names.ts';

/** A row whose labels are not all right. `index` is the row among those predicted, from 0. */
export interface LabelsMistake {
  index: number;
  /** Labels that apply and were not predicted. */
  missed: string[];
  /** Labels that were predicted and do not apply. */
  spurious: string[];
}

export interface MultiLabelReport extends BaseReport {
  task: 'multi-label';
  /** In the order of the labels. */
  classes: ClassRow[];
  thresholds: Record<string, number>;
  /**
   * The thresholds that are best for each label's F1 on these rows, and the metrics with them: too good for rows that they
   * were chosen on, so that they are told apart.
   */
  tuned: { thresholds: Record<string, number>; metrics: Metrics };
  /** The rows with the most wrong labels first. */
  mistakes: LabelsMistake[];
}

/** The metrics of several labels; the first chooses the best checkpoint unless told otherwise. */
export const multiLabelMetricNames: readonly MetricName[] = [
  'micro_f1',
  'macro_f1',
  'weighted_f1',
  'samples_f1',
  'subset_accuracy',
  'hamming_loss',
  'roc_auc',
  'average_precision',
  'loss',
];

/** Measures predicted sets of labels. An item has 0 or 1 per label. */
export function multiLabelMeasure(
  task: Task<unknown, number[], number[] | null, LabelsPrediction> & { thresholds: readonly number[] },
  count: number,
): Measure<number[] | null, MultiLabelReport> {
  const { labels, thresholds } = task;
  const gold = new Uint8Array(count * labels.length);
  const probabilities = new Float64Array(count * labels.length);
  return {
    add(index, item, outputs) {
      const prediction = task.prediction(item, outputs);
      labels.forEach((label, l) => {
        gold[index * labels.length + l] = item![l]!;
        probabilities[index * labels.length + l] = prediction.probabilities[label]!;
      });
    },
    report: ({ top }) => multiLabelReport({ gold, probabilities, labels, thresholds }, top),
  };
}

interface Scored {
  /** Flat [N, C] of 0 and 1. */
  gold: ArrayLike<number>;
  /** Flat [N, C]. */
  probabilities: ArrayLike<number>;
  labels: readonly string[];
  thresholds: readonly number[];
}

function multiLabelReport(scored: Scored, top: number): MultiLabelReport {
  const { gold, probabilities, labels, thresholds } = scored;
  const best = bestThresholds(gold, probabilities, labels.length).map(({ threshold }) => threshold);
  const named = (values: readonly number[]) => Object.fromEntries(labels.map((label, l) => [label, values[l]!]));
  return {
    task: 'multi-label',
    examples: gold.length / labels.length,
    metrics: metricsAt(scored, thresholds),
    classes: fscoresAt(scored, thresholds).perLabel.map((scores, l) => classRow(labels[l]!, scores)),
    thresholds: named(thresholds),
    tuned: { thresholds: named(best), metrics: metricsAt(scored, best) },
    mistakes: worstRows(scored, top),
  };
}

function predictedAt({ probabilities, labels }: Scored, thresholds: readonly number[]): Uint8Array {
  return Uint8Array.from(probabilities, (value, i) => (value >= thresholds[i % labels.length]! ? 1 : 0));
}

/** A label that neither stands in gold nor is predicted counts as 0 in the averages, as in scikit-learn. */
function fscoresAt(scored: Scored, thresholds: readonly number[]) {
  return multilabelFscores(scored.gold, predictedAt(scored, thresholds), scored.labels.length, { zeroDivision: 0 });
}

function metricsAt(scored: Scored, thresholds: readonly number[]): Metrics {
  const { gold, probabilities, labels } = scored;
  const predicted = predictedAt(scored, thresholds);
  const { micro, macro, weighted, samples } = fscoresAt(scored, thresholds);
  return {
    micro_f1: micro.fscore,
    macro_f1: macro.fscore,
    weighted_f1: weighted.fscore,
    samples_f1: samples.fscore,
    subset_accuracy: subsetAccuracy(gold, predicted, labels.length),
    hamming_loss: hammingLoss(gold, predicted, labels.length),
    roc_auc: multilabelRocAuc(gold, probabilities, labels.length).macro,
    average_precision: multilabelAveragePrecision(gold, probabilities, labels.length).macro,
    loss: binaryLogLoss(gold, probabilities),
  };
}

// A probability of 0 or 1 is one that float64 cannot tell from it: the loss stays finite.
const smallest = 2 ** -52;

/** Mean of -log p of what is true, over all rows and labels. */
function binaryLogLoss(gold: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < gold.length; i++) {
    sum -= Math.log(Math.max(smallest, gold[i] === 1 ? probabilities[i]! : 1 - probabilities[i]!));
  }
  return sum / gold.length;
}

function classRow(label: string, { precision, recall, fscore, support }: SupportedFscores): ClassRow {
  return { label, precision, recall, f1: fscore, support };
}

function worstRows(scored: Scored, top: number): LabelsMistake[] {
  const { gold, labels, thresholds } = scored;
  const predicted = predictedAt(scored, thresholds);
  const rows = Array.from({ length: gold.length / labels.length }, (_, index): LabelsMistake => {
    const where = (g: number, p: number) =>
      labels.filter((_, l) => gold[index * labels.length + l] === g && predicted[index * labels.length + l] === p);
    return { index, missed: where(1, 0), spurious: where(0, 1) };
  });
  const wrong = ({ missed, spurious }: LabelsMistake) => missed.length + spurious.length;
  return rows
    .filter((row) => wrong(row) > 0)
    .sort((a, b) => wrong(b) - wrong(a))
    .slice(0, top);
}
