import {
  type CommonReport,
  countIn,
  createCopies,
  createLabelCounts,
  createLengths,
  type Finding,
  finding,
  type LabelCount,
  note,
  type RepeatedRow,
  type RowPlace,
  splitCounts,
} from './audit-parts.ts';
import type { SplitName } from './split.ts';
import { textKey } from './text-key.ts';
import type { Example, RefusedRow, TextTask } from './types.ts';

export interface AuditOptions {
  task: TextTask;
  /** Tokens that fit, the special ones included. */
  maxLength: number;
  /** A label with fewer training rows than this is rare. */
  rareBelow?: number;
}

export interface ConflictingRow extends RepeatedRow {
  label: string;
}

/** What the data is like: plain numbers and strings, fit for JSON. */
export interface AuditReport extends CommonReport {
  kind: 'texts';
  task: TextTask;
  /** Classes, most frequent first. Empty for regression and without labels. */
  labels: LabelCount[];
  /** Rows with a label that came after the first 100,000 distinct ones and is not in `labels`. */
  rowsWithOtherLabels: number;
  /** Multi-label: labels of a row, over the labelled rows; null for all else. */
  labelsPerRow: { mean: number; max: number; none: Finding<RowPlace> } | null;
  /** Regression: statistics of the labels that are numbers. null for all else or without any. */
  numbers: { count: number; min: number; max: number; mean: number; standardDeviation: number } | null;
  /** Largest over smallest class of the training rows; null with fewer than two, and for several labels a row. */
  imbalance: { largest: string; smallest: string; ratio: number } | null;
  emptyTexts: Finding<RowPlace>;
  /** Rows whose text stands in an earlier row, of any split, with another label. */
  conflicts: Finding<ConflictingRow>;
  /** Labels of validation or test rows that no training row has: they cannot be learnt. */
  unseenLabels: LabelCount[];
  /** Labels with fewer training rows than `rareBelow`, the unseen ones not included. */
  rareLabels: LabelCount[];
  rareBelow: number;
}

export interface Audit {
  /** Counts one row. `tokens`: its length with the special tokens, before truncation. */
  add(split: SplitName, example: Example, tokens: number): void;
  refuse(split: SplitName, row: RefusedRow): void;
  report(): AuditReport;
}

/** Looks through examples one at a time, in memory that rows without end need no more of than distinct texts do. */
export function createAudit(options: AuditOptions): Audit {
  const { task, rareBelow = 5 } = options;
  const rows = splitCounts();
  const labels = createLabelCounts();
  let rowsWithOtherLabels = 0;
  const perRow = { rows: 0, sum: 0, max: 0, none: finding<RowPlace>() };
  const numbers = createMoments();
  const lengths = createLengths(options.maxLength);
  const emptyTexts = finding<RowPlace>();
  const unlabelled = finding<RowPlace>();
  const conflicts = finding<ConflictingRow>();
  const refused = finding<RefusedRow & { split: SplitName }>();
  const copies = createCopies();

  const countLabels = (place: RowPlace, ofRow: readonly string[]) => {
    if (task === 'regression') {
      const value = Number(ofRow[0]);
      if (Number.isFinite(value)) numbers.add(value);
      return;
    }
    perRow.rows++;
    perRow.sum += ofRow.length;
    perRow.max = Math.max(perRow.max, ofRow.length);
    if (ofRow.length === 0) note(perRow.none, place);
    // A row counts once, however many of its labels are left out.
    if (ofRow.filter((label) => !labels.add(place.split, label)).length > 0) rowsWithOtherLabels++;
  };

  return {
    add(split, example, tokens) {
      const place = { split, line: example.line };
      countIn(rows, split);
      lengths.add(tokens);
      const isEmpty = example.text.trim() === '' && (example.pair ?? '').trim() === '';
      if (isEmpty) note(emptyTexts, place);
      const ofRow = labelsOfRow(example, task);
      if (ofRow !== null) countLabels(place, ofRow);
      else if (task !== 'masked-lm') note(unlabelled, place);
      // Empty texts are reported as such; as copies of each other they would be reported twice.
      if (isEmpty) return;
      const labelKey = ofRow === null ? null : textKey([...ofRow].sort().join('\0'));
      const { repeated, isConflict } = copies.add(place, textKey(example.text, example.pair), labelKey);
      if (repeated !== null && isConflict) note(conflicts, { ...repeated, label: ofRow!.join(', ') });
    },
    refuse(split, row) {
      note(refused, { split, ...row });
    },
    report() {
      const sorted = labels.sorted();
      const { none, max, sum } = perRow;
      return {
        kind: 'texts',
        task,
        rows,
        labels: sorted,
        rowsWithOtherLabels,
        labelsPerRow: task === 'multi-label' ? { mean: perRow.rows === 0 ? 0 : sum / perRow.rows, max, none } : null,
        numbers: numbers.summary(),
        imbalance: task === 'multi-label' ? null : imbalanceOf(sorted),
        tokens: lengths.summary(),
        emptyTexts,
        unlabelled,
        duplicates: copies.duplicates,
        conflicts,
        overlap: copies.overlap(),
        unseenLabels: sorted.filter((count) => count.train === 0),
        rareLabels: sorted.filter((count) => count.train > 0 && count.train < rareBelow),
        rareBelow,
        refused,
      };
    },
  };
}

/** null: not labelled. */
function labelsOfRow({ label, labels }: Example, task: TextTask): readonly string[] | null {
  if (task === 'masked-lm') return null;
  if (task === 'multi-label') return labels ?? null;
  return label === undefined ? null : [label];
}

function imbalanceOf(labels: LabelCount[]): AuditReport['imbalance'] {
  const trained = labels.filter((count) => count.train > 0);
  if (trained.length < 2) return null;
  const largest = trained.reduce((best, count) => (count.train > best.train ? count : best));
  const smallest = trained.reduce((best, count) => (count.train < best.train ? count : best));
  return { largest: largest.label, smallest: smallest.label, ratio: largest.train / smallest.train };
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
