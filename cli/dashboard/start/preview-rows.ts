import picocolors from 'picocolors';
import stringWidth from 'string-width';
import type { AnyAuditReport } from '../../../src/data/trainable.ts';
import { renderAudit, renderReading, type Style } from '../../plain/audit.ts';
import { beside, cell, type Piece, row } from '../run/text.ts';
import type { Theme } from '../theme.ts';
import type { FirstRows, Preview } from './preview.ts';

/** What is known of the data so far. */
export interface PreviewState {
  /** null: it is being read, or could not be. */
  preview: Preview | null;
  /** null: not all rows have been looked through. */
  audit: AnyAuditReport | null;
  /** How far the reading is; null: it has ended. */
  progress: string | null;
  /** What was thrown; null: nothing. */
  problem: { error: unknown } | null;
}

/** All rows of the preview, to be scrolled: the first rows of the file, what is in all of them and odd about it, how it is read. */
export function previewRows(state: PreviewState, width: number, height: number, theme: Theme): string[] {
  const { preview, audit, progress } = state;
  const told = progress === null ? [] : [row([['accent', progress]], width, theme)];
  if (preview === null) return told;
  const isWide = width >= 110;
  const left = isWide ? Math.floor(width / 2) : width;
  const most = height >= 28 ? 8 : height >= 15 ? 3 : 2;
  const gap = row([], width, theme);
  const reading = plain(renderReading(preview.reading, styleOf(theme, left - 2)), theme);
  const found = audit === null ? [] : renderAudit(audit, styleOf(theme, width - (isWide ? left : 0) - 2));
  const right = [...told, ...plain(found, theme)];
  const first = firstRowsTable(preview.first, width, most, theme);
  if (!isWide) return [...first, gap, ...taskRow(preview, width, theme), ...right, gap, ...reading];
  const count = Math.max(reading.length, right.length);
  return [
    ...first,
    gap,
    ...beside(
      Array.from({ length: count }, (_, i) => padded(reading[i] ?? '', left)),
      right,
    ),
  ];
}

/** What is to be learnt, where it stands too far down otherwise. */
function taskRow({ reading: { task } }: Preview, width: number, theme: Theme): string[] {
  return task === null ? [] : [row(['  task       ', ['bold', task.value], ['dim', `  ${task.reason}`]], width, theme)];
}

/** The columns that are used get most of the width; the others as far as there is room. */
export function firstRowsTable({ columns, rows }: FirstRows, width: number, most: number, theme: Theme): string[] {
  const shown = rows.slice(0, most);
  const widths = columnWidths(columns, shown, width - 2);
  const line = (pieces: (column: number, width: number) => Piece): string =>
    row(['  ', ...widths.flatMap(({ column, width: cells }): Piece[] => [pieces(column, cells), '  '])], width, theme);
  const isNamed = columns.some(({ role }) => role !== '');
  const hidden = columns.length - widths.length;
  return [
    line((column, cells) => ['bold', cell(columns[column]!.name || `column ${column + 1}`, cells, theme)]),
    ...(isNamed ? [line((column, cells) => ['accent', cell(columns[column]!.role, cells, theme)])] : []),
    ...shown.map((cells) =>
      line((column, room) => [columns[column]!.role === '' ? 'dim' : 'text', cell(cells[column] ?? '', room, theme)]),
    ),
    ...(hidden > 0
      ? [row([['dim', `  and ${hidden} more ${hidden === 1 ? 'column' : 'columns'}`]], width, theme)]
      : []),
  ];
}

const leastWidth = 8;

function columnWidths(columns: FirstRows['columns'], rows: readonly string[][], width: number) {
  const natural = columns.map(({ name, role }, column) =>
    Math.max(
      leastWidth,
      ...[name, role, ...rows.map((cells) => (cells[column] ?? '').slice(0, 400))].map((text) => stringWidth(text)),
    ),
  );
  const order = columns
    .map((_, column) => column)
    .sort((a, b) => importance(columns[a]!.role) - importance(columns[b]!.role));
  // As many columns as there is room for, the used ones first, each with its least width; then what is left, by need.
  const taken: { column: number; width: number }[] = [];
  let left = width;
  for (const column of order) {
    if (left < leastWidth + 2) break;
    taken.push({ column, width: leastWidth });
    left -= leastWidth + 2;
  }
  for (const each of [...taken].sort((a, b) => natural[a.column]! - natural[b.column]!)) {
    const more = Math.min(
      natural[each.column]! - each.width,
      each === widest(taken, natural) ? left : Math.min(left, 22),
    );
    each.width += Math.max(0, more);
    left -= Math.max(0, more);
  }
  return taken.sort((a, b) => a.column - b.column);
}

const widest = (taken: readonly { column: number; width: number }[], natural: readonly number[]) =>
  taken.reduce((found, each) => (natural[each.column]! > natural[found.column]! ? each : found));

const importance = (role: string): number => ['text', 'label', 'pair'].indexOf(role) + (role === '' ? 9 : 0);

function styleOf({ colors }: Theme, width: number): Style {
  return { colors: picocolors.createColors(colors), width };
}

/** Lines that were written for any terminal, on one without more than ASCII. */
const plain = (lines: readonly string[], { charset }: Theme): string[] =>
  charset === 'ascii' ? lines.map((text) => text.replaceAll('…', '~')) : [...lines];

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(1, width - stringWidth(text)));
