import { wordEmbeddings } from '../../src/encoder/names.ts';
import {
  type NamedTensor,
  readHeader,
  readTensor,
  type TensorEntry,
  writeSafetensors,
} from '../../src/encoder/safetensors.ts';
import type { Engine, Variable } from '../../src/engine/types.ts';
import { DataError } from '../../src/errors.ts';
import type { ByteSource, ModelFolder } from '../../src/files.ts';
import type { Moments, SavedVocabulary } from '../../src/trainer/types.ts';

/**
 * What the optimizer keeps from step to step, a file of a checkpoint: the moments of each weight under PyTorch's names; where
 * only some rows of the word embeddings train, their ids (whole numbers, which float32 holds up to 2^24), the other rows as they
 * were before the first step, and what decay has left of these, a float64 in the header.
 */
export const optimizerFile = 'optimizer.safetensors';

const TOKENS = `${wordEmbeddings}.trained_tokens`;
const REST = `${wordEmbeddings}.rest`;
const DECAY = `${wordEmbeddings}.rest_decay`;

/** The file's bytes. Values are fetched one tensor at a time. */
export function optimizerPieces(
  engine: Engine,
  moments: Moments,
  vocabulary: SavedVocabulary | null,
): Generator<Uint8Array> {
  const tensor = (name: string, variable: Variable): NamedTensor => ({
    name,
    shape: variable.shape,
    get data() {
      return engine.tidy(() => engine.values(variable.read()));
    },
  });
  const tensors = [...moments].flatMap(([name, [first, second]]) => [
    tensor(`${name}.exp_avg`, first),
    tensor(`${name}.exp_avg_sq`, second),
  ]);
  if (vocabulary === null) return writeSafetensors(tensors);
  const { ids, rest, decay } = vocabulary;
  const width = moments.get(wordEmbeddings)![0].shape[1]!;
  tensors.push({ name: TOKENS, shape: [ids.length], data: Float32Array.from(ids) });
  tensors.push({ name: REST, shape: [rest.length / width, width], data: rest });
  return writeSafetensors(tensors, { metadata: { format: 'pt', [DECAY]: String(decay) } });
}

/** The file while it is read. */
export interface OptimizerFile {
  metadata: Record<string, string>;
  tensors: ReadonlyMap<string, TensorEntry>;
  source: ByteSource;
  where: string;
}

export async function readOptimizer<R>(folder: ModelFolder, read: (file: OptimizerFile) => Promise<R>): Promise<R> {
  const source = await folder.open(optimizerFile);
  const where = `${folder.where}/${optimizerFile}`;
  try {
    return await read({ ...(await readHeader(source, where)), source, where });
  } finally {
    await source.close();
  }
}

/** @returns null where all rows of the word embeddings trained */
export async function readVocabulary(file: OptimizerFile): Promise<SavedVocabulary | null> {
  const { metadata, tensors } = file;
  if (!tensors.has(TOKENS)) return null;
  const decay = Number(metadata[DECAY]);
  if (!Number.isFinite(decay)) throw lacking(file, DECAY);
  const { data: ids } = await read(file, TOKENS);
  const { data: rest } = await read(file, REST);
  return { ids: Int32Array.from(ids), rest, decay };
}

/**
 * Fills an optimizer's moments. Those of the word embeddings' rows that did not train, where now all do, are 0.
 * @throws DataError where the file has none of a weight, or some of another shape
 */
export async function restoreMoments(file: OptimizerFile, engine: Engine, moments: Moments): Promise<void> {
  for (const [name, [first, second]] of moments) {
    for (const [key, variable] of [
      [`${name}.exp_avg`, first],
      [`${name}.exp_avg_sq`, second],
    ] as const) {
      const { shape, data } = await read(file, key);
      const isSpread = name === wordEmbeddings && file.tensors.has(TOKENS) && shape[0] !== variable.shape[0];
      const values = isSpread ? await spread(file, data, variable.shape) : data;
      if (!isSpread && String(shape) !== String(variable.shape)) throw lacking(file, key);
      engine.tidy(() => variable.assign(engine.floats(values, variable.shape)));
    }
  }
}

/** The rows of the tokens that trained, among those of all tokens. */
async function spread(file: OptimizerFile, rows: Float32Array, shape: number[]): Promise<Float32Array> {
  const [V, D] = shape as [number, number];
  const { data: ids } = await read(file, TOKENS);
  const all = new Float32Array(V * D);
  for (const [row, id] of ids.entries()) all.set(rows.subarray(row * D, (row + 1) * D), id * D);
  return all;
}

async function read(file: OptimizerFile, name: string): Promise<{ shape: number[]; data: Float32Array }> {
  const entry = file.tensors.get(name);
  if (entry === undefined) throw lacking(file, name);
  return { shape: entry.shape, data: await readTensor(file.source, entry, file.where) };
}

const lacking = ({ where }: OptimizerFile, name: string) =>
  new DataError(`The checkpoint lacks the optimizer's ${name}.`, { where });
