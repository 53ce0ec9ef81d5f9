import { DataError } from '../errors.ts';
import { isIdName, labelNames, pairNames, textNames } from './column-names.ts';
import { distinctLimit } from './column-profile.ts';
import { findColumn } from './find-column.ts';
import { chooseTask, type LabelTask, labelKindOf } from './label-kind.ts';
import type { Choice, ColumnProfile, ExampleColumns, Table } from './types.ts';

export interface ColumnWishes {
  /** A column's name or 1-based number; null, `auto` or absent: detected. The same for the next two. */
  textColumn?: string | null;
  /** Detected only among names that say so (sentence1 and sentence2, question and sentence, ...); `none`: no pair. */
  pairColumn?: string | null;
  /** `none`: no labels. */
  labelColumn?: string | null;
  task?: 'auto' | LabelTask;
  /** Whether a file without labels is an error. Default: true. */
  labelRequired?: boolean;
}

/**
 * Chooses the columns that the examples come from.
 *
 * A text is what has words; of several the one whose name says so, else the longest. Ids, dates, numbers, constant and empty
 * columns are never taken for text. A label has few different values; of several the one whose name says so, else the one
 * with the fewest. Constant columns, dates, ids and numbers that differ from row to row are no labels.
 * @throws DataError when a column that is needed cannot be found: it lists the columns, what each looks like, and the flag.
 */
export function chooseColumns(table: Table, wishes: ColumnWishes = {}): ExampleColumns {
  const askedText = asked(wishes.textColumn);
  const askedPair = asked(wishes.pairColumn);
  const askedLabel = asked(wishes.labelColumn);
  if (table.profiles.every((profile) => profile.rows === 0)) {
    throw new DataError('there are no rows under the header', {
      where: table.name,
      fix: table.header?.value ? 'if the first row is data, give --no-header' : 'give a file with one row per text',
    });
  }
  const taken = new Set<number>();
  const take = (name: string, flag: string): Choice<number> => {
    const value = findColumn(table, name, flag);
    taken.add(value);
    return { value, reason: 'as asked', flag };
  };
  const givenText = askedText === null ? null : take(askedText, '--text-column');
  const givenPair = askedPair === null || askedPair === 'none' ? null : take(askedPair, '--pair-column');
  const givenLabel = askedLabel === null || askedLabel === 'none' ? null : take(askedLabel, '--label-column');

  const namedPair = givenPair === null && askedPair === null ? findNamedPair(table, taken, givenText) : null;
  const text = givenText ?? namedPair?.text ?? detectText(table, taken, givenLabel !== null || askedLabel === 'none');
  taken.add(text.value);
  const noPair = {
    value: null,
    reason: askedPair === 'none' ? 'as asked' : 'no two columns are named as a pair',
    flag: '--pair-column',
  };
  const pair: Choice<number | null> = givenPair ?? namedPair?.pair ?? noPair;
  if (pair.value !== null) taken.add(pair.value);
  const label = givenLabel ?? (askedLabel === 'none' ? noLabel('as asked') : detectLabel(table, taken));
  refuseSameColumn(table, text.value, pair.value, label.value);
  refuseNested(table, [text.value, pair.value, label.value]);
  if (label.value === null) {
    if (wishes.labelRequired ?? true) throw withoutLabel(table, taken, text.value);
    return { text, pair, label, labels: null, labelKind: null, task: null };
  }
  const profile = table.profiles[label.value]!;
  const askedTask = wishes.task === undefined || wishes.task === 'auto' ? null : wishes.task;
  return {
    text,
    pair,
    label,
    labels: null,
    labelKind: labelKindOf(profile),
    task: chooseTask(profile, askedTask),
  };
}

function asked(wish: string | null | undefined): string | null {
  return wish === undefined || wish === null || wish === 'auto' ? null : wish;
}

function noLabel(reason: string): Choice<null> {
  return { value: null, reason, flag: '--label-column' };
}

function findNamedPair(table: Table, taken: Set<number>, text: Choice<number> | null) {
  const free = (profile: ColumnProfile) => profile.index === text?.value || !taken.has(profile.index);
  const find = (name: string) =>
    table.profiles.find((profile) => free(profile) && profile.name.toLowerCase() === name && canBeText(profile));
  for (const [first, second] of pairNames) {
    const [a, b] = [find(first), find(second)];
    if (a === undefined || b === undefined || (text !== null && text.value !== a.index)) continue;
    const reason = `columns named "${a.name}" and "${b.name}" are a pair of texts; --pair-column none takes the first alone`;
    return {
      text: { value: a.index, reason, flag: '--text-column' },
      pair: { value: b.index, reason, flag: '--pair-column' },
    };
  }
  return null;
}

/** A column that most rows leave empty is a remark, neither the text nor the label. */
function isMostlyEmpty({ rows, empty }: ColumnProfile): boolean {
  return empty > rows / 2;
}

function canBeText({ kind, name, meanWords }: ColumnProfile): boolean {
  if (kind === 'text') return !isIdName(name) || meanWords >= 2;
  return kind === 'classes' && !isIdName(name);
}

