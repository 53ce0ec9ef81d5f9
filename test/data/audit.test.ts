import { describe, expect, it } from 'vitest';
import { createAudit } from '../../src/data/audit.ts';
import { createQuestionsAudit } from '../../src/data/audit-questions.ts';
import { createTokensAudit } from '../../src/data/audit-tokens.ts';
import { type AnyAuditReport, requireTrainable } from '../../src/data/trainable.ts';
import type { Example } from '../../src/data/types.ts';

describe('createAudit', () => {
  it('reports a classification data set', () => {
    const audit = createAudit({ task: 'sequence-classification', maxLength: 8, rareBelow: 2 });
    const add = (
      split: 'train' | 'validation' | 'test',
      line: number,
      text: string,
      label: string | null,
      tokens: number,
    ) => {
      const example: Example = { text, line };
      if (label !== null) example.label = label;
      audit.add(split, example, tokens);
    };
    add('train', 2, 'my card was stolen', 'card', 6);
    add('train', 3, 'my card was stolen ', 'card', 6); // a copy: blanks do not count
    add('train', 4, 'my card was stolen', 'fraud', 6); // a copy with another label
    add('train', 5, 'where is my transfer', 'transfer', 10); // 2 tokens lost
    add('train', 6, '  ', 'card', 2);
    add('train', 7, 'no label here', null, 5);
    add('validation', 8, 'where is my transfer', 'transfer', 10);
    add('validation', 9, 'an unseen one', 'unseen', 5);
    add('test', 10, 'an unseen one', 'unseen', 5);
    audit.refuse('train', { line: 11, reason: 'too few cells: 1, not 2' });
    expect(audit.report()).toEqual({
      kind: 'texts',
      task: 'sequence-classification',
      rows: { train: 6, validation: 2, test: 1, total: 9 },
      labels: [
        { label: 'card', train: 3, validation: 0, test: 0 },
        { label: 'transfer', train: 1, validation: 1, test: 0 },
        { label: 'unseen', train: 0, validation: 1, test: 1 },
        { label: 'fraud', train: 1, validation: 0, test: 0 },
      ],
      rowsWithOtherLabels: 0,
      labelsPerRow: null,
      numbers: null,
      imbalance: { largest: 'card', smallest: 'transfer', ratio: 3 },
      // Sorted lengths: 2 5 5 5 6 6 6 10 10.
      tokens: { p50: 6, p90: 10, p95: 10, p99: 10, max: 10, total: 55, maxLength: 8, truncatedRows: 2, lostTokens: 4 },
      emptyTexts: { count: 1, first: [{ split: 'train', line: 6 }] },
      unlabelled: { count: 1, first: [{ split: 'train', line: 7 }] },
      duplicates: {
        count: 2,
        first: [
          { split: 'train', line: 3, earlier: { split: 'train', line: 2 } },
          { split: 'train', line: 4, earlier: { split: 'train', line: 2 } },
        ],
      },
      conflicts: {
        count: 1,
        first: [{ split: 'train', line: 4, earlier: { split: 'train', line: 2 }, label: 'fraud' }],
      },
      overlap: {
        validationInTrain: 1,
        testInTrain: 0,
        testInValidation: 1,
        first: [
          { split: 'validation', line: 8, earlier: { split: 'train', line: 5 } },
          { split: 'test', line: 10, earlier: { split: 'validation', line: 9 } },
        ],
      },
      unseenLabels: [{ label: 'unseen', train: 0, validation: 1, test: 1 }],
      rareLabels: [
        { label: 'transfer', train: 1, validation: 1, test: 0 },
        { label: 'fraud', train: 1, validation: 0, test: 0 },
      ],
      rareBelow: 2,
      refused: { count: 1, first: [{ split: 'train', line: 11, reason: 'too few cells: 1, not 2' }] },
    });
  });

  it('reports numbers for regression', () => {
    const audit = createAudit({ task: 'regression', maxLength: 8 });
    [2, 4, 4, 4, 5, 5, 7, 9].forEach((label, i) => {
      audit.add('train', { text: `text ${i}`, label: String(label), line: i }, 4);
    });
    const report = audit.report();
    expect(report.numbers).toEqual({ count: 8, min: 2, max: 9, mean: 5, standardDeviation: 2 });
    expect([report.labels, report.imbalance]).toEqual([[], null]);
  });

  it('reports several labels a row', () => {
    const audit = createAudit({ task: 'multi-label', maxLength: 8, rareBelow: 2 });
    const add = (split: 'train' | 'test', line: number, text: string, labels?: string[]) =>
      audit.add(split, labels === undefined ? { text, line } : { text, labels, line }, 4);
    add('train', 1, 'a b', ['x', 'y']);
    add('train', 2, 'c d', ['x']);
    add('train', 3, 'a b', ['y', 'x']); // the same labels in another order
    add('train', 4, 'c d', []); // other labels: none
    add('train', 5, 'e f');
    add('test', 6, 'g h', ['z', 'x', 'y', 'w']);
    const report = audit.report();
    expect([report.kind, report.task, report.rows.total, report.imbalance, report.numbers]).toEqual([
      'texts',
      'multi-label',
      6,
      null,
      null,
    ]);
    expect(report.labels).toEqual([
      { label: 'x', train: 3, validation: 0, test: 1 },
      { label: 'y', train: 2, validation: 0, test: 1 },
      { label: 'w', train: 0, validation: 0, test: 1 },
      { label: 'z', train: 0, validation: 0, test: 1 },
    ]);
    expect(report.labelsPerRow).toEqual({
      mean: 9 / 5,
      max: 4,
      none: { count: 1, first: [{ split: 'train', line: 4 }] },
    });
    expect(report.unlabelled).toEqual({ count: 1, first: [{ split: 'train', line: 5 }] });
    expect(report.unseenLabels.map(({ label }) => label)).toEqual(['w', 'z']);
    expect(report.duplicates.count).toBe(2);
    expect(report.conflicts).toEqual({
      count: 1,
      first: [{ split: 'train', line: 4, earlier: { split: 'train', line: 2 }, label: '' }],
    });
  });

  it('a masked language model lacks no labels', () => {
    const audit = createAudit({ task: 'masked-lm', maxLength: 8 });
    audit.add('train', { text: 'a b', label: 'x', line: 1 }, 10);
    audit.add('train', { text: 'a b', line: 2 }, 4);
    const report = audit.report();
    expect([report.labels, report.unlabelled.count, report.conflicts.count, report.duplicates.count]).toEqual([
      [],
      0,
      0,
      1,
    ]);
  });

  it('gives examples of every pair of splits that overlap', () => {
    const audit = createAudit({ task: 'masked-lm', maxLength: 8 });
    for (const split of ['train', 'validation', 'test'] as const) {
      for (let i = 0; i < 8; i++) audit.add(split, { text: `text ${split === 'test' ? i + 4 : i}`, line: i + 1 }, 4);
    }
    for (let i = 8; i < 10; i++) audit.add('validation', { text: `text ${i}`, line: i + 1 }, 4);
    const { overlap } = audit.report();
    expect([overlap.validationInTrain, overlap.testInTrain, overlap.testInValidation]).toEqual([8, 4, 6]);
    expect(overlap.first.map((row) => `${row.split} ${row.earlier.split} ${row.line}`)).toEqual([
      ...[1, 2, 3, 4, 5].map((line) => `validation train ${line}`),
      ...[1, 2, 3, 4].map((line) => `test train ${line}`),
      ...[9, 10].map((line) => `validation test ${line}`),
    ]);
  });

  it('a pair is a copy only of the same pair', () => {
    const audit = createAudit({ task: 'regression', maxLength: 8 });
    audit.add('train', { text: 'ab', pair: 'c', line: 1 }, 4);
    audit.add('train', { text: 'a', pair: 'bc', line: 2 }, 4);
    audit.add('train', { text: 'abc', line: 3 }, 4);
    audit.add('train', { text: 'a', pair: 'bc', line: 4 }, 4);
    expect(audit.report().duplicates).toEqual({
      count: 1,
      first: [{ split: 'train', line: 4, earlier: { split: 'train', line: 2 } }],
    });
  });

  it('tells 200,000 different texts apart', () => {
    const audit = createAudit({ task: 'sequence-classification', maxLength: 8 });
    for (let i = 0; i < 200_000; i++) audit.add('train', { text: `text ${i}`, label: `${i % 2}`, line: i + 1 }, 4);
    audit.add('train', { text: 'text 17', label: '1', line: 200_001 }, 4);
    const report = audit.report();
    expect(report.duplicates).toEqual({
      count: 1,
      first: [{ split: 'train', line: 200_001, earlier: { split: 'train', line: 18 } }],
    });
    expect(report.conflicts.count).toBe(0);
  });
});

