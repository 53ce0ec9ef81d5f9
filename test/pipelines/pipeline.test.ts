import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { openModelFolder } from '../../src/data/model-folder.ts';
import type { Engine } from '../../src/engine/types.ts';
import { DistilBertModel } from '../../src/pipelines/distilbert-model.ts';
import { DistilBertTokenizer } from '../../src/pipelines/distilbert-tokenizer.ts';
import type { MaskFilling } from '../../src/pipelines/fill-mask.ts';
import type { NumberTensor } from '../../src/pipelines/number-tensor.ts';
import { type Pipelines, pipeline } from '../../src/pipelines/pipeline.ts';
import type { QuestionAnswer } from '../../src/pipelines/question-answering.ts';
import type { LabelScore } from '../../src/pipelines/text-classification.ts';
import type { LabelledGroup, LabelledToken } from '../../src/pipelines/token-classification.ts';
import { testEngine } from '../engine/helper.ts';
import { type CheckpointName, checkpoint, near } from './checkpoints.ts';

let engine: Engine;
const disposals: (() => void)[] = [];
let tensorsBefore = 0;
beforeAll(async () => {
  engine = await testEngine();
  tensorsBefore = engine.liveTensors();
});
afterAll(() => {
  for (const dispose of disposals) dispose();
  expect(engine.liveTensors()).toBe(tensorsBefore);
});

async function open<T extends keyof Pipelines>(
  task: T,
  model: CheckpointName | { path: string },
): Promise<Pipelines[T]> {
  const opened = await pipeline(task, typeof model === 'string' ? checkpoint(model) : model.path, { engine });
  disposals.push(() => opened.dispose());
  return opened;
}

/** What an error says: the message, the place and what to do. */
async function told(work: Promise<unknown> | (() => Promise<unknown>)): Promise<unknown[]> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    const { message, where, fix } = error as { message: string; where?: string; fix?: string };
    return [message, where, fix];
  }
  throw new Error('nothing went wrong');
}

describe('which model', () => {
  test('an embedded one by name, by default where no head is needed', async () => {
    const extract = await pipeline('feature-extraction', undefined, { engine });
    disposals.push(() => extract.dispose());
    const { dims, data } = await extract(['The cat sat.', 'A cat was sitting there.', 'Interest rates rose.'], {
      pooling: 'mean',
      normalize: true,
    });
    expect(dims).toEqual([3, 384]);
    const similarity = (a: number, b: number) =>
      data.subarray(a * 384, (a + 1) * 384).reduce((sum, value, i) => sum + value * data[b * 384 + i]!, 0);
    expect(similarity(0, 1)).toBeGreaterThan(0.6);
    expect(similarity(0, 2)).toBeLessThan(0.2);
  });

  test('the best of a run, read as the run was trained; a folder that is open already', async () => {
    const run = mkdtempSync(join(tmpdir(), 'run-'));
    writeFileSync(join(run, 'events.jsonl'), '');
    expect(await told(open('text-classification', { path: run }))).toEqual([
      'This run has saved no model yet.',
      run,
      'Wait for its first evaluation, or train it again.',
    ]);
    mkdirSync(join(run, 'model'));
    cpSync(checkpoint('classes'), join(run, 'model'), { recursive: true });
    writeFileSync(join(run, 'config.json'), JSON.stringify({ maxLength: 5 }));
    const classify = await open('text-classification', { path: run });
    const folder = await openModelFolder(checkpoint('classes'));
    const untrained = await pipeline('text-classification', folder, { engine });
    disposals.push(() => untrained.dispose());
    // Five tokens are three words.
    const cut = await untrained('a good film', { top_k: null });
    expect(await classify('a good film with a plot', { top_k: null })).toEqual(near(cut));
    expect(await untrained('a good film with a plot', { top_k: null })).not.toEqual(near(cut));
    const shorter = await pipeline('text-classification', folder, { engine, maxLength: 4 });
    disposals.push(() => shorter.dispose());
    expect(await shorter('a good film with a plot', { top_k: null })).toEqual(
      near(await untrained('a good', { top_k: null })),
    );
  });

  test('one of another task is refused, with what it is and what it is for', async () => {
    const fix = (command: string, task: string, example: string) =>
      `\`distiltune ${command}\` uses it (in code, pipeline('${task}')). Here, name ${example}.`;
    expect(await told(open('fill-mask', 'classes'))).toEqual([
      'The model is a text classifier, not a masked language model.',
      checkpoint('classes'),
      fix('predict', 'text-classification', 'a model such as distilbert-base-uncased'),
    ]);
    expect(await told(open('text-classification', 'masked-lm'))).toEqual([
      'The model is a masked language model, not a text classifier.',
      checkpoint('masked-lm'),
      fix('fill-mask', 'fill-mask', 'one that `distiltune train` made of labelled texts'),
    ]);
    expect((await told(open('ner', 'question-answering')))[0]).toBe(
      'The model is a question-answering model, not a token classifier.',
    );
    expect((await told(open('question-answering', 'tags')))[0]).toBe(
      'The model is a token classifier, not a question-answering model.',
    );
    expect((await told(open('fill-mask', 'encoder')))[0]).toBe(
      'The model is an encoder without a head, not a masked language model.',
    );
  });

  test('a task, an option or an engine that there is not', async () => {
    const path = checkpoint('classes');
    expect(await told(pipeline('translation' as 'ner', path))).toEqual([
      'There is no pipeline for "translation".',
      undefined,
      'There are: fill-mask, text-classification, sentiment-analysis, token-classification, ner, question-answering, feature-extraction.',
    ]);
    expect((await told(pipeline('constructor' as 'ner', path)))[0]).toBe('There is no pipeline for "constructor".');
    expect(await told(pipeline('fill-mask'))).toEqual([
      'The fill-mask pipeline needs a model.',
      undefined,
      'Name the folder of one that was trained for it, or one of the hub such as distilbert-base-uncased.',
    ]);
    expect(await told(pipeline('ner', path, { maxlength: 3 } as object))).toEqual([
      'There is no option "maxlength".',
      undefined,
      'Did you mean "maxLength"?',
    ]);
    expect((await told(pipeline('text-classification', path, { engine: 'gpu' as 'wasm' })))[0]).toBe(
      'There is no engine "gpu".',
    );
    expect(await told(pipeline('text-classification', path, { engine, maxLength: 41 }))).toEqual([
      'maxLength is 41, and the model reads 40 tokens at most.',
      undefined,
      'Set it to 40 or less.',
    ]);
  });
});

