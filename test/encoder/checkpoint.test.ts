import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ModelFolder, readWeights, writeModelFolder } from '../../src/encoder/checkpoint.ts';
import { parseConfig } from '../../src/encoder/config.ts';
import { encoderParameters, linearParameters, type ParameterSpec, wordEmbeddings } from '../../src/encoder/names.ts';
import { type NamedTensor, readHeader, readTensor, writeSafetensors } from '../../src/encoder/safetensors.ts';
import { DataError } from '../../src/errors.ts';

const fixtures = new URL('../parity/fixtures/checkpoints/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8'));
const config = parseConfig(readFileSync(new URL('f32/config.json', fixtures), 'utf8'), 'f32/config.json');
const head = (classes: number) => [
  ...linearParameters('pre_classifier', config.dim, config.dim),
  ...linearParameters('classifier', classes, config.dim),
];
const specs = [...encoderParameters(config), ...head(3)];

type Files = Record<string, Uint8Array>;

/** A model folder in memory that counts the files left open. */
function folderOf(files: Files): ModelFolder & { opened: number } {
  return {
    where: 'memory',
    opened: 0,
    list: async () => Object.keys(files),
    readText: async (name) => files[name] && new TextDecoder().decode(files[name]),
    async open(name) {
      const bytes = files[name]!;
      this.opened++;
      return {
        size: bytes.length,
        read: async (offset, length) => bytes.subarray(offset, offset + length),
        close: async () => {
          this.opened--;
        },
      };
    },
  };
}

function filesOf(name: string): Files {
  const folder = new URL(`${name}/`, fixtures);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder))]));
}

/** The tensors of one file. */
async function tensorsOf(bytes: Uint8Array): Promise<NamedTensor[]> {
  const source = await folderOf({ file: bytes }).open('file');
  const { tensors } = await readHeader(source, 'file');
  return Promise.all(
    [...tensors.values()].map(async (entry) => ({
      name: entry.name,
      shape: entry.shape,
      data: await readTensor(source, entry, 'file'),
    })),
  );
}

async function load(files: Files, expected: ParameterSpec[]) {
  const folder = folderOf(files);
  const values = new Map<string, Float32Array>();
  try {
    const report = await readWeights(folder, expected, (spec, data) => void values.set(spec.name, data));
    return { report, values };
  } finally {
    expect(folder.opened).toBe(0);
  }
}

async function refusal(files: Files, expected = specs): Promise<DataError> {
  const error = await load(files, expected).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return error;
}

const single = (tensors: NamedTensor[]): Files => ({
  'model.safetensors': Buffer.concat([...writeSafetensors(tensors)]),
});
const asMap = (tensors: NamedTensor[]) => new Map(tensors.map(({ name, data }) => [name, data]));
const sorted = (names: Iterable<string>) => [...names].sort();
const python = await tensorsOf(filesOf('f32')['model.safetensors']!);
const whole = { loaded: sorted(specs.map((spec) => spec.name)), missing: [], misShaped: [], unexpected: [] };
const inOrder = <T extends { loaded: string[] }>(report: T) => ({ ...report, loaded: sorted(report.loaded) });

describe('parameters', () => {
  test("names and shapes are those of Python's model, in its order", () => {
    expect(Object.fromEntries(specs.map((spec) => [spec.name, spec.shape]))).toEqual(manifest.shapes);
    expect(specs.map((spec) => spec.name)).toEqual(Object.keys(manifest.shapes));
  });
  test("weight decay is on the parameters that transformers' Trainer decays", () => {
    expect(specs.filter((spec) => spec.decay).map((spec) => spec.name)).toEqual(manifest.decay);
  });
  test('how each begins', () => {
    const begin = (fixed: boolean) =>
      Object.fromEntries(
        encoderParameters({ ...config, nLayers: 1, sinusoidalPosEmbds: fixed }).map(({ name, init }) => [name, init]),
      );
    const layer = 'distilbert.transformer.layer.0';
    const expected = {
      'distilbert.embeddings.word_embeddings.weight': 'normal',
      'distilbert.embeddings.position_embeddings.weight': 'normal',
      'distilbert.embeddings.LayerNorm.weight': 'ones',
      'distilbert.embeddings.LayerNorm.bias': 'zeros',
      ...Object.fromEntries(
        ['attention.q_lin', 'attention.k_lin', 'attention.v_lin', 'attention.out_lin', 'ffn.lin1', 'ffn.lin2'].flatMap(
          (name) => [
            [`${layer}.${name}.weight`, 'normal'],
            [`${layer}.${name}.bias`, 'zeros'],
          ],
        ),
      ),
      ...Object.fromEntries(
        ['sa_layer_norm', 'output_layer_norm'].flatMap((name) => [
          [`${layer}.${name}.weight`, 'ones'],
          [`${layer}.${name}.bias`, 'zeros'],
        ]),
      ),
    };
    expect(begin(false)).toEqual(expected);
    expect(begin(true)).toEqual({ ...expected, 'distilbert.embeddings.position_embeddings.weight': 'sinusoidal' });
  });
});