describe('requireTrainable', () => {
  const report = (task: 'sequence-classification' | 'regression', labels: (string | null)[]) => {
    const audit = createAudit({ task, maxLength: 8 });
    labels.forEach((label, i) => {
      audit.add('train', label === null ? { text: 'x', line: i } : { text: 'x', label, line: i }, 3);
    });
    return audit.report();
  };

  it.each<['sequence-classification' | 'regression', (string | null)[], string]>([
    ['sequence-classification', [], 'there are no rows to train on'],
    ['sequence-classification', [null, null], 'no row to train on has a label'],
    ['sequence-classification', ['a', 'a'], 'every row to train on has the label "a"'],
    ['sequence-classification', ['a', 'b', 'c'], 'every row has another label: nothing to learn from'],
    ['regression', [null], 'no row has a number as its label'],
    ['regression', ['3', '3.0'], 'every label is 3'],
  ])('%s of %o', (task, labels, message) => {
    expect(() => requireTrainable(report(task, labels), 'x.csv')).toThrow(message);
  });

  const tokens = (...tags: (string[] | undefined)[]) => {
    const audit = createTokensAudit({ maxLength: 8 });
    tags.forEach((of, line) => {
      const words = (of ?? ['w']).map((_, i) => `w${i}`);
      audit.add('train', of === undefined ? { words, line } : { words, tags: of, line }, { tokens: 3, cutWords: 0 });
    });
    return audit.report();
  };
  const questions = (...answers: ({ text: string; start: number }[] | undefined)[]) => {
    const audit = createQuestionsAudit({ maxLength: 8 });
    answers.forEach((of, line) => {
      const question = { id: `${line}`, question: 'q', context: 'c', line };
      const example = of === undefined ? question : { ...question, answers: of };
      audit.add('train', example, { tokens: 3, windows: 1, lostAnswer: false });
    });
    return audit.report();
  };
  const texts = (task: 'multi-label' | 'masked-lm', ...of: { text: string; labels?: string[] }[]) => {
    const audit = createAudit({ task, maxLength: 8 });
    of.forEach((example, line) => {
      audit.add('train', { ...example, line }, 3);
    });
    return audit.report();
  };

  it.each<[AnyAuditReport, string]>([
    [tokens(), 'there are no rows to train on'],
    [tokens(undefined), 'no sentence to train on has tags'],
    [tokens(['O', 'O'], ['O']), 'every word to train on has the tag "O"'],
    [questions(), 'there are no rows to train on'],
    [questions([], undefined), 'no question to train on has an answer'],
    [texts('multi-label', { text: 'x' }), 'no row to train on has a label'],
    [texts('multi-label', { text: 'x', labels: [] }), 'no row to train on has a label'],
    [texts('masked-lm', { text: ' ' }), 'every text is empty'],
  ])('%#: %s', (report, message) => {
    expect(() => requireTrainable(report, 'x')).toThrow(message);
  });

  it('lets good data pass', () => {
    requireTrainable(tokens(['O', 'B-X']), 'x');
    requireTrainable(questions([{ text: 'c', start: 0 }], []), 'x');
    requireTrainable(texts('multi-label', { text: 'x', labels: ['a'] }), 'x');
    requireTrainable(texts('masked-lm', { text: 'x' }), 'x');
    requireTrainable(report('sequence-classification', ['a', 'b', 'a']), 'x.csv');
    requireTrainable(report('regression', ['1', '2']), 'x.csv');
  });
});

