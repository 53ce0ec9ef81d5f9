import { describe, expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';

/** What follows from the text of the official scorers, evaluate-v1.1.py and evaluate-v2.0.py. */

test.each([
  ['The  Denver Broncos.', 'denver broncos'],
  ['an apple a day', 'apple day'],
  ['theatre banana', 'theatre banana'],
  ['U.S.A.', 'usa'],
  ['rock-n-roll', 'rocknroll'],
  // Punctuation goes first, so that words which it parts become one.
  ['the-end', 'theend'],
  ['“the” end', '“ ” end'],
  ['A', ''],
  ['e\u0301 a\u0301', 'e\u0301 \u0301'],
  ['a\u00a0b\u001cc\ufeffd', 'b c\ufeffd'],
  ['ΟΔΟΣ', 'οδος'],
  ['İ', 'i\u0307'],
])('%j is compared as %j', (answer, expected) => expect(metrics.normalizeAnswer(answer)).toBe(expected));

describe('one question', () => {
  test('the best gold answer counts, for each score by itself', () => {
    const gold = ['Denver Broncos', 'the Broncos of Denver, Colorado'];
    expect(metrics.squadScores(gold, 'denver broncos!')).toEqual({ exactMatch: 1, f1: 1 });
    expect(metrics.squadScores(gold, 'Broncos of Denver')).toEqual({ exactMatch: 0, f1: expect.closeTo(6 / 7, 12) });
    expect(metrics.squadScores(gold, '')).toEqual({ exactMatch: 0, f1: 0 });
  });

  test('a word counts as often as both have it', () => {
    expect(metrics.squadScores(['one two two'], 'two two two').f1).toEqual(expect.closeTo(2 / 3, 12));
    expect(metrics.squadScores(['__proto__ x'], 'y').f1).toBe(0);
    expect(metrics.squadScores(['constructor x'], 'constructor y').f1).toBe(0.5);
  });

  test('answers without words', () => {
    // In v1.1 two such answers match exactly and yet have F1 0.
    expect(metrics.squadScores(['A'], 'the')).toEqual({ exactMatch: 1, f1: 0 });
    expect(metrics.squadScores(['A'], '', '2.0')).toEqual({ exactMatch: 1, f1: 1 });
    expect(metrics.squadScores([], '', '2.0')).toEqual({ exactMatch: 1, f1: 1 });
    expect(metrics.squadScores([], 'the', '2.0')).toEqual({ exactMatch: 1, f1: 1 });
    expect(metrics.squadScores([], 'Denver', '2.0')).toEqual({ exactMatch: 0, f1: 0 });
    expect(metrics.squadScores(['A', 'Denver'], '', '2.0')).toEqual({ exactMatch: 0, f1: 0 });
  });

  test('v1.1 has an answer for every question', () => {
    expect(() => metrics.squadScores([], 'x')).toThrow(
      new RangeError('a question has no gold answer: SQuAD v1.1 has one for each; score it as version 2.0'),
    );
  });
});

describe('many questions', () => {
  /** Right, wrong, and unanswerable but answered, with rising no-answer scores. */
  function scored(options: Omit<metrics.SquadOptions, 'version'>, scores: (number | undefined)[]) {
    const scorer = metrics.createSquadScorer({ version: '2.0', ...options });
    scorer.add(['Denver'], 'Denver', scores[0]);
    scorer.add(['Denver Broncos'], 'Broncos', scores[1]);
    scorer.add([], 'Denver', scores[2]);
    return scorer.result();
  }

  test('parts, and the best thresholds', () => {
    expect(scored({}, [0.1, 0.2, 0.9])).toEqual({
      exactMatch: expect.closeTo(100 / 3, 10),
      f1: expect.closeTo(500 / 9, 10),
      total: 3,
      hasAns: { exactMatch: 50, f1: expect.closeTo(250 / 3, 10), total: 2 },
      noAns: { exactMatch: 0, f1: 0, total: 1 },
      best: {
        exactMatch: expect.closeTo(200 / 3, 10),
        exactMatchThreshold: 0.1,
        f1: expect.closeTo((100 * (1 + 2 / 3 + 1)) / 3, 10),
        f1Threshold: 0.2,
      },
    });
  });

  test('above the threshold a question counts as unanswered', () => {
    const { exactMatch, f1, noAns } = scored({ noAnswerThreshold: 0.2 }, [0.1, 0.2, 0.9]);
    expect([exactMatch, noAns]).toEqual([expect.closeTo(200 / 3, 10), { exactMatch: 100, f1: 100, total: 1 }]);
    expect(f1).toEqual(expect.closeTo((100 * (1 + 2 / 3 + 1)) / 3, 10));
  });

  test('scores that can be negative need a lowest threshold, since 0 would answer some', () => {
    const scores = [-5, -4, -9];
    const best = (lowestThreshold?: number) => scored({ lowestThreshold }, scores).best!;
    // Answering nothing at all is right once; answering all is right once exactly, 5/3 times by F1.
    expect(best().exactMatchThreshold).toBe(0);
    expect(best(Number.NEGATIVE_INFINITY).exactMatchThreshold).toBe(Number.NEGATIVE_INFINITY);
    expect(best(Number.NEGATIVE_INFINITY).f1Threshold).toBe(-4);
  });

  test('without a score for each question there is no threshold', () => {
    expect(scored({}, [0.1, undefined, 0.9]).best).toBeUndefined();
    expect(() => scored({}, [Number.NaN, 0, 0])).toThrow('the no-answer score of question 0 is NaN');
  });

  test('none at all', () => {
    for (const version of ['1.1', '2.0'] as const) {
      const { value, undefinedBecause } = metrics.withReasons(metrics.createSquadScorer({ version }).result);
      expect(value).toEqual({ exactMatch: Number.NaN, f1: Number.NaN, total: 0 });
      expect(undefinedBecause).toEqual(['exactMatch: no question was added', 'f1: no question was added']);
    }
  });
});