describe('fill-mask', () => {
  test('what it cannot fill', async () => {
    const unmask = await open('fill-mask', 'masked-lm');
    expect(await told(unmask('no mask'))).toEqual([
      'The text has no [MASK]: "no mask".',
      undefined,
      'Put [MASK] where a word is to be filled in.',
    ]);
    expect(await told(unmask(['[MASK]', ' ']))).toEqual([
      'The text is empty.',
      'input 2',
      'Give a text with some words in it.',
    ]);
    expect((await told(unmask(undefined as unknown as string)))[0]).toBe('The text is missing.');
    expect((await told(unmask([['[MASK]']] as unknown as string[])))[0]).toBe('The text is no string but a list.');
    expect((await told(unmask(`${'sea '.repeat(40)}[MASK]`)))[0]).toMatch(/^The text has 43 tokens, 40 fit/);
    expect((await told(unmask('[MASK]', { top_k: 0 })))[0]).toBe('top_k cannot be 0.');
    expect(await told(unmask('[MASK]', { topk: 3 } as object))).toEqual([
      'There is no option "topk".',
      undefined,
      'Did you mean "top_k"?',
    ]);
  });

  test('targets that are no single token', async () => {
    const unmask = await open('fill-mask', 'masked-lm');
    expect(await told(unmask('[MASK]', { targets: ['sea', 'unhappyness'] }))).toEqual([
      'The target "unhappyness" is no token of the vocabulary: it would be "un" and "##happy" and "##ness".',
      undefined,
      'A mask stands for one token: name words that are one.',
    ]);
    expect((await told(unmask('[MASK]', { targets: 'xyz' })))[0]).toBe(
      'The target "xyz" is no token of the vocabulary: it would be "[UNK]".',
    );
    expect((await told(unmask('[MASK]', { targets: [] })))[0]).toBe('There are no targets.');
    const [only] = await unmask('[MASK]', { targets: '[UNK]' });
    expect(only!.token).toBe(1);
  });

  test('types: one mask, several, and a text that is not known', async () => {
    const unmask = await open('fill-mask', 'masked-lm');
    expectTypeOf(await unmask('a [MASK].')).toEqualTypeOf<MaskFilling[]>();
    expectTypeOf(await unmask('[MASK] [MASK]')).toEqualTypeOf<MaskFilling[][]>();
    expectTypeOf(await unmask('[MASK]' as string)).toEqualTypeOf<MaskFilling[] | MaskFilling[][]>();
    expectTypeOf(await unmask(['[MASK]', '[MASK] [MASK]'])).toEqualTypeOf<[MaskFilling[], MaskFilling[][]]>();
    expect(unmask.mask_token).toBe('[MASK]');
  });
});

