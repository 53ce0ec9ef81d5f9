import type { SplitName } from './split.ts';
import { splitNames } from './split.ts';
import { textKey } from './text-key.ts';
import { createTextRecords } from './text-records.ts';
import type { Example, RefusedRow } from './types.ts';

export interface AuditOptions {
  task: 'sequence-classification' | 'regression';
  /** Tokens that fit, the special ones included. */
  maxLength: number;
  /** A label with fewer training rows than this is rare. */
  rareBelow?: number;
}

/** A row, by its line in the file of its split. */
export interface RowPlace {
  split: SplitName;
  line: number;
}

/** How many rows something holds for, and the first few of them. */
export interface Finding<T> {
  count: number;
  first: T[];
}

export interface RepeatedRow extends RowPlace {
  /** The first row with that text. */
  earlier: RowPlace;
}

export interface ConflictingRow extends RepeatedRow {
  label: string;
}

export interface LabelCount {
  label: string;
  train: number;
  validation: number;
  test: number;
}

/** What the data is like: plain numbers and strings, fit for JSON. */
export interface AuditReport {
  task: AuditOptions['task'];
  /** Rows that were read, the empty and unlabelled ones included, the refused ones not. */
  rows: Record<SplitName, number> & { total: number };
  /** Classification: most frequent first. Empty for regression. */
  labels: LabelCount[];
  /** Rows whose label came after the first `labelLimit` distinct ones and is not in `labels`. */
  rowsWithOtherLabels: number;
  /** Regression: statistics of the labels that are numbers. null for classification or without any. */
  numbers: { count: number; min: number; max: number; mean: number; standardDeviation: number } | null;
  /** Largest over smallest class of the training rows; null with fewer than two. */
  imbalance: { largest: string; smallest: string; ratio: number } | null;
  /** Percentiles are lengths that so many rows do not exceed (nearest rank). */
  tokens: {
    p50: number;
    p90: number;
    p95: number;
    p99: number;
    max: number;
    total: number;
    maxLength: number;
    truncatedRows: number;
    lostTokens: number;
  };
  emptyTexts: Finding<RowPlace>;
  unlabelled: Finding<RowPlace>;
  /** Rows whose text stands in an earlier row of the same split. */
  duplicates: Finding<RepeatedRow>;
  /** Rows whose text stands in an earlier row, of any split, with another label. */
  conflicts: Finding<ConflictingRow>;
  /** Rows of the first-named split whose text stands in the other, too; the examples are the later row of each pair. */
  overlap: {
    validationInTrain: number;
    testInTrain: number;
    testInValidation: number;
    first: RepeatedRow[];
  };
  /** Labels of validation or test rows that no training row has: they cannot be learnt. */
  unseenLabels: LabelCount[];
  /** Labels with fewer training rows than `rareBelow`, the unseen ones not included. */
  rareLabels: LabelCount[];
  rareBelow: number;
  refused: Finding<RefusedRow & { split: SplitName }>;
}

export interface Audit {
  /** Counts one row. `tokens`: its length with the special tokens, before truncation. */
  add(split: SplitName, example: Example, tokens: number): void;
  refuse(split: SplitName, row: RefusedRow): void;
  report(): AuditReport;
}

const examplesKept = 5;
const labelLimit = 100_000;
const noLabel = -1;

/**
 * Looks through examples one at a time. Of each distinct text some 60 bytes are kept (a hash, not the text), so that rows
 * without end need no memory to match; two texts share a hash with the odds of `textKey`.
 */
