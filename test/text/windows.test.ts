import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { utf16Indices } from '../../src/text/utf16-offsets.ts';
import {
  answerTarget,
  questionWindows,
  type TextSpan,
  textWindows,
  type Window,
  windowsOf,
} from '../../src/text/windows.ts';
import { modelFolder, readFixture, readTokenizer, SHARED_DATA } from './tokenizer-fixtures.ts';

interface Case {
  maxLength: number;
  stride: number;
  count: number;
  hash: string;
}

interface Fixture {
  questions: Array<{
    question: string;
    context: string;
    answer: [number, number];
    cases: Case[];
    windows: Array<Pick<Window, 'offsets' | 'wordIds' | 'sequenceIds'> & { ids: number[]; target: number[] }> | null;
  }>;
  texts: Array<{ text: string; cases: Case[] }>;
  ranges: Array<[length: number, room: number, stride: number, ranges: Array<[number, number]>]>;
  squad: Array<Case & { id: string }>;
}

const fixture = readFixture<Fixture>('decoding-windows.json');
const tokenizer = readTokenizer(modelFolder('minilm-l6-h384-uncased')!);

/** As `digest_of` of test/parity/decoding.py. */
function digestOf(windows: Window[], answer?: TextSpan): { count: number; hash: string } {
  const hash = createHash('sha256');
  for (const window of windows) {
    const minusOne = [window.sequenceIds, window.wordIds].flat().map((id) => id ?? -1);
    const target = answer === undefined ? [] : Object.values(targetOf(window, answer));
    hash.update(Int32Array.from([window.ids.length, ...window.ids, ...minusOne, ...window.offsets.flat(), ...target]));
  }
  return { count: windows.length, hash: hash.digest('hex').slice(0, 16) };
}

function targetOf(window: Window, answer: TextSpan): TextSpan {
  const { start, end } = answerTarget(window, answer);
  return { start, end };
}

const encodePair = (question: string, context: string) => tokenizer.encodePair(question, context, { offsets: true });
const encode = (text: string) => tokenizer.encode(text, { offsets: true });

test('ranges are those of truncation with a stride', () => {
  for (const [length, room, stride, ranges] of fixture.ranges) {
    expect(windowsOf(length, room, stride), `${length} tokens, room ${room}, stride ${stride}`).toEqual(ranges);
  }
  expect(windowsOf(0, 5, 2)).toEqual([[0, 0]]);
});

test('an overlap that leaves no room is refused where it matters', () => {
  expect(windowsOf(8, 8, 20)).toEqual([[0, 8]]);
  for (const [room, stride] of [
    [8, 8],
    [8, 9],
    [8, -1],
    [0, 0],
    [-3, 0],
  ]) {
    expect(() => windowsOf(9, room!, stride!)).toThrow(UsageError);
  }
});

describe('windows of a question are those of transformers', () => {
  test.each(fixture.questions)('$question', async ({ question, context, answer, cases, windows }) => {
    const pair = await encodePair(question, context);
    const span = { start: answer[0], end: answer[1] };
    for (const { maxLength, stride, ...expected } of cases) {
      const found = questionWindows(pair, { maxLength, stride, maxQuestionLength: 64 });
      expect(digestOf(found.windows, span), `maximum length ${maxLength}, stride ${stride}`).toEqual(expected);
      expect(found.dropped).toBe(0);
    }
    if (windows === null) return;
    const found = questionWindows(pair, { maxLength: 64, stride: 16, maxQuestionLength: 64 });
    expect(
      found.windows.map((window) => ({
        ids: [...window.ids],
        sequenceIds: window.sequenceIds,
        offsets: window.offsets,
        wordIds: window.wordIds,
        target: Object.values(targetOf(window, span)),
      })),
    ).toEqual(windows);
  });

  const path = `${SHARED_DATA}/squad/dev-v1.1.json`;
  test.skipIf(!existsSync(path))(`of SQuAD (skipped without ${path})`, async () => {
    interface Squad {
      data: Array<{
        paragraphs: Array<{
          context: string;
          qas: Array<{ id: string; question: string; answers: Array<{ text: string; answer_start: number }> }>;
        }>;
      }>;
    }
    const { data } = JSON.parse(readFileSync(path, 'utf8')) as Squad;
    const rows = new Map(
      data.flatMap(({ paragraphs }) =>
        paragraphs.flatMap(({ context, qas }) => qas.map((qa) => [qa.id, { ...qa, context }] as const)),
      ),
    );
    expect(fixture.squad.length).toBeGreaterThan(100);
    let divided = 0;
    for (const { id, maxLength, stride, ...expected } of fixture.squad) {
      const { question, context, answers } = rows.get(id)!;
      const { text, answer_start } = answers[0]!;
      const start = utf16Indices(context)?.[answer_start] ?? answer_start;
      const pair = await encodePair(question, context);
      const { windows } = questionWindows(pair, { maxLength, stride, maxQuestionLength: 64 });
      expect(digestOf(windows, { start, end: start + text.length }), `${id}, ${maxLength}`).toEqual(expected);
      if (windows.length > 1) divided++;
    }
    expect(divided).toBeGreaterThan(50);
  });
});

test('windows of a text are those of transformers', async () => {
  for (const { text, cases } of fixture.texts) {
    const encoding = await encode(text);
    for (const { maxLength, stride, ...expected } of cases) {
      const { windows, dropped } = textWindows(encoding, { maxLength, stride });
      expect(digestOf(windows), `maximum length ${maxLength}, stride ${stride}`).toEqual(expected);
      expect(dropped).toBe(0);
    }
  }
});

