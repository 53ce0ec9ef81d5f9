import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { readConfig } from '../../src/tasks/model.ts';
import { savedSettings } from '../../src/tasks/saved-settings.ts';
import type { AnyEvent } from '../run/events.ts';
import { readBaseModel } from './card/base-card.ts';
import { modelCard } from './card/card.ts';
import { machineText } from './machine.ts';
import { reportPage } from './page.ts';
import { type RunRecord, readRunRecord } from './record.ts';

/**
 * Writes what is to be read of a run that has ended, in whatever way: `report.html`, and `model/README.md` where it left a
 * model. A run that is gone on with writes them again. That they cannot be written is told, and ends no run.
 */
export async function writeReports(run: string, emit: (event: AnyEvent) => void): Promise<void> {
  try {
    const record = await readRunRecord(run);
    replaceFile(join(run, 'report.html'), reportPage(record, { machine: machineText() }));
    const model = join(run, 'model');
    if (existsSync(model)) replaceFile(join(model, 'README.md'), await cardOf(record, model));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    emit({ type: 'warning', step: 0, message: `the report of the run could not be written: ${why}` });
  }
}

async function cardOf(record: RunRecord, model: string): Promise<string> {
  const { config } = record;
  const saved = savedSettings(await readConfig(await openModelFolder(model)));
  return modelCard(record, await readBaseModel(config.model, config.source.folder), saved);
}

/** A reader sees the old file or the new one. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