describe('loads what Python saved', () => {
  test.each(['f32', 'sharded'])('%s', async (name) => {
    const { report, values } = await load(filesOf(name), specs);
    expect(inOrder(report)).toEqual(whole);
    expect(values).toEqual(asMap(python));
  });
  test.each(['f16', 'bf16'])('%s, widened exactly', async (name) => {
    const files = filesOf(name);
    const { report, values } = await load(files, specs);
    expect(inOrder(report)).toEqual(whole);
    expect(values).toEqual(asMap(await tensorsOf(files['expected.safetensors']!)));
  });
  test('a bare encoder, without prefix and head', async () => {
    const { report, values } = await load(filesOf('bare'), specs);
    const encoder = python.filter(({ name }) => name.startsWith('distilbert.'));
    expect(values).toEqual(asMap(encoder));
    expect(inOrder(report)).toEqual({
      ...whole,
      loaded: sorted(encoder.map(({ name }) => name)),
      missing: ['pre_classifier.weight', 'pre_classifier.bias', 'classifier.weight', 'classifier.bias'],
    });
  });
  test('LayerNorm parameters under the names of TensorFlow 1, and position ids that are none', async () => {
    const legacy = python.map((tensor) => ({
      ...tensor,
      name: tensor.name
        .replace(/((?:LayerNorm|_layer_norm)\.)weight/, '$1gamma')
        .replace(/((?:LayerNorm|_layer_norm)\.)bias/, '$1beta'),
    }));
    expect(legacy.filter(({ name }) => /gamma|beta/.test(name)).length).toBe(10);
    const ids = { name: 'distilbert.embeddings.position_ids', shape: [1, 1], data: new Float32Array(1) };
    const { report, values } = await load(single([...legacy, ids]), specs);
    expect(inOrder(report)).toEqual(whole);
    expect(values).toEqual(asMap(python));
  });
});

describe('a head that differs', () => {
  test('other classes, a tensor too few and one too many are reported', async () => {
    const tensors = python.filter(({ name }) => name !== 'pre_classifier.bias');
    const extra = { name: 'vocab_projector.bias', shape: [40], data: new Float32Array(40) };
    const { report, values } = await load(single([...tensors, extra]), [...encoderParameters(config), ...head(5)]);
    expect(report.missing).toEqual(['pre_classifier.bias']);
    expect(report.unexpected).toEqual(['vocab_projector.bias']);
    expect(report.misShaped).toEqual([
      { name: 'classifier.bias', expected: [5], found: [3] },
      { name: 'classifier.weight', expected: [5, 12], found: [3, 12] },
    ]);
    expect(values).toEqual(asMap(tensors.filter(({ name }) => !name.startsWith('classifier.'))));
  });
});

describe('a masked-LM head', () => {
  const V = config.vocabSize;
  const words = python.find(({ name }) => name === wordEmbeddings)!;
  const encoder = python.filter(({ name }) => name.startsWith('distilbert.'));
  const bias = { name: 'vocab_projector.bias', shape: [V], data: new Float32Array(V).fill(3) };
  const copy = { ...words, name: 'vocab_projector.weight' };
  const other = { ...copy, data: copy.data.map((value, i) => (i === copy.data.length - 1 ? value + 1e-3 : value)) };
  const [weightSpec, biasSpec] = linearParameters('vocab_projector', V, config.dim) as [ParameterSpec, ParameterSpec];
  const tied = [...encoderParameters(config), biasSpec];

  test('tied: a second copy of the word embeddings is no loss, with or without it', async () => {
    for (const tensors of [
      [...encoder, bias],
      [...encoder, bias, copy],
    ]) {
      const { report, values } = await load(single(tensors), tied);
      expect(report).toMatchObject({ missing: [], misShaped: [], unexpected: [] });
      expect(values).toEqual(asMap([...encoder, bias]));
    }
  });
  test('tied, but with other values: refused, as one of the two would go unused', async () => {
    for (const tensor of [other, { ...copy, shape: [V * config.dim - 1], data: copy.data.slice(0, -1) }]) {
      expect(await refusal(single([...encoder, bias, tensor]), tied)).toMatchObject({
        message:
          '"vocab_projector.weight" differs from the word embeddings, which by config.json are the very same weights.',
        where: 'memory/model.safetensors',
        fix: 'To train the two apart, set "tie_word_embeddings" to false in config.json.',
      });
    }
  });
  test('untied: a parameter like any other', async () => {
    const untied = [...tied, weightSpec];
    const { values } = await load(single([...encoder, bias, other]), untied);
    expect(values).toEqual(asMap([...encoder, bias, other]));
    expect((await load(single([...encoder, bias]), untied)).report.missing).toEqual(['vocab_projector.weight']);
  });
  test('left out by the heads of other tasks, and reported', async () => {
    const { report } = await load(single([...python, bias, copy]), specs);
    expect(sorted(report.unexpected)).toEqual(['vocab_projector.bias', 'vocab_projector.weight']);
  });
});

