import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/types.ts';
import { DistilBertModel } from '../../src/pipelines/distilbert-model.ts';
import { DistilBertTokenizer } from '../../src/pipelines/distilbert-tokenizer.ts';
import type { FillMaskPipelineOptions } from '../../src/pipelines/fill-mask.ts';
import { type Pipelines, pipeline } from '../../src/pipelines/pipeline.ts';
import type { QuestionAnsweringPipelineOptions } from '../../src/pipelines/question-answering.ts';
import type { TextClassificationPipelineOptions, TextInput } from '../../src/pipelines/text-classification.ts';
import type { TokenClassificationPipelineOptions } from '../../src/pipelines/token-classification.ts';
import { testEngine } from '../engine/helper.ts';
import { fixtureJson, largestDifference } from '../parity/fixtures.ts';
import { type CheckpointName, checkpoint, near } from './checkpoints.ts';

interface Fixture {
  fillMask: { text: string; options: FillMaskPipelineOptions; result: unknown }[];
  textClassification: {
    model: CheckpointName;
    input: TextInput | TextInput[];
    options: TextClassificationPipelineOptions;
    result: unknown;
  }[];
  tokenClassification: { text: string; options: TokenClassificationPipelineOptions; result: unknown }[];
  features: {
    texts: { text: string; result: number[][][] }[];
    batch: { input_ids: number[][]; attention_mask: number[][]; last_hidden_state: number[][][] };
    pairs: { text: string[]; text_pair: string[]; max_length: number; result: Record<string, number[][]> };
    masked: { input_ids: number[][]; attention_mask: number[][]; last_hidden_state: number[][][] };
  };
}

interface AnswersFixture {
  cases: { question: string; context: string; options: QuestionAnsweringPipelineOptions; result: unknown[] }[];
}

const fixture = fixtureJson<Fixture>('pipelines.json');
const answers = fixtureJson<AnswersFixture>('pipelines-answers.json');

/** Hidden states are numbers up to 4, in float32 here and in float64 there. */
const HIDDEN = 3e-6;

let engine: Engine;
const disposals: (() => void)[] = [];
beforeAll(async () => {
  engine = await testEngine();
});
afterAll(() => {
  for (const dispose of disposals) dispose();
});

async function open<T extends keyof Pipelines>(task: T, name: CheckpointName): Promise<Pipelines[T]> {
  const opened = await pipeline(task, checkpoint(name), { engine });
  disposals.push(() => opened.dispose());
  return opened;
}

