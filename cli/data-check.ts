import { type AuditReport, createAudit } from '../src/data/audit.ts';
import { type ColumnWishes, chooseColumns } from '../src/data/columns.ts';
import { readExamples } from '../src/data/examples.ts';
import { resolveModel } from '../src/data/hub.ts';
import type { SplitName } from '../src/data/split.ts';
import { openTable } from '../src/data/table.ts';
import { requireTrainable } from '../src/data/trainable.ts';
import type { ExampleColumns, Table } from '../src/data/types.ts';
import { DataError, UsageError } from '../src/errors.ts';
import { chunks, tokenize } from '../src/tasks/example-set.ts';
import { readTokenizer } from '../src/tasks/model.ts';
import { defaultSettings } from '../src/trainer/settings.ts';
import type { Context } from './context.ts';
import { columnWishes, type DataFlags, tableOptions } from './data-options.ts';
import { createProgress } from './plain/progress.ts';
import { plural } from './plain/table.ts';

export interface CheckedFile {
  split: SplitName;
  table: Table;
  columns: ExampleColumns;
}

export interface CheckResult {
  files: CheckedFile[];
  report: AuditReport;
}

type Files = { train: string; validation?: string | undefined; test?: string | undefined };
type Flags = DataFlags & { task?: string; model?: string; maxLength?: number };

/**
 * Reads the files as training would, counts tokens with the model's tokenizer, and looks through the rows.
 * @throws DataError where training could not begin
 */
export async function checkFiles(files: Files, flags: Flags, context: Context): Promise<CheckResult> {
  const task = flags.task ?? 'auto';
  if (!isTask(task)) {
    throw new UsageError(`there is no task "${task}"`, {
      fix: '--task takes auto, sequence-classification or regression',
    });
  }
  const maxLength = flags.maxLength ?? defaultSettings.maxLength;
  const tokenizer = await readTokenizer(
    await resolveModel(flags.model ?? defaultSettings.model, context.environment.hub),
  );
  const opened: CheckedFile[] = [];
  const progress = createProgress(context);
  try {
    const wishes = { ...columnWishes(flags), task, labelRequired: flags.labelColumn !== 'none' };
    for (const split of ['train', 'validation', 'test'] as const) {
      const path = files[split];
      if (path === undefined) continue;
      const table = await openTable(path === '-' ? process.stdin : path, tableOptions(flags));
      opened.push({ split, table, columns: chooseColumns(table, likeFirst(wishes, opened[0], table)) });
    }
    const chosen = opened[0]!.columns.task?.value ?? null;
    const audit = createAudit({ task: chosen ?? 'sequence-classification', maxLength });
    for (const { split, table, columns } of opened) {
      const source = { text: columns.text.value, pair: columns.pair.value, label: columns.label.value, task: chosen };
      const examples = readExamples(table, source, { onRefused: (row) => audit.refuse(split, row) });
      let rows = 0;
      for await (const chunk of chunks(examples, 1024)) {
        const encodings = await tokenize(tokenizer, chunk, maxLength);
        chunk.forEach((example, i) => {
          audit.add(split, example, encodings[i]!.fullLength);
        });
        rows += chunk.length;
        progress.update(`${table.name}: ${plural(rows, 'row')} looked through`);
      }
    }
    const report = audit.report();
    // Nobody asked for labels.
    if (!wishes.labelRequired) report.unlabelled = { count: 0, first: [] };
    if (wishes.labelRequired) requireTrainable(report, opened[0]!.table.name);
    refuseEmpty(report, opened[0]!);
    return { files: opened, report };
  } finally {
    progress.clear();
    for (const { table } of opened) await table.close();
  }
}

const isTask = (task: string): task is NonNullable<ColumnWishes['task']> =>
  task === 'auto' || task === 'sequence-classification' || task === 'regression';

/** The other files have the first one's columns, by name where that is one column's alone, else by place. */
function likeFirst(wishes: ColumnWishes, first: CheckedFile | undefined, table: Table): ColumnWishes {
  if (first === undefined) return wishes;
  const same = (index: number | null) => {
    if (index === null) return 'none';
    const name = first.table.columns[index]!;
    return name !== '' && table.columns.filter((column) => column === name).length === 1 ? name : String(index + 1);
  };
  const { text, pair, label, task } = first.columns;
  return {
    ...wishes,
    textColumn: wishes.textColumn ?? same(text.value),
    pairColumn: wishes.pairColumn ?? same(pair.value),
    labelColumn: wishes.labelColumn ?? same(label.value),
    task: task?.value ?? 'auto',
  };
}

/** Rows there are, but none has a text. */
function refuseEmpty(report: AuditReport, { table, columns }: CheckedFile): void {
  if (report.rows.total > report.emptyTexts.count) return;
  throw new DataError(`no row has a text in "${table.columns[columns.text.value]}"`, {
    where: table.name,
    fix: 'name another column with --text-column',
  });
}
