import {
  accuracyScore,
  type CalibrationBin,
  type ConfusionMatrix,
  calibrationBins,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  matthewsCorrcoef,
  precisionRecallFscoreSupport,
  rocAucScore,
} from 'ml-metrics';
import type { ClassPrediction, Task } from '../tasks/types.ts';
import type { BaseReport, Measure } from './measure.ts';
import type { Metrics } from './metric-names.ts';

/** What a classifier said of N rows with C labels. */
export interface ClassPredictions {
  /** [N] class numbers. */
  gold: ArrayLike<number>;
  /** [N] class numbers. */
  predicted: ArrayLike<number>;
  /** Flat [N, C]: each row sums to 1. */
  probabilities: ArrayLike<number>;
  /** [C] names of the classes. Of two, the second is the positive class. */
  labels: readonly string[];
}

/** One row of the per-class table. `support` is how many rows have this label as gold. */
export interface ClassRow {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** Rows of label `gold` that were predicted as `predicted`. */
export interface Confusion {
  gold: string;
  predicted: string;
  count: number;
}

/** A wrong prediction. `index` is the row among those predicted, from 0; the scores are probabilities. */
export interface Mistake {
  index: number;
  gold: string;
  predicted: string;
  score: number;
  goldScore: number;
}

export interface ClassificationReport extends BaseReport {
  task: 'sequence-classification';
  /** In the order of the labels. */
  classes: ClassRow[];
  /** [gold][predicted] counts; null for more than 30 labels, where no one reads it. */
  confusionMatrix: number[][] | null;
  /** The pairs of labels confused most often, the most frequent first. */
  mostConfused: Confusion[];
  /** The wrong predictions with the highest scores, the highest first. */
  mistakes: Mistake[];
  /** Those of 15 bins of confidence that have rows, ascending (ml-metrics: calibrationBins). */
  calibration: CalibrationBin[];
  /** Mean gap between confidence and accuracy over these bins (ml-metrics: expectedCalibrationError). */
  expectedCalibrationError: number;
}

const largestReadableMatrix = 30;

/**
 * The metrics of `classificationMetricNames`: accuracy, macro and weighted F1, Matthews correlation, log loss; for two labels
 * also F1, precision, recall and ROC AUC of the second one.
 * @throws RangeError when the lengths do not fit, there are no rows, or a probability is NaN
 */
export function classificationMetrics({ gold, predicted, probabilities, labels }: ClassPredictions): Metrics {
  const { macro, weighted, perClass } = scoresOf(gold, predicted, labels.length);
  const metrics: Metrics = {
    accuracy: accuracyScore(gold, predicted),
    macro_f1: macro.fscore,
    weighted_f1: weighted.fscore,
    mcc: matthewsCorrcoef(gold, predicted, { zeroDivision: 0 }),
  };
  if (labels.length === 2) {
    const { fscore: f1, precision, recall } = perClass[1]!;
    const scoresOfPositive = Float64Array.from({ length: gold.length }, (_, i) => probabilities[i * 2 + 1]!);
    Object.assign(metrics, { f1, precision, recall, roc_auc: rocAucScore(gold, scoresOfPositive) });
  }
  return { ...metrics, loss: logLoss(gold, probabilities, labels.length) };
}

/**
 * The metrics, and what helps to understand them: which labels do badly, which are confused, where the model is most
 * confidently wrong.
 * @param options.top how many confused pairs and mistakes at most
 * @throws RangeError when the lengths do not fit, there are no rows, or a probability is NaN
 */
export function classificationReport(
  predictions: ClassPredictions,
  options: { top?: number } = {},
): ClassificationReport {
  const { gold, predicted, probabilities, labels } = predictions;
  const { top = 20 } = options;
  const metrics = classificationMetrics(predictions);
  const matrix = confusionMatrix(gold, predicted, labels.length);
  const { perClass } = scoresOf(gold, predicted, labels.length);
  return {
    task: 'sequence-classification',
    examples: gold.length,
    metrics,
    classes: perClass.map(({ precision, recall, fscore, support }, c) => {
      return { label: labels[c]!, precision, recall, f1: fscore, support };
    }),
    confusionMatrix: labels.length <= largestReadableMatrix ? rowsOf(matrix) : null,
    mostConfused: mostConfused(matrix, labels, top),
    mistakes: worstMistakes(predictions, top),
    calibration: calibrationBins(gold, probabilities, labels.length).filter(({ count }) => count > 0),
    expectedCalibrationError: expectedCalibrationError(gold, probabilities, labels.length),
  };
}

/** Measures single-label predictions. An item is the class number that is true. */
export function classificationMeasure(
  task: Task<unknown, number, number, ClassPrediction>,
  count: number,
): Measure<number, ClassificationReport> {
  const { labels } = task;
  const gold = new Float64Array(count);
  const predicted = new Int32Array(count);
  const probabilities = new Float64Array(count * labels.length);
  return {
    add(index, item, outputs) {
      const prediction = task.prediction(item, outputs);
      gold[index] = item;
      predicted[index] = labels.indexOf(prediction.label);
      labels.forEach((label, c) => {
        probabilities[index * labels.length + c] = prediction.probabilities[label]!;
      });
    },
    report: (options) => classificationReport({ gold, predicted, probabilities, labels }, options),
  };
}

/** What nobody predicted, or has, counts as 0, as in scikit-learn. */
function scoresOf(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number) {
  return precisionRecallFscoreSupport(gold, predicted, { classes, zeroDivision: 0 });
}

function rowsOf({ classes, counts }: ConfusionMatrix): number[][] {
  return Array.from({ length: classes }, (_, g) => Array.from(counts.subarray(g * classes, (g + 1) * classes)));
}

function mostConfused({ classes, counts }: ConfusionMatrix, labels: readonly string[], top: number): Confusion[] {
  const pairs: Confusion[] = [];
  counts.forEach((count, cell) => {
    const g = Math.floor(cell / classes);
    const p = cell % classes;
    if (g !== p && count > 0) pairs.push({ gold: labels[g]!, predicted: labels[p]!, count });
  });
  return pairs.sort((a, b) => b.count - a.count).slice(0, top);
}

function worstMistakes(predictions: ClassPredictions, top: number): Mistake[] {
  const { gold, predicted, probabilities, labels } = predictions;
  const probability = (i: number, c: number) => probabilities[i * labels.length + c]!;
  const wrong = Array.from({ length: gold.length }, (_, i) => i).filter((i) => gold[i] !== predicted[i]);
  return wrong
    .sort((a, b) => probability(b, predicted[b]!) - probability(a, predicted[a]!))
    .slice(0, top)
    .map((i) => ({
      index: i,
      gold: labels[gold[i]!]!,
      predicted: labels[predicted[i]!]!,
      score: probability(i, predicted[i]!),
      goldScore: probability(i, gold[i]!),
    }));
}
