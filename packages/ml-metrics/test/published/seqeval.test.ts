import { describe, expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';

/** Situations that seqeval's own tests publish (tests/, version 1.2.2), put in our terms. */

const spans = (tags: string, reading?: metrics.TagReading) =>
  metrics.entitySpans(tags === '' ? [] : tags.split(' '), reading).map(({ type, start, end }) => [type, start, end]);

test('conlleval: entities begin and end where the tags allow it, in any scheme', () => {
  expect(spans('O O O B-MISC I-MISC I-MISC O B-PER I-PER')).toEqual([
    ['MISC', 3, 6],
    ['PER', 7, 9],
  ]);
  expect(spans('O O O B I I O')).toEqual([['_', 3, 6]]);
  expect(spans('I-PER I-ORG O I-ORG')).toEqual([
    ['PER', 0, 1],
    ['ORG', 1, 2],
    ['ORG', 3, 4],
  ]);
  expect(spans('B-ORG-COMPANY I-ORG-COMPANY')).toEqual([['ORG-COMPANY', 0, 2]]);
  expect(spans('E-PER E-PER S-PER I-PER')).toEqual([
    ['PER', 0, 1],
    ['PER', 1, 2],
    ['PER', 2, 3],
    ['PER', 3, 4],
  ]);
});

const strict: Record<metrics.TagScheme, [tags: string, expected: [string, number, number][]][]> = {
  IOB1: [
    ['', []],
    ['B-PER', []],
    ['I-PER', [['PER', 0, 1]]],
    ['O I-PER', [['PER', 1, 2]]],
    ['O B-PER', []],
    ['I-PER I-PER', [['PER', 0, 2]]],
    [
      'I-PER I-ORG',
      [
        ['PER', 0, 1],
        ['ORG', 1, 2],
      ],
    ],
    [
      'I-PER B-PER',
      [
        ['PER', 0, 1],
        ['PER', 1, 2],
      ],
    ],
    ['I-PER B-ORG', [['PER', 0, 1]]],
    ['B-PER I-PER', [['PER', 1, 2]]],
    ['B-PER I-ORG', [['ORG', 1, 2]]],
    ['B-PER B-PER', [['PER', 1, 2]]],
    ['B-PER B-ORG', []],
    ['B I', [['_', 1, 2]]],
  ],
  IOB2: [
    ['', []],
    ['B-PER', [['PER', 0, 1]]],
    ['I-PER', []],
    ['O I-PER', []],
    ['I-PER I-PER', []],
    ['I-PER B-ORG', [['ORG', 1, 2]]],
    ['B-PER O', [['PER', 0, 1]]],
    ['B-PER I-PER', [['PER', 0, 2]]],
    ['B-PER I-ORG', [['PER', 0, 1]]],
    [
      'B-PER B-PER',
      [
        ['PER', 0, 1],
        ['PER', 1, 2],
      ],
    ],
    ['B I', [['_', 0, 2]]],
  ],
  IOBES: [
    ['', []],
    ['I-PER', []],
    ['B-PER', []],
    ['E-PER', []],
    ['S-PER', [['PER', 0, 1]]],
    ['I-PER S-PER', [['PER', 1, 2]]],
    ['B-PER O', []],
    ['B-PER I-PER', []],
    ['B-PER E-PER', [['PER', 0, 2]]],
    ['B-PER I-PER E-PER', [['PER', 0, 3]]],
    ['B-PER E-ORG', []],
    ['B-PER S-PER', [['PER', 1, 2]]],
    ['S-PER I-PER', [['PER', 0, 1]]],
    ['S-PER E-PER', [['PER', 0, 1]]],
    [
      'S-PER S-PER',
      [
        ['PER', 0, 1],
        ['PER', 1, 2],
      ],
    ],
    ['B E', [['_', 0, 2]]],
  ],
};

describe.each(Object.entries(strict) as [metrics.TagScheme, (typeof strict)['IOB1']][])(
  'strict %s',
  (scheme, cases) => {
    test.each(cases)('%j', (tags, expected) => expect(spans(tags, { mode: 'strict', scheme })).toEqual(expected));
  },
);

test.each([
  ['IOB1', 'E'],
  ['IOB1', 'S'],
  ['IOB2', 'E'],
  ['IOB2', 'S-PER'],
  ['IOBES', 'L-PER'],
] as const)('%s has no tag %s', (scheme, tag) => {
  for (const mode of ['strict', 'conlleval'] as const) {
    expect(() => metrics.entitySpans(['O', tag], { mode, scheme })).toThrow(
      `tag 1 is "${tag}": expected O, or one of B, I`,
    );
  }
});

test.each(['', 'MISC', 'BPER', 'O-PER', 'o', 'b-PER'])('"%s" is no tag', (tag) => {
  expect(() => metrics.entitySpans([tag])).toThrow(
    new RangeError(`tag 0 is "${tag}": expected O, or one of B, I, E, S with a type, as in B-PER`),
  );
});

test('what conlleval takes as an entity, strict reading does not', () => {
  const f1 = (reading: metrics.TagReading) => {
    const { micro, macro, weighted, perType } = metrics.entityScores(
      [['B-ORG', 'I-ORG']],
      [['I-ORG', 'I-ORG']],
      reading,
    );
    return [micro, macro, weighted, ...perType].map((scores) => scores.f1);
  };
  expect(f1({})).toEqual([1, 1, 1, 1]);
  expect(f1({ mode: 'strict', scheme: 'IOB2' })).toEqual([0, 0, 0, 0]);
});

describe('three types, one of them only predicted', () => {
  const gold = [['B-A', 'B-B', 'O', 'B-A']];
  const predicted = [['O', 'B-B', 'B-C', 'B-A']];
  const scores = metrics.entityScores(gold, predicted, { mode: 'strict', scheme: 'IOB2' }, { zeroDivision: 0 });

  test('scores', () => {
    expect(scores).toEqual({
      sentences: 1,
      tokens: 4,
      tokenAccuracy: 0.5,
      perType: [
        { type: 'A', precision: 1, recall: 0.5, f1: 2 / 3, support: 2, predicted: 1, correct: 1 },
        { type: 'B', precision: 1, recall: 1, f1: 1, support: 1, predicted: 1, correct: 1 },
        { type: 'C', precision: 0, recall: 0, f1: 0, support: 0, predicted: 1, correct: 0 },
      ],
      micro: { precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 },
      macro: { precision: 2 / 3, recall: 0.5, f1: expect.closeTo(5 / 9, 12), support: 3 },
      weighted: { precision: 1, recall: expect.closeTo(2 / 3, 12), f1: expect.closeTo(7 / 9, 12), support: 3 },
    });
  });

  test('report', () => {
    expect(metrics.entityReport(scores)).toBe(`              precision    recall  f1-score   support

           A       1.00      0.50      0.67         2
           B       1.00      1.00      1.00         1
           C       0.00      0.00      0.00         0

   micro avg       0.67      0.67      0.67         3
   macro avg       0.67      0.50      0.56         3
weighted avg       1.00      0.67      0.78         3
`);
  });

  test('a recall without gold is undefined, and says so', () => {
    const reasons: metrics.UndefinedMetric[] = [];
    const { perType, macro } = metrics.entityScores(gold, predicted, {}, { onUndefined: (what) => reasons.push(what) });
    expect([perType[2]!.recall, perType[2]!.f1, macro.recall]).toEqual([Number.NaN, 0, 0.75]);
    expect(reasons).toEqual([{ metric: 'recall', of: 'type C', reason: 'gold does not have it' }]);
  });
});

test('no entity at all', () => {
  const { value, undefinedBecause } = metrics.withReasons((options) =>
    metrics.entityScores([['O']], [['O']], {}, options),
  );
  expect(value.micro).toEqual({ precision: Number.NaN, recall: Number.NaN, f1: Number.NaN, support: 0 });
  expect(undefinedBecause).toContain('f1 of all together: neither gold nor predicted has it');
  const zero = metrics.entityScores([['O']], [['O']], {}, { zeroDivision: 0 });
  expect([zero.micro.f1, zero.macro.f1, zero.weighted.f1]).toEqual([0, 0, 0]);
});

test('sentences and tags must pair up', () => {
  expect(() => metrics.entityScores([['O']], [[]])).toThrow('a sentence has 1 gold tags and 0 predicted ones');
  expect(() => metrics.entityScores([['O'], []], [['O']])).toThrow('there are 2 sentences in gold and 1 in predicted');
});

test('types are sorted by code point, beyond the basic plane too', () => {
  const tags = [['B-ﬁ', 'B-𝔸', 'B-Z', 'B-a']];
  expect(metrics.entityScores(tags, tags).perType.map(({ type }) => type)).toEqual(['Z', 'a', 'ﬁ', '𝔸']);
});
