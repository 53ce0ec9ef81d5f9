import { type ClassFscoreOptions, classFscoresOf } from './class-fscores.ts';
import { confusionMatrix, presentClasses } from './confusion.ts';
import type { EntityMetrics } from './entity-scorer.ts';
import { fixed } from './fixed.ts';
import { type MultilabelFscores, multilabelFscores } from './multilabel.ts';
import { type Numbers, requireCount } from './numbers.ts';

/**
 * Tables of precision, recall, F1 and support with the averages below, laid out as scikit-learn and seqeval do it, a line break
 * at their end. An undefined number is `nan`, unless zeroDivision says otherwise.
 */

export interface ReportOptions {
  /** Digits after the decimal point, 1 to 20. Default 2. */
  digits?: number | undefined;
}

export interface ClassReportOptions extends ReportOptions, Omit<ClassFscoreOptions, 'beta' | 'classes'> {
  /** The names of the rows: of `labels`, or where those are left out, of the classes that occur, ascending. */
  targetNames?: readonly string[] | undefined;
}

/**
 * The report of predicted classes. Reference: sklearn.metrics.classification_report.
 * @throws RangeError as `precisionRecallFscoreSupport`, and when there are not as many targetNames as rows
 */
export function classificationReport(gold: Numbers, predicted: Numbers, options: ClassReportOptions = {}): string {
  const matrix = confusionMatrix(gold, predicted);
  const present = presentClasses(matrix);
  const labels = Array.from(options.labels ?? present);
  const { perClass, micro, macro, weighted } = classFscoresOf(matrix, { ...options, beta: 1, labels });
  const names = namesOf(options.targetNames, labels);
  const everyRowCounts = present.every((c) => labels.includes(c));
  return table(
    perClass.map((scores, i) => ({ name: names[i]!, ...scores })),
    [
      everyRowCounts
        ? { name: 'accuracy', fscore: micro.fscore, support: micro.support }
        : { name: 'micro avg', ...micro },
      { name: 'macro avg', ...macro },
      { name: 'weighted avg', ...weighted },
    ],
    options,
  );
}

export interface MultilabelReportOptions
  extends ReportOptions,
    Omit<ClassFscoreOptions, 'beta' | 'classes' | 'labels'> {
  /** The names of the labels, in their order. */
  targetNames?: readonly string[] | undefined;
}

/**
 * The report of predicted label sets: flat [rows, labels] tables of 0 and 1. Reference: sklearn.metrics.classification_report of
 * indicators.
 * @throws RangeError as `multilabelFscores`, and when there are not as many targetNames as labels
 */
export function multilabelReport(
  gold: Numbers,
  predicted: Numbers,
  labels: number,
  options: MultilabelReportOptions = {},
): string {
  const { perLabel, micro, macro, weighted, samples }: MultilabelFscores = multilabelFscores(gold, predicted, labels, {
    ...options,
    beta: 1,
  });
  const names = namesOf(options.targetNames, Array.from(perLabel.keys()));
  return table(
    perLabel.map((scores, l) => ({ name: names[l]!, ...scores })),
    [
      { name: 'micro avg', ...micro },
      { name: 'macro avg', ...macro },
      { name: 'weighted avg', ...weighted },
      { name: 'samples avg', ...samples },
    ],
    options,
  );
}

/** The report of entities, by type. Reference: seqeval.metrics.classification_report. */
export function entityReport(metrics: EntityMetrics, options: ReportOptions = {}): string {
  const rows = metrics.perType.map(({ type, f1, ...scores }) => ({ name: type, fscore: f1, ...scores }));
  const averages = (['micro', 'macro', 'weighted'] as const).map((name) => {
    const { f1, ...scores } = metrics[name];
    return { name: `${name} avg`, fscore: f1, ...scores };
  });
  return table(rows, averages, options);
}

interface Row {
  name: string;
  /** Left empty in the row of the accuracy. */
  precision?: number;
  recall?: number;
  fscore: number;
  support: number;
}

function table(rows: readonly Row[], averages: readonly Row[], { digits = 2 }: ReportOptions): string {
  requireCount('digits', digits);
  if (digits > 20) throw new RangeError(`digits is ${digits}: expected 1 to 20`);
  // Characters, not UTF-16 units.
  const widths = rows.map(({ name }) => [...name].length);
  const width = Math.max('weighted avg'.length, digits, ...widths);
  const line = (name: string, cells: readonly string[]) =>
    `${' '.repeat(width - [...name].length)}${name} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}\n`;
  const format = ({ name, precision, recall, fscore, support }: Row) => {
    const scores = [precision, recall, fscore].map((score) => (score === undefined ? '' : fixed(score, digits)));
    return line(name, [...scores, String(support)]);
  };
  const header = line('', ['precision', 'recall', 'f1-score', 'support']);
  return [header, rows.map(format).join(''), averages.map(format).join('')].join('\n');
}

function namesOf(targetNames: readonly string[] | undefined, labels: readonly number[]): readonly string[] {
  if (targetNames === undefined) return labels.map(String);
  if (targetNames.length !== labels.length) {
    throw new RangeError(`there are ${targetNames.length} targetNames for ${labels.length} rows: name each row`);
  }
  return targetNames;
}