describe('createTokensAudit', () => {
  it('reports tagged sentences', () => {
    const audit = createTokensAudit({ maxLength: 8, rareBelow: 2 });
    const length = { tokens: 5, cutWords: 0 };
    audit.add('train', { words: ['Ada', 'met', 'Bob'], tags: ['B-PER', 'O', 'B-PER'], line: 1 }, length);
    audit.add(
      'train',
      { words: ['in', 'New', 'York'], tags: ['O', 'B-LOC', 'I-LOC'], line: 5 },
      { tokens: 10, cutWords: 2 },
    );
    audit.add('train', { words: ['in', 'New', 'York'], tags: ['O', 'O', 'B-LOC'], line: 9 }, length);
    audit.add('train', { words: ['no', 'tags'], line: 13 }, { tokens: 4, cutWords: 0 });
    const notes = [
      { kind: 'scheme' as const, line: 18, reason: 'I-ORG after O' },
      { kind: 'scheme' as const, line: 19, reason: 'I-LOC after B-ORG' },
      { kind: 'cut-word' as const, reason: 'inside a word' },
    ];
    audit.add('validation', { words: ['EU', 'UN'], tags: ['B-ORG', 'B-LOC'], line: 17, notes }, length);
    audit.add('test', { words: ['Ada', 'met', 'Bob'], tags: ['B-PER', 'O', 'B-PER'], line: 3 }, length);
    audit.refuse('test', { line: 7, reason: 'there is no word' });
    expect(audit.report()).toEqual({
      kind: 'tokens',
      rows: { train: 4, validation: 1, test: 1, total: 6 },
      words: { train: 11, validation: 2, test: 3, total: 16 },
      entities: [
        { label: 'PER', train: 2, validation: 0, test: 2 },
        { label: 'LOC', train: 2, validation: 1, test: 0 },
        { label: 'ORG', train: 0, validation: 1, test: 0 },
      ],
      tags: [
        { label: 'O', train: 4, validation: 0, test: 1 },
        { label: 'B-PER', train: 2, validation: 0, test: 2 },
        { label: 'B-LOC', train: 2, validation: 1, test: 0 },
        { label: 'B-ORG', train: 0, validation: 1, test: 0 },
        { label: 'I-LOC', train: 1, validation: 0, test: 0 },
      ],
      tokens: { p50: 5, p90: 10, p95: 10, p99: 10, max: 10, total: 34, maxLength: 8, truncatedRows: 1, lostTokens: 2 },
      cutWords: { words: 2, sentences: { count: 1, first: [{ split: 'train', line: 5, words: 2 }] } },
      unlabelled: { count: 1, first: [{ split: 'train', line: 13 }] },
      notes: {
        scheme: {
          count: 2,
          first: [
            { split: 'validation', line: 18, reason: 'I-ORG after O' },
            { split: 'validation', line: 19, reason: 'I-LOC after B-ORG' },
          ],
        },
        'cut-word': { count: 1, first: [{ split: 'validation', line: 17, reason: 'inside a word' }] },
        offset: { count: 0, first: [] },
      },
      unseenTags: [{ label: 'B-ORG', train: 0, validation: 1, test: 0 }],
      rare: [],
      rareBelow: 2,
      duplicates: { count: 1, first: [{ split: 'train', line: 9, earlier: { split: 'train', line: 5 } }] },
      conflicts: { count: 1, first: [{ split: 'train', line: 9, earlier: { split: 'train', line: 5 } }] },
      overlap: {
        validationInTrain: 0,
        testInTrain: 1,
        testInValidation: 0,
        first: [{ split: 'test', line: 3, earlier: { split: 'train', line: 1 } }],
      },
      refused: { count: 1, first: [{ split: 'test', line: 7, reason: 'there is no word' }] },
    });
  });

  it('plain tags have no entities', () => {
    const audit = createTokensAudit({ maxLength: 8 });
    audit.add('train', { words: ['a', 'b'], tags: ['NOUN', 'VERB'], line: 1 }, { tokens: 4, cutWords: 0 });
    const report = audit.report();
    expect([report.entities, report.rare.map(({ label }) => label)]).toEqual([[], ['NOUN', 'VERB']]);
  });
});

