import { configJson, type DistilBertConfig, defaultConfig } from '../../src/encoder/config.ts';
import { encoderParameters } from '../../src/encoder/names.ts';
import { writeSafetensors } from '../../src/encoder/safetensors.ts';
import { normals } from '../../src/engine/random.ts';
import type { Engine } from '../../src/engine/types.ts';
import type { ModelFolder, ModelWriter } from '../../src/files.ts';
import { type LoadOptions, loadModel, type Model } from '../../src/tasks/model.ts';
import type { Task } from '../../src/tasks/types.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'abcdefghijklmnopqrstuvwxyz'];

export const tinyConfig: DistilBertConfig = {
  ...defaultConfig,
  vocabSize: words.length,
  maxPositionEmbeddings: 24,
  dim: 12,
  hiddenDim: 20,
  nLayers: 3,
  nHeads: 3,
};

/** A folder in memory. */
export function memoryFolder(files: Map<string, Uint8Array> = new Map()): ModelFolder & ModelWriter {
  return {
    where: 'memory',
    list: async () => [...files.keys()],
    readText: async (name) => {
      const bytes = files.get(name);
      return bytes && new TextDecoder().decode(bytes);
    },
    open: async (name) => {
      const bytes = files.get(name)!;
      return {
        size: bytes.length,
        read: async (from, length) => bytes.slice(from, from + length),
        close: async () => {},
      };
    },
    write: async (name, chunks) => {
      const parts = [...chunks].map((chunk) => chunk.slice());
      const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let offset = 0;
      for (const part of parts) {
        bytes.set(part, offset);
        offset += part.length;
      }
      files.set(name, bytes);
    },
  };
}

/** A checkpoint of a small encoder with fixed random weights, large enough for every path to matter. */
export async function tinyCheckpoint(): Promise<ModelFolder & ModelWriter> {
  const folder = memoryFolder();
  const text = (value: string) => [new TextEncoder().encode(value)];
  await folder.write('config.json', text(configJson(tinyConfig, { architecture: 'DistilBertModel' })));
  await folder.write('vocab.txt', text(`${words.join('\n')}\n`));
  const tensors = encoderParameters(tinyConfig).map(({ name, shape, init }, site) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = normals(count, 0.2, { seed: 9, step: 0, site });
    return { name, shape, data: init === 'ones' ? data.map((value) => value + 1) : data };
  });
  await folder.write('model.safetensors', writeSafetensors(tensors));
  return folder;
}

export async function tinyModel<Example, Target, Item, Prediction>(
  engine: Engine,
  task: Task<Example, Target, Item, Prediction>,
  options: LoadOptions = {},
): Promise<Model<Example, Target, Item, Prediction>> {
  return loadModel(engine, await tinyCheckpoint(), task, options);
}

/** Texts of 1 to 20 letters; what they are about is whether "a" or "b" comes first. */
export function tinyExamples(count: number): { text: string; label: string; line: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const letters = Array.from({ length: 1 + ((i * 7) % 19) }, (_, j) => words[7 + ((i * 5 + j * 3) % 20)]!);
    const label = i % 3 === 0 ? 'yes' : 'no';
    return { text: [label === 'yes' ? 'a' : 'b', ...letters].join(' '), label, line: i + 1 };
  });
}
