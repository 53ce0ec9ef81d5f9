import { basename } from 'node:path';
import stringWidth from 'string-width';
import type { AuditReport, Finding, RowPlace } from '../../src/data/audit.ts';
import type { SplitName } from '../../src/data/split.ts';
import type { Choice, ExampleColumns, Table } from '../../src/data/types.ts';
import type { Output } from '../context.ts';

import { count, plural, printable, shorten, wrap } from './table.ts';

/** How lines look on the stream they are for. */
export type Style = Pick<Output, 'colors' | 'width'>;

/** A file and the columns that were chosen of it. */
export interface ReadFile {
  table: Pick<Table, 'name' | 'encoding' | 'delimiter' | 'quotes' | 'header' | 'columns'>;
  columns: ExampleColumns;
}

const nameWidth = 11;
const namedLabels = 5;
const delimiterWords: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe', '': 'none' };

/**
 * How a file is read: every choice with its reason and the flag that overrides it. Lines without line ends.
 * @param like a file that was shown before: only what differs from it is shown.
 */
export function renderReading(file: ReadFile, style: Style, like?: ReadFile): string[] {
  const rows = choicesOf(file);
  const before = like === undefined ? [] : choicesOf(like);
  const shown = rows.filter(([name, value]) => !before.some((row) => row[0] === name && row[1] === value));
  const title = style.colors.bold(printable(file.table.name));
  if (like !== undefined && shown.length === 0) return [`${title}  read as ${printable(basename(like.table.name))}`];
  const valueWidth = Math.max(...shown.map(([, value]) => stringWidth(value)));
  const indent = 2 + nameWidth + valueWidth + 2;
  const lines = shown.flatMap(([name, value, reason]) => {
    const blanks = ' '.repeat(valueWidth - stringWidth(value) + 2);
    return wrap(reason, Math.max(24, style.width - indent)).map((line, i) => {
      const start = i === 0 ? `  ${name.padEnd(nameWidth)}${value}${blanks}` : ' '.repeat(indent);
      return start + style.colors.dim(line);
    });
  });
  return [title, ...lines];
}

/** Name, value and reason of each choice. */
function choicesOf({ table, columns }: ReadFile): [string, string, string][] {
  const rows: [string, string, string][] = [];
  const add = <T>(name: string, choice: Choice<T> | null, show: (value: T) => string) => {
    if (choice === null) return;
    const { value, reason, flag } = choice;
    rows.push([name, show(value), reason === 'as asked' ? reason : `${printable(reason)} (${flag})`]);
  };
  const column = (index: number | null) => (index === null ? 'none' : columnName(table.columns, index));
  add('encoding', table.encoding, String);
  add('delimiter', table.delimiter, (value) => delimiterWords[value] ?? `"${printable(value)}"`);
  add('quotes', table.quotes, (value) => (value ? 'yes' : 'no'));
  add('header', table.header, (value) => (value ? 'yes' : 'no'));
  add('text', columns.text, column);
  if (columns.pair.value !== null) add('pair', columns.pair, column);
  add('label', columns.label, column);
  add('task', columns.task, String);
  return rows;
}

function columnName(columns: readonly string[], index: number): string {
  const name = columns[index] ?? '';
  const number = `column ${index + 1}`;
  return name === '' || name === number ? number : `"${shorten(name, 24)}"`;
}

/** What the data is like, and what is wrong with it: the same lines in `data check` and before training. */
export function renderAudit(report: AuditReport, style: Style): string[] {
  return [...renderCounts(report, style), ...renderFindings(report, style)];
}

function renderCounts(report: AuditReport, style: Style): string[] {
  const { rows, labels, numbers, tokens } = report;
  const splits = (['train', 'validation', 'test'] as const).filter((split) => rows[split] > 0);
  const perSplit = splits.map((split) => `${split} ${count(rows[split])}`).join(', ');
  const lines = entry('rows', splits.length > 1 ? `${count(rows.total)}: ${perSplit}` : count(rows.total), style);
  if (numbers !== null) {
    const show = (value: number) => String(Number(value.toPrecision(4)));
    const spread = `${show(numbers.min)} to ${show(numbers.max)}, mean ${show(numbers.mean)}`;
    lines.push(...entry('labels', `numbers ${spread}, standard deviation ${show(numbers.standardDeviation)}`, style));
  } else if (labels.length > 0) {
    const named = labels.slice(0, namedLabels).map((label) => `${quoteLabel(label.label)} ${count(sum(label))}`);
    const rest = labels.length - named.length;
    const last = labels.at(-1)!;
    if (rest > 1) named.push('…', `${quoteLabel(last.label)} ${count(sum(last))}`);
    else if (rest === 1) named.push(`${quoteLabel(last.label)} ${count(sum(last))}`);
    lines.push(...entry('labels', `${count(labels.length)}: ${named.join(', ')}`, style));
  }
  if (rows.total > 0) {
    const cut =
      tokens.truncatedRows === 0
        ? `none longer than ${count(tokens.maxLength)}`
        : `${plural(tokens.truncatedRows, 'row')} cut at ${count(tokens.maxLength)}`;
    const lengths = `median ${count(tokens.p50)}, 95 % up to ${count(tokens.p95)}, longest ${count(tokens.max)}; ${cut}`;
    lines.push(...entry('tokens', lengths, style));
  }
  return lines;
}

