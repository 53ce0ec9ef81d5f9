import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createAudit } from '../../src/data/audit.ts';
import { chooseColumns } from '../../src/data/columns.ts';
import { type ExampleSource, readExamples } from '../../src/data/examples.ts';
import { orderLabels } from '../../src/data/label-order.ts';
import { type SplitName, splitNames } from '../../src/data/split.ts';
import { openTable } from '../../src/data/table.ts';
import { requireTrainable } from '../../src/data/trainable.ts';
import type { Example, ExampleColumns, Table } from '../../src/data/types.ts';
import { fileSha256 } from '../../src/engine/install/publish-part.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';
import { encodeSplits, splitSurvey, surveyExamples } from '../../src/tasks/prepare.ts';
import type { TaskType } from '../../src/tasks/types.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import type { DataEvent } from './events.ts';

/** An open file of the run. */
export interface RunFile {
  split: SplitName;
  table: Table;
  columns: ExampleColumns;
  source: ExampleSource;
  /** SHA-256 of its bytes, in hexadecimal. */
  sha256: string;
}

/** Everything that training takes of the data. */
export interface PreparedData {
  task: TaskType;
  /** Classes in the order of their numbers; empty for regression. */
  labels: string[];
  sets: Record<SplitName, ExampleSet<number>>;
  files: RunFile[];
  /** Where the training file was split: the lines of its usable rows and their sides. */
  split: { lines: number[]; sides: Uint8Array } | null;
  /** What is told of it before training. */
  event: DataEvent;
  close(): Promise<void>;
}

export interface PrepareContext {
  settings: Settings;
  tokenizer: Tokenizer;
  /** Labels that the checkpoint has. */
  checkpointLabels: readonly string[];
  /** Read where the data is `-`. */
  standardInput: AsyncIterable<Uint8Array>;
  onProgress(message: string): void;
  signal: AbortSignal;
}

/**
 * Reads the data of a run in two passes, so that no text is kept: the first learns the labels and splits, the second
 * tokenises and audits.
 * @throws DataError when it cannot be trained on
 */
