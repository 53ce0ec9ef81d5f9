import { DataError, UsageError } from '../errors.ts';
import { labelDelimiters } from './column-profile.ts';
import { isLongLabel, longLabel } from './limits.ts';
import { shorten } from './shorten.ts';
import type { Choice, ColumnProfile, LabelLists, Table, TableRow } from './types.ts';

const yesPattern = /^(?:1(?:\.0*)?|true|t|yes|y|x|\+|✓|✔)$/i;
const noPattern = /^(?:0(?:\.0*)?|false|f|no|n|-)$/i;
/** Of the sample's cells that are not blank, how many must be lists. */
const mostlyLists = 0.9;

/**
 * The labels of a row, none twice, in the order in which they stand; undefined where they are not known; or why they cannot
 * be read.
 * @param label index of the label column; null where each label has its own
 */
export function labelsOf(
  row: TableRow,
  lists: LabelLists,
  label: number | null,
): string[] | undefined | { reason: string } {
  if (lists.form === 'columns') return markedLabels(row, lists);
  const labels = writtenLabels(row, lists, label);
  if (labels === undefined || 'reason' in labels) return labels;
  return labels.some(isLongLabel) ? { reason: longLabel } : labels;
}

function writtenLabels(
  row: TableRow,
  lists: Exclude<LabelLists, { form: 'columns' }>,
  label: number | null,
): string[] | undefined | { reason: string } {
  const cell = row.cells[label!]!.trim();
  if (lists.form === 'delimited') return distinct(lists.delimiter === '' ? [cell] : cell.split(lists.delimiter));
  if (cell === '') return undefined;
  const isNested = row.nested?.includes(label!) ?? false;
  const list = parseList(cell);
  if (list !== null) return distinct(list);
  // JSON Lines: one label alone need not be a list.
  if (!isNested && !/^[[({]/.test(cell)) return [cell];
  return { reason: `"${shorten(cell)}" is not a list of labels` };
}

function markedLabels(row: TableRow, { columns, emptyIsNo }: Extract<LabelLists, { form: 'columns' }>) {
  const labels: string[] = [];
  let empty: string | null = null;
  let filled = 0;
  for (const { index, label } of columns) {
    const cell = row.cells[index]!.trim();
    if (cell === '') {
      empty ??= label;
      continue;
    }
    filled++;
    if (yesPattern.test(cell)) labels.push(label);
    else if (!noPattern.test(cell)) return { reason: `"${shorten(cell)}" in column "${label}" is neither 0 nor 1` };
  }
  if (emptyIsNo || empty === null) return labels;
  return filled === 0 ? undefined : { reason: `column "${empty}" is empty: write 0 or 1` };
}

function distinct(labels: readonly string[]): string[] {
  return [...new Set(labels.map((label) => label.trim()))].filter((label) => label !== '');
}

/** The elements of a list as JSON or Python writes it; null where it is none, or holds other things than plain values. */
function parseList(cell: string): string[] | null {
  if (!cell.startsWith('[') || !cell.endsWith(']')) return null;
  try {
    const list = JSON.parse(cell) as unknown[];
    return list.every((element) => element !== null && typeof element !== 'object') ? list.map(String) : null;
  } catch {
    return parsePythonList(cell.slice(1, -1));
  }
}

function parsePythonList(inside: string): string[] | null {
  const elements: string[] = [];
  const indexOf = (what: RegExp, from: number) => {
    what.lastIndex = from;
    return what.test(inside) ? what.lastIndex - 1 : inside.length;
  };
  for (let at = 0; ; at++) {
    at = indexOf(/\S/g, at);
    if (at === inside.length) return elements;
    const isQuoted = inside[at] === "'" || inside[at] === '"';
    const end = isQuoted ? closingQuote(inside, at) : indexOf(/[\s,'"[\]{}()]/g, at);
    if (end < 0 || end === at) return null;
    elements.push(isQuoted ? inside.slice(at + 1, end).replace(/\\(.)/gs, '$1') : inside.slice(at, end));
    at = indexOf(/\S/g, isQuoted ? end + 1 : end);
    if (at < inside.length && inside[at] !== ',') return null;
  }
}

/** Where the string ends that begins at `start`; -1: nowhere. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[start]) return at;
  }
  return -1;
}

/** How the cells of a label column hold several labels. */
export function chooseListForm(table: Table, index: number, asked: string | null): Choice<LabelLists> {
  const flag = '--label-delimiter';
  if (asked !== null && asked !== 'auto') {
    const delimiter = delimiterOf(asked);
    return { value: { form: 'delimited', delimiter }, reason: 'as asked', flag };
  }
  const name = `"${table.columns[index]}"`;
  if (table.profiles[index]!.kind === 'lists') return { value: { form: 'list' }, reason: `${name} holds lists`, flag };
  const cells = table.sample.map((row) => row.cells[index]!.trim()).filter((cell) => cell !== '');
  const lists = cells.filter((cell) => parseList(cell) !== null).length;
  if (lists > 0 && lists >= mostlyLists * cells.length)
    return { value: { form: 'list' }, reason: `the cells of ${name} are written as lists`, flag };
  const { divided, rows, empty } = table.profiles[index]!;
  const counts = labelDelimiters.map((delimiter) => divided[delimiter]!);
  const most = Math.max(...counts);
  if (most === 0) {
    return {
      value: { form: 'delimited', delimiter: '' },
      reason: `no cell of ${name} has ; | or a comma: one label each`,
      flag,
    };
  }
  const delimiter = labelDelimiters[counts.indexOf(most)]!;
  return {
    value: { form: 'delimited', delimiter },
    reason: `it divides ${most} of ${rows - empty} cells of ${name}`,
    flag,
  };
}

const delimiterNames: Record<string, string> = {
  comma: ',',
  semicolon: ';',
  pipe: '|',
  tab: '\t',
  space: ' ',
  none: '',
};

function delimiterOf(asked: string): string {
  const name = asked.toLowerCase();
  const delimiter = Object.hasOwn(delimiterNames, name) ? delimiterNames[name]! : asked;
  if (delimiter.length <= 1 || /^\W+$/.test(delimiter)) return delimiter;
  throw new UsageError(`"${asked}" cannot divide labels`, {
    fix: '--label-delimiter takes a character, or comma, semicolon, pipe, tab, space, none',
  });
}

/** Columns that say of a label whether it applies. @throws DataError when one holds something else */
export function labelColumns(table: Table, indices: readonly number[]): LabelLists {
  const columns = indices.map((index) => ({ index, label: table.columns[index]! || `column ${index + 1}` }));
  const profiles = indices.map((index) => table.profiles[index]!);
  const saysSomething = (example: string) => yesPattern.test(example) || noPattern.test(example);
  // A few rows that say something else are refused one by one.
  const wrong = profiles.find(({ examples }) => examples.length > 0 && !examples.some(saysSomething));
  if (wrong !== undefined) {
    throw new DataError(
      `column "${wrong.name}" does not say whether a label applies: it holds "${wrong.examples[0]}"`,
      {
        where: table.name,
        fix: '--label-columns takes columns of 0 and 1, true and false, or x and nothing',
      },
    );
  }
  // Marks and nothing else: an empty cell says no. Where some cells say no, an empty one says nothing.
  const emptyIsNo = !profiles.some(({ examples }) => examples.some((example) => noPattern.test(example)));
  return { form: 'columns', columns, emptyIsNo };
}

/** Whether a column holds 0 and 1, or one of them, and nothing else. */
export function isZeroOrOne({ distinct, examples }: ColumnProfile): boolean {
  return distinct > 0 && distinct <= 2 && examples.every((example) => example === '0' || example === '1');
}

/** Whether a column says yes or no in any way, and nothing else. */
export function isMark({ distinct, examples }: ColumnProfile): boolean {
  return (
    distinct > 0 && distinct <= 2 && examples.every((example) => yesPattern.test(example) || noPattern.test(example))
  );
}
