import { DataError } from '../errors.ts';
import { alsoPossible, describeColumns, highest, isMostlyEmpty } from './column-choice.ts';
import { isIdName, labelNames } from './column-names.ts';
import { distinctLimit } from './column-profile.ts';
import { chooseListForm, isMark, isZeroOrOne, labelColumns } from './label-lists.ts';
import type { Choice, ColumnProfile, LabelLists, Table, TextTask } from './types.ts';

const flag = '--label-column';
/** Names of columns that hold several labels, beside `labelNames`. */
const listNames = ['tags', 'categories', 'topics', 'genres', 'emotions', 'intents', 'classes'];

/** What was asked for. */
export interface LabelWishes {
  column: Choice<number> | null;
  /** One column for each label. */
  columns: number[] | null;
  /** What divides the labels of a cell. */
  delimiter: string | null;
  task: TextTask | null;
}

export interface LabelChoice {
  /** null value: none, or a column for each label. */
  label: Choice<number | null>;
  /** null: one label a row. */
  labels: Choice<LabelLists> | null;
}

/**
 * Chooses where the labels come from. Several a row are found without being asked for only where that is clear: a column of
 * lists, or nothing but columns of 0 and 1 beside the text.
 * @param taken columns that are something else
 */
export function chooseLabels(table: Table, taken: ReadonlySet<number>, wishes: LabelWishes): LabelChoice {
  const { column, columns, delimiter, task } = wishes;
  if (columns !== null) {
    return inColumns({ value: labelColumns(table, columns), reason: 'as asked', flag: '--label-columns' });
  }
  const isAsked = task === 'multi-label' || delimiter !== null;
  const inOne = (label: Choice<number>): LabelChoice => {
    const isList = isAsked || (task === null && table.profiles[label.value]!.kind === 'lists');
    return { label, labels: isList ? chooseListForm(table, label.value, delimiter) : null };
  };
  if (column !== null) return inOne(column);
  const free = table.profiles.filter(({ index }) => !taken.has(index));
  const found = isAsked ? findLists(table, free, delimiter) : task === null ? findZerosAndOnes(table, free) : null;
  if (found !== null) return found;
  const label = detectLabel(table, taken, task === null || isAsked);
  return label.value === null ? { label, labels: null } : inOne({ ...label, value: label.value });
}

/** No labels. */
export function noLabel(reason: string): LabelChoice {
  return { label: { value: null, reason, flag }, labels: null };
}

function inColumns(labels: Choice<LabelLists>): LabelChoice {
  return { label: { value: null, reason: 'each label has its own column', flag }, labels };
}

/** Columns for labels, where there is nothing else that could be a label. */
function findZerosAndOnes(table: Table, free: readonly ColumnProfile[]): LabelChoice | null {
  if (table.header?.value === false) return null;
  const rest = free.filter(({ kind, name }) => kind !== 'ids' && kind !== 'empty' && !isIdName(name));
  const isClear =
    rest.length >= 2 &&
    rest.every((profile) => isZeroOrOne(profile) && !labelNames.includes(profile.name.toLowerCase()));
  if (!isClear) return null;
  return inColumns(columnsOf(table, rest, 'hold 0 and 1, as all other columns do'));
}

/** Where several labels a row are asked for: a column by its name, a column of lists, columns that say yes or no. */
function findLists(table: Table, free: readonly ColumnProfile[], delimiter: string | null): LabelChoice | null {
  const names = [...labelNames, ...listNames];
  const rank = (name: string) => names.indexOf(name.toLowerCase());
  const candidates = free.filter(
    ({ kind, name }) => kind !== 'empty' && kind !== 'nested' && (kind === 'lists' || rank(name) >= 0),
  );
  const best = highest(candidates, (profile) => {
    const { kind, name } = profile;
    return [rank(name) >= 0 && !isMark(profile) ? 1 : 0, kind === 'lists' ? 1 : 0, -rank(name)];
  });
  const marks = free.filter((profile) => isMark(profile) && !isIdName(profile.name));
  if (best !== null && !(isMark(best) && marks.length >= 2)) {
    const reason = rank(best.name) >= 0 ? 'its name says so' : 'it holds lists';
    return { label: { value: best.index, reason, flag }, labels: chooseListForm(table, best.index, delimiter) };
  }
  if (marks.length < 2 || delimiter !== null) return null;
  return inColumns(columnsOf(table, marks, 'say yes or no'));
}

