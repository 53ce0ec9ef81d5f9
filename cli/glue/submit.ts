import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findAxFiles, findTaskFiles, openGlueFile } from '../../tasks/glue/folder.ts';
import { type GlueRun, runScore } from '../../tasks/glue/report.ts';
import {
  baselineValues,
  type SubmissionFile,
  submissionFiles,
  submissionText,
  submissionValues,
  submissionZip,
} from '../../tasks/glue/submission.ts';
import { axTest, type GlueTask } from '../../tasks/glue/tasks.ts';
import type { Context } from '../context.ts';
import { plural } from '../plain/table.ts';
import { replaceJson } from '../run/run-folder.ts';
import { loadGlueModel, predictRows } from './predict.ts';
import { type GlueRecord, readRecord, runsOf } from './record.ts';
import type { SubmissionRecord } from './report.ts';

export interface SubmitFlags {
  data?: string;
  seed?: number;
  output?: string;
}

/** Predicts the test sets with the models of a benchmark run and writes the zip, checked, for the server. */
export async function submitGlue(run: string, flags: SubmitFlags, context: Context): Promise<void> {
  const record = readRecord(run);
  const texts = new Map<string, string>();
  const files: SubmissionRecord['files'] = [];
  for (const file of submissionFiles) {
    const { submission: name } = file.set;
    const { values, model, reason } = await valuesOf(file, run, record, flags, context);
    texts.set(name, submissionText(values));
    files.push({ name, model, reason });
    context.note(`${name}: ${plural(values.length, 'row')}, ${model ?? `the same answer for every row: ${reason}`}`);
  }
  const zip = flags.output ?? join(run, 'submission.zip');
  await writeFile(zip, submissionZip(texts));
  const written: SubmissionRecord = { v: 1, zip, files };
  replaceJson(join(run, 'submission.json'), written);
  const baselines = files.filter(({ model }) => model === null);
  if (context.json) {
    context.stdout.line(JSON.stringify(written));
    return;
  }
  context.stdout.line(`${zip}: ${plural(files.length, 'file')}, each with the rows that the server wants`);
  if (baselines.length > 0) {
    context.stdout.line(
      `without a model, the same answer for every row: ${baselines.map(({ name }) => name).join(', ')}`,
    );
  }
}

interface FileValues {
  values: string[];
  /** null: a baseline. */
  model: string | null;
  /** Why it is one. */
  reason: string | null;
}

async function valuesOf(
  { set, task }: SubmissionFile,
  run: string,
  record: GlueRecord,
  { data = record.data, seed }: SubmitFlags,
  context: Context,
): Promise<FileValues> {
  const baseline = (reason: string): FileValues => ({
    values: baselineValues(task, set.file.rows),
    model: null,
    reason,
  });
  const model = modelOf(run, task, record, seed);
  if (model === null) return baseline(`${task.title} was not trained`);
  const path = set === axTest ? (await findAxFiles(data)).pairs : (await findTaskFiles(data, task)).get(set.file.name);
  if (path === null || path === undefined) return baseline(`there is no ${set.file.name}`);
  const { rows } = await openGlueFile(path, task, [set.file]);
  if (rows.length !== set.file.rows) {
    return baseline(`${path} has ${plural(rows.length, 'row')}, the server wants ${set.file.rows}`);
  }
  const loaded = await loadGlueModel(model, task, context);
  try {
    return { values: submissionValues(task, await predictRows(loaded, rows)), model, reason: null };
  } finally {
    loaded.loaded.model.dispose();
  }
}

/** The folder of the run with the best score on dev, or of the seed that was asked for; null: none has ended. */
export function modelOf(run: string, task: GlueTask, record: GlueRecord, seed?: number): string | null {
  const entry = record.tasks[task.name];
  if (entry === undefined) return null;
  const scored = runsOf(run, task, entry)
    .filter((each) => each.trial === entry.chosen && (seed === undefined || each.seed === seed))
    .map((each): [GlueRun, number] => [each, runScore(task, each)])
    .filter(([, score]) => !Number.isNaN(score));
  const best = scored.reduce<[GlueRun, number] | null>(
    (found, each) => (found && found[1] >= each[1] ? found : each),
    null,
  );
  return best === null ? null : best[0].folder;
}