describe('refused', () => {
  test('an encoder that is not whole: everything that is wrong with it at once', async () => {
    const cut = python
      .filter(({ name }) => !name.endsWith('1.ffn.lin1.bias') && !name.endsWith('0.attention.q_lin.weight'))
      .map((tensor) => (tensor.name.endsWith('0.ffn.lin2.bias') ? { ...tensor, shape: [3, 4] } : tensor));
    const extra = { name: 'distilbert.embeddings.token_type_embeddings.weight', shape: [1], data: new Float32Array(1) };
    expect((await refusal(single([...cut, extra]))).message).toBe(
      [
        'The checkpoint does not hold the encoder that config.json describes:',
        'missing: distilbert.transformer.layer.0.attention.q_lin.weight',
        'missing: distilbert.transformer.layer.1.ffn.lin1.bias',
        'wrong shape: distilbert.transformer.layer.0.ffn.lin2.bias is [3,4], expected [12]',
        'unexpected: distilbert.embeddings.token_type_embeddings.weight',
      ].join('\n  '),
    );
  });
  test('the same parameter under two names', async () => {
    const twin = {
      ...python.find(({ name }) => name.endsWith('embeddings.LayerNorm.bias'))!,
      name: 'embeddings.LayerNorm.beta',
    };
    expect((await refusal(single([...python, twin]))).message).toContain(
      'The checkpoint has the tensor "distilbert.embeddings.LayerNorm.bias" twice',
    );
  });
  test('a shard that is not there, and one that is damaged', async () => {
    const files = filesOf('sharded');
    const { 'model-00003-of-00005.safetensors': _, ...fewer } = files;
    expect((await refusal(fewer)).message).toBe(
      'The checkpoint lacks files that its index names: model-00003-of-00005.safetensors.',
    );
    const cut = {
      ...files,
      'model-00004-of-00005.safetensors': files['model-00004-of-00005.safetensors']!.subarray(0, -1),
    };
    expect((await refusal(cut)).where).toBe('memory/model-00004-of-00005.safetensors');
  });
  test.each(['../other.safetensors', '/etc/passwd', 'a/b.safetensors', 'C:x.safetensors', '..', 'x.bin'])(
    'an index that leads to %s',
    async (name) => {
      const index = new TextEncoder().encode(JSON.stringify({ weight_map: { a: name } }));
      expect((await refusal({ 'model.safetensors.index.json': index })).message).toContain(`names "${name}"`);
    },
  );
  test.each(['{}', 'no json', '{"weight_map": {}}', '{"weight_map": {"a": 1}}', '{"weight_map": null}'])(
    'an index that says %s',
    async (text) => {
      const error = await refusal({ 'model.safetensors.index.json': new TextEncoder().encode(text) });
      expect(error.message).toContain('has no "weight_map"');
    },
  );
  test('other formats, each with the way to convert it', async () => {
    const empty = new Uint8Array(0);
    const pickle = await refusal({ 'pytorch_model.bin': empty, 'tf_model.h5': empty });
    expect(pickle.message).toContain('pytorch_model.bin, a pickle');
    expect(pickle.fix).toContain('python -c "import transformers');
    expect(pickle.fix).toContain("m = r'memory'");
    const tensorflow = await refusal({ 'tf_model.h5': empty });
    expect(tensorflow.message).toContain('tf_model.h5');
    expect(tensorflow.fix).toContain('from_tf=True');
    expect(await refusal({ 'b.txt': empty, 'a.txt': empty })).toMatchObject({
      message: 'There is no model.safetensors and no model.safetensors.index.json.',
      fix: 'There is a.txt, b.txt. Name a folder that a model was saved to.',
    });
  });
});

test('what was loaded from Python is written back as the same bytes', async () => {
  const files = filesOf('f32');
  const { values } = await load(files, specs);
  const written: Files = {};
  await writeModelFolder(
    {
      write: async (name, chunks) => {
        written[name] = Buffer.concat([...chunks]);
      },
    },
    {
      config,
      architecture: 'DistilBertForSequenceClassification',
      tensors: specs.map(({ name, shape }) => ({ name, shape, data: values.get(name)! })),
      tokenizerFiles: { 'vocab.txt': '[PAD]\nß\n', 'tokenizer.json': '{}' },
    },
  );
  expect(Object.keys(written).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json', 'vocab.txt']);
  expect(Buffer.from(files['model.safetensors']!).equals(written['model.safetensors']!)).toBe(true);
  expect(Buffer.from(written['vocab.txt']!).toString()).toBe('[PAD]\nß\n');
  expect(parseConfig(Buffer.from(written['config.json']!).toString(), 'config.json')).toEqual(config);
});
