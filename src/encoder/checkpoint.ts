/** The weights of a Hugging Face model folder: read into the parameters of a model, and written from them. */
import { DataError } from '../errors.ts';
import type { ByteSource, ModelFolder, ModelWriter } from '../files.ts';
import { configJson, type DistilBertConfig } from './config.ts';
import { encoderPrefix, type ParameterSpec, parameterName } from './names.ts';
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

const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

/**
 * Reads a checkpoint, one file or sharded, into the parameters of a model, one tensor at a time.
 * @param assign is given the values of each parameter that the checkpoint has, float32 in the shape of its spec
 * @throws DataError where there are no weights that can be read, or with every missing, mis-shaped and unexpected tensor
 *   where the encoder is not whole
 */
export async function readWeights(
  folder: ModelFolder,
  expected: ParameterSpec[],
  assign: (spec: ParameterSpec, data: Float32Array) => void | Promise<void>,
): Promise<LoadReport> {
  const shards = await openShards(folder, await weightFiles(folder));
  try {
    const { tensors, report } = match(shards, expected, folder.where);
    refuseBrokenEncoder(report, folder.where);
    for (const { spec, shard, entry } of tensors) {
      await assign(spec, await readTensor(shard.source, entry, shard.where));
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

/** Pairs the parameters with the tensors of the files. */
function match(shards: Shard[], expected: ParameterSpec[], where: string) {
  const specs = new Map(expected.map((spec) => [spec.name, spec]));
  const seen = new Map<string, string>();
  const tensors: { spec: ParameterSpec; shard: Shard; entry: TensorEntry }[] = [];
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
      if (spec === undefined) {
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
  return { tensors, report };
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
  const index = await folder.readText(indexFile);
  if (index === undefined) return refuseOtherFormats(files, folder.where);
  const shards = shardNames(index, `${folder.where}/${indexFile}`);
  const absent = shards.filter((name) => !files.includes(name));
  if (absent.length > 0) {
    throw new DataError(`The checkpoint lacks the files ${absent.join(', ')}, which its index names.`, {
      where: folder.where,
      fix: 'Download or copy the model again.',
    });
  }
  return shards;
}

/**
 * The files that a `model.safetensors.index.json` names, each once.
 * @throws DataError for an index of another form, or a name that leads out of the folder
 */
export function shardNames(index: string, where: string): string[] {
  let names: unknown[] | undefined;
  try {
    names = Object.values(JSON.parse(index).weight_map);
  } catch {}
  if (names === undefined || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    throw new DataError('The index of the checkpoint has no "weight_map" from tensor names to file names.', { where });
  }
  const outside = names.find((name) => /[\\/:]|^\.\.?$|^$/.test(name));
  if (outside !== undefined) {
    throw new DataError(`The index of the checkpoint names "${outside}", which is not a file of its folder.`, {
      where,
    });
  }
  return [...new Set(names)].sort();
}

function refuseOtherFormats(files: string[], where: string): never {
  const pickle = files.find((name) => /^pytorch_model.*\.bin/.test(name));
  if (pickle !== undefined) {
    const code = `import transformers as t, sys; m, to = sys.argv[1:]; c = t.AutoConfig.from_pretrained(m); getattr(t, c.architectures[0]).from_pretrained(m).save_pretrained(to); t.AutoTokenizer.from_pretrained(m).save_pretrained(to)`;
    throw new DataError(`The weights are in ${pickle}: a pickle, which can run any code when it is read.`, {
      where,
      fix: `If you trust where it comes from, convert it with Python, then name the new folder: python -c "${code}" MODEL converted`,
    });
  }
  if (files.includes('tf_model.h5')) {
    const code = `import transformers as t; m = t.TFAutoModel.from_pretrained('MODEL'); m.save_pretrained('converted', safe_serialization=True)`;
    throw new DataError("The weights are in tf_model.h5, TensorFlow's own format.", { where, fix: code });
  }
  throw new DataError(`The folder has no ${weightsFile} and no ${indexFile}.`, {
    where,
    fix: `It holds ${files.length === 0 ? 'no files' : files.join(', ')}; name the folder that a model was saved to.`,
  });
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