describe('text-classification', () => {
  test('texts and pairs together, each as by itself', async () => {
    const classify = await open('text-classification', 'classes');
    const inputs = [
      { text: 'the sea', text_pair: 'the lake' },
      'the sea',
      { text: 'the sea' },
      { text: 'a', text_pair: 'b' },
    ];
    const together = await classify(inputs, { top_k: 2 });
    const alone = [];
    for (const input of inputs) alone.push(await classify(input, { top_k: 2 }));
    expect(together).toEqual(near(alone));
    expect(together[1]).toEqual(together[2]);
    expect(together[0]).not.toEqual(near(together[1]));
    expect(await classify([])).toEqual([]);
    expectTypeOf(await classify('a')).toEqualTypeOf<LabelScore[]>();
    expectTypeOf(await classify(['a'])).toEqualTypeOf<LabelScore[]>();
    expectTypeOf(await classify(['a'], { top_k: 1 })).toEqualTypeOf<LabelScore[]>();
    expectTypeOf(await classify(['a'], { top_k: null })).toEqualTypeOf<LabelScore[][]>();
    expectTypeOf(await classify(['a'], { top_k: 2 as number })).toEqualTypeOf<(LabelScore | LabelScore[])[]>();
  });

  test('what it cannot classify', async () => {
    const classify = await open('text-classification', 'classes');
    expect(await told(classify(['a', '']))).toEqual([
      'The text is empty.',
      'input 2',
      'Give a text with some words in it.',
    ]);
    expect((await told(classify({ text: 'a', pair: 'b' } as never)))[0]).toBe('There is no option "pair".');
    expect(await told(classify('a', { function_to_apply: 'softmx' as 'none' }))).toEqual([
      'function_to_apply cannot be "softmx".',
      undefined,
      'It is one of: softmax, sigmoid, none, default.',
    ]);
  });
});

describe('token-classification', () => {
  test('a long text is read whole: each token with what the window says that shows most around it', async () => {
    const words = 'anna lives in berlin and jim lives in paris with sarah by the old river tower house'.split(' ');
    const tag = await pipeline('token-classification', checkpoint('tags'), { engine, maxLength: 12 });
    disposals.push(() => tag.dispose());
    const whole = await tag(words.join(' '), { ignore_labels: [], stride: 3 });
    expect(whole.map(({ index }) => index)).toEqual(words.map((_, i) => i + 1));
    expect(whole.map(({ start, end }) => words.join(' ').slice(start, end))).toEqual(words);
    // Ten words fit into a window, and the second begins with the eighth; at the ninth both show one word beside it.
    const first = await tag(words.slice(0, 10).join(' '), { ignore_labels: [] });
    const second = await tag(words.slice(7).join(' '), { ignore_labels: [] });
    const labels = (tokens: LabelledToken[]) => tokens.map(({ entity, score, word }) => ({ entity, score, word }));
    expect(labels(whole)).toEqual(near([...labels(first).slice(0, 9), ...labels(second).slice(2)]));
    expect((await told(tag(words.join(' '), { stride: 10 })))[0]).toMatch(/cannot overlap by 10/);
    expect((await told(tag('a', { stride: -1 })))[0]).toBe('stride cannot be -1.');
  });

  test('types: tokens, groups, and a strategy that is not known', async () => {
    const tag = await open('token-classification', 'tags');
    expectTypeOf(await tag('a')).toEqualTypeOf<LabelledToken[]>();
    expectTypeOf(await tag('a', { aggregation_strategy: 'simple' })).toEqualTypeOf<LabelledGroup[]>();
    expectTypeOf(await tag(['a'], { aggregation_strategy: 'none' })).toEqualTypeOf<LabelledToken[][]>();
    expectTypeOf(await tag('a', { aggregation_strategy: 'max' as 'none' | 'max' })).toEqualTypeOf<
      LabelledToken[] | LabelledGroup[]
    >();
    expect(await told(tag('a', { aggregation_strategy: 'mean' as 'max' }))).toEqual([
      'aggregation_strategy cannot be "mean".',
      undefined,
      'It is one of: none, simple, first, average, max.',
    ]);
  });
});