/** JSON has no undefined and one kind of list: what a caller would write down. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('fill-mask: as the reference, one mask or several, targets, any token of the vocabulary', async () => {
  const unmask = await open('fill-mask', 'masked-lm');
  for (const { text, options, result } of fixture.fillMask) {
    expect({ text, options, result: plain(await unmask(text, options)) }).toEqual(near({ text, options, result }));
  }
  const texts = ['Hello, I am [MASK].', '[MASK] and [MASK].'];
  const together = await unmask(texts, { top_k: 3 });
  expect(together).toEqual(near([await unmask(texts[0]!, { top_k: 3 }), await unmask(texts[1]!, { top_k: 3 })]));
});

test('text-classification: as the reference for every problem type, function and top_k, texts and pairs', async () => {
  const opened = new Map<CheckpointName, Pipelines['text-classification']>();
  for (const { model, input, options, result } of fixture.textClassification) {
    if (!opened.has(model)) opened.set(model, await open('text-classification', model));
    const classify = opened.get(model)!;
    const found = Array.isArray(input) ? await classify(input, options) : await classify(input, options);
    expect({ model, input, options, result: plain(found) }).toEqual(near({ model, input, options, result }));
  }
});

test('token-classification: as the reference for every strategy, offsets in UTF-16 units', async () => {
  const tag = await open('token-classification', 'tags');
  for (const { text, options, result } of fixture.tokenClassification) {
    expect({ text, options, result: plain(await tag(text, options)) }).toEqual(near({ text, options, result }));
  }
  const ner = await open('ner', 'tags');
  const [first, second] = fixture.tokenClassification.filter(({ options }) => options.ignore_labels?.length === 0);
  expect(plain(await ner([first!.text, second!.text], { ignore_labels: [] }))).toEqual(
    near([first!.result, plain(await tag(second!.text, { ignore_labels: [] }))]),
  );
});

test('question-answering: as the reference, windows, several answers, none, words', async () => {
  const ask = await open('question-answering', 'question-answering');
  for (const { question, context, options, result } of answers.cases) {
    const found = await ask(question, context, options);
    const list = Array.isArray(found) ? found : [found];
    expect({ question, context, options, result: plain(list) }).toEqual(near({ question, context, options, result }));
  }
});

describe('feature-extraction', () => {
  const texts = fixture.features.texts.map(({ text }) => text);
  const alone = fixture.features.texts.map(({ result }) => result[0]!);
  const D = alone[0]![0]!.length;
  const mean = (rows: number[][]) =>
    Array.from({ length: D }, (_, c) => rows.reduce((sum, row) => sum + row[c]! / rows.length, 0));
  const unit = (row: number[]) => row.map((value) => value / Math.hypot(...row));

  test('hidden states of every token are the reference, shorter texts filled up with zeros', async () => {
    const extract = await open('feature-extraction', 'encoder');
    const L = Math.max(...alone.map(({ length }) => length));
    const expected = alone.map((rows) => [...rows, ...Array<number[]>(L - rows.length).fill(Array(D).fill(0))]);
    const { dims, data, type } = await extract(texts);
    expect([type, dims]).toEqual(['float32', [texts.length, L, D]]);
    expect(largestDifference(data, expected.flat(2))).toBeLessThan(HIDDEN);
    const one = await extract(texts[1]!);
    expect(one.dims).toEqual([1, alone[1]!.length, D]);
    expect(one.tolist()).toEqual(near([alone[1]], HIDDEN));
  });

  test('pooled and made of length 1', async () => {
    const extract = await open('feature-extraction', 'encoder');
    const check = async (options: Parameters<typeof extract>[1], expected: number[][]) => {
      const { dims, data } = await extract(texts, options);
      expect(dims).toEqual([texts.length, D]);
      expect(largestDifference(data, expected.flat())).toBeLessThan(HIDDEN);
    };
    await check(
      { pooling: 'cls' },
      alone.map((rows) => rows[0]!),
    );
    await check({ pooling: 'mean' }, alone.map(mean));
    await check({ pooling: 'mean', normalize: true }, alone.map(mean).map(unit));
    await check(
      { pooling: 'cls', normalize: true },
      alone.map((rows) => unit(rows[0]!)),
    );
    const { data } = await extract(texts[0]!, { normalize: true });
    expect(largestDifference(data, alone[0]!.flatMap(unit))).toBeLessThan(HIDDEN);
  });

  test('any DistilBERT will do: of a checkpoint with a head the encoder is taken', async () => {
    const tensorOf = async (name: CheckpointName) => (await open('feature-extraction', name))(texts[0]!);
    const { data } = await (await DistilBertModel.fromPretrained(checkpoint('tags'), { engine }))(
      await (await DistilBertTokenizer.fromPretrained(checkpoint('tags')))(texts[0]!),
    ).then(({ last_hidden_state }) => last_hidden_state);
    expect(largestDifference((await tensorOf('tags')).data, data)).toBeLessThan(HIDDEN);
  });
});

describe('the two lines of a model card', () => {
  test('a batch of unequal lengths is the reference to the last number, at the padding too', async () => {
    const start = engine.liveTensors();
    const tokenizer = await DistilBertTokenizer.fromPretrained(checkpoint('encoder'));
    const model = await DistilBertModel.fromPretrained(checkpoint('encoder'), { engine });
    const { batch, texts, masked } = fixture.features;
    const encoded = await tokenizer(texts.map(({ text }) => text));
    expect(encoded.input_ids.tolist()).toEqual(batch.input_ids);
    expect(encoded.attention_mask.tolist()).toEqual(batch.attention_mask);
    const { last_hidden_state: hidden } = await model(encoded);
    expect(hidden.dims).toEqual([3, batch.input_ids[0]!.length, 12]);
    expect(largestDifference(hidden.data, batch.last_hidden_state.flat(2))).toBeLessThan(HIDDEN);
    const { last_hidden_state: withHoles } = await model(masked);
    expect(largestDifference(withHoles.data, masked.last_hidden_state.flat(2))).toBeLessThan(HIDDEN);
    model.dispose();
    expect(engine.liveTensors()).toBe(start);
  });

  test('pairs, cut off and filled up to a length', async () => {
    const tokenizer = await DistilBertTokenizer.fromPretrained(checkpoint('encoder'));
    const { text, text_pair, max_length, result } = fixture.features.pairs;
    const encoded = await tokenizer(text, { text_pair, max_length, padding: 'max_length', truncation: true });
    expect({ input_ids: encoded.input_ids.tolist(), attention_mask: encoded.attention_mask.tolist() }).toEqual(result);
    expect(await tokenizer.tokenize('The lighthouse [MASK]')).toEqual(['the', 'light', '##house', '[MASK]']);
    expect(await tokenizer.decode(encoded.input_ids.data.subarray(0, 4))).toBe('[CLS] the keeper of');
    expect(await tokenizer.decode([2, 10, 60, 3], { skip_special_tokens: true })).toBe('the keeper');
    expect([tokenizer.mask_token, tokenizer.model_max_length]).toEqual(['[MASK]', 40]);
  });
});
