import { expect, test } from 'vitest';
import { type Masking, maskTokens, NOT_PREDICTED } from '../../src/text/masking.ts';

const [pad, unk, cls, sep, mask] = [0, 1, 2, 3, 4];
const masking: Masking = { special: new Set([pad, unk, cls, sep, mask]), maskId: mask, vocabSize: 1000 };
const key = { seed: 7, step: 11, site: 3 };

/** [CLS], `words` ordinary tokens, [SEP]. */
const sequence = (tokens: number, from = 100) =>
  Int32Array.from({ length: tokens + 2 }, (_, i) => (i === 0 ? cls : i === tokens + 1 ? sep : from + ((i * 37) % 700)));

/** How often something with this probability may happen in so many draws: within 5 standard deviations. */
function expectShare(count: number, draws: number, probability: number, what: string): void {
  const deviation = Math.sqrt(draws * probability * (1 - probability));
  expect(Math.abs(count - draws * probability), `${what}: ${count} of ${draws}`).toBeLessThan(5 * deviation);
}

test('15 % of a million tokens are chosen; of these 80 % masked, 10 % replaced, 10 % kept', () => {
  const counts = { tokens: 0, chosen: 0, masked: 0, kept: 0, replaced: 0 };
  const replacements = new Uint32Array(masking.vocabSize);
  const ids = sequence(500);
  for (let step = 0; step < 2000; step++) {
    const result = maskTokens(ids, masking, { ...key, step });
    for (let i = 0; i < ids.length; i++) {
      if (result.labels[i] === NOT_PREDICTED) {
        if (result.ids[i] !== ids[i]) throw new Error(`a token that was not chosen changed at ${i}`);
        continue;
      }
      if (result.labels[i] !== ids[i]) throw new Error(`the label at ${i} is not the token`);
      counts.chosen++;
      if (result.ids[i] === mask) counts.masked++;
      else if (result.ids[i] === ids[i]) counts.kept++;
      else {
        counts.replaced++;
        replacements[result.ids[i]!]!++;
      }
    }
    counts.tokens += 500;
  }
  expect(counts.tokens).toBe(1_000_000);
  expectShare(counts.chosen, counts.tokens, 0.15, 'chosen');
  expectShare(counts.masked, counts.chosen, 0.8, 'masked');
  // A random token is the same one once in 995 times.
  expectShare(counts.replaced, counts.chosen, 0.1 * (994 / 995), 'replaced');
  expectShare(counts.kept, counts.chosen, 0.1 + 0.1 / 995, 'kept');
  // Every token but the special ones comes up, evenly.
  for (let id = 0; id < masking.vocabSize; id++) {
    if (masking.special.has(id)) expect(replacements[id], `special token ${id}`).toBe(0);
    else expectShare(replacements[id]!, counts.replaced, 1 / 995, `token ${id}`);
  }
});

test('shares can be set', () => {
  const ids = sequence(2000);
  const all = maskTokens(ids, { ...masking, probability: 1, maskShare: 1, randomShare: 0 }, key);
  expect([...all.ids]).toEqual([cls, ...new Array(2000).fill(mask), sep]);
  expect([...all.labels]).toEqual([NOT_PREDICTED, ...ids.slice(1, -1), NOT_PREDICTED]);
  const kept = maskTokens(ids, { ...masking, probability: 1, maskShare: 0, randomShare: 0 }, key);
  expect([...kept.ids]).toEqual([...ids]);
  expect([...kept.labels]).toEqual([...all.labels]);
  const none = maskTokens(ids, { ...masking, probability: 0 }, key);
  expect([...none.ids]).toEqual([...ids]);
  expect(new Set(none.labels)).toEqual(new Set([NOT_PREDICTED]));
  const half = maskTokens(ids, { ...masking, probability: 0.5 }, key);
  expectShare(half.labels.filter((label) => label !== NOT_PREDICTED).length, 2000, 0.5, 'chosen');
});