function columnsOf(table: Table, profiles: readonly ColumnProfile[], what: string): Choice<LabelLists> {
  const names = profiles.slice(0, 3).map(({ index, name }) => (name === '' ? `column ${index + 1}` : `"${name}"`));
  const more = profiles.length > names.length ? ` and ${profiles.length - names.length} more` : '';
  const value = labelColumns(
    table,
    profiles.map(({ index }) => index),
  );
  return { value, reason: `${names.join(', ')}${more} ${what}`, flag: '--label-columns' };
}

/** @param mayBeLists whether a row may have several labels */
function detectLabel(table: Table, taken: ReadonlySet<number>, mayBeLists: boolean): Choice<number | null> {
  const candidates = table.profiles.filter(
    (profile) => !taken.has(profile.index) && canBeLabel(profile) && (mayBeLists || profile.kind !== 'lists'),
  );
  const rank = (profile: ColumnProfile) => {
    const name = labelNames.indexOf(profile.name.toLowerCase());
    // Of columns with names alike a list; else the one with the fewest values; of those the last, where labels mostly stand.
    return [
      name >= 0 ? labelNames.length - name : 0,
      profile.kind === 'lists' ? 1 : 0,
      -profile.distinct,
      profile.index,
    ];
  };
  const best = highest(candidates, rank);
  if (best === null) return { value: null, reason: 'no column has values that repeat', flag };
  const others = candidates.filter((profile) => profile !== best);
  const values = `${best.distinct} different values`;
  const reason = labelNames.includes(best.name.toLowerCase())
    ? `its name says so (${values})`
    : others.length === 0
      ? `the only column whose values repeat (${values})`
      : `the fewest different values (${best.distinct})`;
  return { value: best.index, reason: reason + alsoPossible(table, others), flag };
}

function canBeLabel(profile: ColumnProfile): boolean {
  const { kind, name, rows, empty, distinct, elements } = profile;
  const filled = rows - empty;
  const isNamed = labelNames.includes(name.toLowerCase());
  if (distinct < 2 || isYears(profile) || (isMostlyEmpty(profile) && !isNamed)) return false;
  const mayRepeat = distinct <= filled / 2 && distinct < distinctLimit;
  if (kind === 'boolean') return true;
  if (kind === 'lists') {
    if (isNamed || listNames.includes(name.toLowerCase())) return true;
    // Where there are few, one label that comes again is enough to see what they are.
    return elements! < 20 ? distinct < elements! : distinct <= elements! / 2 && distinct < distinctLimit;
  }
  if (kind === 'classes') return isNamed || (!isIdName(name) && mayRepeat);
  if (kind === 'numbers') return isNamed || mayRepeat;
  if (kind === 'whole numbers') return isNamed ? distinct < filled || filled < 20 : !isIdName(name) && mayRepeat;
  if (kind !== 'text' || profile.meanWords > 6) return false;
  // Named a label, and not as many values as rows, or too few rows to see them repeat.
  return isNamed ? filled < 20 || distinct < 0.9 * filled : !isIdName(name) && mayRepeat;
}

function isYears({ kind, min, max, name }: ColumnProfile): boolean {
  if (kind !== 'whole numbers' || labelNames.includes(name.toLowerCase())) return false;
  return min! >= 1800 && max! <= 2100;
}

export function withoutLabel(table: Table, taken: ReadonlySet<number>, text: number): DataError {
  const named = table.profiles.find(
    (profile) => !taken.has(profile.index) && labelNames.includes(profile.name.toLowerCase()),
  );
  if (named?.kind === 'constant') {
    return new DataError(`column "${named.name}" holds one value only (${named.examples[0]})`, {
      where: table.name,
      fix: 'labels need two values at least; name another column with --label-column',
    });
  }
  if (named !== undefined && named.distinct > 1) {
    return new DataError(`in column "${named.name}" every row has another value: nothing to learn from`, {
      where: table.name,
      fix: 'a label is shared by many rows; name another column with --label-column',
    });
  }
  const only = table.columns.length === 1 ? 'the file has one column only' : 'no column looks like a label';
  return new DataError(only, {
    where: `${table.name}: ${describeColumns(table, text)}`,
    fix:
      table.columns.length === 1
        ? 'add a column of labels, or give --delimiter'
        : 'name the column with --label-column',
  });
}
