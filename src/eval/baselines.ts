import { DataError } from '../errors.ts';
import { classificationMetrics } from './classification-report.ts';
import { fitLogisticRegression, fitRidge, outputsFor } from './linear-models.ts';
import type { Metrics } from './metric-names.ts';
import { regressionMetrics } from './regression-report.ts';
import { fitTfidf, type SparseRows, transform } from './tfidf.ts';

/**
 * What a fine-tuned model has to beat, measured on the same split. Every baseline learns from `train` only and is measured on
 * `test`; the metrics have the names of the reports. All throw a DataError when either has no rows.
 */
export interface Baseline {
  name: string;
  metrics: Metrics;
}

/** A text or a pair of texts with its label: a name for classification, a number for regression. */
export interface LabelledText<Label> {
  text: string;
  pair?: string;
  label: Label;
}

/** `labels` fixes the classes and their order (of two, the second is the positive one); sorted names when left out. */
interface ClassOptions {
  labels?: readonly string[];
}

/** `bigrams`: pairs of neighbouring words count as terms too. */
interface TermOptions {
  bigrams?: boolean;
}

// Of a linear model on bag-of-words features: above it, the rarest terms are left out, so that memory stays below 400 MB.
const mostWeights = 2_000_000;

/** Always the most frequent training label; its probabilities are the shares of the training labels. */
export function majorityClassBaseline(
  train: Iterable<LabelledText<string>>,
  test: Iterable<LabelledText<string>>,
  options: ClassOptions = {},
): Baseline {
  const split = prepareClasses(train, test, options.labels);
  const shares = new Float64Array(split.labels.length);
  for (const gold of split.trainGold) shares[gold]! += 1 / split.trainGold.length;
  const probabilities = new Float64Array(split.testGold.length * shares.length);
  for (let row = 0; row < split.testGold.length; row++) probabilities.set(shares, row * shares.length);
  return { name: 'majority class', metrics: metricsOf(split, probabilities) };
}

/**
 * Multinomial logistic regression on TF-IDF terms: what TfidfVectorizer and LogisticRegression of scikit-learn do with their
 * defaults. Deterministic; seconds for ten thousand short texts of 77 classes.
 */
export function bagOfWordsBaseline(
  train: Iterable<LabelledText<string>>,
  test: Iterable<LabelledText<string>>,
  options: ClassOptions & TermOptions = {},
): Baseline {
  const split = prepareClasses(train, test, options.labels);
  const classes = split.labels.length;
  // A label that training never shows would pull its intercept to minus infinity: it is left out and has probability 0.
  const seen = [...new Set(split.trainGold)].sort((a, b) => a - b);
  const features = termFeatures(split.trainTexts, split.testTexts, options, outputsFor(seen.length));
  const predict = fitLogisticRegression(
    features.train,
    split.trainGold.map((gold) => seen.indexOf(gold)),
    seen.length,
  );
  const ofSeen = predict(features.test);
  const probabilities = new Float64Array(split.testGold.length * classes);
  for (let row = 0; row < split.testGold.length; row++) {
    for (const [s, c] of seen.entries()) probabilities[row * classes + c] = ofSeen[row * seen.length + s]!;
  }
  return { name: 'bag of words', metrics: metricsOf(split, probabilities) };
}

/** Always the mean of the training labels. */
export function meanBaseline(train: Iterable<LabelledText<number>>, test: Iterable<LabelledText<number>>): Baseline {
  const { trainGold, testGold } = prepareNumbers(train, test);
  const mean = trainGold.reduce((total, value) => total + value, 0) / trainGold.length;
  const predicted = new Float64Array(testGold.length).fill(mean);
  return { name: 'mean', metrics: regressionMetrics({ gold: testGold, predicted }) };
}

/** Ridge regression on TF-IDF terms: what TfidfVectorizer and Ridge of scikit-learn do with their defaults. */
export function bagOfWordsRegressionBaseline(
  train: Iterable<LabelledText<number>>,
  test: Iterable<LabelledText<number>>,
  options: TermOptions = {},
): Baseline {
  const { trainTexts, testTexts, trainGold, testGold } = prepareNumbers(train, test);
  const features = termFeatures(trainTexts, testTexts, options, 1);
  const predicted = fitRidge(features.train, trainGold)(features.test);
  return { name: 'bag of words', metrics: regressionMetrics({ gold: testGold, predicted }) };
}

interface ClassSplit {
  labels: readonly string[];
  trainTexts: string[];
  testTexts: string[];
  trainGold: number[];
  testGold: number[];
}

function prepareClasses(
  train: Iterable<LabelledText<string>>,
  test: Iterable<LabelledText<string>>,
  given: readonly string[] | undefined,
): ClassSplit {
  const [trainRows, testRows] = requireRows(train, test);
  const labels = given ?? [...new Set([...trainRows, ...testRows].map((row) => row.label))].sort();
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const numberOf = ({ label }: LabelledText<string>) => {
    const number = numbers.get(label);
    if (number === undefined) {
      throw new DataError(`the label "${label}" is not among the ${labels.length} labels of the task`, {
        fix: 'give every label of the training and test rows in `labels`',
      });
    }
    return number;
  };
  return {
    labels,
    trainTexts: trainRows.map(textOf),
    testTexts: testRows.map(textOf),
    trainGold: trainRows.map(numberOf),
    testGold: testRows.map(numberOf),
  };
}

function prepareNumbers(train: Iterable<LabelledText<number>>, test: Iterable<LabelledText<number>>) {
  const [trainRows, testRows] = requireRows(train, test);
  return {
    trainTexts: trainRows.map(textOf),
    testTexts: testRows.map(textOf),
    trainGold: Float64Array.from(trainRows, (row) => row.label),
    testGold: Float64Array.from(testRows, (row) => row.label),
  };
}

function requireRows<T>(train: Iterable<T>, test: Iterable<T>): [T[], T[]] {
  const rows: [T[], T[]] = [[...train], [...test]];
  rows.forEach((some, i) => {
    if (some.length === 0) {
      throw new DataError(`there are no ${i === 0 ? 'training' : 'test'} rows to measure a baseline with`);
    }
  });
  return rows;
}

function textOf({ text, pair }: LabelledText<unknown>): string {
  return pair === undefined ? text : `${text} ${pair}`;
}

function termFeatures(
  trainTexts: string[],
  testTexts: string[],
  { bigrams = false }: TermOptions,
  outputs: number,
): { train: SparseRows; test: SparseRows } {
  const tfidf = fitTfidf(trainTexts, { bigrams, maxTerms: Math.floor(mostWeights / outputs) });
  return { train: transform(tfidf, trainTexts), test: transform(tfidf, testTexts) };
}

/** Predicts the most probable class of each row, of equal ones the first, and measures. */
function metricsOf({ labels, testGold: gold }: ClassSplit, probabilities: Float64Array): Metrics {
  const predicted = gold.map((_, row) => {
    const ofRow = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
    return ofRow.indexOf(Math.max(...ofRow));
  });
  return classificationMetrics({ gold, predicted, probabilities, labels });
}
