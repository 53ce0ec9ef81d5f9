import { expect, test } from 'vitest';
import { joinWindows } from '../../../src/tasks/decode/join-windows.ts';
import { textWindows, type Window } from '../../../src/text/windows.ts';
import { modelFolder, readTokenizer } from '../../text/tokenizer-fixtures.ts';

const tokenizer = readTokenizer(modelFolder('minilm-l6-h384-uncased')!);

/** Two outputs per token: the window it was in, and its position there. */
const traced = (windows: Window[]) =>
  windows.map(({ ids }, w) => Float32Array.from({ length: ids.length * 2 }, (_, i) => (i % 2 === 0 ? w : (i - 1) / 2)));

const join = async (text: string, maxLength: number, stride: number) => {
  const encoding = await tokenizer.encode(text, { offsets: true });
  const { windows } = textWindows(encoding, { maxLength, stride });
  const joined = joinWindows(windows, traced(windows));
  const sources = Array.from({ length: joined.ids.length }, (_, i) => joined.logits[2 * i]!);
  return { encoding, windows, joined, sources };
};

test('every token is there once, in order, as if the text had not been divided', async () => {
  const text = 'Ein naïve 😀 text 東京, unaffably long: '.repeat(12);
  for (const [maxLength, stride] of [
    [512, 0],
    [20, 0],
    [20, 5],
    [20, 17],
    [3, 0],
  ]) {
    const { encoding, windows, joined } = await join(text, maxLength!, stride!);
    expect([...joined.ids]).toEqual([...encoding.ids.slice(1, -1)]);
    expect(joined.offsets).toEqual(encoding.offsets.slice(1, -1));
    expect(joined.wordIds).toEqual(encoding.wordIds.slice(1, -1));
    expect(joined.firstIndex).toBe(1);
    // The outputs are those of the same token in the window they say they come from.
    joined.ids.forEach((_, i) => {
      const [w, position] = [joined.logits[2 * i]!, joined.logits[2 * i + 1]!];
      const { span, before } = windows[w]!;
      expect(before + position - span[0]).toBe(i);
    });
  }
});

test('a token comes from the window in which it is farther from where the text is cut off', async () => {
  const { windows, sources } = await join('a b c d e f g h i j k l', 10, 4);
  expect(windows.map(({ before }) => before)).toEqual([0, 4]);
  // The windows share e f g h: of these the first has 3 2 1 0 tokens after them, the second 0 1 2 3 before.
  expect(sources).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
});

test("the text's own ends cut nothing off, and on a tie the earlier window counts", async () => {
  const { sources } = await join('a b c d e f g', 7, 3);
  // [a b c d e] and [c d e f g] share c d e: 2 1 0 after, 0 1 2 before.
  expect(sources).toEqual([0, 0, 0, 0, 1, 1, 1]);
});

test('more than two windows over a token', async () => {
  const { windows, sources } = await join('a b c d e f g', 7, 4);
  expect(windows.map(({ before }) => before)).toEqual([0, 1, 2]);
  // a to e, b to f, c to g.
  expect(sources).toEqual([0, 0, 0, 1, 2, 2, 2]);
});

test('a text without tokens', async () => {
  const { joined } = await join('', 7, 3);
  expect([joined.ids.length, joined.offsets.length, joined.logits.length]).toEqual([0, 0, 0]);
});