test('the same key gives the same masks, another key others', () => {
  const ids = sequence(200);
  const masksOf = (changed: object) => {
    const { ids: masked, labels } = maskTokens(ids, masking, { ...key, ...changed });
    return [[...masked], [...labels]];
  };
  const first = masksOf({});
  expect(masksOf({})).toEqual(first);
  expect(masksOf({ step: 12 })).not.toEqual(first);
  expect(masksOf({ seed: 8 })).not.toEqual(first);
  expect(masksOf({ site: 4 })).not.toEqual(first);
  expect([...ids]).toEqual([...sequence(200)]);
});

test('special tokens are never chosen, wherever they stand', () => {
  const ids = Int32Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? [pad, unk, cls, sep, mask][i % 5]! : 500));
  const { ids: masked, labels } = maskTokens(ids, { ...masking, probability: 1 }, key);
  ids.forEach((id, i) => {
    expect(labels[i], `position ${i}`).toBe(id === 500 ? 500 : NOT_PREDICTED);
    if (id !== 500) expect(masked[i]).toBe(id);
  });
});

test('whole words are chosen together, and still 15 % of the tokens', () => {
  const isContinuation = (id: number) => id >= 900;
  // Words of one, two, three and four tokens.
  const words = [[100], [101, 901], [102, 902, 903], [103, 904, 905, 906]];
  const tokens = Array.from({ length: 25 }, () => words.flat()).flat();
  const ids = Int32Array.from([cls, ...tokens, sep]);
  let chosen = 0;
  let wordsChosen = 0;
  const fates = { masked: 0, kept: 0 };
  for (let step = 0; step < 4000; step++) {
    const result = maskTokens(ids, { ...masking, isContinuation }, { ...key, step });
    for (let i = 1; i < ids.length - 1; i++) {
      const isChosen = result.labels[i] !== NOT_PREDICTED;
      if (isContinuation(ids[i]!)) {
        if (isChosen !== (result.labels[i - 1] !== NOT_PREDICTED)) throw new Error(`a word was divided at ${i}`);
      } else if (isChosen) wordsChosen++;
      if (!isChosen) continue;
      chosen++;
      if (result.ids[i] === mask) fates.masked++;
      if (result.ids[i] === ids[i]) fates.kept++;
    }
  }
  expectShare(wordsChosen, 100 * 4000, 0.15, 'words');
  // A word of n tokens adds n or nothing: the variance of a million tokens in words of 1 to 4 is 3 times that of singles.
  const deviation = Math.sqrt(1_000_000 * 3 * 0.15 * 0.85);
  expect(Math.abs(chosen - 150_000)).toBeLessThan(5 * deviation);
  expectShare(fates.masked, chosen, 0.8, 'masked');
  expectShare(fates.kept, chosen, 0.1 + 0.1 / 995, 'kept');
});

test('a continuation without a beginning is a word, and a special token ends one', () => {
  const isContinuation = (id: number) => id >= 900;
  const ids = Int32Array.from([cls, 901, 902, unk, 903, sep]);
  const seen = new Set<string>();
  for (let step = 0; step < 200; step++) {
    const { labels } = maskTokens(ids, { ...masking, probability: 0.5, isContinuation }, { ...key, step });
    seen.add([...labels].map((label) => (label === NOT_PREDICTED ? '.' : 'x')).join(''));
  }
  expect([...seen].sort()).toEqual(['......', '....x.', '.xx...', '.xx.x.']);
});

test('shares that are no probabilities are refused', () => {
  for (const wrong of [
    { probability: 1.5 },
    { maskShare: -0.1 },
    { maskShare: 0.8, randomShare: 0.3 },
    { probability: NaN },
  ]) {
    expect(() => maskTokens(sequence(3), { ...masking, ...wrong }, key)).toThrow(RangeError);
  }
  expect(() => maskTokens(sequence(3), { ...masking, vocabSize: 5 }, key)).toThrow(RangeError);
});