test('a window says where its tokens stand, and every token is in one', async () => {
  const pair = await encodePair('one two', 'a b c d e f g h i j');
  const { windows } = questionWindows(pair, { maxLength: 9, stride: 1, maxQuestionLength: 64 });
  expect(windows.map(({ span, before, ids }) => ({ span, before, tokens: tokenizer.tokens(ids) }))).toEqual([
    { span: [4, 8], before: 0, tokens: ['[CLS]', 'one', 'two', '[SEP]', 'a', 'b', 'c', 'd', '[SEP]'] },
    { span: [4, 8], before: 3, tokens: ['[CLS]', 'one', 'two', '[SEP]', 'd', 'e', 'f', 'g', '[SEP]'] },
    { span: [4, 8], before: 6, tokens: ['[CLS]', 'one', 'two', '[SEP]', 'g', 'h', 'i', 'j', '[SEP]'] },
  ]);
});

test('the place of no tokens is before the last special token', async () => {
  const { windows } = questionWindows(await encodePair('one two', ' '), {
    maxLength: 9,
    stride: 1,
    maxQuestionLength: 64,
  });
  expect(windows.map(({ span, before }) => ({ span, before }))).toEqual([{ span: [4, 4], before: 0 }]);
});

test('a long question is cut off at its end, and counted', async () => {
  const pair = await encodePair('one two three four five', 'a b c');
  const { windows, dropped } = questionWindows(pair, { maxLength: 8, stride: 1, maxQuestionLength: 3 });
  expect(windows.map(({ ids }) => tokenizer.tokens(ids).join(' '))).toEqual([
    '[CLS] one two three [SEP] a b [SEP]',
    '[CLS] one two three [SEP] b c [SEP]',
  ]);
  expect(dropped).toBe(2);
  expect(() => questionWindows(pair, { maxLength: 8, stride: 2, maxQuestionLength: 3 })).toThrow(UsageError);
  expect(() => questionWindows(pair, { maxLength: 8, stride: 0, maxQuestionLength: 64 })).toThrow(UsageError);
});

test('of a pair, the longer text is divided and the other repeated, at most half a window of it', async () => {
  const joined = async (first: string, second: string) => {
    const { windows, dropped } = textWindows(await encodePair(first, second), { maxLength: 9, stride: 1 });
    return { windows: windows.map(({ ids }) => tokenizer.tokens(ids).join(' ')), dropped };
  };
  expect(await joined('one two', 'a b c d e f')).toEqual({
    windows: ['[CLS] one two [SEP] a b c d [SEP]', '[CLS] one two [SEP] d e f [SEP]'],
    dropped: 0,
  });
  expect(await joined('a b c d e f', 'one two')).toEqual({
    windows: ['[CLS] a b c d [SEP] one two [SEP]', '[CLS] d e f [SEP] one two [SEP]'],
    dropped: 0,
  });
  expect(await joined('one two three four', 'a b c d')).toEqual({
    windows: ['[CLS] one two three [SEP] a b c [SEP]', '[CLS] one two three [SEP] c d [SEP]'],
    dropped: 1,
  });
  expect(await joined('a b c d e f g', '')).toEqual({
    windows: ['[CLS] a b c d e f [SEP] [SEP]', '[CLS] f g [SEP] [SEP]'],
    dropped: 0,
  });
  expect(await joined('', '')).toEqual({ windows: ['[CLS] [SEP] [SEP]'], dropped: 0 });
});

test('a pair that fits is left whole, whatever the lengths of its texts', async () => {
  const pair = await encodePair('a b c d e f', 'g');
  const { windows, dropped } = textWindows(pair, { maxLength: 10, stride: 1 });
  expect(windows.map(({ ids }) => [...ids])).toEqual([[...pair.ids]]);
  expect(dropped).toBe(0);
  const even = await encodePair('a b c d', 'e f g h i');
  expect(textWindows(even, { maxLength: 12, stride: 1 }).windows.map(({ ids }) => [...ids])).toEqual([[...even.ids]]);
});

describe('the answer in a window', () => {
  const context = 'Born in  Reykjavik, she left.';
  const targets = async (start: number, end: number, maxLength = 64) => {
    const { windows } = questionWindows(await encodePair('where', context), {
      maxLength,
      stride: 0,
      maxQuestionLength: 9,
    });
    return windows.map((window) => Object.values(answerTarget(window, { start, end })));
  };

  test('at the edges of the context', async () => {
    expect(tokenizer.tokens((await encodePair('where', context)).ids).slice(3)).toEqual([
      'born',
      'in',
      'reykjavik',
      ',',
      'she',
      'left',
      '.',
      '[SEP]',
    ]);
    expect(await targets(0, 4)).toEqual([[3, 3]]);
    expect(await targets(28, 29)).toEqual([[9, 9]]);
    expect(await targets(0, 29)).toEqual([[3, 9]]);
  });

  test('that begins or ends inside a token, or with a space', async () => {
    expect(await targets(11, 13)).toEqual([[5, 5]]);
    expect(await targets(7, 19)).toEqual([[5, 6]]);
    expect(await targets(9, 20)).toEqual([[5, 6]]);
  });

  test('that is only spaces, or empty, is none', async () => {
    expect(await targets(7, 9)).toEqual([[0, 0]]);
    expect(await targets(9, 9)).toEqual([[0, 0]]);
  });

  test('that a window cuts off is none there', async () => {
    expect(await targets(0, 4, 7)).toEqual([
      [3, 3],
      [0, 0],
      [0, 0],
    ]);
    expect(await targets(9, 23, 7)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(await targets(20, 23, 7)).toEqual([
      [0, 0],
      [4, 4],
      [0, 0],
    ]);
    expect(await targets(24, 29, 7)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});