describe('question-answering', () => {
  const context = 'Jim lives in Berlin. Anna lives in Paris with Sarah.';
  const questions = ['Who lives in Berlin?', 'Where lives Anna?'];

  test('one question or several, about one context or one each, in every way to give them', async () => {
    const ask = await open('question-answering', 'question-answering');
    const other = 'The lighthouse keeper lives by the sea.';
    const alone = [await ask(questions[0]!, context), await ask(questions[1]!, context)];
    expect(await ask({ question: questions[0]!, context })).toEqual(near(alone[0]));
    expect(await ask(questions, context)).toEqual(near(alone));
    expect(await ask(questions.map((question) => ({ question, context })))).toEqual(near(alone));
    expect(await ask(questions, [context, other])).toEqual(near([alone[0], await ask(questions[1]!, other)]));
    expect(await ask([{ question: questions[0]!, context }])).toEqual(near([alone[0]]));
    const three = await ask(questions[0]!, context, { top_k: 3 });
    expect(three).toHaveLength(3);
    expect(three[0]).toEqual(near(alone[0]));
    expect(await ask([{ question: questions[0]!, context }], { top_k: 3 })).toEqual(near([three]));
    for (const { start, end, answer } of three) expect(context.slice(start, end)).toBe(answer);
    // A list stays one where the context has a single answer.
    expect(await ask('Who?', 'Jim', { top_k: 5 })).toEqual([
      { score: expect.any(Number), start: 0, end: 3, answer: 'Jim' },
    ]);
    expectTypeOf(alone[0]!).toEqualTypeOf<QuestionAnswer>();
    expectTypeOf(three).toEqualTypeOf<QuestionAnswer[]>();
    expectTypeOf(await ask(questions, context, { top_k: 2 })).toEqualTypeOf<QuestionAnswer[][]>();
  });

  test('a context of nothing that becomes a token has no answer', async () => {
    const ask = await open('question-answering', 'question-answering');
    expect(await ask('Who?', '\u200b\u200b')).toEqual({ score: 0, start: 0, end: 0, answer: '' });
  });

  test('what it cannot answer', async () => {
    const ask = await open('question-answering', 'question-answering');
    const fix = 'Give the text that has the answer: (question, context), or { question, context }.';
    expect(await told(ask('Who?' as never))).toEqual(['The context is missing.', undefined, fix]);
    expect(await told(ask('Who?', ' '))).toEqual(['The context is empty.', undefined, fix]);
    expect(await told(ask([{ question: 'Who?', context }, { question: 'When?' }] as never))).toEqual([
      'The context is missing.',
      'input 2',
      fix,
    ]);
    expect(await told(ask(['Who?', ''], context))).toEqual([
      'The question is empty.',
      'input 2',
      'Give a question with some words in it.',
    ]);
    expect((await told(ask(questions, [context])))[0]).toBe('There are 2 questions and 1 contexts.');
    expect((await told(ask('Who?', context, { max_seq_len: 500 })))[0]).toBe(
      'max_seq_len is 500, and the model reads 40 tokens at most.',
    );
    expect((await told(ask('Who?', context.repeat(9), { max_seq_len: 10, doc_stride: 9 })))[0]).toMatch(
      /cannot overlap/,
    );
    expect((await told(ask('Who?', context, { topK: 2 } as object)))[0]).toBe('There is no option "topK".');
  });

  test('a question that leaves little room is read whole, or cut off where that is asked', async () => {
    const ask = await open('question-answering', 'question-answering');
    const long = `${'who '.repeat(30)}?`;
    const found = await ask(long, context, { top_k: 2 });
    expect(found).toHaveLength(2);
    expect(await ask(long, context, { top_k: 2, max_question_len: 1 })).toEqual(
      near(await ask('who', context, { top_k: 2 })),
    );
    expect((await told(ask('who '.repeat(40), context)))[0]).toMatch(/^windows with room for -?\d+ tokens/);
  });
});

