import { expect, test } from 'vitest';
import { createAudit } from '../../src/data/audit.ts';
import { orderLabels } from '../../src/data/label-order.ts';
import type { Example } from '../../src/data/types.ts';
import { UsageError } from '../../src/errors.ts';
import { readTokenizer } from '../../src/tasks/model.ts';
import { classWeightsOf, encodeSplits, splitSurvey, surveyExamples } from '../../src/tasks/prepare.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { tinyCheckpoint } from './tiny-model.ts';

test.each<[string, string[], string[], string[]]>([
  ['words alphabetically', ['spam', 'ham', 'spam', 'Eggs'], [], ['Eggs', 'ham', 'spam']],
  ['numbers by value', ['10', '9', '-1', '2.5'], [], ['-1', '2.5', '9', '10']],
  ['numbers inside words by value', ['label_10', 'label_2', 'label_1'], [], ['label_1', 'label_2', 'label_10']],
  ['booleans', ['true', 'false'], [], ['false', 'true']],
  [
    'as in the checkpoint, in any case',
    ['negative', 'POSITIVE', 'neutral'],
    ['Positive', 'Neutral', 'Negative'],
    ['POSITIVE', 'neutral', 'negative'],
  ],
  ['not as in a checkpoint with others', ['b', 'a'], ['b', 'a', 'c'], ['a', 'b']],
  ['not as in a checkpoint that cannot tell two apart', ['b', 'B'], ['b', 'a'], ['b', 'B']],
])('labels are ordered: %s', (_, labels, ofCheckpoint, ordered) => {
  expect(orderLabels(labels, ofCheckpoint)).toEqual(ordered);
});

const targets = (values: (number | number[])[]) => ({
  samples: values.length,
  sample: (i: number) => ({ sequences: [], target: values[i]! }),
});

test('class weights: balanced is N / (C n), and a class without rows counts for nothing', () => {
  expect(classWeightsOf('balanced', ['a', 'b', 'c'], targets([0, 0, 0, 1]))).toEqual([4 / (2 * 3), 4 / (2 * 1), 1]);
  // Of words: those without a tag do not count.
  expect(
    classWeightsOf(
      'balanced',
      ['a', 'b'],
      targets([
        [-100, 0, 1, -100],
        [0, 0],
      ]),
    ),
  ).toEqual([4 / (2 * 3), 4 / 2]);
  expect(classWeightsOf({ b: 3 }, ['a', 'b'], targets([]))).toEqual([1, 3]);
  expect(classWeightsOf(null, ['a', 'b'], targets([]))).toBe(undefined);
  expect(() => classWeightsOf({ d: 3 }, ['a', 'b'], targets([]))).toThrow(UsageError);
});

const rows: Example[] = [
  { text: 'a b c', label: 'x', line: 2 },
  { text: '  ', label: 'x', line: 3 },
  { text: 'd', label: 'y', line: 4 },
  { text: 'e f', line: 5 },
  { text: 'g', label: 'x', line: 6 },
  { text: 'd', label: 'y', line: 7 },
  { text: '', pair: 'h', label: 'y', line: 8 },
];
async function* stream(examples: Example[]): AsyncGenerator<Example> {
  yield* examples;
}

test('a survey has the rows that can be used, and the same text has the same key', async () => {
  const survey = await surveyExamples(stream(rows), 'sequence-classification');
  expect(survey).toEqual({
    lines: [2, 4, 6, 7, 8],
    keys: expect.any(Array),
    strata: [[0], [1], [0], [1], [1]],
    labels: ['x', 'y'],
  });
  expect(survey.keys[1]).toBe(survey.keys[3]);
  expect(new Set(survey.keys).size).toBe(4);
  expect((await surveyExamples(stream(rows), 'regression')).labels).toEqual([]);
});

test('a split keeps copies together and repeats', async () => {
  const many = Array.from({ length: 200 }, (_, i) => ({ text: `t ${i % 150}`, label: i % 4 ? 'x' : 'y', line: i + 1 }));
  const survey = await surveyExamples(stream(many), 'sequence-classification');
  const sides = splitSurvey(survey, { validation: 0.1, test: 0.2 }, 7);
  expect(sides).toEqual(splitSurvey(survey, { validation: 0.1, test: 0.2 }, 7));
  expect(sides).not.toEqual(splitSurvey(survey, { validation: 0.1, test: 0.2 }, 8));
  for (let i = 150; i < 200; i++) expect(sides[i]).toBe(sides[i - 150]);
  expect([0, 1, 2].map((side) => sides.filter((value) => value === side).length)).toEqual([140, 20, 40]);
});

test('examples are encoded into the set of their side; those of no use are seen by the audit alone', async () => {
  const tokenizer = await readTokenizer(await tinyCheckpoint());
  const audit = createAudit({ task: 'sequence-classification', maxLength: 4 });
  const other: Example[] = [{ text: 'z', label: 'x', line: 1 }];
  const progress: number[] = [];
  const sets = await encodeSplits(
    [
      { examples: stream(rows.slice(0, 6)), side: 'train', sides: Uint8Array.of(0, 1, 0, 1) },
      { examples: stream(other), side: 'test' },
    ],
    {
      tokenizer,
      task: sequenceClassification({ labels: ['x', 'y'] }),
      maxLength: 4,
      onEncoded: (side, example, { fullLength }) => audit.add(side, example, fullLength),
      onProgress: (count) => progress.push(count),
    },
  );
  const shown = (ids: ArrayLike<number>) => tokenizer.tokens(ids).join(' ');
  const listed = Object.entries(sets).map(([side, set]) => [
    side,
    Array.from({ length: set.length }, (_, i) => {
      // The training side keeps what is learnt, the others what is measured.
      if (side !== 'train') return [set.line(i), set.input(i).item, shown(set.input(i).sequences[0]!)];
      const { sequences, target } = set.sample(i, { seed: 0, step: 0, site: 0 });
      return [set.line(i), target, shown(sequences[0]!)];
    }),
  ]);
  expect(Object.fromEntries(listed)).toEqual({
    // Cut at four tokens.
    train: [
      [2, 0, '[CLS] a b [SEP]'],
      [6, 0, '[CLS] g [SEP]'],
    ],
    validation: [
      [4, 1, '[CLS] d [SEP]'],
      [7, 1, '[CLS] d [SEP]'],
    ],
    test: [[1, 0, '[CLS] z [SEP]']],
  });
  const report = audit.report();
  expect(report.rows).toEqual({ train: 4, validation: 2, test: 1, total: 7 });
  expect(report.emptyTexts.first).toEqual([{ split: 'train', line: 3 }]);
  expect(report.unlabelled.first).toEqual([{ split: 'train', line: 5 }]);
  expect(report.tokens).toMatchObject({ max: 5, truncatedRows: 1, lostTokens: 1 });
  expect(progress).toEqual([6, 7]);
});
