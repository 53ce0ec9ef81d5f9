import { join } from 'node:path';
import type { ExampleFile, TextsFile } from '../../src/data/example-file.ts';
import { fileSha256 } from '../../src/engine/install/publish-part.ts';
import type { ModelFolder } from '../../src/files.ts';
import type { Model } from '../../src/tasks/model.ts';
import type { PreparedData } from './data.ts';
import type { TrainJob } from './job.ts';
import type { SavedRunConfig } from './resume-changes.ts';

/** What `config.json` of a run folder holds: every setting under its own key, and what else the run depends on. */
export async function runConfig(
  { settings, origins, version }: TrainJob,
  data: PreparedData,
  { engine, task }: Pick<Model, 'engine' | 'task'>,
  folder: ModelFolder,
): Promise<SavedRunConfig & Record<string, unknown>> {
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
      data.files.map(({ split, file, sha256: hash }) => [split, { sha256: hash, ...choicesOf(file) }]),
    ),
    examples: Object.fromEntries(Object.entries(data.sets).map(([split, set]) => [split, set.length])),
    source: { folder: folder.where, sha256 },
    versions: { distiltune: version, engine: engineVersion(engine), node: process.versions.node },
    origins,
  };
}

/** Other kernels round otherwise: they are part of what an engine is. */
const engineVersion = ({ name, version, layerKernels, products }: Model['engine']): string =>
  `${name} ${version}${layerKernels ? ' (fused kernels)' : ''}${products === 'bfloat16' ? ' (bfloat16)' : ''}`;

/** How a file was read, without the reasons. */
function choicesOf(file: ExampleFile): Record<string, unknown> {
  const { name, format, encoding } = file;
  const common = { name, format, encoding: encoding.value };
  if (file.kind === 'questions') return { ...common, version: file.version.value };
  if (file.kind === 'tokens') {
    const { delimiter, words, tags, scheme } = file;
    return {
      ...common,
      delimiter: delimiter?.value ?? null,
      words: words.value,
      tags: tags.value,
      scheme: scheme?.value ?? null,
    };
  }
  const { table, source, textUnit } = file;
  const { text, pair, label, labels = null } = source;
  return {
    ...common,
    delimiter: table.delimiter?.value ?? null,
    quotes: table.quotes?.value ?? null,
    header: table.header?.value ?? null,
    columns: { text, pair, label, labels },
    textUnit: textUnit?.value ?? null,
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
