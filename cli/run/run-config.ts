import { join } from 'node:path';
import type { TextsFile } from '../../src/data/example-file.ts';
import { fileSha256 } from '../../src/engine/install/publish-part.ts';
import type { ModelFolder } from '../../src/files.ts';
import type { Model } from '../../src/tasks/model.ts';
import type { PreparedData } from './data.ts';
import type { TrainJob } from './job.ts';
import { readingOf } from './reading.ts';

/** What `config.json` of a run folder holds: every setting under its own key, and what else the run depends on. */
export async function runConfig(
  { settings, origins, version }: TrainJob,
  data: PreparedData,
  { engine, task }: Pick<Model, 'engine' | 'task'>,
  folder: ModelFolder,
): Promise<Record<string, unknown>> {
  const weights = (await folder.list()).filter((name) => name.endsWith('.safetensors')).sort();
  const sha256: Record<string, string> = {};
  for (const name of weights) sha256[name] = await fileSha256(join(folder.where, name));
  const { file: train } = data.files[0]!;
  return {
    v: 1,
    ...settings,
    resolved: { task: task.type, labels: task.labels },
    maxLength: data.maxLength,
    columns: train.kind === 'texts' ? columnNames(train) : null,
    files: Object.fromEntries(
      data.files.map(({ split, file, sha256: hash }) => [split, { sha256: hash, ...readingOf(file) }]),
    ),
    examples: Object.fromEntries(Object.entries(data.sets).map(([split, set]) => [split, set.length])),
    source: { folder: folder.where, sha256 },
    versions: { distiltune: version, engine: `${engine.name} ${engine.version}`, node: process.versions.node },
    origins,
  };
}

function columnNames({ table, source }: TextsFile) {
  const name = (index: number | null) => (index === null ? null : table.columns[index]!);
  const { labels } = source;
  return {
    text: name(source.text),
    pair: name(source.pair),
    label: name(source.label),
    labels: labels != null && 'columns' in labels ? labels.columns.map(({ index }) => name(index)) : null,
  };
}