describe('feature-extraction', () => {
  test('types and what it cannot read', async () => {
    const extract = await open('feature-extraction', 'encoder');
    expectTypeOf(await extract('a')).toEqualTypeOf<NumberTensor<[number, number, number]>>();
    const pooled = await extract(['sea', 'lake'], { pooling: 'mean' });
    expectTypeOf(pooled.tolist()).toEqualTypeOf<number[][]>();
    expect(pooled.tolist()[1]).toEqual([...pooled.data.subarray(12)]);
    expect((await told(extract('a', { pooling: 'max' as 'cls' })))[0]).toBe('pooling cannot be "max".');
    expect((await told(extract(['a', ''])))[1]).toBe('input 2');
    expect((await extract([])).dims).toEqual([0, 0, 12]);
  });

  test('a text that is too long is cut off', async () => {
    const extract = await open('feature-extraction', 'encoder');
    const long = await extract('sea '.repeat(60));
    expect(long.dims).toEqual([1, 40, 12]);
    expect(long.tolist()).toEqual(near((await extract('sea '.repeat(38))).tolist()));
  });
});

describe('the tokenizer and the model by themselves', () => {
  test('a tokenizer without a model, which does not say how much is read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    writeFileSync(join(folder, 'vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\nsea\n');
    const tokenizer = await DistilBertTokenizer.fromPretrained(folder);
    expect([tokenizer.mask_token, tokenizer.model_max_length]).toEqual([undefined, undefined]);
    expect((await tokenizer(['sea', 'sea sea'])).input_ids.tolist()).toEqual([
      [2, 4, 3, 0],
      [2, 4, 4, 3],
    ]);
    expect((await tokenizer('sea sea sea', { truncation: true, max_length: 4 })).input_ids.tolist()).toEqual([
      [2, 4, 4, 3],
    ]);
    expect(await told(tokenizer('sea', { truncation: true }))).toEqual([
      'How long a sequence may be is not known here, and truncation needs it.',
      undefined,
      'Give max_length.',
    ]);
    expect(await told(tokenizer(['sea', 'sea sea'], { padding: false }))).toEqual([
      'The sequences are of 3 to 4 tokens, which is no one array.',
      undefined,
      'Leave padding on.',
    ]);
    expect((await told(tokenizer(['sea'], { text_pair: ['a', 'b'] })))[0]).toBe('There are 1 texts and 2 second ones.');
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ model_max_length: 1e30 }));
    expect((await DistilBertTokenizer.fromPretrained(folder)).model_max_length).toBe(undefined);
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ model_max_length: 512 }));
    expect((await DistilBertTokenizer.fromPretrained(folder)).model_max_length).toBe(512);
  });

  test('what the model cannot read', async () => {
    const model = await DistilBertModel.fromPretrained(checkpoint('encoder'), { engine });
    disposals.push(() => model.dispose());
    const [row, mask] = [
      [2, 10, 3],
      [1, 1, 1],
    ];
    const told1 = (inputs: Parameters<typeof model>[0]) => told(() => model(inputs));
    expect(await told1({ input_ids: [row, [2, 3]] })).toEqual([
      'input_ids has rows of different lengths.',
      'row 2',
      'Let the tokenizer fill the shorter ones up.',
    ]);
    expect((await told1({ input_ids: [] }))[0]).toBe('input_ids has nothing in it.');
    expect((await told1({ input_ids: [row], attention_mask: [mask, mask] }))[0]).toBe(
      'input_ids is 1 x 3 and attention_mask 2 x 3.',
    );
    expect(await told1({ input_ids: [row, [2, 145, 3]] })).toEqual([
      "Token 145 is outside the model's vocabulary of 145.",
      'input_ids, row 2, position 2',
      "Use the model's own tokenizer.",
    ]);
    expect((await told1({ input_ids: [Array(41).fill(10)] }))[0]).toBe(
      'The sequences have 41 tokens, and the model reads 40 at most.',
    );
    // More than are computed at once, and without a mask.
    const many = await model({ input_ids: Array(700).fill(row) });
    expect(many.last_hidden_state.dims).toEqual([700, 3, 12]);
    expect([...many.last_hidden_state.data.subarray(-36)]).toEqual(
      near([...(await model({ input_ids: [row] })).last_hidden_state.data]),
    );
    expect(model.config.dim).toBe(12);
  });
});
