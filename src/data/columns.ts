import { DataError, UsageError } from '../errors.ts';
import { alsoPossible, describeColumns, highest, isMostlyEmpty } from './column-choice.ts';
import { isIdName, labelNames, pairNames, textNames } from './column-names.ts';
import { findColumn } from './find-column.ts';
import { chooseLabels, type LabelChoice, noLabel, withoutLabel } from './label-columns.ts';
import { chooseTask, labelKindOf } from './label-kind.ts';
import type { Choice, ColumnProfile, ExampleColumns, Table, TextTask } from './types.ts';

export interface ColumnWishes {
  /** A column's name or 1-based number; null, `auto` or absent: detected. The same for the next two. */
  textColumn?: string | null;
  /** Detected only among names that say so (sentence1 and sentence2, question and sentence, ...); `none`: no pair. */
  pairColumn?: string | null;
  /** `none`: no labels. */
  labelColumn?: string | null;
  /** Multi-label: columns that each say whether a label applies; null or absent: detected. */
  labelColumns?: readonly string[] | null;
  /** Multi-label: what divides the labels of a cell (a character, or comma, semicolon, pipe, ...); null or absent: detected. */
  labelDelimiter?: string | null;
  task?: 'auto' | TextTask | null;
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
  const task = wishes.task === undefined || wishes.task === 'auto' ? null : wishes.task;
  const askedColumns = askedLabelColumns(wishes, task, askedLabel);
  const givenText = askedText === null ? null : take(askedText, '--text-column');
  const givenPair = askedPair === null || askedPair === 'none' ? null : take(askedPair, '--pair-column');
  const givenLabel = askedLabel === null || askedLabel === 'none' ? null : take(askedLabel, '--label-column');
  const givenLabels = askedColumns?.map((name) => take(name, '--label-columns').value) ?? null;

  const mayBePaired = givenPair === null && askedPair === null && task !== 'masked-lm';
  const namedPair = mayBePaired ? findNamedPair(table, taken, givenText) : null;
  const hasNoLabel = askedLabel === 'none' || task === 'masked-lm';
  const text =
    givenText ?? namedPair?.text ?? detectText(table, taken, givenLabel !== null || givenLabels !== null || hasNoLabel);
  taken.add(text.value);
  const noPair = {
    value: null,
    reason: askedPair === 'none' ? 'as asked' : 'no two columns are named as a pair',
    flag: '--pair-column',
  };
  const pair: Choice<number | null> = givenPair ?? namedPair?.pair ?? noPair;
  if (pair.value !== null) taken.add(pair.value);
  const { label, labels } = hasNoLabel
    ? noLabel(askedLabel === 'none' ? 'as asked' : 'a masked language model learns from texts alone')
    : chooseLabels(table, taken, {
        column: givenLabel,
        columns: givenLabels,
        delimiter: asked(wishes.labelDelimiter),
        task,
      });
  refuseSameColumn(table, [text.value, pair.value, label.value, ...(givenLabels ?? [])]);
  refuseNested(table, text.value, pair.value, { label, labels });
  if (labels !== null) {
    const reason = task === null ? `${labels.reason}: any number of labels a row` : 'as asked';
    return { text, pair, label, labels, labelKind: null, task: { value: 'multi-label', reason, flag: '--task' } };
  }
  if (label.value === null) {
    if ((wishes.labelRequired ?? true) && task !== 'masked-lm') throw withoutLabel(table, taken, text.value);
    const chosen = task === null ? null : { value: task, reason: 'as asked', flag: '--task' };
    return { text, pair, label, labels, labelKind: null, task: chosen };
  }
  const profile = table.profiles[label.value]!;
  // A multi-label task has lists, and a masked language model no labels.
  const labelTask = task as Exclude<TextTask, 'multi-label' | 'masked-lm'> | null;
  return { text, pair, label, labels, labelKind: labelKindOf(profile), task: chooseTask(profile, labelTask) };
}

function askedLabelColumns(
  { labelColumns, labelDelimiter }: ColumnWishes,
  task: TextTask | null,
  askedLabel: string | null,
): readonly string[] | null {
  const columns = labelColumns ?? null;
  const delimiter = asked(labelDelimiter);
  if (columns === null && delimiter === null) return null;
  const flag = columns === null ? '--label-delimiter' : '--label-columns';
  if (task !== null && task !== 'multi-label') {
    throw new UsageError(`${flag} is for several labels a row, not for ${task}`, {
      fix: 'give --task multi-label, or leave it out',
    });
  }
  if (columns === null) return null;
  if (columns.length === 0)
    throw new UsageError('--label-columns names no column', { fix: 'name the columns, with commas between' });
  if (askedLabel !== null || delimiter !== null) {
    throw new UsageError(
      `--label-columns and ${delimiter === null ? '--label-column' : '--label-delimiter'} exclude each other`,
      {
        fix: 'the labels stand in one column, or in one each',
      },
    );
  }
  return columns;
}

function asked(wish: string | null | undefined): string | null {
  return wish === undefined || wish === null || wish === 'auto' ? null : wish;
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

function refuseSameColumn(table: Table, used: readonly (number | null)[]): void {
  const twice = used.find((index, i) => index !== null && used.indexOf(index) < i);
  if (twice === undefined || twice === null) return;
  throw new DataError(`column "${table.columns[twice]}" is asked for twice`, {
    where: table.name,
    fix: 'give --text-column, --pair-column and --label-column different columns',
  });
}

function refuseNested(table: Table, text: number, pair: number | null, { label, labels }: LabelChoice): void {
  const isNested = (index: number | null) =>
    index !== null && (table.profiles[index]!.kind === 'nested' || table.profiles[index]!.kind === 'lists');
  const isList = label.value !== null && table.profiles[label.value]!.kind === 'lists';
  if (isList && labels === null) {
    throw new DataError(`"${table.columns[label.value!]}" holds lists: several labels a row`, {
      where: table.name,
      fix: 'give --task multi-label, or name another column with --label-column',
    });
  }
  const nested = [text, pair, isList ? null : label.value].find(isNested);
  if (nested === undefined || nested === null) return;
  throw new DataError(`"${table.columns[nested]}" holds objects or lists, not texts or labels`, {
    where: table.name,
    fix: 'give every row a plain value there, or name another column',
  });
}
