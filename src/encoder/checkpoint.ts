/** The weights of a Hugging Face model folder: read into the parameters of a model, and written from them. */
import { DataError } from '../errors.ts';
import type { ByteSource, ModelFolder, ModelWriter } from '../files.ts';
import { noWeightsError, shardNames, weightsFile, weightsIndexFile } from '../weight-files.ts';
import { configJson, type DistilBertConfig } from './config.ts';
import { copiesWordEmbeddings, encoderPrefix, type ParameterSpec, parameterName, wordEmbeddings } from './names.ts';
import { type NamedTensor, readHeader, readTensor, type TensorEntry, writeSafetensors } from './safetensors.ts';

export type { ModelFolder, ModelWriter } from '../files.ts';

/** What became of the tensors of a checkpoint. Names are the parameters'; an encoder's are never missing or mis-shaped. */
export interface LoadReport {
  loaded: string[];
  /** Parameters of the head that the checkpoint does not have: newly initialised. */
  missing: string[];
  /** Parameters of the head that the checkpoint has in another shape, e.g. for other classes: newly initialised. */
  misShaped: { name: string; expected: number[]; found: number[] }[];
  /** Tensors of the checkpoint that the model has no use for, e.g. of another head. */
  unexpected: string[];
}

/**
 * Reads a checkpoint, one file or sharded, into the parameters of a model, one tensor at a time.
 * @param assign is given the values of each parameter that the checkpoint has, float32 in the shape of its spec
 * @throws DataError where there are no weights that can be read, or with every missing, mis-shaped and unexpected tensor
 *   where the encoder is not whole, or where weights that the model ties differ
 */
export async function readWeights(
  folder: ModelFolder,
  expected: ParameterSpec[],
  assign: (spec: ParameterSpec, data: Float32Array) => void | Promise<void>,
): Promise<LoadReport> {
  const shards = await openShards(folder, await weightFiles(folder));
  try {
    const { tensors, copies, report } = match(shards, expected, folder.where);
    refuseBrokenEncoder(report, folder.where);
    for (const { spec, shard, entry } of tensors) {
      const data = await readTensor(shard.source, entry, shard.where);
      if (spec.name === wordEmbeddings) for (const copy of copies) await refuseDifferent(copy, data);
      await assign(spec, data);
    }
    return report;
  } finally {
    await Promise.all(shards.map((shard) => shard.source.close()));
  }
}

interface Shard {
  where: string;
  source: ByteSource & { close(): Promise<void> };
  tensors: Map<string, TensorEntry>;
}

async function openShards(folder: ModelFolder, names: string[]): Promise<Shard[]> {
  const shards: Shard[] = [];
  try {
    for (const name of names) {
      const where = `${folder.where}/${name}`;
      const source = await folder.open(name);
      shards.push({ where, source, tensors: new Map() });
      shards.at(-1)!.tensors = (await readHeader(source, where)).tensors;
    }
  } catch (error) {
    await Promise.all(shards.map((shard) => shard.source.close()));
    throw error;
  }
  return shards;
}

interface StoredTensor {
  shard: Shard;
  entry: TensorEntry;
}

/** Pairs the parameters with the tensors of the files. */
function match(shards: Shard[], expected: ParameterSpec[], where: string) {
  const specs = new Map(expected.map((spec) => [spec.name, spec]));
  const seen = new Map<string, string>();
  const tensors: (StoredTensor & { spec: ParameterSpec })[] = [];
  const copies: StoredTensor[] = [];
  const report: LoadReport = { loaded: [], missing: [], misShaped: [], unexpected: [] };
  for (const shard of shards) {
    for (const entry of shard.tensors.values()) {
      const name = parameterName(entry.name);
      if (name === undefined) continue;
      const twin = seen.get(name);
      if (twin !== undefined) {
        throw new DataError(`The checkpoint has the tensor "${name}" twice (as "${twin}" and "${entry.name}").`, {
          where,
          fix: 'Save the model again, or download it again.',
        });
      }
      seen.set(name, entry.name);
      const spec = specs.get(name);
      if (copiesWordEmbeddings(name, specs)) {
        copies.push({ shard, entry });
      } else if (spec === undefined) {
        report.unexpected.push(entry.name);
      } else if (String(spec.shape) !== String(entry.shape)) {
        report.misShaped.push({ name, expected: spec.shape, found: entry.shape });
      } else {
        report.loaded.push(name);
        tensors.push({ spec, shard, entry });
      }
    }
  }
  report.missing = expected.map((spec) => spec.name).filter((name) => !seen.has(name));
  return { tensors, copies, report };
}

/** @throws DataError where what should be a copy of the word embeddings holds other values, which would go unused */
async function refuseDifferent({ shard, entry }: StoredTensor, embeddings: Float32Array): Promise<void> {
  const copy = await readTensor(shard.source, entry, shard.where);
  if (copy.length === embeddings.length && copy.every((value, i) => value === embeddings[i])) return;
  throw new DataError(
    `"${entry.name}" differs from the word embeddings, which by config.json are the very same weights.`,
    { where: shard.where, fix: 'To train the two apart, set "tie_word_embeddings" to false in config.json.' },
  );
}

function refuseBrokenEncoder(report: LoadReport, where: string): void {
  const missing = report.missing.filter((name) => name.startsWith(encoderPrefix));
  const misShaped = report.misShaped.filter(({ name }) => name.startsWith(encoderPrefix));
  if (missing.length + misShaped.length === 0) return;
  const lines = [
    ...missing.map((name) => `missing: ${name}`),
    ...misShaped.map(({ name, expected, found }) => `wrong shape: ${name} is [${found}], expected [${expected}]`),
    ...report.unexpected.map((name) => `unexpected: ${name}`),
  ];
  throw new DataError(`The checkpoint does not hold the encoder that config.json describes:\n  ${lines.join('\n  ')}`, {
    where,
    fix: 'config.json and the weights must come from the same DistilBERT model.',
  });
}

/** The safetensors files of a folder. */
async function weightFiles(folder: ModelFolder): Promise<string[]> {
  const files = await folder.list();
  if (files.includes(weightsFile)) return [weightsFile];
  const index = await folder.readText(weightsIndexFile);
  if (index === undefined) throw noWeightsError(files, folder.where, folder.where);
  const shards = shardNames(index, `${folder.where}/${weightsIndexFile}`);
  const absent = shards.filter((name) => !files.includes(name));
  if (absent.length > 0) {
    throw new DataError(`The checkpoint lacks files that its index names: ${absent.join(', ')}.`, {
      where: folder.where,
      fix: 'Download or copy the model again.',
    });
  }
  return shards;
}

/**
 * Writes a model folder that Hugging Face's libraries load: `config.json`, `model.safetensors` in float32 and the tokenizer's files.
 * @param model.architecture transformers' class that the tensors belong to, e.g. `DistilBertForSequenceClassification`
 * @param model.tokenizerFiles contents by file name, e.g. `tokenizer.json`, `vocab.txt`
 */
export async function writeModelFolder(
  writer: ModelWriter,
  model: {
    config: DistilBertConfig;
    architecture: string;
    tensors: Iterable<NamedTensor>;
    tokenizerFiles: Record<string, string>;
  },
): Promise<void> {
  const encode = (text: string) => [new TextEncoder().encode(text)];
  await writer.write('config.json', encode(configJson(model.config, { architecture: model.architecture })));
  for (const [name, text] of Object.entries(model.tokenizerFiles)) await writer.write(name, encode(text));
  await writer.write(weightsFile, writeSafetensors(model.tensors));
}