export async function prepareData(context: PrepareContext): Promise<PreparedData> {
  const { settings, signal } = context;
  const files = await openFiles(context);
  const close = async () => {
    for (const { table } of files) await table.close();
  };
  try {
    const train = files[0]!;
    const task = train.columns.task!.value;
    const surveys = [];
    for (const { table, source } of files) {
      context.onProgress(`reading ${table.name}`);
      surveys.push(await surveyExamples(readExamples(table, source), task, signal));
    }
    const shares = sharesOf(settings);
    const sides = shares === null ? undefined : splitSurvey(surveys[0]!, shares, settings.seed);
    const labels = orderLabels(
      surveys.flatMap((survey) => survey.labels),
      context.checkpointLabels,
    );
    const numberOf = new Map(labels.map((label, index) => [label, index]));
    const audit = createAudit({ task, maxLength: settings.maxLength });
    const sets = await encodeSplits(
      files.map(({ split, table, source }) => ({
        examples: readExamples(table, source, { onRefused: (row) => audit.refuse(split, row) }),
        side: split,
        sides: split === 'train' ? sides : undefined,
      })),
      {
        tokenizer: context.tokenizer,
        maxLength: settings.maxLength,
        target: ({ label }: Example) => (task === 'regression' ? Number(label) : numberOf.get(label!)!),
        audit,
        onProgress: (rows) => context.onProgress(`tokenising: ${rows.toLocaleString('en-US')} rows`),
        signal,
      },
    );
    const report = audit.report();
    requireTrainable(report, train.table.name);
    return {
      task,
      labels,
      sets,
      files,
      split: sides === undefined ? null : { lines: surveys[0]!.lines, sides },
      event: { type: 'data', files: files.map(describeFile), labels, audit: report },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Null where nothing is held out of the training file. */
function sharesOf({ data }: Settings): { validation: number; test: number } | null {
  const share = (value: string | number | null) => (typeof value === 'number' ? value : 0);
  const shares = { validation: share(data.validation), test: share(data.test) };
  return shares.validation + shares.test > 0 ? shares : null;
}

async function openFiles({ settings, standardInput }: PrepareContext): Promise<RunFile[]> {
  const { data } = settings;
  const files: RunFile[] = [];
  try {
    for (const split of splitNames) {
      const path = data[split];
      if (typeof path !== 'string') continue;
      const { delimiter, encoding, quotes, header } = data;
      const hashing = path === '-' ? hashed(standardInput) : null;
      const table = await openTable(hashing?.stream ?? path, { delimiter, encoding, quotes, header });
      const file = { split, table, ...columnsOf(table, settings, files[0]), sha256: '' };
      files.push(file);
      file.sha256 = hashing?.digest() ?? (await fileSha256(path));
    }
    return files;
  } catch (error) {
    for (const { table } of files) await table.close();
    throw error;
  }
}

/** The columns of the training file are chosen; in the other files they are those of the same names. */
function columnsOf(table: Table, settings: Settings, first: RunFile | undefined) {
  const { textColumn, pairColumn, labelColumn } = settings.data;
  const asked = { textColumn, pairColumn, labelColumn, task: settings.task };
  const columns = chooseColumns(table, first === undefined ? asked : { ...asked, ...columnsLike(first, table) });
  const source: ExampleSource = {
    text: columns.text.value,
    pair: columns.pair.value,
    label: columns.label.value,
    task: (first?.columns.task ?? columns.task)!.value,
  };
  return { columns, source };
}

function columnsLike({ table: first, columns }: RunFile, table: Table) {
  // Without a header, or with names that repeat, the place is what a column goes by.
  const name = (index: number) => {
    const own = first.columns[index]!;
    const isUnique = own !== '' && table.columns.filter((column) => column === own).length === 1;
    return isUnique || !table.columns.some((_, i) => i === index) ? own : String(index + 1);
  };
  return {
    textColumn: name(columns.text.value),
    pairColumn: columns.pair.value === null ? 'none' : name(columns.pair.value),
    labelColumn: name(columns.label.value!),
    task: columns.task!.value,
  };
}

/** A stream that is hashed as it is read. */
function hashed(stream: AsyncIterable<Uint8Array>): { stream: AsyncIterable<Uint8Array>; digest(): string } {
  const hash = createHash('sha256');
  async function* pass() {
    for await (const chunk of stream) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { stream: pass(), digest: () => hash.digest('hex') };
}

function describeFile({ split, table, columns }: RunFile): DataEvent['files'][number] {
  const { name, format, encoding, delimiter, quotes, header, columns: names } = table;
  return { split, table: { name, format, encoding, delimiter, quotes, header, columns: names }, columns };
}

const fileOfSplit: Record<SplitName, RegExp> = {
  train: /^train(ing)?\.(csv|tsv|txt|jsonl|ndjson)$/i,
  validation: /^(dev|valid|val|validation)\.(csv|tsv|txt|jsonl|ndjson)$/i,
  test: /^test\.(csv|tsv|txt|jsonl|ndjson)$/i,
};

/**
 * Where the data is a folder: its train, validation and test files. What was asked for stays.
 * @param isAsked whether the value of a key came from a person
 * @throws DataError when the folder has no file to train on, or two for one side
 */
export async function expandFolder(settings: Settings, isAsked: (key: string) => boolean): Promise<Settings> {
  const folder = settings.data.train;
  if (folder === null) {
    throw new UsageError('there is no data to train on', {
      fix: 'name a file or a folder: distiltune train tickets.csv',
    });
  }
  if (folder === '-' || !(await stat(folder).catch(() => undefined))?.isDirectory()) return settings;
  const entries = (await readdir(folder)).sort();
  const find = (split: SplitName): string | null => {
    const matching = entries.filter((entry) => fileOfSplit[split].test(entry));
    if (matching.length > 1) {
      throw new DataError(`there are ${matching.length} files for ${split}: ${matching.join(', ')}`, {
        where: folder,
        fix: 'name the file to train on, and the others with --validation and --test',
      });
    }
    return matching[0] === undefined ? null : join(folder, matching[0]);
  };
  const train = find('train');
  if (train === null) {
    throw new DataError('there is no train.csv, train.tsv or train.jsonl in the folder', {
      where: folder,
      fix:
        entries.length === 0 ? 'the folder is empty' : `it has ${entries.slice(0, 5).join(', ')}: name the file itself`,
    });
  }
  const data = { ...settings.data, train };
  if (!isAsked('data.validation')) data.validation = find('validation') ?? data.validation;
  if (!isAsked('data.test')) data.test = find('test') ?? data.test;
  return { ...settings, data };
}