function renderFindings(report: AuditReport, style: Style): string[] {
  const { tokens, overlap, unseenLabels, rareLabels, refused, imbalance } = report;
  const many = (['train', 'validation', 'test'] as const).filter((split) => report.rows[split] > 0).length > 1;
  const lines: string[] = [];
  const warn = (text: string) => lines.push(...warning(text, style));
  const place = (at: RowPlace) => (many ? `${at.split} line ${at.line}` : `line ${at.line}`);
  const places = (finding: Finding<RowPlace>) =>
    `${finding.first.map(place).join(', ')}${finding.count > finding.first.length ? ', …' : ''}`;

  if (refused.count > 0) {
    warn(`${plural(refused.count, 'row')} cannot be read and ${refused.count === 1 ? 'is' : 'are'} left out:`);
    for (const row of refused.first) lines.push(...note(`${place(row)}: ${printable(row.reason)}`, style));
    if (refused.count > refused.first.length) lines.push(...note('…', style));
  }
  const lost = `${plural(tokens.lostTokens, 'token')} lost; raise --max-length to keep them`;
  if (tokens.truncatedRows > 0) {
    warn(`${plural(tokens.truncatedRows, 'text')} longer than ${count(tokens.maxLength)} tokens will be cut: ${lost}`);
  }
  if (report.emptyTexts.count > 0)
    warn(`${plural(report.emptyTexts.count, 'empty text')}: ${places(report.emptyTexts)}`);
  if (report.unlabelled.count > 0) {
    warn(`${plural(report.unlabelled.count, 'row')} without a label: ${places(report.unlabelled)}`);
  }
  if (report.duplicates.count > 0) {
    const first = report.duplicates.first.map((row) => `${place(row)} = ${place(row.earlier)}`).join(', ');
    const more = report.duplicates.count > report.duplicates.first.length ? ', …' : '';
    warn(
      `${plural(report.duplicates.count, 'row')} repeat${report.duplicates.count === 1 ? 's' : ''} an earlier text: ${first}${more}`,
    );
  }
  if (report.conflicts.count > 0) {
    const conflicts = plural(report.conflicts.count, 'repeated text has', 'repeated texts have');
    const first = report.conflicts.first.map((row) => `${place(row)} and ${place(row.earlier)}`).join(', ');
    warn(`${conflicts} another label: ${first}${report.conflicts.count > report.conflicts.first.length ? ', …' : ''}`);
  }
  const shared: [number, SplitName, SplitName][] = [
    [overlap.validationInTrain, 'validation', 'train'],
    [overlap.testInTrain, 'test', 'train'],
    [overlap.testInValidation, 'test', 'validation'],
  ];
  for (const [rows, later, earlier] of shared) {
    if (rows === 0) continue;
    const first = overlap.first.filter((row) => row.split === later && row.earlier.split === earlier);
    const example = first.length > 0 ? `: ${place(first[0]!)} = ${place(first[0]!.earlier)}` : '';
    const score = earlier === 'train' ? '; the score will look better than it is' : '';
    warn(`${plural(rows, `${later} text`)} also in ${earlier}${example}${score}`);
  }
  if (unseenLabels.length > 0) {
    warn(
      `${plural(unseenLabels.length, 'label')} without a training row, which cannot be learnt: ${listLabels(unseenLabels)}`,
    );
  }
  if (rareLabels.length > 0) {
    warn(
      `${plural(rareLabels.length, 'label')} with fewer than ${report.rareBelow} training rows: ${listLabels(rareLabels)}`,
    );
  }
  if (imbalance !== null && imbalance.ratio >= 10) {
    const { largest, smallest, ratio } = imbalance;
    warn(
      `${quoteLabel(largest)} has ${count(Math.round(ratio))} times the rows of ${quoteLabel(smallest)}: consider classWeights=balanced`,
    );
  }
  if (report.rowsWithOtherLabels > 0) {
    warn(`more than 100,000 labels; ${plural(report.rowsWithOtherLabels, 'row')} with further ones are not counted`);
  }
  return lines;
}

function sum(label: { train: number; validation: number; test: number }): number {
  return label.train + label.validation + label.test;
}

function listLabels(labels: readonly { label: string; train: number; validation: number; test: number }[]): string {
  const named = labels.slice(0, namedLabels).map((label) => `${quoteLabel(label.label)} ${count(sum(label))}`);
  return named.join(', ') + (labels.length > named.length ? `, … (${count(labels.length)} in all)` : '');
}

function quoteLabel(label: string): string {
  const shown = shorten(label, 32);
  return /[\s,:]/.test(shown) || shown === '' ? `"${shown}"` : shown;
}

/** `name  value`, the value's further lines below it. */
function entry(name: string, value: string, style: Style): string[] {
  return wrap(value, Math.max(30, style.width - 2 - nameWidth)).map(
    (line, i) => `  ${(i === 0 ? name : '').padEnd(nameWidth)}${line}`,
  );
}

function warning(text: string, style: Style): string[] {
  return wrap(text, Math.max(30, style.width - 4)).map(
    (line, i) => `  ${i === 0 ? style.colors.yellow('!') : ' '} ${line}`,
  );
}

function note(text: string, style: Style): string[] {
  return wrap(text, Math.max(30, style.width - 6)).map((line, i) => `${' '.repeat(i === 0 ? 6 : 8)}${line}`);
}
