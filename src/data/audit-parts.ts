import { type SplitName, splitNames } from './split.ts';
import { createTextRecords } from './text-records.ts';
import type { ExampleNote, RefusedRow } from './types.ts';

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

export interface LabelCount {
  label: string;
  train: number;
  validation: number;
  test: number;
}

export type SplitCounts = Record<SplitName, number> & { total: number };

/** Percentiles are lengths that so many rows do not exceed (nearest rank). */
export interface TokenLengths {
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
  total: number;
  maxLength: number;
  /** Rows with more than `maxLength` tokens, and how many more they have together. */
  truncatedRows: number;
  lostTokens: number;
}

/** Rows of the first-named split whose text stands in the other, too; the examples are the later row of each pair. */
export interface Overlap {
  validationInTrain: number;
  testInTrain: number;
  testInValidation: number;
  first: RepeatedRow[];
}

/** What all reports have. */
export interface CommonReport {
  /** Rows that were read, those of no use included, the refused ones not. */
  rows: SplitCounts;
  tokens: TokenLengths;
  unlabelled: Finding<RowPlace>;
  /** Rows whose text stands in an earlier row of the same split. */
  duplicates: Finding<RepeatedRow>;
  overlap: Overlap;
  refused: Finding<RefusedRow & { split: SplitName }>;
}

/** What was odd about examples that were read all the same, of one kind. */
export type Notes<K extends ExampleNote['kind']> = Record<K, Finding<RowPlace & { reason: string }>>;

const examplesKept = 5;

export function finding<T>(): Finding<T> {
  return { count: 0, first: [] };
}

/** Counts one more of what a finding is about. */
export function note<T>(target: Finding<T>, item: T): void {
  target.count++;
  if (target.first.length < examplesKept) target.first.push(item);
}

/** Counts the notes of an example. */
export function addNotes<K extends ExampleNote['kind']>(
  target: Notes<K>,
  place: RowPlace,
  notes: readonly ExampleNote[] = [],
): void {
  for (const { kind, line = place.line, reason } of notes) {
    note(target[kind as K], { split: place.split, line, reason });
  }
}

export function splitCounts(): SplitCounts {
  return { train: 0, validation: 0, test: 0, total: 0 };
}

export function countIn(counts: SplitCounts, split: SplitName, more = 1): void {
  counts[split] += more;
  counts.total += more;
}

/** How often each label occurs in each split. */
export interface LabelCounts {
  /** False where there are already `labelLimit` others. */
  add(split: SplitName, label: string): boolean;
  /** The most frequent first. */
  sorted(): LabelCount[];
}

const labelLimit = 100_000;

export function createLabelCounts(): LabelCounts {
  const counts = new Map<string, LabelCount>();
  return {
    add(split, label) {
      let count = counts.get(label);
      if (count === undefined) {
        if (counts.size >= labelLimit) return false;
        count = { label, train: 0, validation: 0, test: 0 };
        counts.set(label, count);
      }
      count[split]++;
      return true;
    },
    sorted: () => [...counts.values()].sort((a, b) => total(b) - total(a) || (a.label < b.label ? -1 : 1)),
  };
}

function total({ train, validation, test }: LabelCount): number {
  return train + validation + test;
}

/** Lengths of rows in tokens, in memory that does not grow with the rows. */
export function createLengths(maxLength: number): { add(tokens: number): void; summary(): TokenLengths } {
  const rowsOfLength = new Map<number, number>();
  return {
    add(tokens) {
      rowsOfLength.set(tokens, (rowsOfLength.get(tokens) ?? 0) + 1);
    },
    summary: () => summarizeLengths(rowsOfLength, maxLength),
  };
}

function summarizeLengths(rowsOfLength: ReadonlyMap<number, number>, maxLength: number): TokenLengths {
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

/** Which texts come more than once. Of each distinct one some 60 bytes are kept (a hash, not the text). */
export interface Copies {
  /**
   * @param key equal for equal texts (`textKey`)
   * @param label equal for equal labels, from 0 on; null: not labelled
   * @returns the row with the first of its text, null where it is the first itself; and whether that one's label is another
   */
  add(place: RowPlace, key: number, label: number | null): { repeated: RepeatedRow | null; isConflict: boolean };
  /** How many different texts a split has. */
  distinct(split: SplitName): number;
  duplicates: Finding<RepeatedRow>;
  overlap(): Overlap;
}

const noLabel = -1;

export function createCopies(): Copies {
  const texts = createTextRecords();
  const duplicates = finding<RepeatedRow>();
  const overlapping: RepeatedRow[] = [];
  return {
    add({ split, line }, key, label) {
      const side = splitNames.indexOf(split);
      // A record holds the hash of a label in 31 bits.
      const labelKey = label === null ? noLabel : label % 2 ** 31;
      const { record, isNew } = texts.add(key, { side, line, labelKey });
      if (isNew) return { repeated: null, isConflict: false };
      const earlier = { split: splitNames[texts.firstSide(record)]!, line: texts.firstLine(record) };
      const repeated: RepeatedRow = { split, line, earlier };
      if (texts.count(record, side) > 1) note(duplicates, repeated);
      else {
        const ofPair = overlapping.filter((row) => row.split === split && row.earlier.split === earlier.split);
        if (ofPair.length < examplesKept) overlapping.push(repeated);
      }
      const isConflict =
        label !== null && texts.firstLabelKey(record) !== noLabel && texts.firstLabelKey(record) !== labelKey;
      if (label !== null && texts.firstLabelKey(record) === noLabel) texts.setFirstLabelKey(record, labelKey);
      return { repeated, isConflict };
    },
    distinct: (split) => texts.distinct(splitNames.indexOf(split)),
    duplicates,
    overlap: () => ({ ...texts.overlap(), first: overlapping }),
  };
}
