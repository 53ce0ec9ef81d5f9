import type { AnswerReport } from '../../src/eval/answer-report.ts';
import type { ClassificationReport, ClassRow, Confusion } from '../../src/eval/classification-report.ts';
import type { Report } from '../../src/eval/evaluate.ts';
import type { Metrics } from '../../src/eval/metric-names.ts';
import type { MultiLabelReport } from '../../src/eval/multi-label-report.ts';
import type { TokenReport } from '../../src/eval/token-report.ts';
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
  const sections = [
    renderMetrics(report.metrics),
    ...sectionsOf(report, style),
    renderMistakes(titleOfMistakes(report), judgedRows(report, style), rows, style),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

/** What a report tells between its metrics and its mistakes. */
function sectionsOf(report: Report, style: Style): string[][] {
  switch (report.task) {
    case 'sequence-classification':
      return [renderClasses(report.classes, 'label', style), renderConfusions(report, style)];
    case 'multi-label':
      return [renderClasses(report.classes, 'label', style), renderTunedLabels(report, style)];
    case 'token-classification':
      return [
        renderClasses(report.classes, 'f1' in report.metrics ? 'type' : 'tag', style),
        renderPairs(report.mostConfused, style),
        renderWords(report),
      ];
    case 'question-answering':
      return [renderTunedAnswers(report, style)];
    case 'masked-lm':
      return [[`${count(report.predictedTokens)} tokens were masked and predicted`]];
    case 'regression':
      return [];
  }
}

function titleOfMistakes({ task }: Report): string {
  if (task === 'regression') return 'largest errors';
  return task === 'multi-label' || task === 'token-classification' ? 'most mistakes in' : 'most confident mistakes';
}

/** A row that was predicted wrongly, and how. */
export interface JudgedRow {
  index: number;
  judged: string;
}

/** The rows that a report finds worst, the worst first. */
export function judgedRows(report: Report, style: Style): JudgedRow[] {
  const labelWidth = pairLabelWidth(style);
  const named = (items: { label: string; text: string }[]) =>
    items.map(({ label, text }) => `${label} "${shorten(text, labelWidth)}"`).join(', ');
  const both = (missed: string, spurious: string) =>
    [missed && `missed ${missed}`, spurious && `wrongly ${spurious}`].filter(Boolean).join('; ');
  switch (report.task) {
    case 'sequence-classification':
      return report.mistakes.map(({ index, gold, predicted, score }) => ({
        index,
        judged: `${shorten(predicted, labelWidth)} ${score.toFixed(2)}, gold ${shorten(gold, labelWidth)}`,
      }));
    case 'regression':
      return report.largestErrors
        .filter(({ error }) => error !== 0)
        .map(({ index, gold, predicted }) => ({ index, judged: `${formatMetric(predicted)}, gold ${gold}` }));
    case 'multi-label':
      return report.mistakes.map(({ index, missed, spurious }) => ({
        index,
        judged: both(missed.join(', '), spurious.join(', ')),
      }));
    case 'token-classification':
      return report.mistakes.map(({ index, missed, spurious }) => ({
        index,
        judged: both(named(missed), named(spurious)),
      }));
    case 'question-answering':
      return report.mistakes.map(({ index, gold, predicted, score }) => ({
        index,
        judged: `${quotedAnswer(predicted, labelWidth)} ${score.toFixed(2)}, gold ${quotedAnswer(gold[0] ?? '', labelWidth)}`,
      }));
    case 'masked-lm':
      return [];
  }
}

const quotedAnswer = (text: string, width: number) => (text === '' ? 'no answer' : `"${shorten(text, width)}"`);

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

/** What the support of a class counts. */
const countedAs = { label: 'rows', type: 'entities', tag: 'words' };

function renderClasses(classes: readonly ClassRow[], what: keyof typeof countedAs, style: Style): string[] {
  const all = classes.length <= mostClasses;
  const shown = all
    ? classes
    : classes
        .filter((row) => row.support > 0)
        .sort((a, b) => a.f1 - b.f1)
        .slice(0, worstShown);
  const title = all ? what : `lowest F1 of ${classes.length} ${what}s`;
  const labelWidth = Math.max(leastLabelWidth, style.width - numbersWidth);
  const cells = (row: ClassRow) => [
    shorten(row.label, labelWidth),
    ...[row.precision, row.recall, row.f1].map((value) => value.toFixed(4)),
    count(row.support),
  ];
  const lines = alignRows([[title, 'precision', 'recall', 'f1', countedAs[what]], ...shown.map(cells)], {
    align: ['left', 'right', 'right', 'right', 'right'],
  });
  return withTitle(lines, style);
}

function renderConfusions(report: ClassificationReport, style: Style): string[] {
  return renderMatrix(report, style) ?? renderPairs(report.mostConfused, style);
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

function renderPairs(mostConfused: readonly Confusion[], style: Style): string[] {
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

/** What better thresholds would have come to: told apart, since they were chosen on these very rows. */
function renderTunedLabels({ tuned, metrics }: MultiLabelReport, style: Style): string[] {
  const names = ['micro_f1', 'macro_f1', 'subset_accuracy'] as const;
  const rows = names.map((name) => [name, formatMetric(metrics[name]!), formatMetric(tuned.metrics[name]!)]);
  const align: Align[] = ['left', 'right', 'right'];
  return withTitle(alignRows([['with thresholds', 'as they are', 'best for these rows'], ...rows], { align }), style);
}

function renderTunedAnswers(report: AnswerReport, style: Style): string[] {
  const { examples, unanswerable, unanswered, tuned, metrics, nullThreshold } = report;
  if (tuned === null) return [];
  const rows = (['f1', 'exact_match'] as const).map((name) => [
    name,
    formatMetric(metrics[name]!),
    formatMetric(tuned.metrics[name]!),
  ]);
  const odds = ['null odds above', formatMetric(nullThreshold ?? Number.NaN), formatMetric(tuned.nullThreshold)];
  const align: Align[] = ['left', 'right', 'right'];
  return [
    `${count(unanswerable)} of ${count(examples)} have no answer, ${count(unanswered)} got none`,
    '',
    ...withTitle(alignRows([['no answer at', 'as it is', 'best for these rows'], odds, ...rows], { align }), style),
  ];
}

function renderWords({ words, wordsWithoutTokens }: TokenReport): string[] {
  if (wordsWithoutTokens === 0) return [];
  return [`${count(wordsWithoutTokens)} of ${count(words)} words were cut off by the length limit: they count as O`];
}

function renderMistakes(
  title: string,
  judged: JudgedRow[],
  rows: ReadonlyMap<number, RowText>,
  style: Style,
): string[] {
  if (judged.length === 0) return [];
  const lines = judged
    .slice(0, pairsShown)
    .flatMap(({ index, judged: text }) => describeRow(rows.get(index), text, style));
  return [style.colors.bold(title), ...lines];
}

function describeRow(row: RowText | undefined, judged: string, style: Style): string[] {
  const place = row === undefined ? '' : `line ${row.line}: `;
  const text = row === undefined ? [] : [`    ${shorten(row.text, Math.max(30, style.width - 4))}`];
  return [`  ${place}${judged}`, ...text.map((line) => style.colors.dim(line))];
}

function withTitle([title = '', ...lines]: string[], { colors }: Style): string[] {
  return [colors.bold(title), ...lines];
}
