import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExampleFile, type ExampleWishes, openExamples } from '../../src/data/example-file.ts';
import { orderLabels } from '../../src/data/label-order.ts';
import { type SplitName, splitNames } from '../../src/data/split.ts';
import { requireTrainable } from '../../src/data/trainable.ts';
import type { TaskType } from '../../src/data/types.ts';
import { fileSha256 } from '../../src/engine/install/publish-part.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';
import { type AnyExample, encodeSplits, splitSurvey, surveyExamples } from '../../src/tasks/prepare.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { maxLengthFor, type Settings } from '../../src/trainer/settings.ts';
import { createDataAudit } from '../data-audit.ts';
import type { DataEvent } from './events.ts';
import { readingOf } from './reading.ts';
import { type TaskParts, taskOf } from './task-of.ts';

/** An open file of the run. */
export interface RunFile {
  split: SplitName;
  file: ExampleFile;
  /** SHA-256 of its bytes, in hexadecimal. */
  sha256: string;
}

/** Everything that training takes of the data. */
export interface PreparedData {
  /** What the task is made of. Labels are in the order of their numbers. */
  parts: TaskParts;
  /** Most tokens of a sequence. */
  maxLength: number;
  sets: Record<SplitName, ExampleSet>;
  files: RunFile[];
  /** Where the training file was split: the lines of its usable rows and their sides. */
  split: { lines: number[]; sides: Uint8Array } | null;
  /** What is told of it before training. */
  event: DataEvent;
  warnings: string[];
  close(): Promise<void>;
}

export interface PrepareContext {
  settings: Settings;
  tokenizer: Tokenizer;
  /** Known orders of the labels, the checkpoint's first. */
  labelOrders: (readonly string[])[];
  /** Tokens that the checkpoint has positions for. */
  positions: number;
  /** Read where the data is `-`. */
  standardInput: AsyncIterable<Uint8Array>;
  onProgress(message: string): void;
  signal: AbortSignal;
}

/**
 * Reads the data of a run in two passes, so that no text of a training row is kept: the first learns the labels and
 * splits, the second tokenises and audits.
 * @throws DataError when it cannot be trained on
 */
export async function prepareData(context: PrepareContext): Promise<PreparedData> {
  const { settings, tokenizer, signal } = context;
  const files = await openFiles(context);
  const close = async () => {
    for (const { file } of files) await file.close();
  };
  try {
    const type = taskOfFile(files[0]!.file);
    const maxLength = maxLengthFor(type, settings.maxLength, context.positions);
    const surveys = [];
    for (const { file } of files) {
      context.onProgress(`reading ${file.name}`);
      surveys.push(await surveyExamples(file.examples(), type, signal));
    }
    const shares = sharesOf(settings);
    const sides = shares === null ? undefined : splitSurvey(surveys[0]!, shares, settings.seed);
    const labels = orderLabels(
      surveys.flatMap((survey) => survey.labels),
      ...context.labelOrders,
    );
    const hasUnanswerable = files.some(({ file }) => file.kind === 'questions' && file.version.value === '2.0');
    const parts: TaskParts = { type, labels, tokenizer, hasUnanswerable };
    const audit = createDataAudit(type, maxLength, files[0]!.file.format);
    const sets = await encodeSplits<AnyExample, unknown, unknown>(
      files.map(({ split, file }) => ({
        examples: file.examples((row) => audit.refuse(split, row)),
        side: split,
        sides: split === 'train' ? sides : undefined,
      })),
      {
        tokenizer,
        task: taskOf(parts, settings),
        maxLength,
        onEncoded: audit.add,
        onProgress: (rows) => context.onProgress(`tokenising: ${rows.toLocaleString('en-US')} rows`),
        signal,
      },
    );
    const report = audit.report();
    requireTrainable(report, files[0]!.file.name);
    return {
      parts,
      maxLength,
      sets,
      files,
      split: sides === undefined ? null : { lines: surveys[0]!.lines, sides },
      event: {
        type: 'data',
        task: type,
        files: files.map(({ split, file }) => ({ split, ...readingOf(file) })),
        labels,
        audit: report,
      },
      warnings: emptySides(shares, sets),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function taskOfFile(file: ExampleFile): TaskType {
  if (file.task !== null) return file.task.value;
  throw new DataError('the file has no labels to learn', { where: file.name, fix: 'name them with --label-column' });
}

/** Null where nothing is held out of the training file. */
function sharesOf({ data }: Settings): { validation: number; test: number } | null {
  const share = (value: string | number | null) => (typeof value === 'number' ? value : 0);
  const shares = { validation: share(data.validation), test: share(data.test) };
  return shares.validation + shares.test > 0 ? shares : null;
}

/** Rows with one text stay together, and may all have to go to one side. */
function emptySides(
  shares: { validation: number; test: number } | null,
  sets: Record<SplitName, ExampleSet>,
): string[] {
  return (['validation', 'test'] as const)
    .filter((split) => shares !== null && shares[split] > 0 && sets[split].length === 0)
    .map((split) => `no row is left for ${split}: copies of a text stay on one side, or there are too few rows`);
}

async function openFiles({ settings, standardInput }: PrepareContext): Promise<RunFile[]> {
  const { data } = settings;
  const files: RunFile[] = [];
  try {
    for (const split of splitNames) {
      const path = data[split];
      if (typeof path !== 'string') continue;
      const hashing = path === '-' ? hashed(standardInput) : null;
      const file = await openExamples(hashing?.stream ?? path, wishesOf(settings, files[0]?.file));
      const opened = { split, file, sha256: '' };
      files.push(opened);
      opened.sha256 = hashing?.digest() ?? (await fileSha256(path));
    }
    return files;
  } catch (error) {
    for (const { file } of files) await file.close();
    throw error;
  }
}

/** How a file is to be read: the other files have the training file's task and, by name, its columns. */
function wishesOf({ task, data }: Settings, first: ExampleFile | undefined): ExampleWishes {
  const { train: _, validation: __, test: ___, ...wishes } = data;
  return { ...wishes, task, labelRequired: true, ...(first === undefined ? {} : { like: first }) };
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

const extensions = 'csv|tsv|txt|jsonl|ndjson|json|parquet|conll|iob|bio';
const fileOfSplit: Record<SplitName, RegExp> = {
  train: new RegExp(`^train(ing)?\\.(${extensions})$`, 'i'),
  validation: new RegExp(`^(dev|valid|val|validation)\\.(${extensions})$`, 'i'),
  test: new RegExp(`^test\\.(${extensions})$`, 'i'),
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
