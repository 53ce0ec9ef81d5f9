import { type ExampleFile, openExamples } from '../../../src/data/example-file.ts';
import type { TextsFile } from '../../../src/data/example-kinds.ts';
import type { AnyAuditReport } from '../../../src/data/trainable.ts';
import type { Settings } from '../../../src/trainer/settings.ts';
import type { Context } from '../../context.ts';
import { type CheckFlags, checkFiles } from '../../data-check.ts';
import { type FileReading, readingOf } from '../../run/reading.ts';
import { type Draft, expanded, resolveDraft } from './draft.ts';

/** The first rows of a file as a table. */
export interface FirstRows {
  columns: {
    name: string;
    /** What the examples take of it: text, pair, label; '': nothing. */
    role: string;
  }[];
  rows: string[][];
}

export interface Preview {
  reading: FileReading;
  first: FirstRows;
}

const shownRows = 20;
/** A cell is shown in a part of a row: no more of it is kept. */
const shownCharacters = 2000;

/**
 * Reads what the draft's settings say: first how the file is read and its first rows, then, looking through all rows, what
 * `distiltune data check` tells.
 * @throws DataError, UsageError as training would; the signal's reason when it is aborted
 */
export async function loadPreview(
  draft: Draft,
  context: Context,
  handlers: { signal: AbortSignal; onPreview(preview: Preview): void; onProgress(text: string): void },
): Promise<AnyAuditReport> {
  const { signal, onPreview, onProgress } = handlers;
  const { settings } = await expanded(resolveDraft(draft, context.environment));
  const { train, validation, test } = settings.data;
  const flags = flagsOf(settings);
  onProgress(`${train}: reading the first rows`);
  await showFirst(train!, settings, (preview) => {
    signal.throwIfAborted();
    onPreview(preview);
  });
  const path = (value: string | number | null) => (typeof value === 'string' ? value : undefined);
  const files = { train: train!, validation: path(validation), test: path(test) };
  const { report } = await checkFiles(files, flags, context, { signal, onProgress });
  return report;
}

/** Where the labels are what is wrong, its rows are shown all the same: they tell how it can be put right. */
async function showFirst(path: string, settings: Settings, onPreview: (preview: Preview) => void): Promise<void> {
  const show = async (file: ExampleFile) => {
    try {
      onPreview({ reading: readingOf(file), first: await firstRows(file) });
    } finally {
      await file.close();
    }
  };
  const wishes = wishesOf(settings);
  let file: ExampleFile;
  try {
    file = await openExamples(path, wishes);
  } catch (error) {
    const unlabelled = await openExamples(path, { ...wishes, labelRequired: false }).catch(() => null);
    if (unlabelled !== null) await show(unlabelled);
    throw error;
  }
  await show(file);
}

function wishesOf({ task, data }: Settings) {
  const { train: _, validation: __, test: ___, ...wishes } = data;
  return { ...wishes, task, labelRequired: true };
}

/** The settings as the flags of `data check`; what is null there is not given here. */
function flagsOf({ task, model, maxLength, data }: Settings): CheckFlags {
  const { train: _, validation: __, test: ___, ...reading } = data;
  const given = Object.entries({ task, model, maxLength, ...reading }).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as CheckFlags;
}

async function firstRows(file: ExampleFile): Promise<FirstRows> {
  if (file.kind === 'texts') return firstOfTable(file);
  const rows: string[][] = [];
  for await (const example of file.examples()) {
    if ('words' in example) {
      const { words, tags } = example;
      rows.push([
        words.map((word, i) => (tags === undefined || tags[i] === 'O' ? word : `${word}/${tags[i]}`)).join(' '),
      ]);
    } else if ('question' in example) {
      const { question, context, answers } = example;
      const answer = answers === undefined ? '' : answers.length === 0 ? '(none)' : answers[0]!.text;
      rows.push([question, answer, context]);
    }
    if (rows.length === shownRows) break;
  }
  const columns =
    file.kind === 'tokens'
      ? [{ name: 'words', role: 'text' }]
      : [
          { name: 'question', role: 'text' },
          { name: 'answer', role: 'label' },
          { name: 'context', role: 'pair' },
        ];
  return { columns, rows: rows.map(shortCells) };
}

function firstOfTable({ table, columns }: TextsFile): FirstRows {
  const { text, pair, label, labels } = columns;
  const lists = labels?.value;
  const roleOf = (index: number): string => {
    if (index === text.value) return 'text';
    if (index === pair.value) return 'pair';
    const isLabel =
      index === label.value || (lists?.form === 'columns' && lists.columns.some((each) => each.index === index));
    return isLabel ? 'label' : '';
  };
  return {
    columns: table.columns.map((name, index) => ({ name, role: roleOf(index) })),
    rows: table.sample.slice(0, shownRows).map(({ cells }) => shortCells(cells)),
  };
}

const shortCells = (cells: readonly string[]): string[] => cells.map((cell) => cell.slice(0, shownCharacters));