function detectText(table: Table, taken: Set<number>, labelIsSettled: boolean): Choice<number> {
  const candidates = table.profiles.filter((profile) => !taken.has(profile.index) && canBeText(profile));
  // Where the label is not settled, a column of classes is rather that; the text is the longer one.
  const rank = (profile: ColumnProfile) => {
    const name = textNames.indexOf(profile.name.toLowerCase());
    const isText = profile.kind === 'text' || profile.meanWords >= 3;
    const isLabelName = labelNames.includes(profile.name.toLowerCase());
    return [
      isMostlyEmpty(profile) ? 0 : 1,
      isLabelName && !labelIsSettled ? 0 : 1,
      isText ? 1 : 0,
      name >= 0 ? 1 : 0,
      profile.meanLength,
    ];
  };
  const best = highest(candidates, rank);
  if (best === null) {
    throw new DataError('no column looks like text', {
      where: `${table.name}: ${describeColumns(table)}`,
      fix: 'name the column with --text-column',
    });
  }
  const others = candidates.filter((profile) => profile !== best && profile.kind === 'text' && !isMostlyEmpty(profile));
  const isNamed = textNames.includes(best.name.toLowerCase());
  const reason =
    candidates.length === 1
      ? `the only column of text (${length(best)})`
      : isNamed
        ? `its name says so, and it is text (${length(best)})`
        : `the longest text (${length(best)})`;
  return { value: best.index, reason: reason + alsoPossible(table, others), flag: '--text-column' };
}

function length(profile: ColumnProfile): string {
  return `${Math.round(profile.meanLength)} characters on average`;
}

function detectLabel(table: Table, taken: Set<number>): Choice<number | null> {
  const candidates = table.profiles.filter((profile) => !taken.has(profile.index) && canBeLabel(profile));
  const rank = (profile: ColumnProfile) => {
    const name = labelNames.indexOf(profile.name.toLowerCase());
    // Of columns with names alike the one with the fewest values; of those the last, where labels mostly stand.
    return [name >= 0 ? labelNames.length - name : 0, -profile.distinct, profile.index];
  };
  const best = highest(candidates, rank);
  if (best === null) return noLabel('no column has values that repeat');
  const others = candidates.filter((profile) => profile !== best);
  const values = `${best.distinct} different values`;
  const reason = labelNames.includes(best.name.toLowerCase())
    ? `its name says so (${values})`
    : others.length === 0
      ? `the only column whose values repeat (${values})`
      : `the fewest different values (${best.distinct})`;
  return { value: best.index, reason: reason + alsoPossible(table, others), flag: '--label-column' };
}

function canBeLabel(profile: ColumnProfile): boolean {
  const { kind, name, rows, empty, distinct } = profile;
  const filled = rows - empty;
  const isNamed = labelNames.includes(name.toLowerCase());
  if (distinct < 2 || isYears(profile) || (isMostlyEmpty(profile) && !isNamed)) return false;
  const mayRepeat = distinct <= filled / 2 && distinct < distinctLimit;
  if (kind === 'boolean') return true;
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

function refuseSameColumn(table: Table, text: number, pair: number | null, label: number | null): void {
  const twice = text === pair || text === label ? text : pair !== null && pair === label ? pair : null;
  if (twice === null) return;
  throw new DataError(`column "${table.columns[twice]}" is asked for twice`, {
    where: table.name,
    fix: 'give --text-column, --pair-column and --label-column different columns',
  });
}

function refuseNested(table: Table, used: (number | null)[]): void {
  const nested = used.find((index) => index !== null && table.profiles[index]!.kind === 'nested');
  if (nested === undefined || nested === null) return;
  throw new DataError(`"${table.columns[nested]}" holds objects or lists, not texts or labels`, {
    where: table.name,
    fix: 'give every row a plain value there, or name another column',
  });
}

function withoutLabel(table: Table, taken: Set<number>, text: number): DataError {
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

const columnsShown = 12;

/** The columns and what each looks like, for messages. */
function describeColumns(table: Table, text?: number): string {
  const shown = table.profiles.slice(0, columnsShown).map((profile) => {
    const what = profile.index === text ? 'the text' : describeProfile(profile);
    return `${profile.name === '' ? `column ${profile.index + 1} (nameless)` : `"${profile.name}"`} ${what}`;
  });
  const more = table.profiles.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function describeProfile({ kind, distinct, rows, empty, examples }: ColumnProfile): string {
  if (kind === 'empty') return 'is empty';
  if (kind === 'constant') return `is always ${JSON.stringify(examples[0])}`;
  if (kind === 'nested') return 'holds objects or lists';
  const values = distinct === rows - empty ? 'all different' : `${distinct} different`;
  return `looks like ${kind} (${values})`;
}

function alsoPossible(table: Table, others: ColumnProfile[]): string {
  if (others.length === 0) return '';
  const names = others
    .slice(0, 3)
    .map(({ name, index }) => (name === '' ? `column ${index + 1}` : `"${table.columns[index]}"`));
  return `; also possible: ${names.join(', ')}${others.length > 3 ? ' ...' : ''}`;
}

/** The element whose rank comes last in lexicographic order; the first of equals. */
function highest<T>(items: readonly T[], rank: (item: T) => number[]): T | null {
  let best: T | null = null;
  let bestRank: number[] = [];
  for (const item of items) {
    const candidate = rank(item);
    const at = candidate.findIndex((value, i) => value !== bestRank[i]);
    if (best === null || (at >= 0 && candidate[at]! > bestRank[at]!)) {
      best = item;
      bestRank = candidate;
    }
  }
  return best;
}
