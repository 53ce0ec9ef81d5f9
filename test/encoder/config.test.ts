import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configJson, type DistilBertConfig, defaultConfig, parseConfig } from '../../src/encoder/config.ts';
import { DataError } from '../../src/errors.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../parity/fixtures/checkpoints/${name}`, import.meta.url), 'utf8');
const parse = (keys: Record<string, unknown>) =>
  parseConfig(JSON.stringify({ model_type: 'distilbert', ...keys }), 'c');

/** The message of the DataError that `run` throws. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).where).toBe('c');
    return (error as DataError).message;
  }
  throw new Error('nothing was thrown');
}

test("a file without keys has the defaults of transformers' DistilBertConfig", () => {
  const { defaults } = JSON.parse(fixture('manifest.json'));
  expect(parse({})).toEqual(defaultConfig);
  // Python's two labels are made up where a file names none.
  const { extra: _, ...python } = parse({ ...defaults, id2label: null });
  const { extra: __, ...ours } = defaultConfig;
  expect(python).toEqual(ours);
});

test('the configuration that Python saved', () => {
  expect(parseConfig(fixture('f16/config.json'), 'c')).toEqual({
    vocabSize: 40,
    maxPositionEmbeddings: 16,
    dim: 12,
    hiddenDim: 20,
    nLayers: 2,
    nHeads: 3,
    activation: 'gelu',
    dropout: 0.1,
    attentionDropout: 0.1,
    qaDropout: 0.1,
    seqClassifDropout: 0.2,
    initializerRange: 0.02,
    padTokenId: 0,
    sinusoidalPosEmbds: false,
    tieWeights: true,
    architecture: 'DistilBertForSequenceClassification',
    labels: ['card lost', 'größe', '10'],
    problemType: 'single_label_classification',
    extra: { bos_token_id: null, eos_token_id: null, transformers_version: '5.23.0' },
  } satisfies DistilBertConfig);
});

test('writing back a Python file changes nothing but what describes the weights', () => {
  const original = JSON.parse(fixture('f16/config.json'));
  const written = configJson(parseConfig(fixture('f16/config.json'), 'c'), {
    architecture: 'DistilBertForTokenClassification',
  });
  expect(JSON.parse(written)).toEqual({
    ...original,
    architectures: ['DistilBertForTokenClassification'],
    dtype: 'float32',
    tie_weights_: true,
  });
  expect(Object.keys(JSON.parse(written))).toEqual(Object.keys(JSON.parse(written)).sort());
});

test('every setting survives a round trip, unknown keys and hostile names included', () => {
  const config: DistilBertConfig = {
    vocabSize: 11,
    maxPositionEmbeddings: 7,
    dim: 6,
    hiddenDim: 5,
    nLayers: 3,
    nHeads: 2,
    activation: 'relu',
    dropout: 0,
    attentionDropout: 0.25,
    qaDropout: 0.5,
    seqClassifDropout: 0.75,
    initializerRange: 0.5,
    padTokenId: null,
    sinusoidalPosEmbds: true,
    tieWeights: false,
    architecture: 'DistilBertModel',
    labels: ['__proto__', '7', 'constructor', ''],
    problemType: 'multi_label_classification',
    extra: JSON.parse('{"__proto__": {"a": 1}, "task_specific_params": [1, null], "z": "ß"}'),
  };
  const text = configJson(config, { architecture: 'DistilBertModel' });
  expect(parseConfig(text, 'c')).toEqual(config);
  expect(Object.entries(JSON.parse(text).label2id)).toEqual([
    ['7', 1],
    ['__proto__', 0],
    ['constructor', 2],
    ['', 3],
  ]);
  expect(text).toContain('"__proto__": {\n    "a": 1\n  }');
});

test('the class that the weights belong to is the first that is named', () => {
  expect(parse({ architectures: ['DistilBertForMaskedLM', 'X'] }).architecture).toBe('DistilBertForMaskedLM');
  expect(parse({ architectures: null }).architecture).toBe(undefined);
  expect(() => parse({ architectures: 'DistilBertModel' })).toThrow('architectures: expected a list of names or null');
});

test('names that transformers maps to its own or wrote in earlier versions', () => {
  expect(
    parse({ hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 4, tie_weights_: false, num_labels: 3 }),
  ).toEqual({
    ...defaultConfig,
    dim: 8,
    nLayers: 1,
    nHeads: 4,
    tieWeights: false,
    labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
  });
});

test('a file older than model_type is known by its architecture', () => {
  expect(parseConfig('{"architectures": ["DistilBertForMaskedLM"], "n_heads": 6}', 'c').nHeads).toBe(6);
});

describe('refused', () => {
  test('every wrong key is named, with what was expected and found', () => {
    const message = refusal(() =>
      parse({
        dim: 0,
        n_layers: '6',
        n_heads: 2.5,
        vocab_size: null,
        dropout: 1,
        activation: 'swish',
        tie_weights_: 1,
        pad_token_id: -1,
        problem_type: 'ranking',
        id2label: { 0: 'a', 2: 'b' },
      }),
    );
    expect(message).toBe(
      "The model's configuration cannot be used: vocab_size: expected a whole number above 0, found null; " +
        'dim: expected a whole number above 0, found 0; n_layers: expected a whole number from 1 to 1000, found "6"; ' +
        'n_heads: expected a whole number above 0, found 2.5; activation: expected "gelu" or "relu", found "swish"; ' +
        'dropout: expected a number from 0 to below 1, found 1; pad_token_id: expected a token id or null, found -1; ' +
        'tie_weights_: expected true or false, found 1; problem_type: expected "regression", ' +
        '"single_label_classification", "multi_label_classification", found "ranking"; ' +
        'id2label: expected names under the ids "0", "1", ... without a gap, found {"0":"a","2":"b"}.',
    );
  });
  test('sizes that do not fit together', () => {
    expect(refusal(() => parse({ dim: 10, n_heads: 4, vocab_size: 5, pad_token_id: 5 }))).toBe(
      "The model's configuration cannot be used: n_heads: expected a divisor of dim (10), found 4; " +
        'pad_token_id: expected an id below vocab_size (5), found 5.',
    );
  });
  test('sizes that would take the memory before a weight is read', () => {
    const found = (keys: Record<string, unknown>) =>
      refusal(() => parse(keys)).replace("The model's configuration cannot be used: ", '');
    expect(found({ n_layers: 1001 })).toBe('n_layers: expected a whole number from 1 to 1000, found 1001.');
    expect(found({ num_labels: 2 ** 40 })).toBe(
      'num_labels: expected a whole number from 1 to 1000000, found 1099511627776.',
    );
    const sizes =
      'vocab_size, max_position_embeddings, dim, hidden_dim, n_layers and the labels: expected sizes of a model';
    for (const keys of [
      { vocab_size: 2 ** 22 },
      { max_position_embeddings: 2 ** 52 },
      { dim: 2 ** 53 - 1, n_heads: 1 },
      { hidden_dim: 2 ** 30 },
      { n_layers: 1000, num_labels: 1_000_000 },
    ]) {
      expect(found(keys)).toContain(`${sizes} with at most 2147483648 weights, found `);
    }
    expect(refusal(() => parseConfig('{"model_type":"distilbert","initializer_range":1e400}', 'c'))).toContain(
      'initializer_range: expected a number of 0 or more',
    );
  });
  test('what could be read, but not be written again', () => {
    const nested = `{"model_type":"distilbert","a":${'['.repeat(100)}${']'.repeat(100)}}`;
    expect(refusal(() => parseConfig(nested, 'c'))).toBe("The model's configuration is nested too deep.");
    expect(parseConfig(nested.replace('[[', '[').replace(']]', ']'), 'c').nLayers).toBe(6);
  });
  test('another kind of model', () => {
    expect(refusal(() => parse({ model_type: 'bert' }))).toBe('The model is of type "bert", not "distilbert".');
    expect(refusal(() => parseConfig('{}', 'c'))).toBe(
      'The configuration does not say which kind of model it is (no "model_type").',
    );
  });
  test('no JSON object', () => {
    expect(refusal(() => parseConfig('{"dim": ', 'c'))).toContain('is not JSON');
    expect(refusal(() => parseConfig('[1]', 'c'))).toBe("The model's configuration is not a JSON object but [1].");
  });
});
