import type { ClassificationReport, ClassRow } from '../../src/eval/classification-report.ts';
import type { Report } from '../../src/eval/evaluate.ts';
import type { Metrics } from '../../src/eval/metric-names.ts';
import type { RegressionReport } from '../../src/eval/regression-report.ts';
import type { Style } from './audit.ts';
import { type Align, alignRows, count, shorten } from './table.ts';

/** A row that was predicted, as a person finds it again. */
export interface RowText {
  line: number;
  text: string;
}

/** More labels than these are not listed one by one: the worst of them are. */
const mostClasses = 20;
const worstShown = 10;
const pairsShown = 10;
/** Columns that the numbers of the table of labels take, and those beside the two labels of a pair. */
const numbersWidth = 36;
const pairWidth = 10;
const leastLabelWidth = 16;

/**
 * Metrics, labels, confusions and mistakes as lines.
 * @param rows the rows of the mistakes or errors, by their index
 */
export function renderReport(report: Report, rows: ReadonlyMap<number, RowText>, style: Style): string[] {
  const sections = [renderMetrics(report.metrics)];
  if ('classes' in report) {
    sections.push(renderClasses(report, style), renderConfusions(report, style), renderMistakes(report, rows, style));
  } else sections.push(renderErrors(report, rows, style));
  return sections.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

/** Name and value of each metric, below each other. */
export function renderMetrics(metrics: Metrics): string[] {
  const rows = Object.entries(metrics).map(([name, value]) => [name, formatMetric(value)]);
  return alignRows(rows, { align: ['left', 'right'] });
}

/** Four decimals, as accuracies are told; what has more digits before the point needs fewer behind it. */
export function formatMetric(value: number): string {
  if (Number.isNaN(value)) return 'undefined';
  return Math.abs(value) >= 1000 ? value.toPrecision(7) : value.toFixed(4);
}

function renderClasses({ classes }: ClassificationReport, style: Style): string[] {
  const all = classes.length <= mostClasses;
  const shown = all
    ? classes
    : classes
        .filter((row) => row.support > 0)
        .sort((a, b) => a.f1 - b.f1)
        .slice(0, worstShown);
  const title = all ? 'label' : `lowest F1 of ${classes.length} labels`;
  const labelWidth = Math.max(leastLabelWidth, style.width - numbersWidth);
  const cells = (row: ClassRow) => [
    shorten(row.label, labelWidth),
    ...[row.precision, row.recall, row.f1].map((value) => value.toFixed(4)),
    count(row.support),
  ];
  const lines = alignRows([[title, 'precision', 'recall', 'f1', 'rows'], ...shown.map(cells)], {
    align: ['left', 'right', 'right', 'right', 'right'],
  });
  return withTitle(lines, style);
}

function renderConfusions(report: ClassificationReport, style: Style): string[] {
  return renderMatrix(report, style) ?? renderPairs(report, style);
}

/** Null where it does not fit the terminal. */
function renderMatrix({ confusionMatrix, classes }: ClassificationReport, style: Style): string[] | null {
  if (confusionMatrix === null) return null;
  const names = classes.map(({ label }) => shorten(label, 16));
  const rows = confusionMatrix.map((counts, i) => [names[i]!, ...counts.map(count)]);
  const align: Align[] = ['left', ...names.map((): Align => 'right')];
  const lines = alignRows([['gold \\ predicted', ...names], ...rows], { align });
  return lines.some((line) => line.length > style.width) ? null : withTitle(lines, style);
}

function renderPairs({ mostConfused }: ClassificationReport, style: Style): string[] {
  if (mostConfused.length === 0) return [];
  const labelWidth = pairLabelWidth(style);
  const rows = mostConfused
    .slice(0, pairsShown)
    .map((pair) => [shorten(pair.gold, labelWidth), shorten(pair.predicted, labelWidth), count(pair.count)]);
  const lines = alignRows([['most confused: gold', 'predicted', 'rows'], ...rows], {
    align: ['left', 'left', 'right'],
  });
  return withTitle(lines, style);
}

const pairLabelWidth = ({ width }: Style) => Math.max(leastLabelWidth, Math.floor((width - pairWidth) / 2));

function renderMistakes(
  { mistakes }: ClassificationReport,
  rows: ReadonlyMap<number, RowText>,
  style: Style,
): string[] {
  if (mistakes.length === 0) return [];
  const labelWidth = pairLabelWidth(style);
  const lines = mistakes.slice(0, pairsShown).flatMap(({ index, gold, predicted, score }) => {
    const judged = `${shorten(predicted, labelWidth)} ${score.toFixed(2)}, gold ${shorten(gold, labelWidth)}`;
    return describeRow(rows.get(index), judged, style);
  });
  return [style.colors.bold('most confident mistakes'), ...lines];
}

function renderErrors({ largestErrors }: RegressionReport, rows: ReadonlyMap<number, RowText>, style: Style): string[] {
  const shown = largestErrors.filter(({ error }) => error !== 0).slice(0, pairsShown);
  if (shown.length === 0) return [];
  const lines = shown.flatMap(({ index, gold, predicted }) =>
    describeRow(rows.get(index), `${formatMetric(predicted)}, gold ${gold}`, style),
  );
  return [style.colors.bold('largest errors'), ...lines];
}

function describeRow(row: RowText | undefined, judged: string, style: Style): string[] {
  const place = row === undefined ? '' : `line ${row.line}: `;
  const text = row === undefined ? [] : [`    ${shorten(row.text, Math.max(30, style.width - 4))}`];
  return [`  ${place}${judged}`, ...text.map((line) => style.colors.dim(line))];
}

function withTitle([title = '', ...lines]: string[], { colors }: Style): string[] {
  return [colors.bold(title), ...lines];
}
