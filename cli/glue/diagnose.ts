import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../src/errors.ts';
import { diagnosticScores, readDiagnostic } from '../../tasks/glue/diagnostic.ts';
import { findAxFiles } from '../../tasks/glue/folder.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';
import type { Context } from '../context.ts';
import { replaceJson } from '../run/run-folder.ts';
import { loadGlueModel, predictRows } from './predict.ts';
import { readRecord, runsOf } from './record.ts';
import type { DiagnosticRecord } from './report.ts';

/** Measures the models of MNLI of a benchmark run on the labelled diagnostic set. */
export async function diagnoseGlue(run: string, flags: { file?: string }, context: Context): Promise<void> {
  const record = readRecord(run);
  const task = glueTask('mnli');
  const source = flags.file ?? (await findAxFiles(record.data)).labelled;
  if (source === null) {
    throw new DataError('there is no diagnostic-full.tsv, which has the labels and the categories', {
      where: record.data,
      fix: 'name it with --file',
    });
  }
  const rows = readDiagnostic(await readText(source), source);
  const entry = record.tasks.mnli;
  const runs =
    entry === undefined
      ? []
      : runsOf(run, task, entry).filter(({ trial, sets }) => trial === entry.chosen && sets.length > 0);
  if (runs.length === 0)
    throw new DataError('there is no model of MNLI', { where: run, fix: 'train one: --tasks mnli' });
  const found: DiagnosticRecord = { v: 1, source, runs: [] };
  for (const { seed, folder } of runs) {
    const model = await loadGlueModel(folder, task, context);
    try {
      found.runs.push({ seed, scores: diagnosticScores(rows, await predictRows(model, rows)) });
    } finally {
      model.loaded.model.dispose();
    }
  }
  replaceJson(join(run, 'ax.json'), found);
  if (context.json) {
    context.stdout.line(JSON.stringify(found));
    return;
  }
  for (const { seed, scores } of found.runs) {
    context.stdout.line(`seed ${seed}`);
    for (const [name, { mcc, rows: count }] of Object.entries(scores)) {
      context.stdout.line(`  ${name}: ${(100 * mcc).toFixed(1)} (${count} rows)`);
    }
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: Error) => {
    throw new DataError(`the file cannot be read: ${cause.message}`, { where: path, fix: 'check its name', cause });
  });
}
