import { mkdir, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stratifiedSplit } from '../../src/data/split.ts';
import { textKey } from '../../src/data/text-key.ts';
import { DataError } from '../../src/errors.ts';
import { type OpenGlueFile, openGlueFile } from './folder.ts';
import type { GlueRow } from './rows.ts';
import type { GlueTask } from './tasks.ts';

/** Files that a person gives in place of the official ones. */
export interface OwnFiles {
  train?: string | undefined;
  /** A file, or the share of the training rows to hold out. */
  dev?: string | number | undefined;
}

/** A file as the runs read it, and where its rows come from. */
export interface PreparedFile {
  /** JSON Lines of `line`, `text`, `text_pair` and `label`. */
  path: string;
  /** The file that the rows were read from. */
  source: string;
  rows: number;
  /** Rows of the source that could not be used, and the first few of them. */
  refused: { count: number; first: { line: number; reason: string }[] };
}

export interface PreparedTask {
  train: PreparedFile;
  /** In the order of the table's dev sets. */
  dev: (PreparedFile & { set: string })[];
  /** Whether these are the official rows: then scores can be laid beside published ones. */
  isOfficial: boolean;
  /** What a reader of the scores must know about the rows. */
  notes: string[];
}

/** A share of the rows that lack in copies of QQP's train is no other training set. */
const nearlyAll = 0.999;
const refusedShown = 3;
/** Of the rows held out, whatever the seed of a run: every seed is measured on the same ones. */
const splitSeed = 42;

/**
 * Writes a task's rows into `folder` as JSON Lines, which the ordinary readers read without a choice to make: nothing about
 * quotes, headers, marks or columns is left to be detected, and a row is never anything but itself.
 * @param files the official files that are there
 * @returns what lacks, in words, when there is nothing to train on or nothing to measure
 * @throws DataError when a file cannot be read
 */
export async function prepareTask(
  task: GlueTask,
  files: ReadonlyMap<string, string>,
  own: OwnFiles,
  folder: string,
): Promise<PreparedTask | { missing: string }> {
  const trainPath = own.train ?? files.get(task.train.name);
  if (trainPath === undefined) return { missing: `there is no ${task.train.name}` };
  const layouts = [task.train, ...task.dev.map(({ file }) => file)];
  const train = await openGlueFile(trainPath, task, own.train === undefined ? [task.train] : layouts);
  const notes: string[] = own.train === undefined ? [] : [`trained on ${own.train}`];

  await mkdir(folder, { recursive: true });
  if (typeof own.dev === 'number') {
    const [kept, held] = holdOut(train.rows, task, own.dev);
    notes.push(`measured on ${held.length} held-out rows of ${trainPath}`);
    return {
      train: await writeRows(join(folder, 'train.jsonl'), { ...train, rows: kept }),
      dev: [{ set: '', ...(await writeRows(join(folder, 'dev.jsonl'), { ...train, rows: held, refused: [] })) }],
      isOfficial: false,
      notes,
    };
  }

  const found = task.dev.flatMap(({ name, file }) => {
    const path = files.get(file.name);
    return path === undefined ? [] : [{ set: name, path, layouts: [file] }];
  });
  const wanted = own.dev === undefined ? found : [{ set: '', path: own.dev, layouts }];
  if (own.dev !== undefined) notes.push(`measured on ${own.dev}`);
  const dev: PreparedTask['dev'] = [];
  let isOfficial = own.train === undefined && own.dev === undefined && train.rows.length >= nearlyAll * task.train.rows;
  for (const { set, path, layouts: possible } of wanted) {
    if (await isSameFile(path, trainPath)) {
      notes.push(`not measured on ${path}, which it was trained on`);
      continue;
    }
    const opened = await openGlueFile(path, task, possible);
    if (opened.rows.length !== opened.layout.rows) isOfficial = false;
    dev.push({ set, ...(await writeRows(join(folder, `${set === '' ? 'dev' : `dev-${set}`}.jsonl`), opened)) });
  }
  if (dev.length === 0)
    return { missing: `there is no file to measure on: ${task.dev.map(({ file }) => file.name).join(', ')}` };
  if (!isOfficial && notes.length === 0) notes.push('the files do not have the official rows');
  return { train: await writeRows(join(folder, 'train.jsonl'), train), dev, isOfficial, notes };
}

/** The rows to learn from and those to measure on. Copies of a text stay on one side; classes are shared out evenly. */
function holdOut(rows: readonly GlueRow[], { title, classes }: GlueTask, share: number): [GlueRow[], GlueRow[]] {
  const ids = classes.length === 0 ? null : rows.map(({ label }) => classes.findIndex((item) => item.label === label));
  const keys = rows.map(({ text, pair }) => textKey(text, pair ?? undefined));
  const sides = stratifiedSplit(rows.length, ids, { validation: share }, splitSeed, keys);
  const side = (wanted: number) => rows.filter((_, i) => sides[i] === wanted);
  const held = side(1);
  if (held.length === 0)
    throw new DataError(`too few rows to hold out ${share} of them`, { where: title, fix: 'give --dev-file a file' });
  return [side(0), held];
}

const isSameFile = async (one: string, other: string) => {
  const real = (path: string) => realpath(path).catch(() => path);
  return (await real(one)) === (await real(other));
};

async function writeRows(
  path: string,
  { source, rows, refused }: Pick<OpenGlueFile, 'source' | 'rows' | 'refused'>,
): Promise<PreparedFile> {
  const lines = rows.map(({ line, text, pair, label }) => {
    return `${JSON.stringify({ line, text, ...(pair === null ? {} : { text_pair: pair }), label })}\n`;
  });
  const temporary = `${path}.tmp`;
  await writeFile(temporary, lines.join(''));
  await rename(temporary, path);
  return { path, source, rows: rows.length, refused: { count: refused.length, first: refused.slice(0, refusedShown) } };
}
