import { describe, expect, it } from 'vitest';
import { stratifiedSplit } from '../../src/data/split.ts';
import { rarestLabels, splitKeyOf, splitLabelsOf } from '../../src/data/split-key.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';

describe('what a split goes by', () => {
  it('keeps equal texts, sentences and contexts together', () => {
    const question = (context: string, text: string) => splitKeyOf({ id: text, question: text, context, line: 1 });
    expect(question('a b', 'who?')).toBe(question('a b', 'when?'));
    expect(question('a b', 'who?')).not.toBe(question('a c', 'who?'));
    const words = (...list: string[]) => splitKeyOf({ words: list, tags: list, line: list.length });
    expect(words('a', 'b')).toBe(splitKeyOf({ words: ['a', 'b'], line: 9 }));
    expect(words('a', 'b')).not.toBe(words('a', 'c'));
    expect(splitKeyOf({ text: 'a', pair: 'b', line: 1 })).toBe(
      splitKeyOf({ text: ' a', pair: 'b ', label: 'x', line: 2 }),
    );
    expect(splitKeyOf({ text: 'a', pair: 'b', line: 1 })).not.toBe(splitKeyOf({ text: 'a', line: 1 }));
  });

  it('counts labels, types of entities, plain tags', () => {
    expect(splitLabelsOf({ text: 'a', label: 'x', line: 1 })).toEqual(['x']);
    expect(splitLabelsOf({ text: 'a', labels: ['x', 'y'], line: 1 })).toEqual(['x', 'y']);
    expect(splitLabelsOf({ text: 'a', line: 1 })).toEqual([]);
    expect(splitLabelsOf({ words: ['a', 'b', 'c'], tags: ['B-X', 'I-X', 'B-X'], line: 1 })).toEqual(['X']);
    expect(splitLabelsOf({ words: ['a', 'b'], tags: ['NOUN', 'NOUN'], line: 1 })).toEqual(['NOUN']);
    expect(splitLabelsOf({ words: ['a'], tags: ['O'], line: 1 })).toEqual([]);
    expect(splitLabelsOf({ id: 'q', question: 'q', context: 'c', answers: [], line: 1 })).toEqual([]);
  });

  it('the rarest label is the class of a row', () => {
    expect([...rarestLabels([[0], [0, 1], [], [2, 1, 0], [0], [3, 2]])]).toEqual([1, 2, 0, 2, 1, 4]);
  });

  it('shares rare labels out as the frequent ones', () => {
    const random = randomIntegers({ seed: 1, step: 0, site: 0 });
    // Label k applies to about one row in 2^k.
    const rows = Array.from({ length: 4000 }, () =>
      [0, 1, 2, 3, 4, 5].filter((label) => randomBelow(random, 2 ** (label + 1)) === 0),
    );
    const sides = stratifiedSplit(rows.length, rarestLabels(rows), { validation: 0.2 }, 42);
    for (let label = 0; label < 6; label++) {
      const all = rows.filter((labels) => labels.includes(label)).length;
      const held = rows.filter((labels, i) => labels.includes(label) && sides[i] === 1).length;
      expect(Math.abs(held / all - 0.2), `label ${label}: ${held} of ${all}`).toBeLessThan(0.03);
    }
  });
});
