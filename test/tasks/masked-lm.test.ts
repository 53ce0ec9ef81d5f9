import { beforeAll, expect, test } from 'vitest';
import { IGNORED } from '../../src/heads/types.ts';
import { createExampleSet, encodeExamples } from '../../src/tasks/example-set.ts';
import { maskedLm } from '../../src/tasks/masked-lm.ts';
import { createTokenizer, type Tokenizer } from '../../src/text/tokenizer.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'love', '##lace', ...'abcdefghij'];
let tokenizer: Tokenizer;
beforeAll(() => {
  tokenizer = createTokenizer({ vocabText: `${words.join('\n')}\n`, where: 'memory' });
});

test('masks are drawn anew in every epoch, the same for the same key, and always the same when measured', async () => {
  const task = maskedLm({ tokenizer, probability: 0.5 });
  const text = 'a b c d e f g h i j a b c d e f g h i j';
  const set = await encodeExamples({ tokenizer, task }, [{ text, line: 1 }], { maxLength: 50 });
  const drawn = (step: number, seed = 7) => set.sample(0, { seed, step, site: 0 });
  expect(drawn(0)).toEqual(drawn(0));
  expect(drawn(0).target).not.toEqual(drawn(1).target);
  expect(drawn(0).target).not.toEqual(drawn(0, 8).target);
  const ids = (await tokenizer.encode(text)).ids;
  for (let step = 0; step < 20; step++) {
    const { sequences, target } = drawn(step);
    Array.from(target).forEach((label, i) => {
      if (label === IGNORED) expect(sequences[0]![i]).toBe(ids[i]);
      else expect(label).toBe(ids[i]);
    });
  }
  expect(set.input(0)).toEqual(set.input(0));
  const { positions, item } = set.input(0);
  expect(item.positions).toEqual(positions![0]);
  expect(item.gold).toEqual(item.positions.map((position) => ids[position]));
});

test('a long text becomes sequences that do not overlap, each an example', async () => {
  const task = maskedLm({ tokenizer });
  const set = createExampleSet(task, tokenizer.vocabSize);
  const example = { text: 'a b c d e f g h i j', line: 3 };
  const [features] = await task.featurize(tokenizer, [example], { maxLength: 6, purpose: 'learning' });
  set.add(example, features!);
  expect([set.length, set.samples, set.line(2)]).toEqual([3, 3, 3]);
  expect(features!.sequences.map((ids) => tokenizer.tokens(ids).slice(1, -1).join(' '))).toEqual([
    'a b c d',
    'e f g h',
    'i j',
  ]);
});

test('whole words: the parts of a word are masked together', async () => {
  const task = maskedLm({ tokenizer, wholeWords: true, probability: 0.5 });
  const ids = (await tokenizer.encode(Array(200).fill('lovelace').join(' '))).ids;
  const { target } = task.draw!(ids, { seed: 1, step: 0, site: 0 });
  const isChosen = Array.from(target, (label) => label !== IGNORED);
  for (let i = 1; i < ids.length - 1; i += 2) expect(isChosen[i]).toBe(isChosen[i + 1]);
  expect(isChosen.filter(Boolean).length).toBeGreaterThan(100);
  expect(isChosen.filter(Boolean).length).toBeLessThan(300);
});

test('fillings: the likeliest tokens at each mask, among candidates where there are such', async () => {
  const outputs = new Float32Array(2 * words.length);
  outputs[words.indexOf('c')] = 2;
  outputs[words.indexOf('d')] = 1;
  outputs[words.length + words.indexOf('##lace')] = 3;
  const text = '[MASK] b [MASK]';
  const fill = async (candidates?: number[]) => {
    const task = maskedLm({ tokenizer, top: 2, candidates });
    const [features] = await task.featurize(tokenizer, [{ text, line: 0 }], { maxLength: 9, purpose: 'prediction' });
    expect(features!.positions).toEqual([[1, 3]]);
    return task.prediction(features!.item, [outputs]).masks;
  };
  const sum = words.length - 2 + Math.exp(2) + Math.exp(1);
  const [first, second] = await fill();
  expect(first).toEqual([
    { token: words.indexOf('c'), token_str: 'c', score: expect.closeTo(Math.exp(2) / sum, 9), ids: expect.anything() },
    { token: words.indexOf('d'), token_str: 'd', score: expect.closeTo(Math.exp(1) / sum, 9), ids: expect.anything() },
  ]);
  expect(await tokenizer.decode(first![0]!.ids, { skipSpecialTokens: false })).toBe('[CLS] c b [MASK] [SEP]');
  expect(second![0]).toMatchObject({ token_str: '##lace' });
  const [among] = await fill([words.indexOf('a'), words.indexOf('d')]);
  expect(among!.map(({ token_str }) => token_str)).toEqual(['d', 'a']);
});

test('fillings: an id of the model that no token has, as where its vocabulary is filled up to a multiple of 64', async () => {
  const outputs = new Float32Array(words.length + 3);
  outputs[words.length + 1] = 4;
  const task = maskedLm({ tokenizer, top: 1 });
  const [features] = await task.featurize(tokenizer, [{ text: '[MASK]', line: 0 }], {
    maxLength: 9,
    purpose: 'prediction',
  });
  const filling = task.prediction(features!.item, [outputs]).masks[0]![0]!;
  expect(filling).toMatchObject({ token: words.length + 1, token_str: '' });
  expect(await tokenizer.decode(filling.ids)).toBe('');
});

test('a text without a mask, or too long for the model, says what to do', async () => {
  const task = maskedLm({ tokenizer });
  const options = { maxLength: 5, purpose: 'prediction' as const };
  await expect(task.featurize(tokenizer, [{ text: 'a b', line: 0 }], options)).rejects.toMatchObject({
    message: 'The text has no [MASK]: "a b".',
    fix: 'Put [MASK] where a word is to be filled in.',
  });
  await expect(task.featurize(tokenizer, [{ text: 'a b c d [MASK]', line: 0 }], options)).rejects.toMatchObject({
    message: 'The text has 7 tokens, 5 fit: "a b c d [MASK]".',
  });
});
