import { basename } from 'node:path';
import stringWidth from 'string-width';
import type { AnyAuditReport } from '../../src/data/trainable.ts';
import type { Choice, LabelLists } from '../../src/data/types.ts';
import type { FileReading } from '../run/reading.ts';
import { nameWidth, type Style } from './audit-lines.ts';
import { renderQuestionsAudit } from './audit-questions.ts';
import { renderTextsAudit } from './audit-texts.ts';
import { renderTokensAudit } from './audit-tokens.ts';
import { count, printable, shorten, wrap } from './table.ts';

export type { Style } from './audit-lines.ts';

const delimiterWords: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  ' ': 'blanks',
  '': 'none',
};

/** What the data is like, and what is wrong with it: the same lines in `data check` and before training. */
export function renderAudit(report: AnyAuditReport, style: Style): string[] {
  if (report.kind === 'tokens') return renderTokensAudit(report, style);
  return report.kind === 'questions' ? renderQuestionsAudit(report, style) : renderTextsAudit(report, style);
}

/**
 * How a file is read: every choice with its reason and the flag that overrides it. Lines without line ends.
 * @param like a file that was shown before: only what differs from it is shown.
 */
export function renderReading(file: FileReading, style: Style, like?: FileReading): string[] {
  const rows = choicesOf(file);
  const before = like === undefined ? [] : choicesOf(like);
  const shown = rows.filter(([name, value]) => !before.some((row) => row[0] === name && row[1] === value));
  const title = style.colors.bold(printable(file.name));
  if (like !== undefined && shown.length === 0) return [`${title}  read as ${printable(basename(like.name))}`];
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

type Row = [name: string, value: string, reason: string];

/** Name, value and reason of each choice. */
function choicesOf(file: FileReading): Row[] {
  const rows: Row[] = [];
  const add = <T>(name: string, choice: Choice<T> | null, show: (value: T) => string) => {
    if (choice === null) return;
    const { value, reason, flag } = choice;
    const isOpen = reason !== 'as asked' && flag !== '';
    rows.push([name, show(value), isOpen ? `${printable(reason)} (${flag})` : printable(reason)]);
  };
  add('encoding', file.encoding, String);
  if (file.kind === 'texts') {
    const { table, columns, textUnit } = file;
    const column = (index: number | null) => (index === null ? 'none' : columnName(table.columns, index));
    add('delimiter', table.delimiter, wordOf);
    add('quotes', table.quotes, (value) => (value ? 'yes' : 'no'));
    add('header', table.header, (value) => (value ? 'yes' : 'no'));
    add('unit', textUnit, String);
    if (textUnit === null) add('text', columns.text, column);
    if (columns.pair.value !== null) add('pair', columns.pair, column);
    if (columns.labels?.value.form !== 'columns' && textUnit === null) add('label', columns.label, column);
    add('labels', columns.labels, listForm);
  } else if (file.kind === 'tokens') {
    add('delimiter', file.delimiter, wordOf);
    add('words', file.words, printable);
    add('tags', file.tags, (value) => printable(value ?? 'none'));
    add('scheme', file.scheme, String);
  } else {
    add('version', file.version, String);
  }
  add<string>('task', file.task, String);
  return rows;
}

function listForm(lists: LabelLists): string {
  if (lists.form === 'list') return 'lists';
  if (lists.form === 'columns') return `${count(lists.columns.length)} columns`;
  return lists.delimiter === '' ? 'one a row' : `divided by ${wordOf(lists.delimiter)}`;
}

function wordOf(delimiter: string): string {
  return Object.hasOwn(delimiterWords, delimiter) ? delimiterWords[delimiter]! : `"${printable(delimiter)}"`;
}

function columnName(columns: readonly string[], index: number): string {
  const name = columns[index] ?? '';
  const number = `column ${index + 1}`;
  return name === '' || name === number ? number : `"${shorten(name, 24)}"`;
}
