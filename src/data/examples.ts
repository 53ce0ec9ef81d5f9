import { labelsOf } from './label-lists.ts';
import { isLongLabel, longLabel } from './limits.ts';
import type { Example, ExampleColumns, LabelLists, RefusedRow, Table, TableRow, TextTask } from './types.ts';

/** 0-based columns of the examples. */
export interface ExampleSource {
  text: number;
  pair: number | null;
  label: number | null;
  /** With `regression` a label that is no finite number refuses its row. */
  task: TextTask | null;
  /** Multi-label: how a row's labels are written. */
  labels?: LabelLists | null;
}

/** The columns that were chosen, without the reasons. */
export function sourceOf({ text, pair, label, labels, task }: ExampleColumns): ExampleSource {
  return {
    text: text.value,
    pair: pair.value,
    label: label.value,
    task: task?.value ?? null,
    labels: labels?.value ?? null,
  };
}

const internedLabels = 10_000;

/**
 * Streams the examples of a table. Rows with an empty text or without a label are handed on as they are, for the audit to
 * count; `onRefused` gets the rows that cannot be read.
 */
export async function* readExamples(
  table: Table,
  source: ExampleSource,
  options: { onRefused?: (row: RefusedRow) => void } = {},
): AsyncGenerator<Example> {
  const onRefused = options.onRefused ?? (() => {});
  const intern = createInterner();
  for await (const batch of table.batches(onRefused)) {
    for (const row of batch) {
      const example = readExample(row, source, table.columns, intern);
      if ('reason' in example) onRefused(example);
      else yield example;
    }
  }
}

/** One row as an example, for callers that keep its other cells; or why it cannot be one. */
export function readExample(
  row: TableRow,
  source: ExampleSource,
  names: readonly string[],
  intern = (label: string) => label,
): Example | RefusedRow {
  const { line } = row;
  const { text, pair, label, labels = null } = source;
  if (row.nested !== undefined) {
    const used = [text, pair, labels === null ? label : null];
    const nested = row.nested.find((index) => used.includes(index));
    if (nested !== undefined) return { line, reason: `"${names[nested]}" holds an object or a list` };
  }
  if (labels !== null) {
    const found = labelsOf(row, labels, label);
    if (found !== undefined && 'reason' in found) return { line, reason: found.reason };
    const example = toExample(row, { ...source, label: null });
    if (found !== undefined) example.labels = found.map(intern);
    return example;
  }
  const example = toExample(row, source, intern);
  if (example.label !== undefined && isLongLabel(example.label)) return { line, reason: longLabel };
  if (source.task === 'regression' && example.label !== undefined && !Number.isFinite(Number(example.label))) {
    return { line, reason: `the label "${example.label.slice(0, 40)}" is not a number` };
  }
  return example;
}

/** The text, pair and single label of a row, whatever they are. */
export function toExample(row: TableRow, source: ExampleSource, intern = (label: string) => label): Example {
  const example: Example = { text: row.cells[source.text]!, line: row.line };
  if (source.pair !== null) example.pair = row.cells[source.pair]!;
  const label = source.label === null ? '' : row.cells[source.label]!.trim();
  if (label !== '') example.label = intern(label);
  return example;
}

/**
 * A cell is a view of the block of text it was read from, and keeping one keeps the block. Labels are kept, by the million,
 * so equal ones share one string of their own.
 */
function createInterner(): (label: string) => string {
  const own = new Map<string, string>();
  return (label) => {
    const known = own.get(label);
    if (known !== undefined) return known;
    const copy = Buffer.from(label, 'utf16le').toString('utf16le');
    if (own.size < internedLabels) own.set(copy, copy);
    return copy;
  };
}