export function createAudit(options: AuditOptions): Audit {
  const rareBelow = options.rareBelow ?? 5;
  const rows = { train: 0, validation: 0, test: 0 };
  const labels = new Map<string, LabelCount>();
  let rowsWithOtherLabels = 0;
  const numbers = createMoments();
  const rowsOfLength = new Map<number, number>();
  const emptyTexts = finding<RowPlace>();
  const unlabelled = finding<RowPlace>();
  const duplicates = finding<RepeatedRow>();
  const conflicts = finding<ConflictingRow>();
  const refused = finding<RefusedRow & { split: SplitName }>();
  const overlapping: RepeatedRow[] = [];
  const texts = createTextRecords();

  const countLabel = (split: SplitName, label: string) => {
    if (options.task === 'regression') {
      const value = Number(label);
      if (Number.isFinite(value)) numbers.add(value);
      return;
    }
    let count = labels.get(label);
    if (count === undefined) {
      if (labels.size >= labelLimit) {
        rowsWithOtherLabels++;
        return;
      }
      count = { label, train: 0, validation: 0, test: 0 };
      labels.set(label, count);
    }
    count[split]++;
  };

  const compareWithEarlier = (split: SplitName, example: Example) => {
    const side = splitNames.indexOf(split);
    const labelKey = example.label === undefined ? noLabel : textKey(example.label) % 2 ** 31;
    const { record, isNew } = texts.add(textKey(example.text, example.pair), { side, line: example.line, labelKey });
    if (isNew) return;
    const repeated: RepeatedRow = {
      split,
      line: example.line,
      earlier: { split: splitNames[texts.firstSide(record)]!, line: texts.firstLine(record) },
    };
    if (texts.count(record, side) > 1) note(duplicates, repeated);
    else if (overlapping.length < examplesKept) overlapping.push(repeated);
    if (example.label === undefined) return;
    if (texts.firstLabelKey(record) === noLabel) texts.setFirstLabelKey(record, labelKey);
    else if (texts.firstLabelKey(record) !== labelKey) note(conflicts, { ...repeated, label: example.label });
  };

  return {
    add(split, example, tokens) {
      rows[split]++;
      rowsOfLength.set(tokens, (rowsOfLength.get(tokens) ?? 0) + 1);
      const place = { split, line: example.line };
      const isEmpty = example.text.trim() === '' && (example.pair ?? '').trim() === '';
      if (isEmpty) note(emptyTexts, place);
      if (example.label === undefined) note(unlabelled, place);
      else countLabel(split, example.label);
      // Empty texts are reported as such; as copies of each other they would be reported twice.
      if (!isEmpty) compareWithEarlier(split, example);
    },
    refuse(split, row) {
      note(refused, { split, ...row });
    },
    report() {
      const sorted = [...labels.values()].sort((a, b) => total(b) - total(a) || (a.label < b.label ? -1 : 1));
      return {
        task: options.task,
        rows: { ...rows, total: rows.train + rows.validation + rows.test },
        labels: sorted,
        rowsWithOtherLabels,
        numbers: numbers.summary(),
        imbalance: imbalanceOf(sorted),
        tokens: summarizeLengths(rowsOfLength, options.maxLength),
        emptyTexts,
        unlabelled,
        duplicates,
        conflicts,
        overlap: { ...texts.overlap(), first: overlapping },
        unseenLabels: sorted.filter((count) => count.train === 0),
        rareLabels: sorted.filter((count) => count.train > 0 && count.train < rareBelow),
        rareBelow,
        refused,
      };
    },
  };
}

function finding<T>(): Finding<T> {
  return { count: 0, first: [] };
}

function note<T>(target: Finding<T>, item: T): void {
  target.count++;
  if (target.first.length < examplesKept) target.first.push(item);
}

function total(count: LabelCount): number {
  return count.train + count.validation + count.test;
}

function imbalanceOf(labels: LabelCount[]): AuditReport['imbalance'] {
  const trained = labels.filter((count) => count.train > 0);
  if (trained.length < 2) return null;
  const largest = trained.reduce((best, count) => (count.train > best.train ? count : best));
  const smallest = trained.reduce((best, count) => (count.train < best.train ? count : best));
  return { largest: largest.label, smallest: smallest.label, ratio: largest.train / smallest.train };
}

function summarizeLengths(rowsOfLength: Map<number, number>, maxLength: number): AuditReport['tokens'] {
  const lengths = [...rowsOfLength.keys()].sort((a, b) => a - b);
  const rows = [...rowsOfLength.values()].reduce((sum, count) => sum + count, 0);
  const percentile = (percent: number) => {
    let seen = 0;
    for (const length of lengths) {
      seen += rowsOfLength.get(length)!;
      if (100 * seen >= percent * rows) return length;
    }
    return 0;
  };
  let sum = 0;
  let truncatedRows = 0;
  let lostTokens = 0;
  for (const [length, count] of rowsOfLength) {
    sum += length * count;
    if (length <= maxLength) continue;
    truncatedRows += count;
    lostTokens += (length - maxLength) * count;
  }
  return {
    p50: percentile(50),
    p90: percentile(90),
    p95: percentile(95),
    p99: percentile(99),
    max: lengths.at(-1) ?? 0,
    total: sum,
    maxLength,
    truncatedRows,
    lostTokens,
  };
}

/** Mean and standard deviation (of the population) in one pass: Welford, Technometrics 4 (1962), 419-420. */
function createMoments() {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  return {
    add(value: number) {
      count++;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
      min = Math.min(min, value);
      max = Math.max(max, value);
    },
    summary(): AuditReport['numbers'] {
      return count === 0 ? null : { count, min, max, mean, standardDeviation: Math.sqrt(squares / count) };
    },
  };
}
