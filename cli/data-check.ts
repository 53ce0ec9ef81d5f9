import { setImmediate } from 'node:timers/promises';
import { type ExampleFile, type ExampleWishes, openExamples } from '../src/data/example-file.ts';
import { resolveModel } from '../src/data/hub.ts';
import type { SplitName } from '../src/data/split.ts';
import { type AnyAuditReport, requireTrainable } from '../src/data/trainable.ts';
import type { TaskType } from '../src/data/types.ts';
import { DataError, UsageError } from '../src/errors.ts';
import { chunks } from '../src/tasks/example-set.ts';
import { readConfig, readTokenizer } from '../src/tasks/model.ts';
import type { AnyExample } from '../src/tasks/prepare.ts';
import { questionAnswering } from '../src/tasks/question-answering.ts';
import { regression } from '../src/tasks/regression.ts';
import { tokenClassification } from '../src/tasks/token-classification.ts';
import { type Task, taskTypes } from '../src/tasks/types.ts';
import { defaultSettings, maxLengthFor } from '../src/trainer/settings.ts';
import type { Context } from './context.ts';
import { createDataAudit } from './data-audit.ts';
import { columnWishes, type DataFlags, tableOptions } from './data-options.ts';
import { createProgress } from './plain/progress.ts';
import { plural } from './plain/table.ts';

export interface CheckedFile {
  split: SplitName;
  file: ExampleFile;
}

export interface CheckResult {
  files: CheckedFile[];
  report: AnyAuditReport;
}

type Files = { train: string; validation?: string | undefined; test?: string | undefined };

export interface CheckFlags extends DataFlags {
  task?: string;
  model?: string;
  maxLength?: number;
  tagScheme?: NonNullable<ExampleWishes['tagScheme']>;
  entityOffsets?: NonNullable<ExampleWishes['entityOffsets']>;
  textUnit?: NonNullable<ExampleWishes['textUnit']>;
}

/** Rows that are tokenised together: for speed, and where keys are to be answered between. */
const rowsAtOnce = 1024;
const rowsBetweenKeys = 128;

/** For a screen that goes on meanwhile. */
export interface CheckWatch {
  /** Ends the reading, with the signal's reason. */
  signal?: AbortSignal;
  /** Told how far it is, instead of standard error. */
  onProgress?(text: string): void;
}

/**
 * Reads the files as training would, counts tokens with the model's tokenizer, and looks through the examples.
 * @throws DataError where training could not begin
 */
export async function checkFiles(
  files: Files,
  flags: CheckFlags,
  context: Context,
  { signal, onProgress }: CheckWatch = {},
): Promise<CheckResult> {
  const wishes = wishesOf(flags);
  const folder = await resolveModel(flags.model ?? defaultSettings.model, context.environment.hub);
  const tokenizer = await readTokenizer(folder);
  const opened: CheckedFile[] = [];
  const progress = createProgress(context);
  const tell = onProgress ?? progress.update;
  try {
    for (const split of ['train', 'validation', 'test'] as const) {
      const path = files[split];
      if (path === undefined) continue;
      const like = opened[0]?.file ?? null;
      opened.push({ split, file: await openExamples(path === '-' ? process.stdin : path, { ...wishes, like }) });
    }
    const type = opened[0]!.file.task?.value ?? 'sequence-classification';
    const maxLength = maxLengthFor(type, flags.maxLength ?? null, (await readConfig(folder)).maxPositionEmbeddings);
    const audit = createDataAudit(type, maxLength, opened[0]!.file.format);
    const task = readerOf(type);
    for (const { split, file } of opened) {
      let rows = 0;
      for await (const chunk of chunks<AnyExample>(
        file.examples((row) => audit.refuse(split, row)),
        onProgress === undefined ? rowsAtOnce : rowsBetweenKeys,
      )) {
        const features = await task.featurize(tokenizer, chunk, { maxLength, purpose: 'learning' });
        chunk.forEach((example, i) => {
          audit.add(split, example, features[i]!);
        });
        rows += chunk.length;
        tell(`${file.name}: ${plural(rows, 'row')} looked through`);
        // Rows that lie in memory come without a pause in which a key could be read.
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
    const report = audit.report();
    if (wishes.labelRequired) requireTrainable(report, opened[0]!.file.name);
    // Nobody asked for labels.
    else report.unlabelled = { count: 0, first: [] };
    refuseEmpty(report, opened[0]!.file);
    return { files: opened, report };
  } finally {
    progress.clear();
    for (const { file } of opened) await file.close();
  }
}

function wishesOf(flags: CheckFlags): ExampleWishes {
  const { task = 'auto', tagScheme = null, entityOffsets = null, textUnit = null } = flags;
  const known = ['auto', ...taskTypes].find((type) => type === task) as 'auto' | TaskType | undefined;
  if (known === undefined) {
    throw new UsageError(`there is no task "${task}"`, { fix: `--task takes auto, ${taskTypes.join(', ')}` });
  }
  return {
    ...tableOptions(flags),
    ...columnWishes(flags),
    task: known,
    labelRequired: flags.labelColumn !== 'none',
    tagScheme,
    entityOffsets,
    textUnit,
  };
}

/** A task that tokenises as this one does: labels have no part in that. */
function readerOf(type: TaskType): Task<AnyExample> {
  if (type === 'token-classification')
    return tokenClassification({ labels: ['O', 'B'] }) as unknown as Task<AnyExample>;
  if (type === 'question-answering') return questionAnswering() as unknown as Task<AnyExample>;
  return regression() as unknown as Task<AnyExample>;
}

/** Rows there are, but none has a text. */
function refuseEmpty(report: AnyAuditReport, file: ExampleFile): void {
  if (report.kind !== 'texts' || file.kind !== 'texts' || report.rows.total > report.emptyTexts.count) return;
  throw new DataError(`no row has a text in "${file.table.columns[file.columns.text.value]}"`, {
    where: file.name,
    fix: 'name another column with --text-column',
  });
}