describe('createQuestionsAudit', () => {
  it('reports questions', () => {
    const audit = createQuestionsAudit({ maxLength: 384, places: 'questions' });
    const one = { tokens: 100, windows: 1, lostAnswer: false };
    const answers = [{ text: 'c', start: 0 }];
    audit.add('train', { id: 'a', question: 'who?', context: 'c d', answers, line: 1 }, one);
    audit.add('train', { id: 'b', question: 'when?', context: 'c d', answers: [], line: 2 }, one);
    const notes = [
      { kind: 'offset' as const, reason: 'moved' },
      { kind: 'duplicate-id' as const, reason: 'twice' },
    ];
    audit.add('train', { id: 'a', question: 'who?', context: 'c d', answers, line: 3, notes }, one);
    audit.add(
      'train',
      { id: 'd', question: 'what?', context: 'e f', answers, line: 4 },
      { tokens: 900, windows: 3, lostAnswer: true },
    );
    audit.add('validation', { id: 'e', question: 'how?', context: 'c d', line: 1 }, one);
    audit.refuse('validation', { line: 2, reason: 'its context is empty' });
    expect(audit.report()).toEqual({
      kind: 'questions',
      places: 'questions',
      rows: { train: 4, validation: 1, test: 0, total: 5 },
      contexts: { train: 2, validation: 1, test: 0, total: 3 },
      answerable: { train: 3, validation: 0, test: 0, total: 3 },
      unanswerable: { train: 1, validation: 0, test: 0, total: 1 },
      tokens: {
        p50: 100,
        p90: 900,
        p95: 900,
        p99: 900,
        max: 900,
        total: 1300,
        maxLength: 384,
        truncatedRows: 1,
        lostTokens: 516,
      },
      windows: { total: 7, most: 3, divided: 1 },
      lostAnswers: { count: 1, first: [{ split: 'train', line: 4, id: 'd' }] },
      unlabelled: { count: 1, first: [{ split: 'validation', line: 1 }] },
      notes: {
        offset: { count: 1, first: [{ split: 'train', line: 3, reason: 'moved' }] },
        answer: { count: 0, first: [] },
        'no-answer': { count: 0, first: [] },
        'duplicate-id': { count: 1, first: [{ split: 'train', line: 3, reason: 'twice' }] },
      },
      duplicates: { count: 1, first: [{ split: 'train', line: 3, earlier: { split: 'train', line: 1 } }] },
      overlap: {
        validationInTrain: 1,
        testInTrain: 0,
        testInValidation: 0,
        first: [{ split: 'validation', line: 1, earlier: { split: 'train', line: 1 } }],
      },
      refused: { count: 1, first: [{ split: 'validation', line: 2, reason: 'its context is empty' }] },
    });
  });
});
