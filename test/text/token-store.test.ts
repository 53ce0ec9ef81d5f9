import { describe, expect, test } from 'vitest';
import { createTokenStore } from '../../src/text/token-store.ts';

/** Examples of 0 to 12 tokens whose ids reach both ends of the vocabulary. */
function examplesFor(vocabSize: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: (i * 5) % 13 }, (_, k) => (k % 2 === 0 ? (i * 31 + k) % vocabSize : vocabSize - 1 - (i % 7))),
  );
}

describe.each([
  ['16 bits', 65536, 2],
  ['32 bits', 65537, 4],
])('%s per token', (_, vocabSize, bytesPerToken) => {
  test.each([1, 2, 7, 64, 1 << 20])('examples come back whole across chunks of %i tokens', (chunkTokens) => {
    const examples = examplesFor(vocabSize, 200);
    const store = createTokenStore(vocabSize, chunkTokens);
    for (const ids of examples) store.add(ids);
    expect(store.length).toBe(200);
    expect(examples.map((_, i) => [...store.idsOf(i)])).toEqual(examples);
    expect(examples.map((_, i) => store.lengthOf(i))).toEqual(examples.map((ids) => ids.length));
    const totalTokens = examples.reduce((sum, ids) => sum + ids.length, 0);
    expect(store.totalTokens).toBe(totalTokens);
    const chunks = Math.ceil(totalTokens / chunkTokens);
    expect(store.bytes).toBe(chunks * chunkTokens * bytesPerToken + 65536 * 8);
  });
});

test('more examples than one chunk of offsets holds', () => {
  const store = createTokenStore(200_000);
  for (let i = 0; i < 140_000; i++) store.add(i % 3 === 0 ? [] : [i, i + 1]);
  for (const i of [0, 1, 65534, 65535, 65536, 65537, 131071, 131072, 139_999]) {
    expect([...store.idsOf(i)]).toEqual(i % 3 === 0 ? [] : [i, i + 1]);
  }
});

test('what comes back is a copy', () => {
  const store = createTokenStore(10);
  store.add([1, 2, 3]);
  store.idsOf(0).fill(9);
  expect(store.idsOf(0)).toEqual(Int32Array.of(1, 2, 3));
});

test('an id outside the vocabulary is refused and nothing of its example stays', () => {
  const store = createTokenStore(10, 2);
  store.add([1]);
  for (const wrong of [10, -1, 1.5, Number.NaN]) {
    expect(() => store.add([2, wrong])).toThrow(`token id ${wrong} is not in a vocabulary of 10`);
  }
  expect([store.length, store.totalTokens]).toEqual([1, 1]);
  expect([...store.seen]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  store.add(Int32Array.of(9, 0));
  expect([...store.idsOf(1)]).toEqual([9, 0]);
  expect([...store.seen]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test('an example that is not there is refused', () => {
  const store = createTokenStore(10);
  store.add([]);
  expect(store.idsOf(0)).toEqual(new Int32Array(0));
  for (const i of [1, -1, 0.5]) {
    expect(() => store.idsOf(i)).toThrow(`example ${i} is not in a store of 1`);
    expect(() => store.lengthOf(i)).toThrow(RangeError);
  }
});
