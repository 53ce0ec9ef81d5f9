import { describe, expect, it } from 'vitest';
import { createAudit } from '../../src/data/audit.ts';
import { requireTrainable } from '../../src/data/trainable.ts';
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
      task: 'sequence-classification',
      rows: { train: 6, validation: 2, test: 1, total: 9 },
      labels: [
        { label: 'card', train: 3, validation: 0, test: 0 },
        { label: 'transfer', train: 1, validation: 1, test: 0 },
        { label: 'unseen', train: 0, validation: 1, test: 1 },
        { label: 'fraud', train: 1, validation: 0, test: 0 },
      ],
      rowsWithOtherLabels: 0,
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

  it('lets good data pass', () => {
    requireTrainable(report('sequence-classification', ['a', 'b', 'a']), 'x.csv');
    requireTrainable(report('regression', ['1', '2']), 'x.csv');
  });
});
