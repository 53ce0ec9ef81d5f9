import { join } from 'node:path';
import { fileSha256 } from '../../src/engine/install/publish-part.ts';
import type { ModelFolder } from '../../src/files.ts';
import type { Model } from '../../src/tasks/model.ts';
import type { PreparedData } from './data.ts';
import type { TrainJob } from './job.ts';

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
  const train = data.files[0]!;
  const column = (index: number | null) => (index === null ? null : train.table.columns[index]!);
  return {
    v: 1,
    ...settings,
    resolved: { task: task.type, labels: task.labels },
    columns: {
      text: column(train.source.text),
      pair: column(train.source.pair),
      label: column(train.source.label),
    },
    files: Object.fromEntries(
      data.files.map(({ split, table, source, sha256: hash }) => [
        split,
        {
          name: table.name,
          sha256: hash,
          format: table.format,
          encoding: table.encoding.value,
          delimiter: table.delimiter?.value ?? null,
          quotes: table.quotes?.value ?? null,
          header: table.header?.value ?? null,
          columns: { text: source.text, pair: source.pair, label: source.label },
        },
      ]),
    ),
    examples: Object.fromEntries(Object.entries(data.sets).map(([split, set]) => [split, set.length])),
    source: { folder: folder.where, sha256 },
    versions: { distiltune: version, engine: `${engine.name} ${engine.version}`, node: process.versions.node },
    origins,
  };
}
