import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTable, type TableOptions } from '../../src/data/table.ts';
import type { RefusedRow, Table, TableRow } from '../../src/data/types.ts';

let folder: string | undefined;
let files = 0;

/** Writes a file into a folder that is removed at the end, and returns its path. */
export function fileOf(content: string | Uint8Array, name = `${++files}.csv`): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export interface ReadTable {
  table: Table;
  rows: TableRow[];
  refused: RefusedRow[];
}

/** Opens a file with this content and reads it to its end. */
export async function readAll(content: string | Uint8Array, options: TableOptions = {}): Promise<ReadTable> {
  return readTable(await openTable(fileOf(content), { name: 'test.csv', ...options }));
}

export async function readTable(table: Table): Promise<ReadTable> {
  const refused: RefusedRow[] = [];
  const rows: TableRow[] = [];
  for await (const row of table.rows((row) => refused.push(row))) rows.push(row);
  await table.close();
  return { table, rows, refused };
}
