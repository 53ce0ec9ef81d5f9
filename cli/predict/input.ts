import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnWishes, chooseColumns } from '../../src/data/columns.ts';
import { decodeText } from '../../src/data/encoding.ts';
import { type ExampleSource, readExample, sourceOf } from '../../src/data/examples.ts';
import { lineTooLong } from '../../src/data/lines.ts';
import { openTable } from '../../src/data/table.ts';
import { openText } from '../../src/data/text-source.ts';
import type { Example, ExampleColumns, RefusedRow, Table, TableRow, TextTask } from '../../src/data/types.ts';
import type { Context } from '../context.ts';
import { columnWishes, type DataFlags, tableOptions } from '../data-options.ts';
import type { RunColumns } from '../load.ts';
import { printable } from '../plain/table.ts';
import { textLines } from './text-lines.ts';

/** A row to be labelled: what is written out again, and what is read of it. */
export interface InputRow<E = Example> {
  cells: readonly string[];
  /** JSON Lines: the row as it stands in the file. */
  json: string | null;
  example: E;
}

export interface Input<E = Example> {
  name: string;
  /** JSON Lines in gives JSON Lines out. */
  isJsonLines: boolean;
  columns: readonly string[];
  /** How the table was read; null for plain lines. */
  table: Table | null;
  chosen: ExampleColumns | null;
  /** Where the rows are not texts: what they are. */
  kind?: 'conll' | 'jsonl' | 'squad';
  /** In batches, in the order of the file. A second call reads the file anew; lines of standard input are read once. */
  rows(onRefused: (row: RefusedRow) => void): AsyncGenerator<InputRow<E>[]>;
  close(): Promise<void>;
}

/**
 * Opens a table of texts. The run's own columns are taken where the table has them by name.
 * @param path `-` for standard input, which is kept in a temporary file
 */
export async function openTableInput(
  path: string,
  flags: DataFlags,
  run: RunColumns,
  { labelRequired, task }: { labelRequired: boolean; task?: TextTask },
): Promise<Input> {
  const copy = path === '-' ? await copyStandardInput() : null;
  const file = copy?.path ?? path;
  const name = copy === null ? path : 'standard input';
  try {
    const table = await openTable(file, { ...tableOptions(flags), name });
    const wishes = columnWishes(flags);
    const known = (column: string | null) =>
      column !== null && table.columns.filter((other) => other === column).length === 1 ? column : null;
    const chosen = chooseColumns(table, {
      textColumn: wishes.textColumn ?? known(run.text),
      pairColumn: wishes.pairColumn ?? known(run.pair),
      ...(labelRequired ? labelWishes(wishes, run, known) : { labelColumn: 'none' }),
      labelRequired,
      task: task ?? 'auto',
    });
    // A label that is no number is for the caller to refuse.
    const source = { ...sourceOf(chosen), ...(task === 'multi-label' ? {} : { task: null }) };
    return {
      name,
      isJsonLines: table.format === 'jsonl',
      columns: table.columns,
      table,
      chosen,
      rows: (onRefused) => tableRows(table, file, source, onRefused),
      async close() {
        await table.close();
        await copy?.remove();
      },
    };
  } catch (error) {
    await copy?.remove();
    throw error;
  }
}

/** The run's label columns where the table has them, unless others were named. */
function labelWishes(
  wishes: ColumnWishes,
  run: RunColumns,
  known: (column: string | null) => string | null,
): Pick<ColumnWishes, 'labelColumn' | 'labelColumns' | 'labelDelimiter'> {
  const { labelColumn = null, labelColumns = null, labelDelimiter = null } = wishes;
  if (labelColumn !== null || labelColumns !== null) return { labelColumn, labelColumns, labelDelimiter };
  const hasAll = run.labels?.every((column) => known(column) !== null) ?? false;
  return hasAll ? { labelColumns: run.labels } : { labelColumn: known(run.label), labelDelimiter };
}

/** Says which column is the text, the pair and the label, and why, unless they were named. */
export function noteColumns(
  { name, columns, chosen }: Pick<Input, 'name' | 'columns' | 'chosen'>,
  context: Context,
): void {
  if (chosen === null) return;
  for (const role of ['text', 'pair', 'label'] as const) {
    const { value, reason, flag } = chosen[role];
    if (value === null || reason === 'as asked') continue;
    const column = columns[value] === '' ? `column ${value + 1}` : `"${columns[value]}"`;
    context.note(printable(`${name}: the ${role} is ${column}: ${reason} (${flag})`));
  }
}

async function* tableRows(
  table: Table,
  file: string,
  source: ExampleSource,
  onRefused: (row: RefusedRow) => void,
): AsyncGenerator<InputRow[]> {
  const toInput = (row: TableRow, json: string | null): InputRow[] => {
    const example = readExample(row, source, table.columns);
    if (!('reason' in example)) return [{ cells: row.cells, json, example }];
    onRefused(example);
    return [];
  };
  if (table.format !== 'jsonl') {
    for await (const batch of table.batches(onRefused)) yield batch.flatMap((row) => toInput(row, null));
    return;
  }
  // The line itself is kept, not what was parsed of it: numbers beyond 2^53 and the order of keys stay as they are.
  const text = await openText(file, { encoding: table.encoding.value });
  const lines = textLines(text.read());
  try {
    for await (const batch of table.batches(onRefused)) {
      const rows: InputRow[] = [];
      for (const row of batch) {
        let line = await lines.next();
        while (!line.done && line.value.line < row.line) line = await lines.next();
        rows.push(...toInput(row, line.value?.text?.trim() ?? null));
      }
      yield rows;
    }
  } finally {
    await lines.return(undefined);
    await text.close();
  }
}

const linesPerBatch = 256;

/** Standard input as one text per line, labelled as it comes. */
export function openLineInput(stream: AsyncIterable<Uint8Array>): Input {
  return {
    name: 'standard input',
    isJsonLines: false,
    columns: ['text'],
    table: null,
    chosen: null,
    async *rows(onRefused) {
      let batch: InputRow[] = [];
      for await (const { line, text } of textLines(decodeText(stream, 'utf-8'))) {
        if (text === null) {
          onRefused({ line, reason: lineTooLong });
          continue;
        }
        batch.push({ cells: [text], json: null, example: { text, line } });
        if (batch.length < linesPerBatch) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    close: async () => {},
  };
}

/** A table is looked through before it is read, which a pipe does not allow. */
async function copyStandardInput(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'distiltune-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'input');
    const file = await open(path, 'w');
    try {
      for await (const chunk of process.stdin) await file.writeFile(chunk as Uint8Array);
    } finally {
      await file.close();
    }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
