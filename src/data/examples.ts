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
  columns: ExampleSource,
  options: { onRefused?: (row: RefusedRow) => void } = {},
): AsyncGenerator<Example> {
  const onRefused = options.onRefused ?? (() => {});
  const intern = createInterner();
  for await (const batch of table.batches(onRefused)) {
    for (const row of batch) {
      const reason = refusal(row, columns, table.columns);
      if (reason !== null) onRefused({ line: row.line, reason });
      else yield toExample(row, columns, intern);
    }
  }
}

/** One row as an example: for callers that keep the row's other cells. */
export function toExample(row: TableRow, columns: ExampleSource, intern = (label: string) => label): Example {
  const example: Example = { text: row.cells[columns.text]!, line: row.line };
  if (columns.pair !== null) example.pair = row.cells[columns.pair]!;
  const label = columns.label === null ? '' : row.cells[columns.label]!.trim();
  if (label !== '') example.label = intern(label);
  return example;
}

function refusal(row: TableRow, columns: ExampleSource, names: readonly string[]): string | null {
  if (row.nested !== undefined) {
    const nested = row.nested.find((index) => [columns.text, columns.pair, columns.label].includes(index));
    if (nested !== undefined) return `"${names[nested]}" holds an object or a list`;
  }
  if (columns.task !== 'regression' || columns.label === null) return null;
  const label = row.cells[columns.label]!.trim();
  if (label === '' || Number.isFinite(Number(label))) return null;
  return `the label "${label.slice(0, 40)}" is not a number`;
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
