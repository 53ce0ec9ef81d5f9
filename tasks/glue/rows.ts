import { parseClass } from './labels.ts';
import type { GlueFile, GlueTask } from './tasks.ts';

/** One row of a GLUE file. */
export interface GlueRow {
  /** 1-based line of the file. */
  line: number;
  text: string;
  /** null: the task is about single texts. */
  pair: string | null;
  /** As the official files write it; null where it is hidden, as in every test file. */
  label: string | null;
}

/** What a file holds: every line of it is a row or is refused. */
export interface GlueRows {
  rows: GlueRow[];
  /** Lines that cannot be used, each with its reason. */
  refused: { line: number; reason: string }[];
  hasHeader: boolean;
}

/**
 * Reads a GLUE file by the project's own rules rather than as a CSV: cells are divided by tabs and by nothing else, a `"` is
 * text, and a line ends at `\n` only. Whether there is a header shows in the first line: some copies lack one that the
 * official file has, and CoLA's have none, whose first line is data.
 *
 * - Of rows to learn from or to measure on (`labelled`), one with too few or too many cells, without a text, or with a
 *   label that is hidden (-1, empty), unknown or out of range is refused, never guessed.
 * - Of a test file every line is a row, whatever it holds: the submission has a line for each.
 */
export function readGlueRows(content: string, task: Pick<GlueTask, 'classes' | 'range'>, file: GlueFile): GlueRows {
  const labelled = file.label !== null;
  const lines = splitLines(content);
  const hasHeader = lines.length > 0 && isHeader(lines[0]!.split('\t'), file);
  const rows: GlueRow[] = [];
  const refused: GlueRows['refused'] = [];
  for (let i = hasHeader ? 1 : 0; i < lines.length; i++) {
    const cells = lines[i]!.split('\t');
    const row = readRow(cells, i + 1, task, file);
    if (labelled && 'reason' in row) refused.push({ line: i + 1, reason: row.reason });
    else rows.push('reason' in row ? partialRow(cells, i + 1, file) : row);
  }
  return { rows, refused, hasHeader };
}

/**
 * The rows of the hub's Parquet files, by the same rules. Classes come by name, or by number where the file has no names: the hub
 * numbers them as the table does. Numbers are written with the seven digits that a float32 holds.
 */
export function glueRowsOf(
  records: readonly Record<string, unknown>[],
  task: Pick<GlueTask, 'classes' | 'range' | 'parquet'>,
  file: Pick<GlueFile, 'label'>,
): GlueRows {
  const [textColumn, pairColumn] = task.parquet;
  const rows: GlueRow[] = [];
  const refused: GlueRows['refused'] = [];
  for (const [i, record] of records.entries()) {
    const pair = pairColumn === undefined ? null : String(record[pairColumn] ?? '');
    const row: GlueRow = { line: i + 1, text: String(record[textColumn] ?? ''), pair, label: null };
    if (file.label === null) {
      rows.push(row);
      continue;
    }
    const label =
      row.text.trim() === '' && (pair ?? '').trim() === '' ? { reason: 'no text' } : labelOf(record.label, task);
    if ('reason' in label) refused.push({ line: row.line, reason: label.reason });
    else rows.push({ ...row, label: label.value });
  }
  return { rows, refused, hasHeader: false };
}

function labelOf(label: unknown, task: Pick<GlueTask, 'classes' | 'range'>): { value: string } | { reason: string } {
  if (typeof label !== 'number') return readLabel(String(label ?? ''), task);
  if (task.range !== null) return readLabel(String(Number(label.toPrecision(7))), task);
  return readLabel(task.classes[label]?.label ?? String(label), task);
}

/** Without the byte order mark of MRPC's files, and without the carriage returns of copies made on Windows. */
function splitLines(content: string): string[] {
  const lines = content.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** A header names its columns; the places of the texts and the label decide, for spelling elsewhere differs between copies. */
function isHeader(cells: readonly string[], { header, text, pair, label }: GlueFile): boolean {
  if (header === null) return false;
  return [text, pair, label].every(
    (place) => place === null || cells[place]?.trim().toLowerCase() === header[place]!.toLowerCase(),
  );
}

function readRow(
  cells: readonly string[],
  line: number,
  task: Pick<GlueTask, 'classes' | 'range'>,
  file: GlueFile,
): GlueRow | { reason: string } {
  if (cells.length !== file.columns) return { reason: `${cells.length} cells where ${file.columns} belong` };
  const row = partialRow(cells, line, file);
  if (row.text.trim() === '' && (row.pair ?? '').trim() === '') return { reason: 'no text' };
  if (file.label === null) return row;
  const label = readLabel(cells[file.label]!.trim(), task);
  return 'reason' in label ? label : { ...row, label: label.value };
}

function partialRow(cells: readonly string[], line: number, { text, pair }: GlueFile): GlueRow {
  return { line, text: cells[text] ?? '', pair: pair === null ? null : (cells[pair] ?? ''), label: null };
}

function readLabel(
  cell: string,
  { classes, range }: Pick<GlueTask, 'classes' | 'range'>,
): { value: string } | { reason: string } {
  if (cell === '' || cell === '-' || Number(cell) === -1) return { reason: 'the label is hidden' };
  if (range === null) {
    const id = parseClass(cell, classes);
    return id === undefined ? { reason: `unknown label "${cell.slice(0, 40)}"` } : { value: classes[id]!.label };
  }
  const [low, high] = range;
  const value = Number(cell);
  if (!Number.isFinite(value)) return { reason: `the score "${cell.slice(0, 40)}" is not a number` };
  return value >= low && value <= high
    ? { value: cell }
    : { reason: `the score ${cell} is not from ${low} to ${high}` };
}
