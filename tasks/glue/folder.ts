import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetLines } from '../../src/data/parquet.ts';
import { DataError } from '../../src/errors.ts';
import { type GlueRows, glueRowsOf, readGlueRows } from './rows.ts';
import { axTest, type GlueFile, type GlueTask } from './tasks.ts';

/** The files of a task that are there, by their names in the table. */
export type TaskFiles = Map<string, string>;

/** The official name of a file of the hub's, by its split; of a split in several files the first stands for all. */
function officialName(name: string): string | undefined {
  const [, split, set = ''] = /^(train|validation|test)(_\w+)?-0+-of-\d+\.parquet$/.exec(name) ?? [];
  return split === undefined ? undefined : `${split === 'validation' ? 'dev' : split}${set}.tsv`;
}

/**
 * Finds a task's folder in a GLUE download, whatever the case and hyphens of its name, and the official files in it, or the
 * hub's Parquet files in their place.
 * @throws DataError when the download cannot be read
 */
export async function findTaskFiles(root: string, task: Pick<GlueTask, 'title' | 'folders'>): Promise<TaskFiles> {
  const key = (name: string) => name.toLowerCase().replace(/[-_]/g, '');
  const wanted = [task.title, ...(task.folders ?? [])].map(key);
  const folder = (await entriesOf(root)).find((name) => wanted.includes(key(name)));
  const found: TaskFiles = new Map();
  if (folder === undefined) return found;
  const path = join(root, folder);
  const names = await readdir(path).catch(() => []);
  for (const name of names) {
    const official = officialName(name);
    if (official !== undefined) found.set(official, join(path, name));
  }
  for (const name of names) found.set(name.toLowerCase(), join(path, name));
  return found;
}

/** Where the diagnostic set is: its pairs, and with labels and categories; null for what is not there. */
export async function findAxFiles(root: string): Promise<{ pairs: string | null; labelled: string | null }> {
  const files = new Map([
    ...(await findTaskFiles(root, { title: 'diagnostic' })),
    ...(await findTaskFiles(root, { title: 'AX' })),
  ]);
  const pairs = files.get(axTest.file.name) ?? files.get('test.tsv') ?? null;
  return { pairs, labelled: files.get('diagnostic-full.tsv') ?? null };
}

async function entriesOf(root: string): Promise<string[]> {
  return readdir(root).catch((cause: Error) => {
    throw new DataError(`the GLUE folder cannot be read: ${cause.message}`, {
      where: root,
      fix: 'name the folder that CoLA, MRPC, ... lie in with --data',
      cause,
    });
  });
}

/** A file of a task with its rows. */
export interface OpenGlueFile extends GlueRows {
  source: string;
  layout: GlueFile;
}

const sampled = 100;

/**
 * Reads a file of a task.
 * @param layouts that it may have: the one whose number of cells most of its first lines have
 * @throws DataError when it cannot be read, or has not one row that can be used
 */
export async function openGlueFile(path: string, task: GlueTask, layouts: readonly GlueFile[]): Promise<OpenGlueFile> {
  if (path.endsWith('.parquet')) return openParquetFile(path, task, layouts[0]!);
  const content = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new DataError(`the file cannot be read: ${cause.message}`, { where: path, fix: 'check its name', cause });
  });
  const cells = content.split('\n', sampled).map((line) => line.split('\t').length);
  const fits = ({ columns }: GlueFile) => cells.filter((count) => count === columns).length;
  const layout = layouts.reduce((best, other) => (fits(other) > fits(best) ? other : best));
  const found = readGlueRows(content, task, layout);
  if (found.rows.length > 0) return { ...found, source: path, layout };
  const [first] = found.refused;
  throw new DataError(
    first === undefined ? 'the file is empty' : `no row of the file can be used; the first: ${first.reason}`,
    {
      where: first === undefined ? path : `${path}, line ${first.line}`,
      fix: `${task.title} has ${layout.columns} tab-separated cells a line: ${layout.header?.join(', ') ?? `the text in cell ${layout.text + 1}`}`,
    },
  );
}

/** All files of a split of the hub's, which are numbered: `train-00000-of-00002.parquet`. */
async function openParquetFile(path: string, task: GlueTask, layout: GlueFile): Promise<OpenGlueFile> {
  const count = Number(/-0+-of-(\d+)\.parquet$/.exec(path)?.[1] ?? 1);
  const records: Record<string, unknown>[] = [];
  for (let i = 0; i < count; i++) {
    const shard = path.replace(/-0+(-of-\d+\.parquet)$/, `-${String(i).padStart(5, '0')}$1`);
    for await (const lines of parquetLines(shard)) {
      for (const line of lines.split('\n')) if (line !== '') records.push(JSON.parse(line));
    }
  }
  return { ...glueRowsOf(records, task, layout), source: path, layout };
}
