import type { CommonReport, Finding, LabelCount, RowPlace, SplitCounts } from '../../src/data/audit-parts.ts';
import type { SplitName } from '../../src/data/split.ts';
import type { Output } from '../context.ts';
import { count, plural, printable, shorten, wrap } from './table.ts';

/** How lines look on the stream they are for. */
export type Style = Pick<Output, 'colors' | 'width'>;

export const nameWidth = 11;
const namedLabels = 5;

/** `name  value`, the value's further lines below it. */
export function entry(name: string, value: string, style: Style): string[] {
  return wrap(value, Math.max(30, style.width - 2 - nameWidth)).map(
    (line, i) => `  ${(i === 0 ? name : '').padEnd(nameWidth)}${line}`,
  );
}

/** `1,234: train 1,000, validation 234`. */
export function perSplit(counts: SplitCounts): string {
  const splits = (['train', 'validation', 'test'] as const).filter((split) => counts[split] > 0);
  const each = splits.map((split) => `${split} ${count(counts[split])}`).join(', ');
  return splits.length > 1 ? `${count(counts.total)}: ${each}` : count(counts.total);
}

/** The first labels with their counts, and the last. */
export function labelSummary(labels: readonly LabelCount[]): string {
  const named = labels.slice(0, namedLabels).map(labelled);
  const rest = labels.length - named.length;
  if (rest > 1) named.push('…', labelled(labels.at(-1)!));
  else if (rest === 1) named.push(labelled(labels.at(-1)!));
  return named.join(', ');
}

/** The first labels with their counts, and how many there are. */
export function listLabels(labels: readonly LabelCount[]): string {
  const named = labels.slice(0, namedLabels).map(labelled);
  return named.join(', ') + (labels.length > named.length ? `, … (${count(labels.length)} in all)` : '');
}

function labelled(label: LabelCount): string {
  return `${quoteLabel(label.label)} ${count(label.train + label.validation + label.test)}`;
}

export function quoteLabel(label: string): string {
  const shown = shorten(label, 32);
  return /[\s,:]/.test(shown) || shown === '' ? `"${shown}"` : shown;
}

export function tokenSummary({ rows, tokens }: CommonReport, cut: string, style: Style): string[] {
  if (rows.total === 0) return [];
  const lengths = `median ${count(tokens.p50)}, 95 % up to ${count(tokens.p95)}, longest ${count(tokens.max)}`;
  return entry('tokens', `${lengths}; ${cut}`, style);
}

/** Collects the lines that tell what is wrong. */
export interface Warnings {
  warn(text: string): void;
  /** A line below the last warning. */
  detail(text: string): void;
  /** `line 3`, or `test line 3` where there are several splits. */
  place(at: RowPlace): string;
  /** The first places of a finding. */
  places(finding: Finding<RowPlace>): string;
  /** What a finding says of each of its first places. */
  reasons(finding: Finding<RowPlace & { reason: string }>): void;
  lines: string[];
}

/** @param unit what the rows are counted in */
export function createWarnings({ rows }: Pick<CommonReport, 'rows'>, style: Style, unit = 'line'): Warnings {
  const many = (['train', 'validation', 'test'] as const).filter((split) => rows[split] > 0).length > 1;
  const lines: string[] = [];
  const place = (at: RowPlace) => `${many ? `${at.split} ` : ''}${unit} ${at.line}`;
  const detail = (text: string) => {
    const width = Math.max(30, style.width - 6);
    lines.push(...wrap(text, width).map((line, i) => `${' '.repeat(i === 0 ? 6 : 8)}${line}`));
  };
  return {
    lines,
    place,
    detail,
    warn(text) {
      const width = Math.max(30, style.width - 4);
      lines.push(...wrap(text, width).map((line, i) => `  ${i === 0 ? style.colors.yellow('!') : ' '} ${line}`));
    },
    places: ({ first, count }) => `${first.map(place).join(', ')}${count > first.length ? ', …' : ''}`,
    reasons({ first, count }) {
      for (const row of first) detail(`${place(row)}: ${printable(row.reason)}`);
      if (count > first.length) detail('…');
    },
  };
}

/** Rows that are left out, each with the reason. */
export function warnOfRefused({ warn, reasons }: Warnings, { refused }: CommonReport, one: string): void {
  if (refused.count === 0) return;
  warn(`${plural(refused.count, one)} cannot be read and ${refused.count === 1 ? 'is' : 'are'} left out:`);
  reasons(refused);
}

/** Rows that repeat an earlier one. */
export function warnOfCopies({ warn, place }: Warnings, { duplicates }: CommonReport, one: string, what: string): void {
  if (duplicates.count === 0) return;
  const first = duplicates.first.map((row) => `${place(row)} = ${place(row.earlier)}`).join(', ');
  const more = duplicates.count > duplicates.first.length ? ', …' : '';
  warn(
    `${plural(duplicates.count, one)} repeat${duplicates.count === 1 ? 's' : ''} an earlier ${what}: ${first}${more}`,
  );
}

/** Rows of one split that are in another, too. */
export function warnOfOverlap(
  { warn, place }: Warnings,
  { overlap }: CommonReport,
  one: string,
  many = `${one}s`,
): void {
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
    warn(`${plural(rows, `${later} ${one}`, `${later} ${many}`)} also in ${earlier}${example}${score}`);
  }
}
